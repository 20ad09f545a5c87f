import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// What identifies a row stays the same from run to run, and is never that of another row.
@Suite struct StableKeysTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func keys(_ path: String, _ selection: SourceSelection = SourceSelection()) throws -> [String] {
    try ForeignSource.opened(path, selection).allRows().map(\.key)
  }

  @Test("mcp-memory-service: a column store that comes later changes no key")
  func keepsKeysWithStore() throws {
    func sql(_ column: String, _ value: String) -> String {
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, content_hash TEXT UNIQUE, content TEXT, tags TEXT, memory_type TEXT,
        metadata TEXT, created_at REAL\(column));
      INSERT INTO memories VALUES (1, 'h', 'tea', '', 'note', '{}', 1700000000.5\(value));
      """
    }
    let before = try folder.sqlite("before.db", sql("", ""))
    let after = try folder.sqlite("after.db", sql(", store TEXT", ", 'work'"))
    #expect(try keys(before) == ["h"])
    #expect(try keys(after) == ["h"])
    #expect(try ForeignSource.opened(after).allRows().map(\.collection) == ["work"])
  }

  @Test("Agno: a second table, which sorts first, changes no key")
  func keepsKeysWithSecondTable() throws {
    func table(_ name: String) -> String {
      """
      CREATE TABLE \(name) (memory_id VARCHAR PRIMARY KEY, memory JSON, topics JSON, user_id VARCHAR);
      INSERT INTO \(name) VALUES ('m1', '"tea"', '[]', 'ada');
      """
    }
    let path = try folder.sqlite("agno.db", table("memories"))
    #expect(try keys(path) == ["memories/m1"])
    try folder.sqlite("agno.db", table("assistant"))
    #expect(try keys(path) == ["assistant/m1", "memories/m1"])
  }

  @Test("llm: a slash in a collection's name is not the slash behind it")
  func escapesCollections() throws {
    let path = try folder.sqlite(
      "a.db",
      #"""
      CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT, model TEXT);
      CREATE TABLE embeddings (collection_id INTEGER, id TEXT, embedding BLOB, content TEXT,
        PRIMARY KEY (collection_id, id));
      INSERT INTO collections VALUES (1, 'a', 'm'), (2, 'a/b', 'm'), (3, 'a\', 'm');
      INSERT INTO embeddings VALUES (1, 'b/c', NULL, 'tea'), (2, 'c', NULL, 'milk'), (3, 'x', NULL, 'juice'),
        (4, 'a/b/c', NULL, 'of nothing');
      """#)
    #expect(try keys(path) == ["a/b/c", #"a\/b/c"#, #"a\\/x"#, #"a\/b\/c"#])
  }

  @Test("LangGraph: a slash in a namespace is not the slash behind it")
  func escapesNamespaces() throws {
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE store (prefix text, key text, value text, created_at TEXT, updated_at TEXT, PRIMARY KEY (prefix, key));
      INSERT INTO store VALUES ('a', 'b/c', '{"text": "tea"}', NULL, NULL), ('a/b', 'c', '{"text": "milk"}', NULL, NULL);
      """)
    #expect(try keys(path) == ["store/a/b/c", #"store/a\/b/c"#])
  }

  @Test(
    "an id is unique where the database says so, whatever the rows say",
    arguments: [
      ("id TEXT PRIMARY KEY, content TEXT", true), ("id TEXT UNIQUE, content TEXT", true),
      ("id TEXT, content TEXT", false), ("id TEXT, content TEXT, UNIQUE (id, content)", false),
      ("id TEXT, content TEXT, PRIMARY KEY (id, content)", false),
    ])
  func asksTheIndex(columns: String, isUnique: Bool) throws {
    let path = try folder.sqlite("a.db", "CREATE TABLE notes (\(columns)); INSERT INTO notes VALUES ('x', 'tea')")
    var selection = SourceSelection()
    selection.table = "notes"
    selection.mapping = [.id: "id", .content: "content"]
    #expect(try (keys(path, selection) == ["x"]) == isUnique)
  }

  @Test(
    "PostgreSQL: a unique index tells, and one over some rows does not",
    arguments: [("", true), ("WHERE n > 0", false)])
  func asksTheIndexOfPostgres(condition: String, isUnique: Bool) throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE TABLE notes (id text, content text, n integer);
      CREATE UNIQUE INDEX ON notes (id) \(condition);
      INSERT INTO notes VALUES ('x', 'tea', 1);
      """)
    var selection = SourceSelection()
    selection.table = "notes"
    selection.mapping = [.id: "id", .content: "content"]
    #expect(try (ForeignSource.opened(database, selection).allRows().map(\.key) == ["x"]) == isUnique)
  }

  @Test("the MCP reference server: the same observation on two lines of an entity makes two keys")
  func countsOverLines() throws {
    let line = #"{"type": "entity", "name": "ada", "entityType": "person", "observations": ["tea", "milk"]}"#
    let path = try folder.write(line + "\n" + line + "\n", to: "memory.jsonl")
    let keys = try keys(path)
    #expect(Set(keys).count == 4)
    #expect(keys[2] == keys[0] + "/1")
  }
}
