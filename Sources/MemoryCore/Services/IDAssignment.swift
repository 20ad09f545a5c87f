/// Gives the rows of another store their ids in this one: their own where those are free, else new ones behind the
/// largest of either store, so that a new one never takes what a later row brings along.
struct IDAssignment {
  private let store: any MemoryStore
  private let table: String
  private var next: Int64

  init(table: String, store: any MemoryStore, source: any MemorySource) throws {
    self.store = store
    self.table = table
    let limit = store.idMaximum
    next =
      try max(store.largestID(in: table, notAbove: limit), source.largestID(in: table, notAbove: limit)) + 1
  }

  /// The ids for some rows, in their order.
  mutating func assign(_ ids: [Int64]) throws -> [Int64] {
    let used = try store.usedIDs(ids, in: table)
    return ids.map { id in
      guard used.contains(id) else { return id }
      defer { next += 1 }
      return next
    }
  }
}
