import Database
import MemoryModel
import PostgresDriver
import TestSupport
import Testing

@testable import MemorySources

/// Databases that hold more than one memory system: each is found, and none is chosen by chance.
@Suite struct SeveralSystemsTests {
  private static let agno = """
    CREATE TABLE agno_memories (memory_id VARCHAR PRIMARY KEY, memory JSON, topics JSON, user_id VARCHAR, created_at BIGINT);
    INSERT INTO agno_memories VALUES ('m1', '"tea"', '[]', 'ada', 1795546830);
    """
  private static let agno1 = """
    CREATE TABLE old_memories (id VARCHAR PRIMARY KEY, user_id VARCHAR, memory VARCHAR, created_at VARCHAR, updated_at VARCHAR);
    INSERT INTO old_memories VALUES ('o1', 'ada', '{"memory": "milk"}', NULL, NULL);
    """
  private static let langGraph = """
    CREATE TABLE store (prefix VARCHAR, key VARCHAR, value VARCHAR, created_at VARCHAR, updated_at VARCHAR, PRIMARY KEY (prefix, key));
    INSERT INTO store VALUES ('memories.ada', 'k', '{"text": "juice"}', NULL, NULL);
    """
  private static let legacy = """
    CREATE TABLE memories (id VARCHAR PRIMARY KEY, user_id VARCHAR, content VARCHAR);
    INSERT INTO memories VALUES ('1', 'ada', 'water');
    """
  private static let unrelated = "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);"

  private func contents(_ source: ForeignSource) throws -> [String?] { try source.allRows().map(\.content.text) }

  private func refusal(_ body: () throws -> ForeignSource) throws -> MemshError {
    try #require(throws: MemshError.self) { _ = try body() }
  }

  @Test("of several systems in a file none is taken unless it is named")
  func refusesSeveral() throws {
    let folder = try TestFolder()
    let all = [
      SeveralSystemsTests.agno, SeveralSystemsTests.agno1, SeveralSystemsTests.langGraph, SeveralSystemsTests.unrelated,
    ]
    let path = try folder.sqlite("a.db", (all + [SeveralSystemsTests.legacy]).joined())
    let refusal = try refusal { try ForeignSource.opened(path) }
    #expect(refusal.code == .usage)
    #expect(refusal.message == "\(path) holds the memories of several systems: LangGraph, Agno, Agno 1, legacy SQLite")
    #expect(refusal.hint == "name one of them: --system langgraph, --system agno, --system 'Agno 1', --system legacy")
    for (system, content) in [("langgraph", "juice"), ("agno", "tea"), ("Agno 1", "milk"), ("legacy", "water")] {
      var selection = SourceSelection()
      selection.system = system
      #expect(try contents(ForeignSource.opened(path, selection)) == [content])
    }
  }

  @Test("one system beside tables that are nobody's is taken unasked")
  func takesTheOnlyOne() throws {
    let folder = try TestFolder()
    for (sql, content) in [(SeveralSystemsTests.agno, "tea"), (SeveralSystemsTests.langGraph, "juice")] {
      let path = try folder.sqlite(content + ".db", sql + SeveralSystemsTests.unrelated)
      #expect(try contents(ForeignSource.opened(path)) == [content])
    }
  }

  @Test("a system that memsh does not read is named as unknown, and one that is not there is not found")
  func refusesUnknownNames() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite("a.db", SeveralSystemsTests.agno)
    var selection = SourceSelection()
    selection.system = "nosuch"
    #expect(
      try refusal { try ForeignSource.opened(path, selection) }.message == "memsh reads no system called 'nosuch'")
    selection.system = "letta"
    #expect(try refusal { try ForeignSource.opened(path, selection) }.code == .sourceWithoutMemories)
  }

  @Test("a PostgreSQL database: a store of memsh wins, unless a system is named; other schemas are looked into")
  func looksIntoPostgres() throws {
    let database = try TestDatabase()
    let connection = try database.connect()
    try connection.execute(
      unsafeSQL: "CREATE SCHEMA ai; SET search_path = ai; \(SeveralSystemsTests.agno) SET search_path = public;"
        + SeveralSystemsTests.unrelated)
    let source = try ForeignSource.opened(database)
    #expect(try contents(source) == ["tea"])
    #expect(try source.survey().table == "ai.agno_memories")
    try connection.execute(unsafeSQL: SeveralSystemsTests.langGraph)
    let refusal = try refusal { try ForeignSource.opened(database) }
    #expect(refusal.message.hasSuffix("holds the memories of several systems: LangGraph, Agno"))
    // A store of memsh in a schema that names are not looked up in is not the one that was asked for.
    try connection.execute(
      unsafeSQL: """
        CREATE SCHEMA app;
        CREATE TABLE app.memories (user_id text, content text, embedding text, importance_score real, access_count integer);
        CREATE TABLE app.memory_duplicates (original_id integer, duplicate_hash text);
        """)
    #expect(throws: MemshError.self) { try ForeignSource.opened(database) }
    try connection.execute(
      unsafeSQL: """
        CREATE TABLE memories (id serial PRIMARY KEY, user_id text, content text, embedding text, importance_score real,
          access_count integer);
        CREATE TABLE memory_duplicates (id serial, original_id integer, duplicate_hash text);
        """)
    let driver = try PostgresDriver(connectionString: database.url, isReadOnly: true)
    guard case .memsh = try SourceCatalog.open(driver, SourceSelection()) else {
      Issue.record("the store of memsh does not win")
      return
    }
    var selection = SourceSelection()
    selection.system = "agno"
    #expect(try contents(ForeignSource.opened(database, selection)) == ["tea"])
  }

  @Test("a view in place of a table is read, and names that need quotes are quoted")
  func readsViews() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE SCHEMA "odd ""schema";
      CREATE TABLE "odd ""schema"."the ""rows" (a VARCHAR, b JSON, c JSON, d VARCHAR, e BIGINT);
      INSERT INTO "odd ""schema"."the ""rows" VALUES ('m1', '"tea"', '["x"]', 'ada', 5);
      CREATE VIEW "odd ""schema"."my ""view" AS SELECT a AS memory_id, b AS memory, c AS topics, d AS user_id,
        e AS created_at FROM "odd ""schema"."the ""rows";
      """)
    let rows = try ForeignSource.opened(database).allRows()
    #expect(rows.map(\.content) == [.text("tea")])
    // A number, though a server gives text.
    #expect(rows.map(\.createdAt) == [.integer(5)])
  }
}

extension SourceValue {
  fileprivate var text: String? {
    if case .text(let text) = self { text } else if case .json(let json) = self { json.stringValue } else { nil }
  }
}
