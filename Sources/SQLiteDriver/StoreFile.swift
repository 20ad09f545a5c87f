import Database
import Foundation
import GRDB
import MemoryModel

/// The file of a store: how it comes to be, and how it is opened where nothing can be written.
enum StoreFile {
  /// Makes an empty file that only its owner may read, and its folder.
  ///
  /// SQLite gives the files that it makes beside it the same mode. A file that is there keeps its own.
  ///
  /// - Returns: Whether there was none.
  @discardableResult
  static func create(_ path: String) throws -> Bool {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw MemshError(
        .permissionDenied, "cannot create the folder \(folder.path)",
        hint: "name another store with `-d PATH`, or set XDG_DATA_HOME", cause: error.localizedDescription)
    }
    // Somebody else may be quicker, and a link may lead to a file that is not there yet: SQLite sees to these.
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { Foundation.close(descriptor) }
    return descriptor >= 0
  }

  /// How large a file is, in bytes; 0 when there is none.
  static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Whether bytes 18 and 19 of the header are 2 (SQLite file format, 1.3).
  static func isInWALMode(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    guard let header = try? handle.read(upToCount: 20), header.count == 20 else { return false }
    return header[18] == 2 && header[19] == 2
  }

  /// Opens a file.
  ///
  /// Even a reader of a store in WAL mode makes files beside it. Where that cannot be, and no writer has left a log, the
  /// file holds everything and is opened as one that nobody changes.
  static func open(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    try DatabaseFiles.refusePipes(path, code: .storeFailed)
    do { return try DatabaseQueue(path: path, configuration: configuration) } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    {
      guard FileManager.default.isReadableFile(atPath: path) else { throw error }
      guard size(of: path + "-wal") == 0 else {
        throw MemshError(
          .permissionDenied, "\(path)-wal holds changes that cannot be read here: nothing can be written beside it",
          hint: "copy both files to a folder of your own: cp \(path) \(path)-wal FOLDER",
          cause: "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no reason given")")
      }
      let absolute = URL(fileURLWithPath: path).path
      let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute
      return try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
    }
  }

  /// Closes a file; the last one to do so takes the write-ahead log into it.
  static func close(_ queue: DatabaseQueue) {
    // An interruption that came when nothing ran would stop that; it ends with the next statement.
    try? queue.unsafeReentrantWrite { try $0.execute(sql: "SELECT 1") }
    try? queue.close()
  }
}
