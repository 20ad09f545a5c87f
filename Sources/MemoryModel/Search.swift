/// How much of the truth a vector search may trade for time.
package enum SearchStrategy: Sendable, Equatable {
  /// The store decides: an index where it pays, with every guarantee that the store can give.
  case automatic
  /// The same answer as comparing every row.
  case exact
  /// An index's answer, with the index looking this far: hnsw's `ef_search`, ivfflat's `probes`, or in SQLite the rows
  /// that the binary first pass leaves over; nil is the store's own choice.
  case approximate(breadth: Int?)
}

/// A nearest-neighbour query against a store.
package struct VectorQuery: Sendable, Equatable {
  /// The query's embedding, in the store's space.
  package var vector: Vector
  /// Which rows take part.
  package var filter: MemoryFilter
  /// How many rows at the most.
  package var limit: Int
  /// Only rows at least this similar, from -1 to 1.
  package var threshold: Double?
  /// How exact the answer must be.
  package var strategy: SearchStrategy

  /// Creates a query.
  package init(
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
package struct TextQuery: Sendable, Equatable {
  /// Words, in any form: a row that has one of them is found, more and rarer ones rank higher.
  package var text: String
  /// Which rows take part.
  package var filter: MemoryFilter
  /// How many rows at the most.
  package var limit: Int
  /// What the rows found are compared with, for ``SearchHit/similarity``.
  package var vector: Vector?

  /// The most different words that are looked for; the rest of a longer text is left out.
  package static let wordMaximum = 100

  /// Creates a query.
  package init(text: String, filter: MemoryFilter = MemoryFilter(), limit: Int = 10, vector: Vector? = nil) {
    self.text = text
    self.filter = filter
    self.limit = limit
    self.vector = vector
  }
}

/// A memory that a search found.
package struct SearchHit: Sendable, Equatable {
  /// The row; its embedding is left out, because no reader of a hit wants 3,072 numbers.
  package let memory: Memory
  /// Cosine similarity to the query, from -1 to 1; nil when there is no vector on one of the two sides.
  package let similarity: Double?
  /// What the hits are ordered by, larger first: similarity, the store's score by words, or both, fused.
  package var score: Double
  /// Its place by meaning, from 1; nil when it was not found that way.
  package var vectorRank: Int?
  /// Its place by words, from 1; nil when it was not found that way.
  package var textRank: Int?
  /// The store's score by words, where it is one half of ``score``; nil when it was not found that way.
  package var textScore: Double?
  /// What its meaning adds to ``score``; nil where the score is not fused.
  package var vectorPart: Double?
  /// What its words add to ``score``; nil where the score is not fused.
  package var textPart: Double?

  /// Joins a row and its rank.
  package init(memory: Memory, similarity: Double?, score: Double) {
    self.memory = memory
    self.similarity = similarity
    self.score = score
  }
}

/// The words that a text and a memory have in common, as the store's index of words reads them.
package struct SharedWords: Sendable, Equatable {
  /// The text's words that the index looks for, as they are written: without function words, each once.
  package var telling: [String]
  /// Those of them that the memory has, in any form.
  package var shared: [String]

  /// A word that so many rows have is not rare, however large the store is; counting stops there.
  package static let rareMaximum = 1_000
  /// A word is rare that not more than one of so many rows has.
  package static let rowsForEachRare = 100

  /// Joins both.
  package init(telling: [String], shared: [String]) {
    self.telling = telling
    self.shared = shared
  }
}

/// What a store found, and how.
package struct SearchAnswer: Sendable, Equatable {
  /// The rows, best first.
  package var hits: [SearchHit]
  /// How they were found.
  package var plan: SearchPlan

  /// Joins rows and plan.
  package init(hits: [SearchHit], plan: SearchPlan) {
    self.hits = hits
    self.plan = plan
  }
}

/// How a store found what it found.
package struct SearchPlan: Sendable, Equatable {
  /// In words: `exact scan`, `hnsw index`, …
  package var method: String
  /// The index or file that helped; nil when every row was read.
  package var index: String?
  /// Figures and reasons, for people.
  package var details: [String]

  /// Describes a plan.
  package init(_ method: String, index: String? = nil, details: [String] = []) {
    self.method = method
    self.index = index
    self.details = details
  }
}

/// How a store's vector index can be asked to look less or more far.
package struct IndexBreadths: Sendable, Equatable {
  /// The index, or the file that stands for one.
  package let index: String
  /// What is varied: `hnsw.ef_search`, `ivfflat.probes`, `candidates`.
  package let parameter: String
  /// The values worth measuring, ascending.
  package let values: [Int]

  /// Describes an index.
  package init(index: String, parameter: String, values: [Int]) {
    self.index = index
    self.parameter = parameter
    self.values = values
  }
}
