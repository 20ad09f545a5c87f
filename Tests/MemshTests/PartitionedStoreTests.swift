import Foundation
import MemoryModel
import TestSupport
import Testing

/// What works on partitions in another way than on one table.
@Suite struct PartitionedStoreTests {
  private func world(rows: Int = 100, on server: TestDatabase.Server = .postgres18) throws -> World {
    let world = World(folder: try TestFolder(), database: try TestDatabase(on: server, layout: "partitioned 4"))
    try world.expect("schema", "--create")
    if rows > 0 { try world.fill(rows) }
    return world
  }

  /// How many memories of a user there are in the only partition where anybody looks.
  private func found(_ user: String, in world: World) throws -> String {
    try #require(world.database).value("SELECT count(*) FROM memories WHERE user_id = '\(user)'") ?? ""
  }

  @Test("rows that get another user move to that user's partition", arguments: TestDatabase.Server.allCases)
  func movesRows(server: TestDatabase.Server) throws {
    let world = try world(on: server)
    try world.expect("reassign", "--from", "user3", "--to", "zoe")
    #expect(try found("zoe", in: world) == "10")
    #expect(try found("user3", in: world) == "0")
    let id = try #require(try world.lines("SELECT min(id) FROM memories WHERE user_id = 'user4'").first)
    try world.expect("edit", id, "--user", "yan")
    #expect(try found("yan", in: world) == "1")
    try world.folder.write(
      #"{"table":"memories","id":\#(id),"user_id":"xavier","content":"Moved by an import"}"# + "\n", to: "moved.jsonl")
    try world.expect("import", "moved.jsonl", "--on-conflict", "replace")
    #expect(try found("xavier", in: world) == "1")
    try world.expect("undo")
    #expect(try found("yan", in: world) == "1")
    try world.expect("undo")
    try world.expect("undo")
    #expect(try found("user3", in: world) == "10")
    #expect(try world.parts() == (4, 100))
  }

  @Test("indexes are built partition by partition, and building goes on where it was interrupted")
  func buildsIndexes() throws {
    let world = try world(rows: 0)
    let database = try #require(world.database)
    try world.fill(2_400)
    try world.change(
      """
      DROP INDEX memories_embedding_idx, memories_category_idx, memsh_memories_text_idx, memories_user_idx;
      CREATE INDEX memories_category_idx ON ONLY memories (category);
      CREATE INDEX memories_p1_category_idx ON memories_p1 (category);
      CREATE INDEX memories_p2_category_idx ON memories_p2 (category);
      ALTER INDEX memories_category_idx ATTACH PARTITION memories_p2_category_idx;
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'memories_p1_category_idx'::regclass;
      """)
    #expect(try world.json("doctor", "indexes_invalid").text.contains("memories_category_idx"))
    try world.expect("schema", "--create")
    for index in ["memories_embedding_idx", "memories_category_idx", "memsh_memories_text_idx", "memories_user_idx"] {
      #expect(
        try database.value(
          """
          SELECT indisvalid AND (SELECT count(*) = 4 FROM pg_inherits WHERE inhparent = indexrelid)
          FROM pg_index WHERE indexrelid = '\(index)'::regclass
          """) == "true", "\(index)")
    }
    #expect(try database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "0")
    #expect(try database.value("SELECT count(*) FROM pg_class WHERE reloptions::text LIKE '%parallel_workers%'") == "0")
    let explained = try world.json("search", "--similar-to", "7", "--explain")
    #expect(explained.text.contains("hnsw index"))
  }

  @Test("sizes are those of all partitions")
  func addsUp() throws {
    let world = try world()
    let database = try #require(world.database)
    let total = try database.value(
      "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('memories')")
    let entries = try #require(try world.json("stats", "--index").arrayValue)
    func bytes(_ name: String) -> Int? {
      entries.first { $0[key: "name"] == .string(name) }?[key: "bytes"]?.integerValue
    }
    #expect(bytes("memories").map(String.init) == total)
    let index = try database.value(
      "SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('memories_embedding_idx')")
    #expect(bytes("memories_embedding_idx").map(String.init) == index)
  }

  @Test("restore, --force-recreate and a reembed to another length keep the partitions and their indexes")
  func keepsLayout() throws {
    let world = try world()
    let database = try #require(world.database)
    try world.expect("backup", "whole.db")
    try world.expect("delete", "1")
    try world.expect("restore", "whole.db")
    #expect(try world.parts() == (4, 100))
    let result = try world.unattended(["-c", "set dimensions 64; reembed; undo"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try world.parts() == (4, 100))
    let index =
      "SELECT count(*) FROM pg_inherits AS i JOIN pg_index AS x ON x.indexrelid = i.inhrelid AND x.indisvalid "
      + "WHERE i.inhparent = 'memories_embedding_idx'::regclass"
    #expect(try database.value(index) == "4")
    #expect(try world.json("doctor")[key: "findings"] == .array([]))
  }

  @Test("a search of one user looks into that user's partition only")
  func looksIntoOne() throws {
    let world = try world(rows: 400)
    try world.change("ANALYZE memories")
    let hits = try #require(
      try world.json("search", "--similar-to", "8", "--user", "user7", "--limit", "5").arrayValue)
    #expect(hits.count == 5 && hits.allSatisfy { $0[key: "user_id"] == .string("user7") })
  }

  @Test("doctor names a partition that has nearly all rows")
  func namesSkew() throws {
    let world = World(folder: try TestFolder(), database: try TestDatabase(layout: "partitioned 12"))
    try world.expect("schema", "--create", "--index", "none")
    try world.change(
      """
      INSERT INTO memories (user_id, content) SELECT 'one', 'memory ' || g FROM generate_series(1, 12000) AS g;
      INSERT INTO memories (user_id, content) SELECT 'user' || g, 'memory ' || g FROM generate_series(1, 100) AS g;
      """)
    let doctor = try world.json("doctor", "partitions_skewed")
    #expect(doctor.text.contains("partitions_skewed"))
    #expect(doctor.text.contains("of 12100 rows"))
  }

  @Test("partitions on other servers are named, and nothing is written into them")
  func refusesForeign() throws {
    let world = try world(rows: 40)
    try world.change(
      """
      CREATE FOREIGN DATA WRAPPER elsewhere;
      CREATE SERVER other FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'db2', port '5433');
      ALTER TABLE memories DETACH PARTITION memories_p3;
      DROP INDEX IF EXISTS memories_embedding_idx;
      CREATE FOREIGN TABLE memories_far (LIKE memories_p3) SERVER other;
      DROP TABLE memories_p3;
      """)
    let attached = "ALTER TABLE memories ATTACH PARTITION memories_far FOR VALUES WITH (MODULUS 4, REMAINDER 3)"
    // A foreign table cannot be a partition of a table with a key.
    try world.change("ALTER TABLE memories DROP CONSTRAINT memories_pkey; \(attached)")
    _ = try world.folder.legacyFile()
    try world.folder.write(#"{"table":"memories","user_id":"cy","content":"Keeps bees"}"# + "\n", to: "some.jsonl")
    let (before, rows) = (try world.schemaText(), try world.lines("SELECT count(*) FROM memories_p0"))
    for line in [
      "add 'Owns a red bicycle' --user ada", "reassign --from user1 --to zoe", "edit 10 --user yan", "delete 10",
      "migrate --from legacy.db --max-rejected all", "schema --create", "reembed", "seed", "import some.jsonl", "undo",
      "schema --layout single",
    ] {
      let result = try world.unattended(["-c", line])
      #expect(result.status != 0, "\(line) succeeds")
      // This server cannot even be read, which some do before they write.
      let isUnread = result.errors.contains("has no handler")
      if line != "undo", !isUnread { #expect(result.errors.contains("memories_far"), "\(line): \(result.errors)") }
    }
    #expect(SchemaText.changes(from: before, to: try world.schemaText()) == [])
    #expect(try world.lines("SELECT count(*) FROM memories_p0") == rows)
    #expect(try world.json("doctor", "partitions_foreign").text.contains("memories_far"))
    let status = try world.json("status")
    #expect(status.text.contains("db2:5433"))
  }
}
