import Database
import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import TestSupport
import Testing

@Suite struct LegacySQLiteSourceTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func rows(_ path: String, decoding: Bool = true) throws -> [SourceRow] {
    let source = try ForeignSource.opened(path)
    _ = try source.survey()
    var rows: [SourceRow] = []
    try source.readRows(batchSize: 2, decodingEmbeddings: decoding) { records in
      rows += records.compactMap { if case .foreign(let row) = $0 { row } else { nil } }
    }
    try source.verifyUnchanged()
    return rows
  }

  @Test(
    "the table and its columns under every name they ever had",
    arguments: [
      "CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT)",
      "CREATE TABLE memory (id TEXT PRIMARY KEY, userId TEXT, text TEXT, embedding BLOB, metadata TEXT)",
      "CREATE TABLE user_memories (id TEXT PRIMARY KEY, userId TEXT, message TEXT, vector BLOB, meta TEXT)",
      "CREATE TABLE Memories (ID TEXT PRIMARY KEY, USER_ID TEXT, Content TEXT, Embedding BLOB, Metadata TEXT) WITHOUT ROWID",
    ])
  func findsColumns(definition: String) throws {
    let table = definition.split(separator: " ")[2]
    let path = try folder.sqlite(
      "a.db", "\(definition); INSERT INTO \(table) VALUES ('m1', 'ada', 'tea', '[1,2]', '{}')")
    let row = try #require(try rows(path).first)
    #expect(row.key == "m1")
    #expect(row.legacyID == "m1")
    #expect(row.userID == .text("ada"))
    #expect(row.content == .text("tea"))
    #expect(row.embedding == .vector(Vector([1, 2])))
    #expect(row.metadata == .text("{}"))
  }

  @Test("rows of a table without a unique id are told apart by what is in them")
  func keysByContent() throws {
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memory (a INT, id TEXT, content TEXT, PRIMARY KEY (a, id)) WITHOUT
        ROWID;
      INSERT INTO memory VALUES (1, 'x', 'a'), (2, 'x', 'a'), (2, 'y', 'b');
      """)
    let found = try rows(path)
    #expect(Set(found.map(\.key)).count == 3)
    #expect(found.map(\.legacyID) == ["x", "x", "y"])
    #expect(found[0].userID == .text("default"))
    #expect(try rows(path).map(\.key) == found.map(\.key))
  }

  @Test("ids that are bytes, or very long, still tell rows apart")
  func keysByBytes() throws {
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memory (id PRIMARY KEY, content TEXT);
      INSERT INTO memory VALUES (x'ff', 'a'), (x'fe', 'a'), (hex(zeroblob(10000)), 'long');
      """)
    let found = try rows(path)
    #expect(found[0].key == "base64:/w==")
    #expect(found[1].key == "base64:/g==")
    #expect(found[2].key.hasPrefix("sha256:"))
    #expect(found[2].legacyID?.count == 20_000)
  }

  @Test("text with a NUL and text that is not UTF-8 come through byte for byte")
  func readsBytes() throws {
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, tags TEXT);
      INSERT INTO memories VALUES ('a', 'x' || char(0) || 'y', 't'), ('b', CAST(x'63e9' AS TEXT), NULL);
      """)
    let found = try rows(path)
    #expect(found[0].content == .text("x\0y"))
    #expect(found[1].content == .bytes([0x63, 0xE9], isText: true))
    #expect(found[0].otherColumns.map(\.name) == ["tags"])
  }

  @Test("the survey tells the most frequent length of vectors")
  func surveys() throws {
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('a', 'x', '[1,2,3]'), ('b', 'x', '[1,2]'), ('c', 'x', '[4,5,6]'), ('d', 'x', NULL);
      """)
    let survey = try ForeignSource.opened(path).survey()
    let remarks = ["the table memories has no user_id: its memories are those of the user default"]
    let parts = [SourceSurvey.Part(name: "memories", rows: 4)]
    #expect(
      survey == SourceSurvey(table: "memories", rows: 4, dimensions: 3, model: nil, remarks: remarks, parts: parts))
  }

  @Test("vectors that nobody asked for are kept as they are")
  func leavesVectors() throws {
    let path = try folder.sqlite(
      "a.db",
      "CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, embedding BLOB); INSERT INTO memories VALUES ('a', 'x', 'junk')"
    )
    #expect(try rows(path, decoding: false)[0].embedding == .undecoded(.text("junk")))
  }

  @Test("what is no memory file is told by its code")
  func refuses() throws {
    try folder.write(String(repeating: "no database ", count: 100), to: "text.db")
    try folder.sqlite("other.db", "CREATE TABLE orders (id INTEGER)")
    try folder.sqlite("columns.db", "CREATE TABLE memories (a, b)")
    let expected: [(String, ErrorCode)] = [
      ("missing.db", .sourceNotFound), ("text.db", .sourceNotADatabase),
      ("other.db", .sourceWithoutMemories), ("columns.db", .sourceWithoutMemories), (".", .sourceNotADatabase),
    ]
    for (name, code) in expected {
      #expect { try ForeignSource.opened(folder.file(name)) } throws: { ($0 as? MemshError)?.code == code }
    }
  }

  @Test("a file in WAL mode is read without leaving anything beside it")
  func leavesNoTrace() throws {
    let path = try folder.sqlite(
      "a.db",
      "PRAGMA journal_mode = WAL; CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT); INSERT INTO memories VALUES ('a', 'x')"
    )
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(try rows(path).count == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.db"])
  }

  @Test("rows still in a write-ahead log are read, too")
  func readsTheLog() throws {
    let path = try folder.sqlite(
      "a.db", "PRAGMA journal_mode = WAL; CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT)")
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The process ends without closing the database, as a crash would, and leaves its log behind.
    writer.arguments = [
      "python3", "-c",
      "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO memories VALUES ('a', 'x')\"); c.commit(); os._exit(0)",
      path,
    ]
    try writer.run()
    writer.waitUntilExit()
    #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    #expect(try rows(path).count == 1)
  }

  @Test("a writer that comes while the file is read is noticed")
  func noticesWriters() throws {
    let path = try folder.sqlite("a.db", "CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT)")
    let source = try ForeignSource.opened(path)
    Thread.sleep(forTimeInterval: 0.02)
    try folder.sqlite("a.db", "INSERT INTO memories VALUES ('a', 'x')")
    #expect { try source.verifyUnchanged() } throws: { ($0 as? MemshError)?.code == .sourceChanged }
  }
}
