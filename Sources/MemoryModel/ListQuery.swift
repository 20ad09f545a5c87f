/// A page of memories in some order.
package struct ListQuery: Sendable, Equatable {
  /// What memories can be ordered by; equal ones come by id.
  package enum Sort: String, Sendable, CaseIterable {
    case id, created, updated, accessed, importance, accesses, user, category

    /// The column; nil for the key.
    package var column: Column? {
      switch self {
      case .id: nil
      case .created: .created
      case .updated: .updated
      case .accessed: .lastAccess
      case .importance: .importance
      case .accesses: .accessCount
      case .user: .userID
      case .category: .category
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
