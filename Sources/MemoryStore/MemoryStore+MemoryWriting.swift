import Database
import MemoryModel

extension MemoryStore {
  /// The largest id that a table can hold.
  package var idMaximum: Int64 { backend.idMaximum }

  /// Inserts memories in order, in the fastest way the backend has.
  ///
  /// - Parameter ids: The id that each is to have, which must be free; nil for the next free ones.
  /// - Returns: The ids, in the same order.
  package func insert(_ memories: [MemoryFields], ids: [Int64]?) throws -> [Int64] {
    try backend.insert(memories, ids: ids)
  }

  /// Inserts rows into a side table under ids that are free.
  package func insert(_ rows: [Record], ids: [Int64], into table: Table) throws {
    try backend.insert(rows, ids: ids, into: table)
  }

  /// Inserts fragments.
  ///
  /// - Returns: Their ids, in the same order.
  @discardableResult
  package func insert(_ fragments: [PromptFragment]) throws -> [Int64] { try backend.insert(fragments) }

  /// Gives a fragment other values, all of them.
  package func update(_ fragment: PromptFragment, id: Int64) throws { try backend.update(fragment, id: id) }

  /// Makes the next free ids of a table follow this one, at once and for everybody.
  package func reserveIDs(upTo id: Int64, in table: String) throws { try backend.reserveIDs(upTo: id, in: table) }

  /// Notes a search as an agent does: a row of analytics, one more access to each memory found.
  package func record(_ event: AnalyticsEvent, accessTo ids: [Int64]) throws {
    try backend.record(event, accessTo: ids)
  }

  /// Records that a memory duplicates another.
  ///
  /// - Returns: The record's id.
  @discardableResult
  package func insert(_ duplicate: DuplicateRecord) throws -> Int64 { try backend.insert(duplicate) }
}
