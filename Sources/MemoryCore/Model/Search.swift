/// How much of the truth a vector search may trade for time.
public enum SearchStrategy: Sendable, Equatable {
  /// The store decides: an index where it pays, with every guarantee that the store can give.
  case automatic
  /// The same answer as comparing every row.
  case exact
  /// An index's answer, with the index looking this far: hnsw's `ef_search`, ivfflat's `probes`, or in SQLite the rows
  /// that the binary first pass leaves over; nil is the store's own choice.
  case approximate(breadth: Int?)
}

/// A nearest-neighbour query against a store.
public struct VectorQuery: Sendable, Equatable {
  /// The query's embedding, in the store's space.
  public var vector: Vector
  /// Which rows take part.
  public var filter: MemoryFilter
  /// How many rows at the most.
  public var limit: Int
  /// Only rows at least this similar, from -1 to 1.
  public var threshold: Double?
  /// How exact the answer must be.
  public var strategy: SearchStrategy

  /// Creates a query.
  public init(
    vector: Vector, filter: MemoryFilter = MemoryFilter(), limit: Int = 10, threshold: Double? = nil,
    strategy: SearchStrategy = .automatic
  ) {
    self.vector = vector
    self.filter = filter
    self.limit = limit
    self.threshold = threshold
    self.strategy = strategy
  }
}

/// A full-text query against a store.
public struct TextQuery: Sendable, Equatable {
  /// Words, in any form: a row that has one of them is found, more and rarer ones rank higher.
  public var text: String
  /// Which rows take part.
  public var filter: MemoryFilter
  /// How many rows at the most.
  public var limit: Int
  /// What the rows found are compared with, for ``SearchHit/similarity``.
  public var vector: Vector?

  /// The most different words that are looked for; the rest of a longer text is left out.
  public static let wordMaximum = 100

  /// Creates a query.
  public init(text: String, filter: MemoryFilter = MemoryFilter(), limit: Int = 10, vector: Vector? = nil) {
    self.text = text
    self.filter = filter
    self.limit = limit
    self.vector = vector
  }
}

/// A memory that a search found.
public struct SearchHit: Sendable, Equatable {
  /// The row; its embedding is left out, because no reader of a hit wants 3,072 numbers.
  public let memory: Memory
  /// Cosine similarity to the query, from -1 to 1; nil when there is no vector on one of the two sides.
  public let similarity: Double?
  /// What the hits are ordered by, larger first: similarity, the store's text rank, or the fused rank.
  public var score: Double
  /// Its place by meaning, from 1; nil when it was not found that way.
  public var vectorRank: Int?
  /// Its place by words, from 1; nil when it was not found that way.
  public var textRank: Int?

  /// Joins a row and its rank.
  public init(memory: Memory, similarity: Double?, score: Double) {
    self.memory = memory
    self.similarity = similarity
    self.score = score
  }
}

/// What a store found, and how.
public struct SearchAnswer: Sendable, Equatable {
  /// The rows, best first.
  public var hits: [SearchHit]
  /// How they were found.
  public var plan: SearchPlan

  /// Joins rows and plan.
  public init(hits: [SearchHit], plan: SearchPlan) {
    self.hits = hits
    self.plan = plan
  }
}

/// How a store found what it found.
public struct SearchPlan: Sendable, Equatable {
  /// In words: `exact scan`, `hnsw index`, …
  public var method: String
  /// The index or file that helped; nil when every row was read.
  public var index: String?
  /// Figures and reasons, for people.
  public var details: [String]

  /// Describes a plan.
  public init(_ method: String, index: String? = nil, details: [String] = []) {
    self.method = method
    self.index = index
    self.details = details
  }
}

/// A row of `memory_analytics`: one search of an agent's.
public struct AnalyticsEvent: Sendable, Equatable {
  /// Whose memories were searched; nil for everybody's.
  public let userID: String?
  /// What was looked for.
  public let query: String
  /// How many memories were found.
  public let results: Int
  /// How long it took, in milliseconds.
  public let milliseconds: Int
  /// The tier of the prompt that it was for; nil for a plain search.
  public let tier: ContextTier?

  /// Creates an event.
  public init(userID: String?, query: String, results: Int, milliseconds: Int, tier: ContextTier? = nil) {
    self.userID = userID
    self.query = query
    self.results = results
    self.milliseconds = milliseconds
    self.tier = tier
  }
}
