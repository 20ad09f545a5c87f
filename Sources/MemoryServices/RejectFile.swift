import Database
import Foundation
import MemoryModel

/// Where source rows go that cannot be migrated: JSON lines with the reason and the whole row.
///
/// The file comes into being with the first row, readable by its owner only, because rows are private.
final class RejectFile {
  /// nil counts rows without writing them.
  private let path: String?
  private var handle: FileHandle?
  /// How many rows stand in it.
  private(set) var count: Int64 = 0

  init(path: String?) {
    self.path = path
  }

  deinit { try? handle?.close() }

  /// The file's path, once there is a row in it.
  var writtenPath: String? { count > 0 ? path : nil }

  /// Appends a row.
  func append(_ row: SourceRow, reason: String, detail: String) throws {
    count += 1
    guard let path else { return }
    let line = JSON.object([
      JSON.Member("key", .string(row.key)), JSON.Member("reason", .string(reason)),
      JSON.Member("detail", .string(detail)), JSON.Member("row", row.json),
    ])
    try opened(path).write(contentsOf: Data((line.text + "\n").utf8))
  }

  private func opened(_ path: String) throws -> FileHandle {
    if let handle { return handle }
    try? NewFile.makeFolder(of: path)
    // O_EXCL: a file that is there already stays; it follows no link either.
    let descriptor = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw MemshError(
        .fileFailed, "cannot create the reject file \(path)", hint: "name another with `--reject-file PATH`",
        cause: String(cString: strerror(errno)))
    }
    let opened = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    handle = opened
    return opened
  }
}
