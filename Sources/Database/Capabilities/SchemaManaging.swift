import MemoryModel

/// What is asked of ``SchemaManaging/vectorSupport(_:)``.
package enum VectorSupportAction: Sendable {
  /// Look only.
  case check
  /// Create what is missing.
  case ensure
  /// Create what is missing and update what is outdated.
  case update
}

/// Tables, indexes and the extension for vectors, which each database makes in its own way.
package protocol SchemaManaging: AnyObject {
  /// Reports, and for `.ensure` and `.update` creates, what vectors need.
  ///
  /// - Throws: `pgvector_missing`, `permission_denied`.
  func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport

  /// Stores vectors, measures distances and builds indexes for real; nothing of it stays.
  ///
  /// - Returns: What was tried, in order.
  func testVectors(dimensions: Int) throws -> [String]

  /// Makes the place where tables are created ready, and renews what memsh made in another way before. Belongs into a
  /// transaction, as all that creates.
  func prepareSchema() throws

  /// Creates one of the tables, for vectors of so many numbers.
  func create(_ table: Table, dimensions: Int) throws

  /// Creates the trigger that sets `updated_at`.
  ///
  /// - Throws: `permission_denied` where the function that it would call is of somebody whom that gives too much.
  func createTrigger(_ name: String, of table: Table) throws

  /// Creates memsh's own tables but for the journal, where they are missing.
  func createLedger() throws

  /// Makes sure that every row can be seen, before something is done with all of them.
  ///
  /// - Throws: `permission_denied` when a policy hides rows from this role.
  func requireEveryRow() throws

  /// Keeps everybody else out of the four tables until the transaction ends.
  func lockTables() throws

  /// Runs `body`, which fills the table of memories; an empty one may get its indexes when the rows are in. Belongs into a
  /// transaction.
  func whileLoadingMemories<Value>(_ progress: any ProgressReporter, _ body: () throws -> Value) throws -> Value

  /// Builds the indexes that are missing or invalid.
  ///
  /// Inside a transaction they are part of it; outside, tables in use stay usable meanwhile.
  ///
  /// - Parameters:
  ///   - method: The method of the vector indexes; nil for the store's own choice.
  ///   - leftOut: The names of vector indexes that are not wanted.
  /// - Returns: What came of each vector index, or why there is none.
  func buildIndexes(
    _ method: VectorIndexMethod?, leavingOut leftOut: Set<String>, _ progress: any ProgressReporter
  ) throws -> [VectorIndexOutcome]
}

extension SchemaManaging {
  /// A database without policies hides nothing.
  package func requireEveryRow() throws {}

  /// Rows and indexes are written together.
  package func whileLoadingMemories<Value>(
    _ progress: any ProgressReporter, _ body: () throws -> Value
  ) throws -> Value { try body() }
}
