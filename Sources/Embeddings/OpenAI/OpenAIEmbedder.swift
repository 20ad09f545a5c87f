import HTTPClient
import MemoryModel

/// Asks a server that speaks OpenAI's `POST /embeddings`: OpenAI's own, Ollama, llama.cpp, vLLM, TEI, LM Studio.
package final class OpenAIEmbedder: Embedder {
  /// The space of the vectors.
  package let space: EmbeddingSpace
  /// Nothing to say: its vectors carry meaning.
  package let notice: String? = nil
  /// Texts longer than the model reads, so far.
  package private(set) var cutTexts: Int64 = 0

  private let exchange: OpenAIProtocol
  private let configuration: Configuration
  private let cache: OptionalCache
  private var asksForBase64 = true
  private let interruption: Interruption
  private let client = HTTPClient()

  /// OpenAI's own address.
  package static let defaultBaseURL = "https://api.openai.com/v1"

  /// Where to ask, and for what.
  package struct Configuration: Sendable {
    /// The address up to and without `/embeddings`; nil for OpenAI's.
    package var baseURL: String?
    /// Sent as a bearer token; a server on one's own machine may need none.
    package var key: String?
    /// The model's name.
    package var model = OpenAIModel.defaultName
    /// The length of the vectors; nil for the model's own.
    package var dimensions: Int?
    /// Requests under way at a time.
    package var inFlight = 8
    /// The longest a request may take.
    package var timeoutSeconds = 120
    /// US dollars for a million tokens; nil for the price list's.
    package var pricePerMillionTokens: Double?

    /// Creates the default: OpenAI's own server and model.
    package init() {}
  }

  /// Sets an embedder up. A model whose length nobody knows is asked for one vector.
  ///
  /// - Parameters:
  ///   - cache: Where answers are kept; nil keeps none.
  ///   - withoutCache: Told once when the cache cannot be used: embedding goes on without it.
  /// - Throws: What asking fails with.
  package init(
    _ configuration: Configuration, cache: EmbeddingCache?, interruption: Interruption,
    withoutCache: @escaping (MemshError) -> Void = { _ in }
  ) throws {
    var address = configuration.baseURL ?? OpenAIEmbedder.defaultBaseURL
    while address.hasSuffix("/") { address.removeLast() }
    self.cache = OptionalCache(cache, server: OpenAIEmbedder.server(at: address), withoutCache)
    let known = OpenAIModel.named(configuration.model)
    var exchange = OpenAIProtocol(
      baseURL: address, key: configuration.key, model: configuration.model,
      dimensions: configuration.dimensions ?? known?.dimensions,
      asksForDimensions: configuration.dimensions != nil || known?.takesDimensions == true,
      timeoutSeconds: configuration.timeoutSeconds)
    if exchange.dimensions == nil {
      let length = try OpenAIEmbedder.probe(exchange, client, interruption)
      exchange = OpenAIProtocol(
        baseURL: address, key: configuration.key, model: configuration.model, dimensions: length,
        asksForDimensions: false, timeoutSeconds: configuration.timeoutSeconds)
    }
    self.exchange = exchange
    self.configuration = configuration
    self.interruption = interruption
    space = EmbeddingSpace(provider: "openai", model: configuration.model, dimensions: exchange.dimensions ?? 0)
  }

  /// What is one server, however its address is written: without the user's name and the password, and without a port
  /// that goes without saying.
  static func server(at address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else { return address }
    let name = address[..<scheme.lowerBound].lowercased()
    let rest = address[scheme.upperBound...]
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    var host = rest[..<end].lowercased()
    if let at = host.lastIndex(of: "@") { host = String(host[host.index(after: at)...]) }
    for suffix in [name == "https" ? ":443" : ":80", "."] where host.hasSuffix(suffix) { host.removeLast(suffix.count) }
    var path = String(rest[end...])
    while path.hasSuffix("/") { path.removeLast() }
    return "\(name)://\(host)\(path)"
  }

  /// How long the model's vectors are.
  private static func probe(
    _ exchange: OpenAIProtocol, _ client: HTTPClient, _ interruption: Interruption
  ) throws -> Int {
    let space = EmbeddingSpace(provider: "openai", model: exchange.model, dimensions: 0)
    var stream = EmbeddingStream(
      exchange, space: space, inFlight: 1, cache: OptionalCache(nil, server: "") { _ in }, client: client,
      asksForBase64: true,
      interruption: interruption)
    return try OpenAIEmbedder.run(&stream, ["dimensions"]).first?.dimensions ?? 0
  }

  /// Embeds texts, several requests at a time.
  package func embed(_ texts: [String]) throws -> [Vector] {
    var stream = stream()
    defer { note(stream) }
    return try OpenAIEmbedder.run(&stream, texts)
  }

  /// Asks the server for a text's vector, whatever the cache has; the answer is not kept.
  package func embedAfresh(_ text: String) throws -> Vector? {
    var stream = stream(OptionalCache(nil, server: "") { _ in })
    defer { note(stream) }
    return try OpenAIEmbedder.run(&stream, [text]).first
  }

  /// Embeds batch after batch, with requests for the next ones under way.
  package func embed(_ next: (TextDemand) throws -> TextSupply, _ hand: ([Vector]) throws -> Void) throws {
    var stream = stream()
    defer { note(stream) }
    try stream.run(next, hand)
  }

  /// What asking would take: texts the cache does not have, their tokens and what those cost.
  package func effort(_ texts: [String]) throws -> EmbeddingEffort {
    let texts = texts.map { TokenEstimate.prefix($0, tokens: EmbeddingStream.tokensPerText) }
    let cached = cache.vectors(for: texts, in: space)
    var asked: Set<[UInt8]> = []
    var tokens = 0
    for (text, vector) in zip(texts, cached) where vector == nil && asked.insert(ContentHash.bytes(of: text)).inserted {
      tokens += TokenEstimate.tokens(text)
    }
    let price = configuration.pricePerMillionTokens ?? OpenAIModel.named(space.model)?.pricePerMillionTokens
    return EmbeddingEffort(
      texts: Int64(texts.count), cachedTexts: Int64(cached.count { $0 != nil }), tokens: tokens,
      dollars: price.map { $0 * Double(tokens) / 1e6 })
  }

  private func stream(_ cache: OptionalCache? = nil) -> EmbeddingStream {
    EmbeddingStream(
      exchange, space: space, inFlight: configuration.inFlight, cache: cache ?? self.cache, client: client,
      asksForBase64: asksForBase64, interruption: interruption)
  }

  private func note(_ stream: EmbeddingStream) {
    cutTexts += stream.cutTexts
    asksForBase64 = stream.asksForBase64
  }

  private static func run(_ stream: inout EmbeddingStream, _ texts: [String]) throws -> [Vector] {
    var supply = [TextSupply.texts(texts)]
    var vectors: [Vector] = []
    try stream.run({ $0 == .none ? .later : supply.popLast() ?? .end }, { vectors += $0 })
    return vectors
  }
}
