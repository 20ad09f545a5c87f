import Database
import Foundation
internal import GRDB
import MemoryModel

/// A SQLite file that is opened for reading only and never changed.
///
/// Nothing is left beside it either, unless a writer left a write-ahead log there: reading that takes a `-shm` file.
final class SourceFile {
  let path: String
  private let queue: DatabaseQueue
  private let stateAtOpening: String

  /// Opens a file.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_not_a_database`, `source_unsupported`.
  init(path: String) throws {
    self.path = path
    try SourceFile.checkReadable(path)
    stateAtOpening = SourceFile.state(of: path)
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "memsh.source"
    do {
      queue = try DatabaseQueue(path: SourceFile.openingName(path), configuration: configuration)
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    } catch let error as DatabaseError {
      throw SourceFile.translate(error, path: path)
    }
  }

  /// Size and time of change of the file and its write-ahead log: what tells one state of it from another.
  var fingerprint: String { stateAtOpening }

  /// Hands over the database inside one read transaction.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.unsafeReentrantRead(body) } catch let error as DatabaseError {
      throw SourceFile.translate(error, path: path)
    }
  }

  func verifyUnchanged() throws {
    guard SourceFile.state(of: path) != stateAtOpening else { return }
    throw MemshError(
      .sourceChanged, "another program wrote to \(path) while it was read",
      hint: "stop what writes to it, or migrate a copy; nothing was stored")
  }

  private static func checkReadable(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw MemshError(.sourceNotFound, "there is no file \(path)", hint: "check the path given with `--from`")
    }
    guard !isFolder.boolValue else { throw ForeignFile.refusal(folder: path) }
    let descriptor = try WholeFile.open(path, takesPipes: false, code: .sourceUnreadable)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? handle.close() }
    // An empty file is an empty database to SQLite.
    guard let head = try? handle.read(upToCount: ForeignFile.headBytes) else { return }
    if let refusal = ForeignFile.refusal(file: path, head: head) { throw refusal }
  }

  /// The name to open a file under.
  ///
  /// Even a reader makes SQLite create `-wal` and `-shm` files for a database in WAL mode. Where no writer has
  /// left any, `immutable` keeps the folder as it is; ``verifyUnchanged()`` then notices a writer that comes later.
  private static func openingName(_ path: String) -> String {
    let isAtRest = !FileManager.default.fileExists(atPath: path + "-wal")
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
    [path, path + "-wal"].map { file in
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else { return "none" }
      let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
      let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return size == 0 ? "none" : "\(size) bytes, changed \(Timestamp(epoch: changed)?.iso8601 ?? "")"
    }.joined(separator: "; log: ")
  }

  private static func translate(_ error: DatabaseError, path: String) -> MemshError {
    let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no reason given")"
    switch error.resultCode {
    case .SQLITE_NOTADB:
      return MemshError(
        .sourceNotADatabase, "\(path) is not a SQLite database", hint: "check the path given with `--from`",
        cause: cause)
    case .SQLITE_CORRUPT:
      return MemshError(
        .sourceUnreadable, "\(path) is damaged", hint: "save what can be saved: sqlite3 \(path) .recover", cause: cause)
    case .SQLITE_INTERRUPT: return MemshError(.interrupted, "interrupted", cause: cause)
    default: return MemshError(.sourceUnreadable, "\(path) cannot be read", cause: cause)
    }
  }
}
