import HTTPClient
import MemoryCore

/// Asks a server that speaks OpenAI's `POST /embeddings`.
public final class OpenAIEmbedder: Embedder {
  /// The space of the vectors.
  public let space: EmbeddingSpace
  /// Nothing to say: its vectors carry meaning.
  public let notice: String? = nil

  private let baseURL: String
  private let key: String?
  private let interruption: Interruption
  private let client = HTTPClient()

  /// OpenAI's own address.
  public static let defaultBaseURL = "https://api.openai.com/v1"
  /// The model used unless another is named.
  public static let defaultModel = "text-embedding-3-large"
  private static let inputsPerRequest = 256
  private static let timeoutSeconds = 120

  /// Sets an embedder up; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - baseURL: The address up to and without `/embeddings`; nil for OpenAI's.
  ///   - key: Sent as a bearer token; a server on one's own machine may need none.
  public init(baseURL: String?, key: String?, interruption: Interruption) {
    var address = baseURL ?? OpenAIEmbedder.defaultBaseURL
    while address.hasSuffix("/") { address.removeLast() }
    self.baseURL = address
    self.key = key
    self.interruption = interruption
    space = EmbeddingSpace(provider: "openai", model: OpenAIEmbedder.defaultModel, dimensions: 3_072)
  }

  /// Embeds texts, a few hundred a request.
  public func embed(_ texts: [String]) throws -> [Vector] {
    var vectors: [Vector] = []
    for start in stride(from: 0, to: texts.count, by: OpenAIEmbedder.inputsPerRequest) {
      try interruption.check()
      vectors += try request(Array(texts[start..<min(start + OpenAIEmbedder.inputsPerRequest, texts.count)]))
    }
    return vectors
  }

  private func request(_ texts: [String]) throws -> [Vector] {
    let body = JSON.object([
      JSON.Member("model", .string(space.model)), JSON.Member("input", .array(texts.map(JSON.string))),
      JSON.Member("dimensions", .integer(space.dimensions)), JSON.Member("encoding_format", .string("base64")),
    ])
    var request = HTTPRequest(method: "POST", url: baseURL + "/embeddings")
    request.headers = ["Content-Type": "application/json"]
    if let key { request.headers["Authorization"] = "Bearer \(key)" }
    request.body = Array(body.text.utf8)
    request.timeoutSeconds = OpenAIEmbedder.timeoutSeconds
    let response: HTTPResponse
    do { response = try client.perform(request) { [interruption] in interruption.isRaised } } catch {
      try interruption.check()
      throw MemshError(
        .embedderFailed, "the embedding server at \(baseURL) does not answer",
        hint: "check OPENAI_BASE_URL and the network", cause: (error as? HTTPError)?.message)
    }
    let json = try? JSONParser.parse(String(decoding: response.body, as: UTF8.self))
    guard response.status == 200 else { throw refusal(status: response.status, json) }
    guard case .array(let items)? = json?[key: "data"] else { throw unusable("it is not a list of embeddings") }
    return try inOrder(items, count: texts.count)
  }

  private func inOrder(_ items: [JSON], count: Int) throws -> [Vector] {
    var vectors = [Vector?](repeating: nil, count: count)
    for (position, item) in items.enumerated() {
      let index = item[key: "index"]?.integerValue ?? position
      guard vectors.indices.contains(index) else { throw unusable("it holds an index of \(index)") }
      vectors[index] = try vector(item[key: "embedding"])
    }
    let complete = vectors.compactMap(\.self)
    guard complete.count == count else { throw unusable("it holds \(complete.count) embeddings for \(count) texts") }
    return complete
  }

  private func vector(_ value: JSON?) throws -> Vector {
    let vector: Vector?
    switch value {
    case .string(let base64):
      vector = Array(base64.utf8).withUnsafeBytes(Base64.decode).flatMap { bytes in
        bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }
      }
    case .array(let numbers): vector = Vector(numbers.map { Float($0.doubleValue ?? .nan) })
    default: vector = nil
    }
    guard let vector, vector.dimensions == space.dimensions else {
      throw unusable("an embedding has \(vector?.dimensions ?? 0) numbers instead of \(space.dimensions)")
    }
    guard vector.isFinite else { throw unusable("an embedding contains NaN or infinity") }
    return vector
  }

  private func refusal(status: Int, _ json: JSON?) -> MemshError {
    let reason = json?[key: "error"]?[key: "message"]?.stringValue ?? "no reason given"
    let cause = "HTTP \(status)"
    guard status == 401 || status == 403 else {
      return MemshError(
        .embedderFailed, "Failed to generate embedding: \(reason)", hint: "try again, or `set embedder hash`",
        cause: cause)
    }
    return MemshError(
      .embedderAuth, "Failed to generate embedding: \(reason)",
      hint: "check the key: echo $OPENAI_API_KEY should show one that starts with sk-", cause: cause)
  }

  private func unusable(_ why: String) -> MemshError {
    MemshError(.embedderFailed, "the answer of the embedding server cannot be used: \(why)", cause: baseURL)
  }
}
