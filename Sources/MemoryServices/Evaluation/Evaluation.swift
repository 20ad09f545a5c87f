import MemoryModel

/// How well search finds what it should.
package struct Evaluation: Sendable {
  /// What one way of searching is worth.
  package struct Result: Sendable {
    /// How was searched.
    package let mode: SearchMode
    /// What made the queries' vectors, by the name it was given; nil where only words counted.
    package let embedder: String?
    /// The means over the queries.
    package let estimates: [RetrievalMeasure: Estimate]
  }

  /// A query whose expected memories were not the first results.
  package struct WeakQuery: Sendable {
    /// The number of its line.
    package let line: Int
    /// What was searched for.
    package let query: String
    /// Whose memories were searched; nil for those of all.
    package let userID: String?
    /// The ids of the memories that should have been found.
    package let expected: [Int64]
    /// The place of each, from 1; nil for one that was not found.
    package let places: [Int?]
    /// Its discounted gain, from 0 to 1.
    package let gain: Double
    /// What came first; nil where nothing was found.
    package let first: Memory?
  }

  /// An expected memory that is not among those that were searched.
  package struct Missing: Sendable {
    /// What a line calls a memory by.
    package enum Name: Sendable, Equatable {
      case id(Int64)
      case content(String)
    }

    /// The number of the line.
    package let line: Int
    /// What was searched for.
    package let query: String
    /// What was expected.
    package let expected: Name
    /// Whose it is, where it is there but another user's memories were searched.
    package var owner: String?
  }

  /// How many queries the file has.
  package internal(set) var queries = 0
  /// How many were searched for: those of whose memories one at least is there.
  package internal(set) var measured = 0
  /// How many results were looked through.
  package let depth: Int
  /// The ways of searching, those with the first embedder first.
  package internal(set) var results: [Result] = []
  /// How many expected memories were not there; they count neither as found nor as not found.
  package internal(set) var missing = 0
  /// The first of them.
  package internal(set) var firstMissing: [Missing] = []
  /// How the weakest queries were searched for.
  package internal(set) var weakestMode = SearchMode.hybrid
  /// The weakest queries, the worst one first.
  package internal(set) var weakest: [WeakQuery] = []

  /// How many of the missing ones are named.
  static let missingNamed = 100
}
