import Database
import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import TestSupport
import Testing

/// Legacy files with rows in several of the tables that the format has had.
@Suite struct SeveralTablesTests {
  private func rows(_ source: ForeignSource) throws -> [SourceRow] {
    var rows: [SourceRow] = []
    try source.readRows(batchSize: 2, decodingEmbeddings: true) { records in
      rows += records.compactMap { if case .foreign(let row) = $0 { row } else { nil } }
    }
    return rows
  }

  @Test("every table is read; the same id in two of them makes two keys")
  func readsAll() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE user_memories (id TEXT PRIMARY KEY, userId TEXT, message TEXT, vector BLOB);
      CREATE TABLE memory (id TEXT PRIMARY KEY, user_id TEXT, text TEXT);
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('1', 'ada', 'tea', '[1,2]'), ('2', 'ada', 'milk', NULL);
      INSERT INTO memory VALUES ('1', 'ada', 'coffee');
      INSERT INTO user_memories VALUES ('1', 'ben', 'water', '[1,2,3]'), ('3', 'ben', 'juice', '[1,2,4]');
      """)
    let source = try ForeignSource.opened(path)
    let survey = try source.survey()
    #expect(survey.table == "memories, memory, user_memories")
    #expect(survey.rows == 5)
    #expect(survey.dimensions == 3)
    let found = try rows(source)
    #expect(found.map(\.key) == ["1", "2", "memory/1", "user_memories/1", "user_memories/3"])
    #expect(found.map(\.legacyID) == ["1", "2", "1", "1", "3"])
    #expect(found.map(\.content) == ["tea", "milk", "coffee", "water", "juice"].map(SourceValue.text))
  }

  @Test("the only table, whichever it is, keeps its ids as keys")
  func keepsKeys() throws {
    let folder = try TestFolder()
    for table in ["memories", "memory", "user_memories"] {
      let path = try folder.sqlite(
        table + ".db",
        "CREATE TABLE \(table) (id TEXT PRIMARY KEY, content TEXT); INSERT INTO \(table) VALUES ('x', 'tea')")
      #expect(try rows(ForeignSource.opened(path)).map(\.key) == ["x"])
    }
  }

  @Test("a table of such a name and another form is left alone, which is said")
  func leavesAlone() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT);
      CREATE TABLE user_memories (user_id TEXT, key TEXT, value TEXT, PRIMARY KEY (user_id, key));
      INSERT INTO memories VALUES ('1', 'ada', 'tea');
      INSERT INTO user_memories VALUES ('ada', 'drink', 'tea');
      """)
    let survey = try ForeignSource.opened(path).survey()
    #expect(survey.table == "memories")
    #expect(survey.remarks == ["the table user_memories has no column content, text or message: it was left alone"])
  }

  @Test("an empty file and a database without tables have no rows", arguments: ["", "PRAGMA user_version = 1"])
  func readsEmpty(sql: String) throws {
    let folder = try TestFolder()
    let path = sql.isEmpty ? try folder.write("", to: "a.db") : try folder.sqlite("a.db", sql)
    let source = try ForeignSource.opened(path)
    #expect(try source.survey().rows == 0)
    #expect(try rows(source).isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.db"])
  }
}
