import Foundation
import MemoryModel

/// A file that is not a database.
struct SourceDocument {
  let path: String
  /// Its first bytes.
  let head: Data
  /// Size and time of change at the first look.
  let fingerprint: String

  /// The most that is read before it is known what the file is.
  static let headBytes = 65_536
  static let sqliteMagic = Data("SQLite format 3\0".utf8)
  /// The most that is read of a file that must be held as a whole.
  static let wholeBytesMaximum = 256 << 20

  /// Looks at a file.
  ///
  /// - Throws: `source_unreadable`.
  init(path: String) throws {
    self.path = path
    fingerprint = FileState.of(path)
    let descriptor = try WholeFile.open(path, takesPipes: false, code: .sourceUnreadable)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? handle.close() }
    head = (try? handle.read(upToCount: SourceDocument.headBytes)) ?? Data()
  }

  /// The last part of the path.
  var name: String { URL(fileURLWithPath: path).lastPathComponent }

  /// The beginning as text; a sequence that is not UTF-8 is replaced.
  var headText: String { String(decoding: head, as: UTF8.self) }

  /// Reads all of it as UTF-8.
  ///
  /// - Throws: `source_unreadable`, also for a file above ``wholeBytesMaximum``.
  func text() throws -> String {
    try WholeFile.text(
      path, limitBytes: SourceDocument.wholeBytesMaximum, takesPipes: false, code: .sourceUnreadable)
  }

  func verifyUnchanged() throws {
    guard FileState.of(path) == fingerprint else { throw MemshError.sourceChanged(path) }
  }
}

/// Size and time of change of a file, in words: what tells one state of it from another.
enum FileState {
  static func of(_ path: String) -> String {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return "none" }
    let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
    let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return size == 0 ? "none" : "\(size) bytes, changed \(Timestamp(epoch: changed)?.iso8601 ?? "")"
  }
}
