import Foundation

/// Where source rows go that cannot be migrated: JSON lines with the reason and the whole row.
///
/// The file comes into being with the first row, readable by its owner only, because rows are private.
final class RejectFile {
  private let path: String
  private var handle: FileHandle?
  /// How many rows stand in it.
  private(set) var count: Int64 = 0

  init(path: String) {
    self.path = path
  }

  deinit { try? handle?.close() }

  /// The file's path, once there is a row in it.
  var writtenPath: String? { count > 0 ? path : nil }

  /// Appends a row.
  func append(_ row: SourceRow, reason: String, detail: String) throws {
    let line = JSON.object([
      JSON.Member("key", .string(row.key)), JSON.Member("reason", .string(reason)),
      JSON.Member("detail", .string(detail)), JSON.Member("row", row.json),
    ])
    try opened().write(contentsOf: Data((line.text + "\n").utf8))
    count += 1
  }

  private func opened() throws -> FileHandle {
    if let handle { return handle }
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      else { throw CocoaError(.fileWriteNoPermission) }
      let opened = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      handle = opened
      return opened
    } catch {
      throw MemshError(
        .fileFailed, "cannot write the reject file \(path)", hint: "name another with `--reject-file PATH`",
        cause: error.localizedDescription)
    }
  }
}
