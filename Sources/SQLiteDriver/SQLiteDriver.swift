import Database
import Foundation
import GRDB
import GRDBSQLite
import Logging
import MemoryModel
import Synchronization

/// A memory store in one SQLite file: the embedded default.
///
/// The file is opened when it is first used, and created when something is first written. The protocol's parts are
/// in the extensions, one file each.
package final class SQLiteDriver: Driver {
  /// Where the store is.
  package let identity: StoreIdentity

  let path: String
  let logger = Logger(label: "memsh.sqlite")
  private let isReadOnly: Bool
  private let running: RunningQueues
  private var opened: DatabaseQueue?
  private var usesWriteAheadLog = false
  private(set) var options = StoreOptions()
  /// The transaction that stays open between commands.
  var held = HeldTransaction()
  /// The quantised vectors as the last search left them.
  var vectors: CurrentVectors?
  /// What the file has of tables, and the version of it that was looked at.
  var knownState: (version: FileVersion, state: StoreState)?
  /// What the seal of the file vouches for, and the version of it that was checked.
  var checkedSeal: (version: FileVersion, coverage: SealCoverage)?

  /// A write-ahead log may stay as large as this.
  private static let logBytesMaximum: Int64 = 16 << 20
  /// How much of the file SQLite keeps in memory: as much as it does by itself, and while it changes rows, whose places in
  /// the indexes lie anywhere.
  private static let (cacheKiB, changeCacheKiB) = (2_000, 64 << 10)
  /// How long a writer waits for another process.
  private static let busyTimeoutSeconds = 5.0

  /// Describes the store; nothing is opened yet.
  ///
  /// - Parameter isReadOnly: Whether SQLite is told to refuse every change.
  package convenience init(path: String, isReadOnly: Bool = false) {
    self.init(path: path, isReadOnly: isReadOnly, running: RunningQueues())
  }

  private init(path: String, isReadOnly: Bool, running: RunningQueues) {
    self.path = path
    self.isReadOnly = isReadOnly
    self.running = running
    let name = path.split(separator: "/").last.map(String.init) ?? path
    identity = StoreIdentity(backend: .sqlite, name: name, location: path)
  }

  /// Another connection to the file, for another thread.
  package func reader() -> any Driver {
    let reader = SQLiteDriver(path: path, isReadOnly: true, running: running)
    reader.options = options
    return reader
  }

  /// Opens the file if there is one. A store that does not exist yet is as good as an empty one.
  package func connect() throws {
    guard fileExists else { return }
    try read { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
  }

  /// Takes note of the language for searching text; there is nothing to limit.
  package func apply(_ options: StoreOptions) throws { self.options = options }

  /// The version of the SQLite library.
  package func serverVersion() throws -> String { "SQLite \(String(cString: sqlite3_libversion()))" }

  /// Interrupts the running statement.
  package var interruptHandle: @Sendable () -> Void {
    let running = running
    return { for queue in running.queues.withLock({ $0 }) { queue.interrupt() } }
  }

  /// Closes the file for a process that is about to end; whatever runs on it ends with `interrupted`.
  package var closeHandle: @Sendable () -> Void {
    let running = running
    return {
      let queues = running.queues.withLock { $0 }
      for queue in queues { queue.interrupt() }
      for queue in queues { StoreFile.close(queue) }
    }
  }

  /// Closes the file. Whoever does that last takes the write-ahead log into it.
  package func close() {
    if let opened {
      running.queues.withLock { $0.removeAll { $0 === opened } }
      StoreFile.close(opened)
    }
    opened = nil
    vectors = nil
    (knownState, checkedSeal) = (nil, nil)
    held = HeldTransaction()
  }

  /// Runs `body` in one transaction, which holds the file's write lock from its start, unless it is to read only.
  package func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    // Without a file there is nothing to read, and reading must not create one.
    if ending == .readOnly, !fileExists { return try body() }
    return try (ending == .readOnly ? read : write) { db in
      if held.isBegun, !held.isInPart, db.isInsideTransaction { return try part(ending, db, body) }
      guard !db.isInsideTransaction else { return try body() }
      if ending != .readOnly { try db.execute(sql: "PRAGMA cache_size = -\(SQLiteDriver.changeCacheKiB)") }
      defer {
        if ending != .readOnly {
          giveBackLog(db)
          try? db.execute(sql: "PRAGMA cache_size = -\(SQLiteDriver.cacheKiB)")
        }
      }
      if ending == .readOnly { try db.execute(sql: "PRAGMA query_only = ON") }
      defer { if ending == .readOnly { try? db.execute(sql: "PRAGMA query_only = OFF") } }
      var value: Value?
      try db.inTransaction(ending == .readOnly ? .deferred : .immediate) {
        value = try body()
        return ending == .commit ? .commit : .rollback
      }
      guard let value else { throw MemshError(.storeFailed, "SQLite ended the transaction early") }
      return value
    }
  }

  /// Whether there is a file, empty or not.
  var fileExists: Bool { FileManager.default.fileExists(atPath: path) }

  /// Hands over the database for reading.
  ///
  /// - Throws: `schema_missing` when there is no file.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    guard fileExists else { throw MemshError.schemaMissing(identity) }
    return try use(body)
  }

  /// Hands over the database for writing, creating the file and its folder first.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    if !fileExists { try StoreFile.create(path) }
    return try use { db in
      try useWriteAheadLog(db)
      return try body(db)
    }
  }

  /// Readers go on while a writer works.
  ///
  /// The mode is kept in the file; a file of another system keeps its own.
  private func useWriteAheadLog(_ db: Database) throws {
    guard !usesWriteAheadLog, !db.isInsideTransaction else { return }
    let foreign = try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM sqlite_master)
          AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'memsh_settings')
        """)
    if foreign == false { _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") }
    usesWriteAheadLog = true
  }

  /// Puts a write-ahead log that a long transaction has made large back into the file, and gives its room back, whether
  /// the transaction succeeded or not.
  private func giveBackLog(_ db: Database) {
    guard StoreFile.size(of: path + "-wal") > SQLiteDriver.logBytesMaximum else { return }
    // Whoever reads an old state stands in the way; that is not worth waiting for.
    try? db.execute(sql: "PRAGMA busy_timeout = 100")
    _ = try? Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    try? db.execute(sql: "PRAGMA busy_timeout = \(Int(SQLiteDriver.busyTimeoutSeconds * 1_000))")
  }

  /// Copies another database over this one.
  func copy(from source: DatabaseQueue) throws {
    do { try source.backup(to: queue()) } catch let error as DatabaseError {
      throw MemshError(translating: error, location: identity.location)
    }
  }

  /// Copies this database into an empty file.
  func copy(toFileAt path: String) throws {
    guard fileExists else { throw MemshError.schemaMissing(identity) }
    do {
      let target = try DatabaseQueue(path: path)
      defer { try? target.close() }
      try queue().backup(to: target)
    } catch let error as DatabaseError {
      throw MemshError(translating: error, location: identity.location)
    }
  }

  private func use<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try queue().unsafeReentrantWrite(body)
    } catch let error as DatabaseError {
      throw MemshError(translating: error, location: identity.location)
    } catch is RowDecodingError {
      throw MemshError(
        .storeCorrupt, "a row of \(identity.location) holds a value of the wrong type, such as text for a number",
        hint: "find it with sqlite3: SELECT id FROM memories WHERE typeof(importance_score) = 'text'")
    }
  }

  private func queue() throws -> DatabaseQueue {
    if let opened { return opened }
    var configuration = Configuration()
    configuration.busyMode = .timeout(SQLiteDriver.busyTimeoutSeconds)
    configuration.label = "memsh.store"
    // Not SQLITE_OPEN_READONLY: a connection that may not write leaves its -wal and -shm files behind.
    // `begin` leaves a transaction open.
    configuration.allowsUnsafeTransactions = true
    if isReadOnly {
      // A source is read in one snapshot from its first row to its last.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON; BEGIN") }
    }
    logger.info("opening \(path)")
    configuration.prepareDatabase(SQLiteFunctions.add)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_size_limit = \(SQLiteDriver.logBytesMaximum)") }
    configuration.prepareDatabase { [location = identity.location] db in
      // What counts bytes of a text would count those of another encoding.
      guard let encoding = try String.fetchOne(db, sql: "PRAGMA encoding"), encoding != "UTF-8" else { return }
      throw MemshError(
        .storeFailed, "\(location) keeps its texts as \(encoding); memsh needs UTF-8",
        hint: "make a copy in UTF-8: sqlite3 \(location.shellWord) .dump | sqlite3 NEW.db")
    }
    if logger.logLevel <= .debug {
      // GRDB's description of a statement leaves its values out.
      configuration.prepareDatabase { [logger] db in db.trace { logger.debug("\($0)") } }
    }
    let queue = try StoreFile.open(path, configuration)
    running.queues.withLock { $0.append(queue) }
    opened = queue
    return queue
  }
}

/// What other threads may know of a store: the queues whose statements they can interrupt, its own and its readers'.
private final class RunningQueues: Sendable {
  let queues = Mutex<[DatabaseQueue]>([])
}

extension MemshError {
  /// Says what a failure of SQLite means to somebody who works with memories.
  init(translating error: DatabaseError, location: String) {
    let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no reason given")"
    guard error.extendedResultCode != .SQLITE_CONSTRAINT_NOTNULL else {
      let match = error.message?.firstMatch(of: /failed: ([^.]+)\.(.+)$/)
      self = .nullRefused(
        error.message ?? "no column named", of: match.map { (String($0.2), String($0.1)) }, cause: cause)
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .storeBusy, "another process is writing to \(location)", hint: "try again when it has ended", cause: cause)
    case .SQLITE_NOTADB:
      self.init(
        .storeCorrupt, "\(location) is not a SQLite database", hint: "name the right file with `-d PATH`", cause: cause)
    case .SQLITE_CORRUPT:
      self.init(
        .storeCorrupt, "\(location) is damaged",
        hint: "check it with sqlite3 \(location.shellWord) 'PRAGMA integrity_check'",
        cause: cause)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(.permissionDenied, "\(location) cannot be written", hint: "check who owns the file", cause: cause)
    case .SQLITE_CANTOPEN:
      self.init(.connectionFailed, "cannot open \(location)", hint: "check the path and its permissions", cause: cause)
    case .SQLITE_FULL:
      self.init(.diskFull, "the disk is full", hint: "make room; nothing of this command is stored", cause: cause)
    case .SQLITE_INTERRUPT: self.init(.interrupted, "interrupted", cause: cause)
    case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_CHECK:
      self.init(
        .storeFailed, "a value breaks a rule (CHECK) of its table: \(error.message ?? "no reason given")",
        hint: "sql \"SELECT sql FROM sqlite_master WHERE type = 'table'\" shows the rules; change the rule or the row",
        cause: cause)
    default: self.init(.storeFailed, "SQLite refused: \(error.message ?? "no reason given")", cause: cause)
    }
  }
}
