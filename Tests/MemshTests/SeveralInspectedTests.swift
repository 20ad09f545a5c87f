import Foundation
import MemoryModel
import TestSupport
import Testing

/// `inspect` of databases that hold the memories of several systems, or tables of others beside them.
@Suite struct SeveralInspectedTests {
  private static let agno = """
    CREATE TABLE agno_memories (memory_id VARCHAR PRIMARY KEY, memory JSON, topics JSON, user_id VARCHAR, created_at BIGINT);
    INSERT INTO agno_memories VALUES ('m1', '"tea"', '[]', 'ada', 1795546830), ('m2', '"milk"', '[]', 'ben', 1795546830);
    """
  private static let langGraph = """
    CREATE TABLE store (prefix VARCHAR, key VARCHAR, value VARCHAR, created_at VARCHAR, updated_at VARCHAR, PRIMARY KEY (prefix, key));
    CREATE TABLE store_migrations (v INTEGER PRIMARY KEY);
    INSERT INTO store VALUES ('memories.ada', 'k', '{"text": "juice"}', NULL, NULL);
    """
  private static let notes = """
    CREATE TABLE "my notes" (id INTEGER PRIMARY KEY, body VARCHAR, owner VARCHAR);
    INSERT INTO "my notes" VALUES (1, 'Likes water', 'ada');
    CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);
    CREATE TABLE alembic_version (version_num VARCHAR);
    INSERT INTO orders VALUES (1, 5);
    INSERT INTO alembic_version VALUES ('0123456789ab');
    """

  private func inspect(_ location: String, in folder: TestFolder) throws -> JSON {
    let result = try Memsh(in: folder).run(["-q", "--output", "json", "inspect", location])
    #expect(result.status == 0, "\(result.errors)")
    return try JSONParser.parse(result.output)
  }

  /// The systems that an inspection tells of, each with its rows that live, and its line tried.
  private func tried(_ found: JSON, at location: String, in folder: TestFolder) throws -> [String] {
    try (found[key: "systems"]?.arrayValue ?? []).enumerated().map { number, system in
      let rows = try #require(system[key: "rows"]?[key: "live"]?.integerValue)
      let line = try #require(system[key: "migrate"]?.stringValue)
      let result = try Memsh(in: folder).run(
        ["-q", "-d", "new\(number).db", "--embedder", "hash", "--output", "json", "-c", line + " --skip-test"])
      #expect(try JSONParser.parse(result.output)[key: "memories_migrated"] == .integer(rows), "\(result.errors)")
      return "\(system[key: "system"]?.stringValue ?? "") \(rows)"
    }
  }

  @Test("a SQLite file with several systems: each with its counts and its own line; `migrate` still asks which")
  func overviewsFile() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite("all of it.db", SeveralInspectedTests.agno + SeveralInspectedTests.langGraph)
    let found = try inspect(path, in: folder)
    #expect(found[key: "system"] == .null && found[key: "migrate"] == .null)
    #expect(try tried(found, at: path, in: folder) == ["LangGraph 1", "Agno 2"])
    let screen = try Memsh(in: folder).run(["-q", "--output", "table", "inspect", path])
    let difference = try Golden.difference(
      screen.output.replacing(folder.path, with: "FOLDER"), "inspect-several.txt")
    #expect(difference == nil, "\(difference ?? "")")
    let refused = try Memsh(in: folder).run(["-d", "new.db", "migrate", "--from", path])
    #expect(refused.status == 2 && refused.errors.contains("--system langgraph, --system agno"), "\(refused.errors)")
  }

  @Test("a PostgreSQL database with several systems")
  func overviewsDatabase() throws {
    let (folder, database) = (try TestFolder(), try TestDatabase())
    try database.execute(SeveralInspectedTests.agno + SeveralInspectedTests.langGraph)
    let found = try inspect(database.url, in: folder)
    #expect(try tried(found, at: database.url, in: folder) == ["LangGraph 1", "Agno 2"])
  }

  @Test("tables of others beside a known system are named with a line that reads them", arguments: [false, true])
  func namesTablesBeside(onServer: Bool) throws {
    let folder = try TestFolder()
    let sql = SeveralInspectedTests.langGraph + SeveralInspectedTests.notes
    let database = onServer ? try TestDatabase() : nil
    try database?.execute(sql)
    let location = try database?.url ?? folder.sqlite("a.db", sql)
    let found = try inspect(location, in: folder)
    #expect(found[key: "system"] == .string("LangGraph"))
    let tables = found[key: "tables"]?.arrayValue ?? []
    #expect(tables.map { $0[key: "name"] } == [.string("my notes")], "\(tables)")
    let line = try #require(tables.first?[key: "migrate"]?.stringValue)
    let screen = try Memsh(in: folder).run(["-q", "--output", "table", "inspect", location])
    #expect(screen.output.contains("also here, not read: table my notes (1 row): `\(line)`"), "\(screen.output)")
    let result = try Memsh(in: folder).run(
      ["-q", "-d", "new.db", "--embedder", "hash", "--output", "json", "-c", line + " --skip-test"])
    #expect(try JSONParser.parse(result.output)[key: "memories_migrated"] == .integer(1), "\(result.errors)")
    // Who names the system has chosen.
    let chosen = try Memsh(in: folder).run(
      ["-q", "--output", "json", "inspect", location, "--system", "langgraph"])
    #expect(try JSONParser.parse(chosen.output)[key: "tables"] == .array([]))
  }
}
