import Foundation
import MemoryModel
import TestSupport
import Testing

/// Giving a store another layout, and back.
@Suite struct LayoutTests {
  /// A store of one plain table, whatever the other tests' layout is.
  private func world(_ server: TestDatabase.Server = .postgres18, rows: Int = 0) throws -> World {
    let world = World(folder: try TestFolder(), database: try TestDatabase(on: server, layout: nil))
    try world.expect("schema", "--create")
    if rows > 0 { try world.fill(rows) }
    return world
  }

  /// The tables as an application made them, with what its administrators added that partitions can have.
  private func tracked(_ server: TestDatabase.Server) throws -> World {
    let world = World(folder: try TestFolder(), database: try TestDatabase(on: server, layout: nil))
    try world.change(OriginalSchema.sql(dimensions: SchemaCase.dimensions))
    try world.change(TrackedSchema.postgres)
    try world.change(TrackedSchema.postgresRows)
    try world.change(
      """
      DROP VIEW active_memories;
      ALTER TABLE memories SET (fillfactor = 90);
      ALTER TABLE memories ALTER content SET STATISTICS 200;
      COMMENT ON TABLE memories IS 'of agents';
      COMMENT ON INDEX memories_status_idx IS 'for lists';
      CREATE STATISTICS memories_both (dependencies) ON user_id, category FROM memories;
      GRANT SELECT (content) ON memories TO \(TrackedSchema.role);
      ALTER TABLE memories DISABLE TRIGGER audit_memories;
      """)
    return world
  }

  @Test("to partitions and back: the store is what it was, to the last right", arguments: TestDatabase.Server.allCases)
  func goesAndComes(server: TestDatabase.Server) throws {
    let world = try tracked(server)
    let database = try #require(world.database)
    let (before, rows) = (try world.schemaText(), try database.dump("memories"))
    try world.expect("schema", "--layout", "partitioned", "--shards", "4")
    #expect(try database.dump("memories") == rows)
    let spread = try world.schemaText()
    let changes = Set(before).subtracting(spread).filter { !$0.contains("memories_pkey") && !$0.hasPrefix("relation") }
      .filter { !$0.hasPrefix("index ") }
    // Of an index only the way in which it is written changes: `ON ONLY`.
    #expect(
      changes == [
        "constraint memory_duplicates_original_id_fkey on public.memory_duplicates: "
          + "FOREIGN KEY (original_id) REFERENCES public.memories(id) ON DELETE CASCADE"
      ])
    #expect(
      try database.value(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'memories_pkey'")
        == "PRIMARY KEY (id, user_id)")
    #expect(try database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "0")
    #expect(try database.value("SELECT count(*) FROM pg_class WHERE reloptions = '{fillfactor=90}'") == "4")
    #expect(try world.json("status")[key: "layout"] == .string("partitioned"))

    try world.expect("schema", "--layout", "single")
    #expect(try database.dump("memories") == rows)
    #expect(SchemaText.changes(from: before, to: try world.schemaText()) == [])
    let index = try #require(before.first { $0.hasPrefix("index public.memories_usefulness_idx") })
    #expect(try world.schemaText().contains(index))
  }

  @Test("what has no place in partitions is named, and nothing is done")
  func refuses() throws {
    let world = try world(rows: 20)
    try world.change(
      """
      CREATE VIEW recent AS SELECT * FROM memories;
      CREATE TABLE notes (memory integer REFERENCES memories (id));
      CREATE UNIQUE INDEX once ON memories (content);
      CREATE FUNCTION firsts() RETURNS SETOF memories LANGUAGE sql AS 'SELECT * FROM memories';
      """)
    let before = try world.schemaText()
    let result = try world.unattended(["schema", "--layout", "partitioned"])
    #expect(result.status == 1)
    for name in ["view recent", "foreign key notes_memory_fkey on notes", "unique index once", "function firsts()"] {
      #expect(result.errors.contains(name), "\(name) is not named: \(result.errors)")
    }
    #expect(result.errors.contains("DROP VIEW recent"))
    #expect(SchemaText.changes(from: before, to: try world.schemaText()) == [])
    let script = try world.script("schema --layout partitioned")
    #expect(try world.memsh.run(["-d", world.store, "-f", script]).status != 0)
    for arguments in [
      ["--shards", "3"], ["--layout", "single", "--shards", "3"], ["--layout", "partitioned", "--shards", "0"],
    ] {
      #expect(try world.unattended(["schema"] + arguments).status == 2)
    }
    #expect(try world.unattended(["schema", "--layout", "citus"]).errors.contains("has no Citus"))
  }

  @Test("a store in a file has one layout")
  func fileIsSingle() throws {
    let world = try World(.sqlite)
    try world.expect("schema", "--create")
    #expect(try world.json("status")[key: "layout"] == .string("single"))
    try world.expect("schema", "--layout", "single")
    let result = try world.unattended(["schema", "--layout", "partitioned"])
    #expect(result.status == 2)
    #expect(result.errors.contains("always a single table"))
  }

  @Test("a plan tells what changes, and changes nothing")
  func plans() throws {
    let world = try world(rows: 30)
    let before = try world.schemaText(withOwn: true)
    let plan = try world.json("schema", "--layout", "partitioned", "--shards", "3", "--dry-run")
    #expect(plan[key: "to_parts"] == .integer(3))
    #expect(plan[key: "memories"] == .integer(30))
    #expect(plan.text.contains("key_with_user") && plan.text.contains("duplicates_key_dropped"))
    #expect(try world.schemaText(withOwn: true) == before)
    #expect(try world.memsh.run(["-d", world.store, "schema", "--layout", "partitioned"]).errors.contains("--yes"))
    try world.expect("schema", "--layout", "partitioned", "--shards", "3")
    // It is as it is wanted.
    let again = try world.json("schema", "--layout", "partitioned", "--dry-run")
    #expect(again[key: "changes"] == .array([]))
    try world.expect("schema", "--layout", "partitioned", "--shards", "5")
    #expect(try world.parts() == (5, 30))
  }

  @Test("an interrupted change leaves the layout before it, or the one behind it")
  func isKilled() throws {
    let world = try world(rows: 4_000)
    let database = try #require(world.database)
    let rows = try database.dump("memories")
    var found: Set<String> = []
    for milliseconds in stride(from: 20, through: 400, by: 40) {
      let layout = found.contains("p") ? "single" : "partitioned"
      _ = try world.memsh.runShell(
        "\"$MEMSH\" -d \(world.store) -q -y schema --layout \(layout) & pid=$!; sleep 0.\(String(1_000 + milliseconds).dropFirst()); "
          + "kill -KILL $pid; wait $pid")
      let kind = try database.value("SELECT relkind FROM pg_class WHERE oid = 'memories'::regclass") ?? ""
      found = [kind]
      #expect(try database.dump("memories") == rows)
      #expect(try database.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'memsh\\_new%'") == "0")
    }
    try world.expect("schema", "--layout", "partitioned", "--shards", "3")
    #expect(try world.parts() == (3, 4_000))
  }

  @Test("recorded duplicates of memories that are gone keep the foreign key from coming back")
  func namesOrphans() throws {
    let world = try world(rows: 5)
    try world.expect("schema", "--layout", "partitioned", "--shards", "2")
    try world.change(
      "INSERT INTO memory_duplicates (original_id, duplicate_hash, dedup_type) VALUES (99, 'x', 'exact')")
    let result = try world.unattended(["schema", "--layout", "single"])
    #expect(result.status == 1)
    #expect(result.errors.contains("doctor --fix duplicates_orphaned"))
    #expect(try world.parts() == (2, 5))
    try world.expect("doctor", "--fix", "duplicates_orphaned")
    try world.expect("schema", "--layout", "single")
    #expect(
      try #require(world.database).value(
        "SELECT count(*) FROM pg_constraint WHERE conname = 'memory_duplicates_original_id_fkey'") == "1")
  }

  @Test("migrate lays new tables out, and refuses where there are memories already")
  func migrates() throws {
    let world = World(folder: try TestFolder(), database: try TestDatabase(layout: nil))
    _ = try world.folder.legacyFile()
    let migrate = ["migrate", "--from", "legacy.db", "--max-rejected", "all", "--skip-test"]
    let result = try world.unattended(migrate + ["--layout", "partitioned", "--shards", "4"])
    #expect(result.status == 0, "\(result.errors)")
    let (parts, rows) = try world.parts()
    #expect(parts == 4 && rows > 0)
    let refused = try world.unattended(migrate + ["--layout", "single"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("schema --layout single"))
    // Whatever empties the tables keeps them as they are laid out, unless another layout is wanted.
    #expect(try world.unattended(migrate + ["--force-recreate", "--no-backup"]).status == 0)
    #expect(try world.parts() == (4, rows))
    #expect(
      try world.unattended(migrate + ["--force-recreate", "--no-backup", "--layout", "partitioned", "--shards", "6"])
        .status == 0)
    #expect(try world.parts() == (6, rows))
  }

  @Test("the database can be set to a layout for new tables")
  func isPreset() throws {
    let world = World(folder: try TestFolder(), database: try TestDatabase(layout: "partitioned 7"))
    try world.expect("schema", "--create")
    #expect(try world.parts() == (7, 0))
    let odd = World(folder: try TestFolder(), database: try TestDatabase(layout: "sideways"))
    let result = try odd.unattended(["schema", "--create"])
    #expect(result.status == 2)
    #expect(result.errors.contains("memsh.layout"))
  }
}

extension World {
  /// Inserts memories of ten users, each with a vector.
  func fill(_ rows: Int) throws {
    try change(
      """
      INSERT INTO memories (user_id, content, category, embedding)
      SELECT 'user' || g % 10, 'memory number ' || g, 'facts', (
        SELECT array_agg(sin(g * i)::real) FROM generate_series(1, 256) AS i)::vector
      FROM generate_series(1, \(rows)) AS g
      """)
  }

  /// How many partitions there are, and how many rows they have together, as `status` tells.
  func parts() throws -> (parts: Int, rows: Int) {
    guard let parts = try json("status")[key: "parts"]?.arrayValue else { return (0, 0) }
    return (parts.count, parts.reduce(0) { $0 + ($1[key: "rows"]?.integerValue ?? 0) })
  }
}
