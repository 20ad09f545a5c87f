import Database
import MemoryModel
import MemoryStore

/// Another memsh store as the source of a migration: its rows are taken over as they are, ids included where free.
package final class StoreSource: MemorySource {
  /// What and where it is.
  package let description: SourceDescription

  let store: MemoryStore
  private let isShared: Bool
  private let filter: MemoryFilter

  /// Wraps a store.
  ///
  /// - Parameters:
  ///   - isShared: Whether the store goes on being used; otherwise it was opened for this, for reading only.
  ///   - filter: Which memories are handed over; with one, the side tables are not.
  package init(_ store: MemoryStore, isShared: Bool = false, filter: MemoryFilter = MemoryFilter()) {
    self.store = store
    self.filter = filter
    self.isShared = isShared
    description = SourceDescription(
      kind: "memsh \(store.identity.backend.title) store", location: store.identity.location, fingerprint: "live")
  }

  /// Counts the memories.
  package func survey() throws -> SourceSurvey {
    let space = try store.requireTables()
    let statistics = try store.statistics(userID: nil)
    return SourceSurvey(
      table: "memories", rows: statistics.memories, dimensions: space.dimensions, model: space.model,
      recordedSpace: space, hasVectors: statistics.embeddingsPresent > 0,
      parts: [.init(name: "memories", rows: statistics.memories)])
  }

  /// Hands over all memories by id.
  package func readRows(
    batchSize: Int, decodingEmbeddings: Bool, _ body: ([SourceRecord]) throws -> Void
  ) throws {
    try store.readingExactly {
      try store.readMemories(filter, batchSize: batchSize) { try body($0.map(SourceRecord.stored)) }
    }
  }

  /// Hands over the rows of a side table by id.
  package func readRows(of table: Table, batchSize: Int, _ body: ([Record]) throws -> Void) throws {
    guard filter.isEmpty else { return }
    try store.readingExactly { try store.readRows(of: table, batchSize: batchSize, body) }
  }

  /// The columns that others added to a table.
  package func addedColumns(of table: Table) throws -> [AddedColumn] { try store.travellingColumns(of: table) }

  /// The largest id of a table.
  package func largestID(in table: String, notAbove limit: Int64) throws -> Int64 {
    try store.largestID(in: table, notAbove: limit)
  }

  /// Closes the store, unless others use it.
  package func close() { if !isShared { store.close() } }

  /// Nothing to check: the rows are read in one snapshot of the database.
  package func verifyUnchanged() throws {}
}
