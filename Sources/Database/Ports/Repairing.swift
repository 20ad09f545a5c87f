import MemoryModel

/// The part of a store that lists and changes memories one by one or many at a time.
package protocol Repairing: AnyObject {
  /// The ids of the memories that pass a filter, ascending.
  func memoryIDs(matching filter: MemoryFilter) throws -> [Int64]

  /// A page of memories, without their embeddings.
  ///
  /// - Throws: `not_found` when the memory that the page begins behind is gone.
  func list(_ query: ListQuery) throws -> [Memory]

  /// Keeps others from changing or deleting rows until the transaction ends.
  func lockRows(_ ids: [Int64], of table: String) throws

  /// Gives memories other values, all the same ones. `updated_at` follows.
  func update(_ changes: [MemoryChange], memories ids: [Int64]) throws

  /// Gives each memory its own importance.
  func setImportance(_ values: [(id: Int64, importance: Double)]) throws

  /// The rows of `memory_duplicates` that refer to these memories.
  func duplicateIDs(ofOriginals ids: [Int64]) throws -> [Int64]

  /// The hashes of the duplicates that are recorded for a memory.
  func duplicateHashes(ofOriginal id: Int64) throws -> [String]

  /// Makes rows of `memory_duplicates` refer to another memory.
  func repoint(duplicates ids: [Int64], to original: Int64) throws
}

/// A new value for a column of `memories`.
package enum MemoryChange: Sendable, Equatable {
  case userID(String)
  case content(String)
  case category(String?)
  case importance(Double?)
  case metadata(JSON?)
  case embedding(Vector?)
  case accessCount(Int64?)
  case lastAccessedAt(Timestamp?)
  case createdAt(Timestamp?)
  case updatedAt(Timestamp?)

  /// The column's name.
  package var column: String {
    switch self {
    case .userID: "user_id"
    case .content: "content"
    case .category: "category"
    case .importance: "importance_score"
    case .metadata: "metadata"
    case .embedding: "embedding"
    case .accessCount: "access_count"
    case .lastAccessedAt: "last_accessed_at"
    case .createdAt: "created_at"
    case .updatedAt: "updated_at"
    }
  }
}

/// A page of memories in some order.
package struct ListQuery: Sendable, Equatable {
  /// What memories can be ordered by; equal ones come by id.
  package enum Sort: String, Sendable, CaseIterable {
    case id, created, updated, accessed, importance, accesses, user, category

    /// The column.
    package var column: String {
      switch self {
      case .id: "id"
      case .created: "created_at"
      case .updated: "updated_at"
      case .accessed: "last_accessed_at"
      case .importance: "importance_score"
      case .accesses: "access_count"
      case .user: "user_id"
      case .category: "category"
      }
    }
  }

  /// Which memories.
  package var filter: MemoryFilter
  /// What they are ordered by; NULL comes last.
  package var sort: Sort
  /// Whether the largest value comes first.
  package var isDescending: Bool
  /// Only memories behind this one, the last of the page before.
  package var after: Int64?
  /// How many at the most.
  package var limit: Int

  /// Creates a query.
  package init(
    filter: MemoryFilter = MemoryFilter(), sort: Sort = .id, isDescending: Bool = false, after: Int64? = nil,
    limit: Int
  ) {
    self.filter = filter
    self.sort = sort
    self.isDescending = isDescending
    self.after = after
    self.limit = limit
  }
}
