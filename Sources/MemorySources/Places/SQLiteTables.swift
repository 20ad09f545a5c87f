import Database
import Foundation
internal import GRDB
import MemoryModel

/// A SQLite file that is opened for reading only and never changed.
///
/// Of a file with a write-ahead log, SQLite makes the log's index, `-shm`, where no program has left one. It stays: another
/// program may have begun to use it, and only SQLite's own locks could tell.
final class SQLiteTables: TableDatabase {
  let path: String
  var location: String { path }
  let backend = Backend.sqlite
  /// Size and time of change of the file and its write-ahead log.
  let fingerprint: String
  private let queue: DatabaseQueue
  private static let busySeconds = 5.0

  /// Opens a file.
  ///
  /// - Throws: `source_unreadable`, `source_not_a_database`.
  init(path: String) throws {
    self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    fingerprint = SQLiteTables.state(of: path)
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "memsh.source"
    // An application that writes holds its lock for moments.
    configuration.busyMode = .timeout(SQLiteTables.busySeconds)
    try DatabaseFiles.refusePipes(path, code: .sourceUnreadable)
    do {
      queue = try DatabaseQueue(path: SQLiteTables.openingName(path), configuration: configuration)
      OpenedFiles.note(queue)
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    } catch let error as DatabaseError {
      throw SQLiteTables.translate(error, path: path)
    }
  }

  deinit { OpenedFiles.close(queue) }

  func tables() throws -> TableList { try read { try TableList($0) } }

  func reading<Value>(_ body: () throws -> Value) throws -> Value {
    try read { db in
      guard !db.isInsideTransaction else { return try body() }
      try db.beginTransaction(.deferred)
      do {
        let value = try body()
        try db.commit()
        return value
      } catch {
        // What failed is said; a transaction that SQLite itself has ended cannot be ended again.
        try? db.rollback()
        throw error
      }
    }
  }

  func rows(_ sql: String, _ body: (any TableRow) throws -> Void) throws {
    try read { db in
      let reader = SQLiteRowReader(try db.makeStatement(sql: sql))
      while try reader.step() { try body(reader) }
    }
  }

  /// Hands over the database.
  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.unsafeReentrantRead(body) } catch let error as DatabaseError {
      throw SQLiteTables.translate(error, path: path)
    }
  }

  func verifyUnchanged() throws {
    guard SQLiteTables.state(of: path) == fingerprint else { throw MemshError.sourceChanged(path) }
  }

  func close() {}

  /// The name to open a file under.
  ///
  /// Even a reader makes SQLite create `-wal` and `-shm` files for a database in WAL mode. Where no writer has
  /// left anything in one, `immutable` keeps the folder as it is; ``verifyUnchanged()`` then notices a writer that comes
  /// later.
  private static func openingName(_ path: String) -> String {
    func isThere(_ ending: String) -> Bool { FileManager.default.fileExists(atPath: path + ending) }
    let isAtRest = !isThere("-wal") || FileState.of(path + "-wal") == FileState.none && !isThere("-shm")
    guard isAtRest, isInWALMode(path), SQLiteRowReader.understandsURIs else { return path }
    let absolute = URL(fileURLWithPath: path).path
    let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute
    return "file:\(escaped)?immutable=1"
  }

  /// Bytes 18 and 19 of the header are 2 for a database in WAL mode (SQLite file format, 1.3).
  private static func isInWALMode(_ path: String) -> Bool {
    guard let handle = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)) else { return false }
    defer { try? handle.close() }
    guard let header = try? handle.read(upToCount: 20), header.count == 20 else { return false }
    return header[18] == 2 || header[19] == 2
  }

  private static func state(of path: String) -> String {
    [path, path + "-wal"].map(FileState.of).joined(separator: "; log: ")
  }

  /// What to do with a damaged file.
  static func recovery(of path: String) -> String { "save what can be saved: sqlite3 \(path.shellWord) .recover" }

  private static func translate(_ error: DatabaseError, path: String) -> MemshError {
    let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no reason given")"
    switch error.resultCode {
    case .SQLITE_NOTADB:
      return MemshError(
        .sourceNotADatabase, "\(path) is not a SQLite database", hint: "check the path",
        cause: cause)
    case .SQLITE_CORRUPT:
      return MemshError(
        .sourceUnreadable, "\(path) is damaged", hint: recovery(of: path), cause: cause)
    case .SQLITE_INTERRUPT: return MemshError(.interrupted, "interrupted", cause: cause)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN:
      guard FileState.of(path + "-journal") != FileState.none else { fallthrough }
      return MemshError(
        .sourceUnreadable, "\(path) cannot be read: a program was stopped while it wrote",
        hint:
          "open it once with the application that wrote it, or type sqlite3 \(path.shellWord) .tables, which takes the "
          + "half-written change back", cause: cause)
    default: return MemshError(.sourceUnreadable, "\(path) cannot be read", cause: cause)
    }
  }
}
