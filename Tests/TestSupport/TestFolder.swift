import Foundation
import GRDB

/// A folder of a test's own, deleted afterwards.
public final class TestFolder {
  /// Its path.
  public let path: String

  /// Creates an empty folder.
  public init() throws {
    path = NSTemporaryDirectory() + "memsh-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a text file.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    return file(name)
  }

  /// Runs SQL on a SQLite file in it, creating the file.
  @discardableResult
  public func sqlite(_ name: String, _ sql: String) throws -> String {
    let queue = try DatabaseQueue(path: file(name))
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
    return file(name)
  }

  /// The rows of a query on a SQLite file, values joined by `|` as the sqlite3 shell prints them.
  public func rows(_ name: String, _ sql: String) throws -> [String] {
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
