import Database
import MemoryModel

/// A store of memories in some database: what every service works on.
///
/// All calls block until the database has answered; a store belongs to the thread that made it, except for
/// ``interruptHandle`` and ``closeHandle``. Every error thrown is a ``MemshError``. The store's parts are in the
/// extensions, one file each.
package final class MemoryStore {
  /// The database.
  package let driver: any Driver
  /// Whether rows are read to the last value, or not at all.
  var readsExactly = false

  private var knownState: StoreState?
  /// What is noted of columns from the other kind of database, as far as it has been looked up.
  var knownColumnTypes: JSON?
  private(set) var isInTransaction = false
  /// Whether the present transaction may write.
  private var mayWrite = false

  /// Opens nothing yet.
  package init(_ driver: any Driver) {
    self.driver = driver
  }

  /// Where the store is; free of secrets.
  package var identity: StoreIdentity { driver.identity }

  /// What there is of the four tables and of memsh's own, as it was when the command began.
  ///
  /// - Throws: `schema_missing` for tables of another kind; see ``StoreKind``.
  package func state() throws -> StoreState {
    if let knownState { return knownState }
    let state = try driver.state()
    try StoreKind(state, of: identity, driver.dialect).check()
    if mayWrite { try refuseForeignPartitions(state) }
    knownState = state
    return state
  }

  /// Looks anew at the next question: at the beginning of a command, and when tables have changed.
  package func forgetState() {
    knownState = nil
    knownColumnTypes = nil
  }

  /// The space of the store's vectors: as recorded; else, for a store that others made, `unknown/unknown` with the length
  /// of its vectors; nil for a store without tables.
  package func embeddingSpace() throws -> EmbeddingSpace? {
    let dialect = driver.dialect
    return try state().embeddingSpace(
      removedBy: SQL("DELETE FROM \(OwnTable.settings) WHERE key = 'embedding_space'").rendered(by: dialect).text)
  }

  /// Makes sure that there are tables to work on.
  ///
  /// - Returns: The space of their vectors.
  /// - Throws: `schema_missing`.
  @discardableResult
  package func requireTables() throws -> EmbeddingSpace {
    guard let space = try embeddingSpace() else { throw MemshError.schemaMissing(identity) }
    return space
  }

  /// Whether a table of memsh's own can be read; nil when there is none.
  package func mayRead(_ table: OwnTable) throws -> Bool? { try state().own[table]?.mayRead }

  /// The error for an embedder of another space than the store's; where this role may not read which one that is, the
  /// right that it lacks.
  package func mismatch(_ embedder: EmbeddingSpace, storeSpace: EmbeddingSpace) -> any Error {
    guard !storeSpace.isKnown, (try? mayRead(.settings)) == false else {
      return embedder.mismatch(storeSpace: storeSpace)
    }
    do { _ = try driver.exists("SELECT 1 FROM \(OwnTable.settings)") } catch { return error }
    return embedder.mismatch(storeSpace: storeSpace)
  }

  /// The store as a file of its own, where it is one.
  package var file: (any FileStore)? { driver.capabilities.file }

  /// Connects, if there is no connection yet, and makes sure that the other side answers.
  ///
  /// - Throws: `schema_missing` for tables of another kind than memsh's.
  package func connect() throws {
    try driver.connect()
    _ = try state()
  }

  /// The server or library that answers, such as `PostgreSQL 18.4`.
  package func serverVersion() throws -> String { try driver.serverVersion() }

  /// Runs `body` in one transaction, which ends as `ending` says, or is rolled back when `body` throws.
  ///
  /// Called inside another transaction it only runs `body`.
  package func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    guard !isInTransaction else { return try body() }
    if ending != .readOnly, let knownState { try refuseForeignPartitions(knownState) }
    (isInTransaction, mayWrite) = (true, ending != .readOnly)
    var isDone = false
    defer {
      (isInTransaction, mayWrite) = (false, false)
      // What was made in it may be gone again.
      if !isDone || ending == .rollback { forgetState() }
    }
    let value = try driver.transaction(ending) {
      // Somebody may have changed the tables before it began.
      if ending != .readOnly { forgetState() }
      return try body()
    }
    isDone = true
    return value
  }

  /// Changes what the store may use and how it works; takes effect at once.
  package func apply(_ options: StoreOptions) throws { try driver.apply(options) }

  /// What the server has said beside its answers since the last call, one line each.
  package func takeNotices() -> [String] { driver.takeNotices() }

  /// A function that stops whatever the store is doing; it may be called from any thread, at any time.
  package var interruptHandle: @Sendable () -> Void { driver.interruptHandle }

  /// A function that gives the connection back for a process that is about to end; it may be called from any thread, at
  /// any time, and waits for what the store is doing.
  package var closeHandle: @Sendable () -> Void { driver.closeHandle }

  /// Gives the connection back. The store connects anew when it is used again.
  package func close() {
    forgetState()
    driver.close()
  }
}

extension MemoryStore {
  /// Hands over all memories with their embeddings, by id, `batchSize` at a time.
  package func readMemories(batchSize: Int, _ body: ([Memory]) throws -> Void) throws {
    try readMemories(MemoryFilter(), batchSize: batchSize, body)
  }
}
