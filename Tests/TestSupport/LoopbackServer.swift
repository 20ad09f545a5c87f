import Foundation
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 that answers every request with what a test says.
///
/// `@unchecked Sendable` because all mutable state is behind a mutex or set before the thread starts.
package final class LoopbackServer: @unchecked Sendable {
  /// A request as it arrived.
  package struct Request: Sendable {
    /// The request line and the header fields.
    package let head: String
    /// The body.
    package let body: String
  }

  /// The answer's bytes, or fewer than promised, or none: then the connection is closed.
  package typealias Answer = @Sendable (Request) -> String

  private let socket: Int32
  private let answer: Answer
  private let received = Mutex<[Request]>([])
  /// The port it listens on.
  package let port: UInt16

  /// Starts the server.
  package init(_ answer: @escaping Answer) throws {
    self.answer = answer
    (socket, port) = try Loopback.listen()
    Thread { [self] in serve() }.start()
  }

  deinit { close(socket) }

  /// Stops listening.
  package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// What has arrived so far.
  package var requests: [Request] { received.withLock { $0 } }

  /// `http://127.0.0.1:PORT`
  package var url: String { "http://127.0.0.1:\(port)" }

  /// An answer with a status, a body and more header fields.
  package static func response(_ status: Int, _ body: String, headers: [String: String] = [:]) -> String {
    let fields = headers.map { "\($0): \($1)\r\n" }.joined()
    return "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\n\(fields)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func serve() {
    while true {
      let connection = accept(socket, nil, nil)
      guard connection >= 0 else { return }
      Thread { [self] in converse(connection) }.start()
    }
  }

  private func converse(_ connection: Int32) {
    defer { close(connection) }
    var pending: [UInt8] = []
    while let request = readRequest(connection, &pending) {
      received.withLock { $0.append(request) }
      let reply = answer(request)
      guard !reply.isEmpty else { return }
      let bytes = Array(reply.utf8)
      _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard isComplete(reply) else { return }
    }
  }

  /// Whether a reply holds as much as it promised; after one that does not, the connection is closed.
  private func isComplete(_ reply: String) -> Bool {
    guard let range = reply.range(of: "\r\n\r\n") else { return false }
    return LoopbackServer.contentLength(reply) == reply[range.upperBound...].utf8.count
  }

  private func readRequest(_ connection: Int32, _ pending: inout [UInt8]) -> Request? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let text = String(decoding: pending, as: UTF8.self)
      if let range = text.range(of: "\r\n\r\n") {
        let head = String(text[..<range.lowerBound])
        let start = head.utf8.count + 4
        let length = LoopbackServer.contentLength(head + "\r\n")
        if pending.count >= start + length {
          let body = String(decoding: pending[start..<start + length], as: UTF8.self)
          pending.removeFirst(start + length)
          return Request(head: head, body: body)
        }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      pending += buffer[..<count]
    }
  }

  private static func contentLength(_ head: String) -> Int {
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    return line.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
  }
}
