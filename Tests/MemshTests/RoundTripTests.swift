import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@Suite struct RoundTripTests {
  /// A store with memories of every sort, fragments, duplicates and analytics, with gaps between the ids.
  private func filled(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile(), "--embeddings", "keep")
    let statements = [
      "DELETE FROM memories WHERE id = 2",
      "UPDATE memories SET access_count = 7, last_accessed_at = '2025-05-05T05:05:05.000000Z' WHERE id = 1",
      "UPDATE prompt_fragments SET is_active = false WHERE priority = 5",
      "INSERT INTO memory_duplicates (id, original_id, duplicate_hash, similarity_score, dedup_type) VALUES (5, 3, 'h', 0.97, 'fuzzy')",
      "INSERT INTO memory_analytics (id, user_id, query_text, results_count, response_time_ms, context_tier) "
        + "VALUES (9, 'ada', 'a \"query\" 🙂', 3, 12, 'core'), (10, 'ada', NULL, NULL, NULL, NULL)",
    ]
    for statement in statements {
      if let connection = try world.database?.connect() {
        try connection.execute(unsafeSQL: statement)
      } else {
        try world.folder.sqlite("store.db", statement.replacing("false", with: "0"))
      }
    }
    return world
  }

  private static let tables = ["memories", "prompt_fragments", "memory_duplicates", "memory_analytics"]

  private func dump(_ world: World, _ file: String = "store.db") throws -> [[String]] {
    // PostgreSQL orders the keys of a jsonb in its own way, so metadata is compared apart, as JSON.
    let memories = """
      SELECT id, user_id, content, embedding, category, importance_score, access_count, last_accessed_at, created_at,
        updated_at FROM memories ORDER BY id
      """
    let metadata = try world.folder.rows(file, "SELECT metadata FROM memories ORDER BY id").map { text in
      guard case .object(let members) = try JSONParser.parse(text) else { return text }
      return JSON.object(members.sorted { $0.key < $1.key }).text
    }
    let others = try RoundTripTests.tables.dropFirst().map {
      try world.folder.rows(file, "SELECT * FROM \($0) ORDER BY id")
    }
    return [try world.folder.rows(file, memories), metadata] + others
  }

  @Test("SQLite to PostgreSQL and back: every row of every table is the same, vectors and ids included")
  func returnsWhole() throws {
    let world = try filled(.sqlite)
    let before = try dump(world)
    let database = try TestDatabase()
    let there = try world.memsh.run(["-d", database.url, "-q", "--output", "json", "migrate", "--from", world.store])
    #expect(there.status == 0, "\(there.errors)")
    let back = try world.memsh.run(["-d", world.folder.file("back.db"), "-q", "migrate", "--from", database.url])
    #expect(back.status == 0, "\(back.errors)")
    #expect(try dump(world, "back.db") == before)
    #expect(try dump(world) == before)

    // Again, both ways: nothing is there twice.
    for (store, source) in [(database.url, world.store), (world.store, database.url)] {
      let again = try world.memsh.run(["-d", store, "-q", "--output", "json", "migrate", "--from", source])
      let report = try JSONParser.parse(again.output)
      #expect(report[key: "memories_migrated"] == .integer(0))
      #expect(report[key: "already_present"] == .integer(3))
      #expect(report[key: "run"] == .null)
    }
    #expect(try dump(world) == before)
  }

  @Test("PostgreSQL to PostgreSQL: every row is the same")
  func movesBetweenServers() throws {
    let world = try filled(.postgres)
    let source = try #require(world.database)
    // The older server is of no cluster.
    let target = try TestDatabase(on: .postgres16, layout: TestDatabase.isCluster ? nil : TestDatabase.layout)
    let moved = try world.memsh.run(["-d", target.url, "-q", "migrate", "--from", source.url])
    #expect(moved.status == 0, "\(moved.errors)")
    for table in RoundTripTests.tables { #expect(try target.dump(table) == source.dump(table)) }
    // New rows go on behind the ids that came along.
    #expect(try target.value("SELECT nextval('memory_analytics_id_seq')") == "11")
  }

  @Test("rows that are new in a store with other rows get free ids, and duplicates follow their originals")
  func renumbers() throws {
    let world = try filled(.sqlite)
    let other = try World(.sqlite)
    _ = try other.json(
      "migrate", "--from",
      try other.folder.sqlite(
        "o.db",
        """
        CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, embedding BLOB);
        INSERT INTO memories VALUES ('x', 'first', NULL), ('y', 'second', NULL), ('z', 'third', '[1,2,3,4]');
        """), "--embeddings", "keep")
    let moved = try other.run("-q", "migrate", "--from", world.store)
    #expect(moved.status == 0, "\(moved.errors)")
    let originals = try other.folder.rows(
      "store.db", "SELECT m.content FROM memory_duplicates d JOIN memories m ON m.id = d.original_id")
    #expect(originals == ["Ships 🙂 to שלום 毎朝"])
    #expect(try other.folder.rows("store.db", "SELECT count(*), count(DISTINCT content) FROM memories") == ["6|6"])
  }

  @Test("ids that are taken are given anew behind all others, and applications go on behind those")
  func renumbersOnPostgres() throws {
    let (world, other) = (try filled(.postgres), try World(.postgres))
    let first = try other.folder.sqlite(
      "o.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('x', 'first', NULL), ('y', 'second', NULL), ('z', 'third', '[1,2,3,4]');
      """)
    _ = try other.json("migrate", "--from", first, "--embeddings", "keep")
    let moved = try other.run("-q", "migrate", "--from", world.store)
    #expect(moved.status == 0, "\(moved.errors)")
    let database = try #require(other.database)
    #expect(try database.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM memories") == "6 6")
    for table in [
      "memories (user_id, content) VALUES ('a', 'b')", "prompt_fragments (category, content) VALUES ('a', 'b')",
    ] {
      try database.execute("INSERT INTO \(table)")
    }
    let again = try other.folder.sqlite(
      "p.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('q', 'fourth', '[4,3,2,1]');
      """)
    #expect(try other.run("-q", "migrate", "--from", again, "--embeddings", "keep").status == 0)
  }

  @Test("rollback takes the last run out and nothing else", arguments: World.Kind.allCases)
  func takesRunsBack(kind: World.Kind) throws {
    let world = try filled(kind)
    func everything() throws -> [[String]] {
      try (RoundTripTests.tables + ["runs", "run_rows", "settings"]).map { table in
        let isLedger = !RoundTripTests.tables.contains(table)
        if let database = world.database { return try database.dump(isLedger ? "memsh." + table : table) }
        return try world.folder.rows("store.db", "SELECT * FROM \(isLedger ? "memsh_" : "")\(table) ORDER BY 1")
      }
    }
    let before = try everything()
    let other = try world.folder.sqlite(
      "other.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('n1', 'ada', 'new one', '[1,2,3,4]'), ('n2', 'ben', 'new two', NULL);
      """)
    _ = try world.json("migrate", "--from", other, "--embeddings", "keep")
    #expect(try everything() != before)

    let listed = try world.json("rollback", "--run", "last", "--dry-run")
    #expect(listed[key: "removed"]?[key: "memories"] == .integer(2))
    #expect(try world.run("rollback", "--run", "last").errors.contains("add `--yes`"))
    let done = try world.json("rollback", "--run", "last", "--yes")
    #expect(done[key: "removed"] == listed[key: "removed"])
    #expect(try everything() == before)
  }

  @Test("rows changed since a run are kept and listed, unless --force", arguments: World.Kind.allCases)
  func keepsChanges(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile())
    Thread.sleep(forTimeInterval: 0.01)
    let change = "UPDATE memories SET importance_score = 1 WHERE id = 1"
    if let connection = try world.database?.connect() {
      try connection.execute(unsafeSQL: change)
    } else {
      try world.folder.sqlite("store.db", change)
    }
    let report = try world.json("rollback", "--run", "last", "--yes")
    #expect(report[key: "removed"]?[key: "memories"] == .integer(3))
    #expect(report[key: "kept_rows"]?.text == #"[{"table":"memories","id":1,"content":"Prefers a double espresso"}]"#)
    #expect(
      try world.json("rollback", "--run", "1", "--yes", "--force")[key: "removed"]?[key: "memories"] == .integer(1))
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(0))
    #expect(try world.run("rollback", "--run", "1", "--yes").errors.contains("there is no run 1"))
  }

  @Test("rollback --sync brings what PostgreSQL has to SQLite first")
  func syncs() throws {
    let world = try filled(.postgres)
    let result = try world.run("-q", "--output", "jsonl", "-c", "rollback --sync; stats")
    #expect(result.status == 0, "\(result.errors)")
    let stats = try JSONParser.parse(String(result.output.split(separator: "\n").last ?? ""))
    #expect(stats[key: "backend"] == .string("sqlite"))
    #expect(stats[key: "memories"]?[key: "total"] == .integer(3))
    #expect(stats[key: "analytics"] == .integer(2))
  }

  @Test("--force-recreate writes a backup that can be migrated back", arguments: World.Kind.allCases)
  func backsUp(kind: World.Kind) throws {
    let world = try filled(kind)
    let other = try world.folder.sqlite(
      "o.db", "CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT); INSERT INTO memories VALUES ('x', 'only')")
    let result = try world.run("migrate", "--from", other, "--force-recreate", "--yes")
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(result.errors.split(separator: "\n").first { $0.contains("Backup written to ") })
    let backup = String(line.split(separator: " ").last ?? "")
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(1))
    let restored = try World(kind)
    #expect(try restored.json("migrate", "--from", backup)[key: "memories_migrated"] == .integer(3))
  }

  @Test("a dry run tells what a run does and writes nothing", arguments: World.Kind.allCases)
  func runsDry(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    try world.folder.addRejectedRows()
    let dry = try world.json("migrate", "--from", source, "--embeddings", "keep", "--dry-run")
    #expect(dry[key: "dry_run"] == .bool(true))
    if let database = world.database {
      #expect(try database.value("SELECT count(*) FROM pg_class WHERE relname = 'memories'") == "0")
      #expect(try database.value("SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == "0")
    } else {
      #expect(!FileManager.default.fileExists(atPath: world.store))
    }
    let real = try world.json("migrate", "--from", source, "--embeddings", "keep")
    for key in ["memories_migrated", "already_present", "rejected", "embeddings"] {
      #expect(dry[key: key] == real[key: key])
    }
    let again = try world.json("migrate", "--from", source, "--embeddings", "keep", "--dry-run")
    #expect(again[key: "already_present"] == .integer(4))
  }

  @Test("--force-recreate leaves tables of another kind alone, whatever is said")
  func leavesForeignTables() throws {
    let world = try World(.postgres)
    let connection = try #require(try world.database?.connect())
    try connection.execute(
      unsafeSQL: "CREATE TABLE memories (id int, content text); INSERT INTO memories VALUES (1, 'mine')")
    let source = try world.folder.legacyFile()
    for options in [[], ["--yes"], ["--yes", "--no-backup"]] {
      let refused = try world.memsh.run(["-d", world.store, "migrate", "--from", source, "--force-recreate"] + options)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("of another kind than memsh's"), "\(refused.errors)")
    }
    #expect(try world.database?.dump("memories") == ["(1,mine)"])
  }

  @Test("a store whose default fragments were edited can be moved", arguments: World.Kind.allCases)
  func movesEditedFragments(kind: World.Kind) throws {
    let world = try filled(.sqlite)
    try world.folder.sqlite("store.db", "UPDATE prompt_fragments SET content = 'our own' WHERE priority = 10")
    let target = try World(kind)
    let moved = try target.run("-q", "--output", "json", "migrate", "--from", world.store)
    #expect(moved.status == 0, "\(moved.errors)")
    #expect(try target.json("stats")[key: "fragments"]?[key: "total"] == .integer(8))
  }

  @Test("an id that a later run has written again belongs to that run", arguments: World.Kind.allCases)
  func leavesLaterRuns(kind: World.Kind) throws {
    let world = try filled(.sqlite)
    let target = try World(kind)
    _ = try target.json("migrate", "--from", world.store)
    let delete = "DELETE FROM memories WHERE id = 3"
    if let connection = try target.database?.connect() {
      try connection.execute(unsafeSQL: delete)
    } else {
      try target.folder.sqlite("store.db", delete)
    }
    #expect(try target.json("migrate", "--from", world.store)[key: "memories_migrated"] == .integer(1))
    let first = try target.json("rollback", "--run", "1", "--yes")
    #expect(first[key: "removed"]?[key: "memories"] == .integer(2))
    #expect(try target.json("stats")[key: "memories"]?[key: "total"] == .integer(1))
  }
}
