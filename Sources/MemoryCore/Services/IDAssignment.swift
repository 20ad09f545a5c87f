/// Gives the rows of another store their ids in this one: their own where those are free, else new ones behind the
/// largest of either store, so that a new one never takes what a later row brings along.
struct IDAssignment {
  private let store: any MemoryStore
  private let table: String
  /// The last id that was given out or is in use.
  private var last: Int64

  init(table: String, store: any MemoryStore, source: any MemorySource) throws {
    self.store = store
    self.table = table
    let limit = store.idMaximum
    let largest = try source.largestID(in: table, notAbove: limit)
    last = try max(store.largestID(in: table, notAbove: limit), largest)
    // Applications that add rows meanwhile get ids behind those that are on their way.
    if largest > 0 { try store.reserveIDs(upTo: last, in: table) }
  }

  /// The ids for some rows, in their order.
  mutating func assign(_ ids: [Int64]) throws -> [Int64] {
    let used = try store.usedIDs(ids, in: table)
    return try ids.map { id in
      guard used.contains(id) else { return id }
      guard last < store.idMaximum else {
        throw MemshError(
          .storeFailed, "\(table) has no free id behind \(last) for the row \(id) of the source",
          hint: "give the rows with the largest ids smaller ones first")
      }
      last += 1
      return last
    }
  }
}
