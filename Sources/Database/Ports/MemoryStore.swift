import MemoryModel

/// The parts of a store that a backend still writes itself.
package protocol StoreBackend: Driver, SchemaManaging, Searching, MemoryReading, VectorReplacing, SQLAnswering,
  RowImaging,
  Introspecting, Maintaining
{}

/// How a transaction ends when its body has succeeded.
package enum TransactionEnding: Sendable {
  case commit
  /// What was done is undone: for trials that must leave no trace, whatever happens to the process.
  case rollback
  /// Nothing can be written in it; it sees one snapshot from its first statement to its last.
  case readOnly
}

/// What a store may use and how it works. SQLite has one connection and no timeout: Ctrl-C ends its statements.
package struct StoreOptions: Sendable, Equatable {
  /// Connections at a time.
  package var poolSize = 4
  /// How long the answer to a question may take, in seconds; 0 leaves that to the server's own settings.
  package var statementTimeoutSeconds = 0.0
  /// The language that words are reduced to their stems in; nil is that of the store's text index, else english.
  package var textSearchLanguage: String?

  /// The language of a text index when nobody has chosen one.
  package static let defaultLanguage = "english"

  /// The options that a session starts with.
  package init() {}
}

/// What is asked of ``SchemaManaging/vectorSupport(_:)``.
package enum VectorSupportAction: Sendable {
  /// Look only.
  case check
  /// Create what is missing.
  case ensure
  /// Create what is missing and update what is outdated.
  case update
}

/// The part of a store that knows its tables, indexes and extension.
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

  /// Builds the indexes that are missing or invalid.
  ///
  /// Inside a transaction they are part of it; outside, tables in use stay usable meanwhile.
  ///
  /// - Parameter method: The method of the vector indexes; nil for the store's own choice.
  /// - Returns: What came of each vector index, or why there is none.
  func buildIndexes(_ method: VectorIndexMethod?, _ progress: any ProgressReporter) throws -> [VectorIndexOutcome]
}

/// The part of a store that answers questions.
package protocol MemoryReading: AnyObject {
  /// The ids of memories with an embedding, drawn at random, `count` at most.
  func sampleOfEmbedded(_ count: Int) throws -> [Int64]

  /// What the store's tables, indexes and files take.
  func storage() throws -> [StorageEntry]
}

extension SchemaManaging {
  /// A store without policies hides nothing.
  package func requireEveryRow() throws {}
}
