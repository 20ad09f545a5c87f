import Foundation
import GRDB

/// A folder of a test's own, deleted afterwards.
package final class TestFolder {
  /// Its path.
  package let path: String

  /// Creates an empty folder.
  package init() throws {
    path = NSTemporaryDirectory() + "memsh-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a text file.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    return file(name)
  }

  /// Runs SQL on a SQLite file in it, creating the file.
  @discardableResult
  package func sqlite(_ name: String, _ sql: String) throws -> String {
    let queue = try DatabaseQueue(path: file(name))
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
    return file(name)
  }

  /// The rows of a query on a SQLite file, values joined by `|` as the sqlite3 shell prints them.
  package func rows(_ name: String, _ sql: String) throws -> [String] {
    let queue = try DatabaseQueue(path: file(name))
    defer { try? queue.close() }
    return try queue.read { db in
      try Row.fetchAll(db, sql: sql).map { row in
        row.databaseValues.map { value in
          switch value.storage {
          case .null: ""
          case .int64(let number): String(number)
          case .double(let number): String(number)
          case .string(let text): text
          case .blob(let data): data.map { String(format: "%02x", $0) }.joined()
          }
        }.joined(separator: "|")
      }
    }
  }
}
