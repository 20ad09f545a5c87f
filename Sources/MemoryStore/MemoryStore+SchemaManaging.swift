import Database
import MemoryModel

extension MemoryStore {
  /// Reports, and for `.ensure` and `.update` creates, what vectors need.
  ///
  /// - Throws: `pgvector_missing`, `permission_denied`.
  package func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport {
    _ = try state()
    defer { if action != .check { forgetState() } }
    return try driver.capabilities.schema.vectorSupport(action)
  }

  /// Stores vectors, measures distances and builds indexes for real; nothing of it stays.
  ///
  /// - Returns: What was tried, in order.
  package func testVectors(dimensions: Int) throws -> [String] {
    try driver.capabilities.schema.testVectors(dimensions: dimensions)
  }

  /// Makes sure that every row can be seen, before something is done with all of them.
  ///
  /// - Throws: `permission_denied` when a policy hides rows from this role.
  package func requireEveryRow() throws { try driver.capabilities.schema.requireEveryRow() }

  /// Keeps everybody else out of the four tables until the transaction ends.
  package func lockTables() throws { try driver.capabilities.schema.lockTables() }

  /// Builds the indexes that are missing or invalid.
  ///
  /// Inside a transaction they are part of it; outside, tables in use stay usable meanwhile.
  ///
  /// - Parameter method: The method of the vector indexes; nil for the store's own choice.
  /// - Returns: What came of each vector index, or why there is none.
  package func buildIndexes(_ method: VectorIndexMethod?, _ progress: any ProgressReporter) throws
    -> [VectorIndexOutcome]
  {
    defer { forgetState() }
    return try driver.capabilities.schema.buildIndexes(method, progress)
  }
}
