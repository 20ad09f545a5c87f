/// Which memories a command is about. Every part that is given must hold.
public struct MemoryFilter: Sendable, Equatable {
  /// Only this user's.
  public var userID: String?
  /// Only of this category.
  public var category: String?
  /// Only with an importance of at least this.
  public var minimumImportance: Double?

  /// Creates a filter; without arguments it lets everything pass.
  public init(userID: String? = nil, category: String? = nil, minimumImportance: Double? = nil) {
    self.userID = userID
    self.category = category
    self.minimumImportance = minimumImportance
  }
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

  /// Creates a query.
  public init(vector: Vector, filter: MemoryFilter = MemoryFilter(), limit: Int = 10, threshold: Double? = nil) {
    self.vector = vector
    self.filter = filter
    self.limit = limit
    self.threshold = threshold
  }
}

/// A memory that a search found.
public struct SearchHit: Sendable, Equatable {
  /// The row; its embedding is left out, because no reader of a hit wants 3,072 numbers.
  public let memory: Memory
  /// Cosine similarity to the query, from -1 to 1.
  public let similarity: Double

  /// Joins a row and its rank.
  public init(memory: Memory, similarity: Double) {
    self.memory = memory
    self.similarity = similarity
  }
}
