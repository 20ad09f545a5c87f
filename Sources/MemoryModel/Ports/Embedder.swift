/// What turns text into vectors.
package protocol Embedder: AnyObject {
  /// The space of the vectors it makes.
  var space: EmbeddingSpace { get }

  /// One line about what its results are worth, to be shown once; nil when there is nothing to say.
  var notice: String? { get }

  /// Embeds texts, in order; every vector has the dimensions of ``space`` and finite components.
  ///
  /// - Throws: `embedder_auth`, `embedder_failed`.
  func embed(_ texts: [String]) throws -> [Vector]

  /// Embeds texts that are looked for, in order: some models want to be told that they are not stored ones.
  func embedQueries(_ texts: [String]) throws -> [Vector]

  /// Embeds a text without looking whether its vector is known already: for testing the embedder itself.
  func embedAfresh(_ text: String) throws -> Vector?

  /// Embeds batch after batch and hands over the vectors of each, in order; works ahead where that is quicker.
  ///
  /// - Parameters:
  ///   - next: Gives the next texts, as it is asked to; it throws when nobody wants vectors any more.
  ///   - hand: Takes the vectors of a batch.
  func embed(_ next: (TextDemand) throws -> TextSupply, _ hand: ([Vector]) throws -> Void) throws

  /// What embedding texts would take, without doing it.
  func effort(_ texts: [String]) throws -> EmbeddingEffort

  /// Texts longer than the model reads, whose beginning was embedded, so far.
  var cutTexts: Int64 { get }
}

extension Embedder {
  /// None, for an embedder that reads texts of any length.
  package var cutTexts: Int64 { 0 }

  /// Embeds them like any other texts.
  package func embedQueries(_ texts: [String]) throws -> [Vector] { try embed(texts) }

  /// Embeds a text that is looked for.
  package func embedQuery(_ text: String) throws -> Vector? { try embedQueries([text]).first }

  /// Embeds it, for an embedder without a cache.
  package func embedAfresh(_ text: String) throws -> Vector? { try embed([text]).first }

  /// Embeds one batch after the other.
  package func embed(_ next: (TextDemand) throws -> TextSupply, _ hand: ([Vector]) throws -> Void) throws {
    while case .texts(let texts) = try next(.now) { try hand(try embed(texts)) }
  }

  /// The number of texts and their tokens, for an embedder that costs nothing.
  package func effort(_ texts: [String]) throws -> EmbeddingEffort {
    EmbeddingEffort(texts: Int64(texts.count), tokens: texts.reduce(0) { $0 + TokenEstimate.tokens($1) })
  }
}

/// What an embedder wants of a stream of texts.
package enum TextDemand: Sendable {
  /// The next texts, waiting for them.
  case now
  /// The next texts if they are there.
  case ifReady
  /// No texts: only whether it is to go on. The answer does not count.
  case none
}

/// What a stream of texts has for its embedder.
package enum TextSupply: Sendable {
  case texts([String])
  /// Nothing yet, but there will be more.
  case later
  case end
}

/// What embedding some texts takes.
package struct EmbeddingEffort: Sendable, Equatable {
  /// How many texts there are.
  package var texts: Int64 = 0
  /// How many of them the cache has already.
  package var cachedTexts: Int64 = 0
  /// The estimated tokens of the others.
  package var tokens = 0
  /// What the others cost, in US dollars; nil where nobody knows.
  package var dollars: Double?

  /// Creates an account.
  package init(texts: Int64 = 0, cachedTexts: Int64 = 0, tokens: Int = 0, dollars: Double? = nil) {
    self.texts = texts
    self.cachedTexts = cachedTexts
    self.tokens = tokens
    self.dollars = dollars
  }

  /// Both together; a cost that is unknown for one of them is unknown for both.
  package static func + (left: EmbeddingEffort, right: EmbeddingEffort) -> EmbeddingEffort {
    if left.texts == 0 { return right }
    if right.texts == 0 { return left }
    return EmbeddingEffort(
      texts: left.texts + right.texts, cachedTexts: left.cachedTexts + right.cachedTexts,
      tokens: left.tokens + right.tokens, dollars: left.dollars.flatMap { known in right.dollars.map { known + $0 } })
  }
}
