import Foundation
import HTTPClient
import MemoryModel

/// OpenAI's `POST /embeddings`: requests as they are sent, and what answers mean.
struct OpenAIProtocol {
  let baseURL: String
  let key: String?
  let model: String
  /// What the answer's vectors must have; nil takes any length.
  let dimensions: Int?
  /// Whether the length is asked for: servers other than OpenAI's own may refuse the parameter.
  let asksForDimensions: Bool
  /// The longest a whole exchange may take.
  let timeoutSeconds: Int

  /// What to do after an answer.
  enum Outcome {
    case vectors([Vector])
    /// The same again, later: after so many seconds where the server says so.
    case retry(MemshError, afterSeconds: Double?, attempts: Int)
    /// The server refuses base64: again without.
    case withoutBase64
    /// One of the texts is longer than the model reads.
    case tooLong(MemshError)
    case failed(MemshError)
  }

  /// - Parameter asBase64: Whether vectors come as base64: a third of the size of numbers, and exact.
  func request(_ texts: [String], asBase64: Bool) -> HTTPRequest {
    // Servers refuse a whole request for one empty text.
    let inputs = texts.map { JSON.string($0.isEmpty ? " " : $0) }
    var members = [JSON.Member("model", .string(model)), JSON.Member("input", .array(inputs))]
    if asksForDimensions, let dimensions { members.append(JSON.Member("dimensions", .integer(dimensions))) }
    if asBase64 { members.append(JSON.Member("encoding_format", .string("base64"))) }
    var request = HTTPRequest(method: "POST", url: baseURL + "/embeddings")
    // Without "Expect", which libcurl adds to large bodies and some servers never answer.
    request.headers = ["Content-Type": "application/json", "Expect": ""]
    if let key { request.headers["Authorization"] = "Bearer \(key)" }
    request.body = Array(JSON.object(members).text.utf8)
    request.timeoutSeconds = timeoutSeconds
    return request
  }

  /// What the end of an exchange means.
  func outcome(_ result: Result<HTTPResponse, HTTPError>, count: Int, asBase64: Bool) -> Outcome {
    switch result {
    case .failure(let error):
      let failure = MemshError(
        .embedderFailed, "the embedding server at \(baseURL) does not answer",
        hint: error.isLasting
          ? "check OPENAI_BASE_URL, and that the server runs"
          : "check the network; `set request-timeout` gives it more time",
        cause: error.message)
      // A name or a certificate that is wrong stays wrong; a server that is down or silent gets another chance or two.
      if error.isLasting { return .failed(failure) }
      return .retry(failure, afterSeconds: nil, attempts: error.isRefusedOrSilent ? 2 : RetryPolicy.attemptsMaximum)
    case .success(let response) where response.status == 200:
      do throws(MemshError) { return .vectors(try vectors(response, count: count)) } catch { return .failed(error) }
    case .success(let response): return refusal(response, asBase64: asBase64)
    }
  }

  // MARK: Refusals

  private func refusal(_ response: HTTPResponse, asBase64: Bool) -> Outcome {
    let json = try? JSONParser.parse(String(decoding: response.body, as: UTF8.self))
    let detail = json?[key: "error"] ?? json
    let stated = detail?[key: "message"]?.stringValue ?? json?[key: "error"]?.stringValue ?? json?[key: "detail"]?.text
    let reason = String(redacted(stated ?? "no reason given").prefix(OpenAIProtocol.reasonLength))
    let text = reason.lowercased()
    let isTooLong = response.status == 413 || OpenAIProtocol.wordsForTooLong.contains { text.contains($0) }
    let cause = "HTTP \(response.status)"
    func error(_ hint: String, _ code: ErrorCode = .embedderFailed) -> MemshError {
      MemshError(code, "Failed to generate embedding: \(reason)", hint: hint, cause: cause)
    }
    switch response.status {
    case 401, 403:
      return .failed(error("check the key: echo $OPENAI_API_KEY should show one that starts with sk-", .embedderAuth))
    case 429 where detail?[key: "code"]?.stringValue == "insufficient_quota":
      return .failed(error("the account has no quota left: see https://platform.openai.com/account/billing"))
    case 408, 409, 425, 429,
      500...599 where !isTooLong:
      let seconds = RateLimit.retryAfter(response.headers)
      let refusal = error("the server kept refusing; try again later: what it has answered is in the cache")
      if let seconds, seconds > RateLimit.waitMaximum {
        return .failed(error("the server asks to wait \(RateLimit.text(seconds)): try again then"))
      }
      return .retry(refusal, afterSeconds: seconds, attempts: RetryPolicy.attemptsMaximum)
    case 400 where asBase64 && text.contains("encoding_format"): return .withoutBase64
    case 422 where asBase64 && text.contains("encoding_format"): return .withoutBase64
    case 400, 413, 422, 500...599:
      let refusal = error("check the model and its dimensions: `set model NAME`, `set dimensions N`")
      return isTooLong ? .tooLong(refusal) : .failed(refusal)
    case 404: return .failed(error("check OPENAI_BASE_URL, which ends in /v1 for most servers, and `set model NAME`"))
    default: return .failed(error("try again, or `set embedder hash`"))
    }
  }

  /// A server may answer with a whole page.
  private static let reasonLength = 500

  /// How servers say that a text or a request is too long: OpenAI, Ollama, llama.cpp, vLLM.
  private static let wordsForTooLong = [
    "maximum context length", "max_tokens_per_request", "tokens per request", "context length", "too long", "too large",
    "too many tokens",
  ]

  /// A server may quote the key.
  private func redacted(_ text: String) -> String {
    guard let key, !key.isEmpty else { return text }
    return text.replacing(key, with: "…")
  }

  // MARK: Vectors

  private func vectors(_ response: HTTPResponse, count: Int) throws(MemshError) -> [Vector] {
    guard let json = try? JSONParser.parse(String(decoding: response.body, as: UTF8.self)) else {
      let isHTML = response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
      throw unusable(isHTML ? "it is a web page, not JSON" : "it is not JSON, or cut short")
    }
    guard let items = json[key: "data"]?.arrayValue else { throw unusable("it is not a list of embeddings") }
    guard items.count == count else { throw unusable("it holds \(items.count) embeddings for \(count) texts") }
    var vectors = [Vector?](repeating: nil, count: count)
    for (position, item) in items.enumerated() {
      let stated = item[key: "index"].flatMap { $0 == .null ? nil : $0 }
      guard let index = stated == nil ? position : stated?.integerValue, vectors.indices.contains(index) else {
        throw unusable("it holds an index of \(String((stated?.text ?? "").prefix(40)))")
      }
      guard vectors[index] == nil else { throw unusable("it holds the index \(index) twice") }
      vectors[index] = try vector(item[key: "embedding"])
    }
    return vectors.compactMap(\.self)
  }

  private func vector(_ value: JSON?) throws(MemshError) -> Vector {
    let vector: Vector?
    switch value {
    case .string(let base64):
      vector = Data(base64: Data(base64.utf8)).flatMap { bytes in
        bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }
      }
    case .array(let numbers): vector = Vector(numbers.map { Float($0.doubleValue ?? .nan) })
    default: vector = nil
    }
    guard let vector, OpenAIProtocol.dimensionsAllowed.contains(vector.dimensions),
      dimensions == nil || vector.dimensions == dimensions
    else {
      let expected = dimensions.map { " instead of \($0)" } ?? ""
      throw unusable("an embedding has \(vector?.dimensions ?? 0) numbers\(expected)")
    }
    guard vector.isFinite else { throw unusable("an embedding contains NaN or infinity") }
    return vector
  }

  /// What a store can hold.
  private static let dimensionsAllowed = 1...16_000

  private func unusable(_ why: String) -> MemshError {
    MemshError(
      .embedderFailed, "the answer of the embedding server cannot be used: \(why)",
      hint: "check that OPENAI_BASE_URL is a server of OpenAI's embedding protocol", cause: baseURL)
  }
}
