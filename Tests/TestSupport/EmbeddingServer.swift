import Database
import Foundation
import MemoryModel
import MemoryServices
import Synchronization

/// A server on a real socket that speaks OpenAI's embedding protocol and remembers what it was asked.
package final class EmbeddingServer: Sendable {
  /// How it answers the n-th request, from 0; nil answers it.
  package typealias Refusal = @Sendable (_ request: Int) -> String?

  private let state: State
  private let server: LoopbackServer

  private final class State: Sendable {
    let requests = Mutex(0)
    let asked = Mutex<[String: Int]>([:])
    let inFlight = Mutex((now: 0, most: 0))
  }

  /// What vectors it gives.
  package enum Answers: Sendable, CaseIterable {
    /// ``EmbeddingServer/vector(of:dimensions:)``, as a sound server's depend on the text.
    case byText
    /// The same for every text.
    case constant
    /// Another one at every request.
    case random
  }

  /// Starts it.
  package init(
    dimensions: Int = 8, milliseconds: Int = 0, takesBase64: Bool = true, tokensMaximum: Int = .max,
    answers: Answers = .byText, refusing refusal: @escaping Refusal = { _ in nil }
  ) throws {
    let state = State()
    self.state = state
    server = try LoopbackServer { request in
      let number = state.requests.withLock { count in
        count += 1
        return count - 1
      }
      state.inFlight.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      defer { state.inFlight.withLock { $0.now -= 1 } }
      if milliseconds > 0 { Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000) }
      if let refusal = refusal(number) { return refusal }
      guard let body = try? JSONParser.parse(request.body), let inputs = body[key: "input"]?.arrayValue else {
        return LoopbackServer.response(400, #"{"error": {"message": "no input"}}"#)
      }
      let usesBase64 = body[key: "encoding_format"] == .string("base64")
      guard takesBase64 || !usesBase64 else {
        return LoopbackServer.response(400, #"{"error": {"message": "unknown parameter encoding_format"}}"#)
      }
      let texts = inputs.compactMap(\.stringValue)
      guard texts.allSatisfy({ $0.utf8.count <= tokensMaximum }) else {
        return LoopbackServer.response(
          400, #"{"error": {"message": "This model's maximum context length is 8192 tokens"}}"#)
      }
      state.asked.withLock { asked in for text in texts { asked[text, default: 0] += 1 } }
      let items = texts.indices.reversed().map { index in
        let vector =
          switch answers {
          case .byText: EmbeddingServer.vector(of: texts[index], dimensions: dimensions)
          case .constant: Vector([Float](repeating: 0.5, count: dimensions))
          case .random: Vector((0..<dimensions).map { _ in Float.random(in: -1...1) })
          }
        let value =
          usesBase64 ? JSON.string(Data(vector.littleEndianBytes).base64EncodedString()).text : vector.json.text
        return "{\"index\": \(index), \"embedding\": \(value)}"
      }
      return LoopbackServer.response(200, "{\"data\": [\(items.joined(separator: ","))]}")
    }
  }

  deinit { server.stop() }

  /// Its base URL.
  package var url: String { server.url + "/v1" }
  /// How many requests arrived.
  package var requests: Int { state.requests.withLock { $0 } }
  /// How often each text was answered.
  package var asked: [String: Int] { state.asked.withLock { $0 } }
  /// How many requests there were at a time.
  package var mostInFlight: Int { state.inFlight.withLock { $0.most } }
  /// The heads and bodies of the requests.
  package var received: [LoopbackServer.Request] { server.requests }

  /// The vector it gives for a text: its bytes, spread over the components.
  package static func vector(of text: String, dimensions: Int) -> Vector {
    var values = [Float](repeating: 0, count: dimensions)
    for (index, byte) in text.utf8.enumerated() { values[index % dimensions] += Float(byte) }
    return Vector(values)
  }
}
