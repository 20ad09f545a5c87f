import Database
import MemoryModel

/// A store of memories in some database: what every service works on.
///
/// All calls block until the database has answered; a store belongs to the thread that made it, except for
/// ``interruptHandle`` and ``closeHandle``. Every error thrown is a ``MemshError``. The store's parts are in the
/// extensions, one file each.
package final class MemoryStore {
  let backend: any StoreBackend
  /// The database.
  var driver: any Driver { backend }
  /// Whether rows are read to the last value, or not at all.
  var readsExactly = false

  private var knownState: StoreState?
  /// What is noted of columns from the other kind of database, as far as it has been looked up.
  var knownColumnTypes: JSON?

  /// Opens nothing yet.
  package init(_ backend: any StoreBackend) {
    self.backend = backend
  }

  /// Where the store is; free of secrets.
  package var identity: StoreIdentity { driver.identity }

  /// What there is of the four tables, as it was when the command began.
  package func state() throws -> StoreState {
    if let knownState { return knownState }
    let state = try driver.state()
    knownState = state
    return state
  }

  /// Looks anew at the next question: at the beginning of a command, and when tables have changed.
  package func forgetState() {
    knownState = nil
    knownColumnTypes = nil
  }

  /// Whether a table of memsh's own can be read; nil when there is none.
  package func mayRead(_ table: OwnTable) throws -> Bool? {
    do { return try driver.first(driver.dialect.readability(of: table)) { try $0.flag(0) } } catch let error
      as MemshError
      where error.code == .schemaMissing
    { return nil }
  }

  /// The store as a file of its own, where it is one.
  package var file: (any FileStore)? { backend as? any FileStore }

  /// Connects, if there is no connection yet, and makes sure that the other side answers.
  package func connect() throws { try driver.connect() }

  /// The server or library that answers, such as `PostgreSQL 18.4`.
  package func serverVersion() throws -> String { try driver.serverVersion() }

  /// Runs `body` in one transaction, which ends as `ending` says, or is rolled back when `body` throws.
  ///
  /// Called inside another transaction it only runs `body`.
  package func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    try driver.transaction(ending, body)
  }

  /// Changes what the store may use and how it works; takes effect at once.
  package func apply(_ options: StoreOptions) throws { try driver.apply(options) }

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
