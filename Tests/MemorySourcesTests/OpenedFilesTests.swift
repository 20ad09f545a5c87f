import Foundation
import GRDB
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// SQLite files that a program left in the middle of its work: they are read, and not changed.
@Suite struct OpenedFilesTests {
  private static let store = """
    CREATE TABLE store (prefix VARCHAR, key VARCHAR, value VARCHAR, created_at VARCHAR, updated_at VARCHAR, PRIMARY KEY (prefix, key));
    INSERT INTO store VALUES ('memories.ada', 'k', '{"text": "tea"}', NULL, NULL);
    """

  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func names(of folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Copies a file, and what stands beside it under its name, as a stopped program leaves them.
  private func copy(_ name: String, _ endings: [String]) throws -> String {
    let path = folder.file("copy")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for ending in [""] + endings {
      try FileManager.default.copyItem(atPath: folder.file(name + ending), toPath: path + "/a.db" + ending)
    }
    return path + "/a.db"
  }

  @Test("a file whose log has no index: what is in the log is read, and neither changes")
  func readsLogWithoutIndex() throws {
    let pool = try DatabasePool(path: folder.file("a.db"))
    try pool.writeWithoutTransaction { try $0.execute(sql: OpenedFilesTests.store) }
    let path = try copy("a.db", ["-wal"])
    let before = try [path, path + "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(try ForeignSource.opened(path).allRows().map(\.content) == [.text("tea")])
    #expect(try [path, path + "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == before)
    try pool.close()
  }

  @Test("a log without anything in it asks for no index")
  func readsEmptyLog() throws {
    let pool = try DatabasePool(path: folder.file("a.db"))
    try pool.writeWithoutTransaction {
      try $0.execute(sql: OpenedFilesTests.store)
      try $0.checkpoint(.truncate)
    }
    let path = try copy("a.db", ["-wal"])
    let before = try names(of: folder.file("copy"))
    let source = try ForeignSource.opened(path)
    #expect(try source.allRows().count == 1)
    #expect(try names(of: folder.file("copy")) == before)
    try pool.close()
  }

  @Test("a half-written change is not read, and it is said how to take it back")
  func refusesHotJournal() throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let queue = try DatabaseQueue(path: folder.file("a.db"), configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: OpenedFilesTests.store + "PRAGMA cache_size = 1; BEGIN;")
      for number in 0..<2_000 {
        try db.execute(
          sql: "INSERT INTO store VALUES ('memories.ada', ?, ?, NULL, NULL)",
          arguments: ["\(number)", String(repeating: "x", count: 500)])
      }
    }
    let path = try copy("a.db", ["-journal"])
    let error = try #require(throws: MemshError.self) { _ = try ForeignSource.opened(path).allRows() }
    #expect(
      error.code == .sourceUnreadable && error.message.hasSuffix("a program was stopped while it wrote"), "\(error)")
    #expect(error.hint?.contains("sqlite3 \(path) .tables") == true, "\(error)")
    try queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
  }

  @Test("hints quote a path for the shell")
  func quotesPaths() {
    #expect(SQLiteTables.recovery(of: "/a b/it's.db").hasSuffix(#"sqlite3 '/a b/it'\''s.db' .recover"#))
    #expect(SQLiteTables.recovery(of: "/a/b.db").hasSuffix("sqlite3 /a/b.db .recover"))
  }
}
