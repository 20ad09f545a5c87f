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
  static let sqliteMagic = Array("SQLite format 3\0".utf8)
  /// The most that is read of a file that must be held as a whole, in bytes: what it holds takes several times that.
  static let wholeBytesMaximum = 16 << 20

  /// How many values a JSON file may hold that must be held as a whole: one can take 150 times its two bytes.
  static let valuesMaximum = 1_200_000

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

  /// Reads all of a file as JSON; `NaN` and `Infinity`, which Python writes, are read, too.
  ///
  /// - Parameters:
  ///   - what: What the file seems to be, for the error where it is not JSON: `an answer of mem0's get_all`.
  ///   - instead: The hint of the error for a file above ``wholeBytesMaximum`` or ``valuesMaximum``: what to do with it.
  /// - Throws: `source_unreadable`.
  static func wholeJSON(_ path: String, what: String, instead: String) throws -> JSON {
    try checkSize(of: path, instead)
    let text = try WholeFile.text(path, limitBytes: wholeBytesMaximum, code: .sourceUnreadable)
    do { return try JSONParser.parse(text, takesNaN: true, valuesMaximum: valuesMaximum) } catch {
      guard !error.isTooLarge else {
        throw MemshError(
          .sourceUnreadable,
          "\(path) cannot be read: it holds more than \(valuesMaximum) values, the most that are read", hint: instead)
      }
      throw MemshError(.sourceUnreadable, "\(path) looks like \(what), and is not JSON: \(error)", hint: instead)
    }
  }

  /// Reads all of a file as bytes.
  ///
  /// - Parameter instead: The hint of the error for a file above ``wholeBytesMaximum``: what to do with it.
  /// - Throws: `source_unreadable`.
  static func wholeBytes(_ path: String, instead: String) throws -> [UInt8] {
    try checkSize(of: path, instead)
    return try WholeFile.bytes(path, limitBytes: wholeBytesMaximum, code: .sourceUnreadable)
  }

  private static func checkSize(of path: String, _ instead: String) throws {
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
    guard size?.int64Value ?? 0 <= wholeBytesMaximum else {
      throw MemshError(
        .sourceUnreadable,
        "\(path) cannot be read: it is larger than \(wholeBytesMaximum >> 20) MB, the most that is read",
        hint: instead)
    }
  }

  func verifyUnchanged() throws {
    guard FileState.of(path) == fingerprint else { throw MemshError.sourceChanged(path) }
  }
}

/// Size and time of change of a file, in words: what tells one state of it from another.
enum FileState {
  /// The state of a file that is not there, or is empty.
  static let none = "none"

  static func of(_ path: String) -> String {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return none }
    let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
    let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return size == 0 ? none : "\(size) bytes, changed \(Timestamp(epoch: changed)?.iso8601 ?? "")"
  }
}
