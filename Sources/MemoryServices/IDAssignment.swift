import Database
import MemoryModel
import MemoryStore

/// Gives the rows of another store their ids in this one: their own where those are free, else new ones behind the
/// largest of either store, so that a new one never takes what a later row brings along.
struct IDAssignment {
  private let store: MemoryStore
  private let table: String
  /// The last id that was given out or is in use.
  private var last: Int64

  private static let spareIDs: Int64 = 1_000_000

  init(table: String, store: MemoryStore, source: any MemorySource) throws {
    self.store = store
    self.table = table
    let limit = try store.idMaximum
    let largest = try source.largestID(in: table, notAbove: limit)
    last = try max(store.largestID(in: table, notAbove: limit), largest)
    // Applications that add rows meanwhile get ids behind those that are on their way.
    // A source that has one of the last ids there are must not leave them without any.
    if largest > 0, largest <= limit - IDAssignment.spareIDs { try store.reserveIDs(upTo: last, in: table) }
  }

  /// The ids for some rows, in their order.
  mutating func assign(_ ids: [Int64]) throws -> [Int64] {
    let used = try store.usedIDs(ids, in: table)
    guard !used.isEmpty else { return ids }
    let wanted = ids.count { used.contains($0) }
    guard try last <= store.idMaximum - Int64(wanted) else {
      throw MemshError(
        .storeFailed, "\(table) has no \(wanted) free ids behind \(last) for rows of the source",
        hint: "give the rows with the largest ids smaller ones first")
    }
    // Reserved before they are used, so that no other session is given them.
    var next = last + 1
    last += Int64(wanted)
    try store.reserveIDs(upTo: last, in: table)
    return ids.map { id in
      guard used.contains(id) else { return id }
      defer { next += 1 }
      return next
    }
  }
}
