import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What `inspect` tells, of places that memsh reads and of those that it does not.
@Suite struct InspectTests {
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let hasStores = FileManager.default.fileExists(atPath: stores)

  private func inspect(_ path: String, _ options: String..., in folder: TestFolder) throws -> JSON {
    let result = try Memsh(in: folder).run(["-q", "--output", "json", "inspect", path] + options)
    #expect(result.status == 0, "\(path): \(result.errors)")
    return try JSONParser.parse(result.output)
  }

  /// The stores that have a reader, and what it is called.
  private static let real = [
    ("mcp-server-memory/memory.jsonl", "MCP reference server memory"),
    ("mcp-memory-service/sqlite_vec.db", "mcp-memory-service"), ("openmemory-py/openmemory.db", "OpenMemory"),
    ("llm/embeddings.db", "llm"), ("langgraph-sqlite/store.db", "LangGraph"), ("agno-sqlite/agno.db", "Agno"),
    ("letta-0.16.8-sqlite/sqlite.db", "Letta"),
  ]

  @Test(
    "stores of real systems: the system, the live rows of the truth, and a line that migrates them",
    .enabled(if: hasStores, "the folder ../shared/stores is not there"), arguments: real)
  func inspectsRealStores(path: String, system: String) throws {
    let folder = try TestFolder()
    let found = try inspect(InspectTests.stores + "/" + path, in: folder)
    #expect(found[key: "system"]?.stringValue?.hasPrefix(system) == true, "\(found[key: "system"]?.text ?? "")")
    let name = String(path.prefix { $0 != "/" })
    let truth = try JSONParser.parse(
      String(contentsOfFile: InspectTests.stores + "/\(name)/truth.json", encoding: .utf8)
    ).arrayValue?.count
    let live = found[key: "rows"]?[key: "live"]?.integerValue ?? -1
    let rejected = (found[key: "rejected"]?.arrayValue ?? []).reduce(0) { $0 + ($1[key: "rows"]?.integerValue ?? 0) }
    let users = (found[key: "users"]?[key: "first"]?.arrayValue ?? []).reduce(0) {
      $0 + ($1[key: "rows"]?.integerValue ?? 0)
    }
    #expect(users == live - rejected)
    #expect(truth == live - rejected || truth == live, "\(path): \(found.text)")
    let line = try #require(found[key: "migrate"]?.stringValue)
    let migrated = try Memsh(in: folder).run(
      ["-q", "-d", "new.db", "--embedder", "hash", "-c", line + " --skip-test"])
    #expect(migrated.status == 0, "\(line): \(migrated.errors)")
    let stats = try Memsh(in: folder).run(["-q", "-d", "new.db", "--output", "json", "stats"])
    #expect(
      try JSONParser.parse(stats.output)[key: "memories"]?[key: "total"]?.integerValue == live - rejected, "\(path)")
  }

  @Test(
    "every folder of stores names what is in it", .enabled(if: hasStores, "the folder ../shared/stores is not there"))
  func looksIntoFolders() throws {
    let folder = try TestFolder()
    let found = try inspect(InspectTests.stores + "/mcp-memory-service", in: folder)
    let store = try #require(found[key: "stores"]?.arrayValue?.first)
    #expect(store[key: "system"]?.stringValue?.hasPrefix("mcp-memory-service") == true)
    let line = try #require(store[key: "inspect"]?.stringValue)
    #expect(try Memsh(in: folder).run(["-q", "-c", line]).status == 0)
  }

  private static let graph = """
    {"type":"entity","name":"ada","entityType":"person","observations":["Likes tea","Lives in Turin"]}
    {"type":"entity","name":"o'neil","entityType":"person","observations":["Likes\\u001b[31m milk",""]}
    {"type":"relation","from":"ada","to":"o'neil","relationType":"knows"}
    {"type":"entity"
    """

  private static let notes = """
    CREATE TABLE notes (nid INTEGER PRIMARY KEY, owner TEXT, body TEXT, emb BLOB, ts TEXT, deleted_at TEXT,
      "odd \u{1B}name" TEXT);
    INSERT INTO notes VALUES (1, 'ada', 'Likes tea', x'0000803f', '2024-01-01', NULL, ''),
      (2, 'ada', 'Likes milk', x'0000803f', '2024-01-01', '2024-02-02', '');
    CREATE TABLE docs (id TEXT PRIMARY KEY, payload TEXT);
    INSERT INTO docs VALUES ('a', '{"data": "Lives in Turin", "user_id": "ada", "vector": [1, 2]}');
    CREATE TABLE counters (n INTEGER);
    CREATE VIEW all_notes AS SELECT * FROM notes;
    """

  @Test("the screens for a file that is read, for tables that are not, and for a folder")
  func showsScreens() throws {
    let folder = try TestFolder()
    let graph = try folder.write(InspectTests.graph, to: "memory.jsonl")
    let notes = try folder.sqlite("my notes.db", InspectTests.notes)
    for (name, path) in [("graph", graph), ("notes", notes), ("folder", folder.path)] {
      let result = try Memsh(in: folder).run(["-q", "--output", "table", "inspect", path])
      #expect(result.status == 0, "\(result.errors)")
      let text = result.output.replacing(folder.path, with: "FOLDER")
      #expect(!text.contains("\u{1B}"))
      let difference = try Golden.difference(text, "inspect-\(name).txt")
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  @Test("the guess for an unknown table is a line that works")
  func proposesLines() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite("it's.db", InspectTests.notes)
    let tables = try inspect(path, in: folder)[key: "tables"]?.arrayValue ?? []
    #expect(tables.compactMap { $0[key: "name"]?.stringValue } == ["counters", "docs", "notes", "all_notes"])
    for (name, rows) in [("docs", 1), ("notes", 1)] {
      let table = try #require(tables.first { $0[key: "name"] == .string(name) })
      let line = try #require(table[key: "migrate"]?.stringValue)
      let result = try Memsh(in: folder).run(
        ["-q", "-d", "\(name).db", "--output", "json", "-c", line + " --embeddings keep --skip-test"])
      #expect(result.status == 0, "\(line): \(result.errors)")
      #expect(try JSONParser.parse(result.output)[key: "memories_migrated"] == .integer(rows), "\(line)")
    }
    #expect(tables[0][key: "migrate"] == .null)
  }

  @Test("a store of memsh, a legacy file with rows that are rejected, and places that are refused")
  func inspectsOwnAndLegacy() throws {
    let world = try World()
    let legacy = try world.folder.legacyFile()
    try world.folder.addRejectedRows()
    let counted = try inspect(legacy, in: world.folder)
    let reasons = counted[key: "rejected"]?.arrayValue?.compactMap { $0[key: "reason"]?.stringValue }
    let rejected = (counted[key: "rejected"]?.arrayValue ?? []).reduce(0) { $0 + ($1[key: "rows"]?.integerValue ?? 0) }
    let line = try #require(counted[key: "migrate"]?.stringValue)
    #expect(rejected > 0 && line.hasSuffix(" --max-rejected \(rejected)"), "\(line)")
    let migrated = try world.run("-q", "--embedder", "hash", "-c", line)
    #expect(migrated.status == 0, "\(line): \(migrated.errors)")
    let total = try world.json("stats")[key: "memories"]?[key: "total"]?.integerValue
    let live = counted[key: "rows"]?[key: "live"]?.integerValue ?? 0
    #expect(total == live - rejected, "\(reasons ?? [])")
    let own = try inspect(world.store, in: world.folder)
    #expect(own[key: "system"] == .string("memsh SQLite store"))
    #expect(own[key: "rows"]?[key: "live"]?.integerValue == total)
    #expect(own[key: "users"]?[key: "count"] != .number("0"))
    for (path, text) in [
      ("nowhere.db", "check the path"), (try world.folder.write("hello", to: "x.txt"), "not a SQLite"),
    ] {
      let result = try Memsh(in: world.folder).run(["inspect", path])
      #expect(result.status == 1 && result.errors.contains(text), "\(result.errors)")
    }
  }

  @Test("connect and migrate point to inspect")
  func areHinted() throws {
    let world = try World()
    let notes = try world.folder.sqlite("notes.db", InspectTests.notes)
    let refused = try world.run("migrate", "--from", notes)
    #expect(refused.errors.contains("`inspect \(notes)`"), "\(refused.errors)")
    let store = try world.folder.sqlite(
      "store.db",
      "CREATE TABLE long_term_memories (id INTEGER, task_description TEXT, metadata TEXT, datetime TEXT)")
    let connected = try Memsh(in: world.folder).run(["-c", "connect '\(store)'"])
    #expect(
      connected.errors.contains("`inspect \(store)`") || connected.output.contains("`inspect \(store)`"), "\(connected)"
    )
  }

  @Test("a PostgreSQL database: unknown tables are described, and its password is not shown")
  func inspectsPostgres() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE SCHEMA other; CREATE TABLE other.facts (id uuid PRIMARY KEY, fact text, person text, deleted boolean);
      INSERT INTO other.facts VALUES (gen_random_uuid(), 'Likes tea', 'ada', false),
        (gen_random_uuid(), 'Likes milk', 'ada', true);
      """)
    let folder = try TestFolder()
    let found = try inspect(database.url, in: folder)
    let table = try #require(found[key: "tables"]?.arrayValue?.first)
    #expect(table[key: "name"] == .string("other.facts"))
    let line = try #require(table[key: "migrate"]?.stringValue)
    #expect(
      line.contains(#"--table other.facts --map id=id,user=person,content=fact --live '"deleted" IS NOT TRUE'"#),
      "\(line)")
    let result = try Memsh(in: folder).run(
      ["-q", "-d", "new.db", "--embedder", "hash", "--output", "json", "migrate", "--from", database.url]
        + ["--table", "other.facts", "--map", "content=fact,user=person", "--live", "NOT deleted"])
    #expect(try JSONParser.parse(result.output)[key: "memories_migrated"] == .number("1"), "\(result.errors)")
  }
}
