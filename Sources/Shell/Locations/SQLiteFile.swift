import Foundation
import MemoryModel

/// Telling SQLite databases from other files.
package enum SQLiteFile {
  /// The first 16 bytes of every SQLite database (SQLite file format, 1.2).
  private static let header = Data("SQLite format 3\0".utf8)

  /// Whether a path is a SQLite database; an empty file is not.
  package static func isDatabase(_ path: String) -> Bool {
    var status = stat()
    // A pipe would keep the program waiting.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let handle = FileHandle(forReadingAtPath: path)
    else { return false }
    defer { try? handle.close() }
    return (try? handle.read(upToCount: header.count)) == header
  }

  /// Makes sure that writing text to a path damages no database.
  ///
  /// - Throws: `file_failed` for a database, and for what belongs to one.
  static func refuseWriting(to path: String) throws {
    try refusePart(path)
    if isDatabase(path) { throw refusal(path, "is") }
  }

  /// Makes sure that a path is not the name of a file that belongs to a database, which may be damaged without it.
  ///
  /// - Throws: `file_failed`.
  static func refusePart(_ path: String) throws {
    let isPart = DatabaseFiles.suffixes.contains {
      path.hasSuffix($0) && isDatabase(String(path.dropLast($0.count)))
    }
    if isPart { throw refusal(path, "belongs to") }
  }

  private static func refusal(_ path: String, _ what: String) -> MemshError {
    MemshError(.fileFailed, "refused: \(path) \(what) a SQLite database", hint: "name another file")
  }
}
