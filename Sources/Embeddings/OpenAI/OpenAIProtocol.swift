import HTTPClient
import MemoryCore

/// OpenAI's `POST /embeddings`: requests as they are sent, and what answers mean.
struct OpenAIProtocol {
  let baseURL: String
  let key: String?
  let model: String
  /// What the answer's vectors must have; nil takes any length.
  let dimensions: Int?
  /// Whether the length is asked for: servers other than OpenAI's own may refuse the parameter.
  let asksForDimensions: Bool
  /// Whether vectors come as base64: a third of the size of numbers, and exact.
  var asksForBase64 = true

  private static let timeoutSeconds = 120

  /// What to do after an answer.
  enum Outcome {
    case vectors([Vector])
    /// The same again, later: after so many seconds where the server says so.
    case retry(MemshError, afterSeconds: Double?)
    /// The server refuses base64: again without.
    case withoutBase64
    /// One of the texts is longer than the model reads.
    case tooLong(MemshError)
    case failed(MemshError)
  }

  func request(_ texts: [String]) -> HTTPRequest {
    var members = [JSON.Member("model", .string(model)), JSON.Member("input", .array(texts.map(JSON.string)))]
    if asksForDimensions, let dimensions { members.append(JSON.Member("dimensions", .integer(dimensions))) }
    if asksForBase64 { members.append(JSON.Member("encoding_format", .string("base64"))) }
    var request = HTTPRequest(method: "POST", url: baseURL + "/embeddings")
    request.headers = ["Content-Type": "application/json"]
    if let key { request.headers["Authorization"] = "Bearer \(key)" }
    request.body = Array(JSON.object(members).text.utf8)
    request.timeoutSeconds = OpenAIProtocol.timeoutSeconds
    return request
  }

  /// What the end of an exchange means.
  func outcome(_ result: Result<HTTPResponse, HTTPError>, count: Int) -> Outcome {
    switch result {
    case .failure(let error):
      return .retry(
        MemshError(
          .embedderFailed, "the embedding server at \(baseURL) does not answer",
          hint: "check OPENAI_BASE_URL and the network", cause: error.message), afterSeconds: nil)
    case .success(let response) where response.status == 200:
      do throws(MemshError) { return .vectors(try vectors(response, count: count)) } catch { return .failed(error) }
    case .success(let response): return refusal(response)
    }
  }

  // MARK: Refusals

  private func refusal(_ response: HTTPResponse) -> Outcome {
    let json = try? JSONParser.parse(String(decoding: response.body, as: UTF8.self))
    let detail = json?[key: "error"] ?? json
    let reason = redacted((detail?[key: "message"] ?? json?[key: "error"])?.stringValue ?? "no reason given")
    let cause = "HTTP \(response.status)"
    func error(_ hint: String, _ code: ErrorCode = .embedderFailed) -> MemshError {
      MemshError(code, "Failed to generate embedding: \(reason)", hint: hint, cause: cause)
    }
    switch response.status {
    case 401, 403:
      return .failed(error("check the key: echo $OPENAI_API_KEY should show one that starts with sk-", .embedderAuth))
    case 429 where detail?[key: "code"]?.stringValue == "insufficient_quota":
      return .failed(error("the account has no quota left: see https://platform.openai.com/account/billing"))
    case 408, 409, 425, 429, 500...599:
      return .retry(
        error("the server kept refusing; try again later: what it has answered is in the cache"),
        afterSeconds: RateLimit.retryAfter(response.headers))
    case 400 where asksForBase64 && reason.lowercased().contains("encoding_format"): return .withoutBase64
    case 400, 413, 422:
      let text = reason.lowercased()
      let isTooLong =
        response.status == 413 || text.contains("maximum context length") || text.contains("too long")
        || text.contains("too large")
      let refusal = error("check the model and its dimensions: `set model NAME`, `set dimensions N`")
      return isTooLong ? .tooLong(refusal) : .failed(refusal)
    case 404: return .failed(error("check OPENAI_BASE_URL, which ends in /v1 for most servers, and `set model NAME`"))
    default: return .failed(error("try again, or `set embedder hash`"))
    }
  }

  /// A server may quote the key.
  private func redacted(_ text: String) -> String {
    guard let key, !key.isEmpty else { return text }
    return text.replacing(key, with: "…")
  }

  // MARK: Vectors

  private func vectors(_ response: HTTPResponse, count: Int) throws(MemshError) -> [Vector] {
    guard let json = try? JSONParser.parse(String(decoding: response.body, as: UTF8.self)) else {
      let isHTML = response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
      throw unusable(isHTML ? "it is a web page, not JSON" : "it is no JSON, or cut short")
    }
    guard let items = json[key: "data"]?.arrayValue else { throw unusable("it is not a list of embeddings") }
    guard items.count == count else { throw unusable("it holds \(items.count) embeddings for \(count) texts") }
    var vectors = [Vector?](repeating: nil, count: count)
    for (position, item) in items.enumerated() {
      let index = item[key: "index"]?.integerValue ?? position
      guard vectors.indices.contains(index) else { throw unusable("it holds an index of \(index)") }
      guard vectors[index] == nil else { throw unusable("it holds the index \(index) twice") }
      vectors[index] = try vector(item[key: "embedding"])
    }
    return vectors.compactMap(\.self)
  }

  private func vector(_ value: JSON?) throws(MemshError) -> Vector {
    let vector: Vector?
    switch value {
    case .string(let base64):
      var base64 = base64
      vector = base64.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0)) }.flatMap { bytes in
        bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }
      }
    case .array(let numbers): vector = Vector(numbers.map { Float($0.doubleValue ?? .nan) })
    default: vector = nil
    }
    guard let vector, vector.dimensions > 0, dimensions == nil || vector.dimensions == dimensions else {
      let expected = dimensions.map { " instead of \($0)" } ?? ""
      throw unusable("an embedding has \(vector?.dimensions ?? 0) numbers\(expected)")
    }
    guard vector.isFinite else { throw unusable("an embedding contains NaN or infinity") }
    return vector
  }

  private func unusable(_ why: String) -> MemshError {
    MemshError(
      .embedderFailed, "the answer of the embedding server cannot be used: \(why)",
      hint: "check that OPENAI_BASE_URL is a server of OpenAI's embedding protocol", cause: baseURL)
  }
}
