import Database
import Foundation
import MemoryModel
import MemoryServices
import PostgresClient
import TestSupport
import Testing

/// Fragments for every agent, and the stores that memsh 0.1.0 made, in which they cannot be what they should.
@Suite struct EveryAgentTests {
  private func content(_ prompt: JSON) -> [String] {
    (prompt[key: "fragments"]?.arrayValue ?? []).compactMap { $0[key: "category"]?.stringValue }
  }

  /// A store as memsh 0.1.0 left it.
  private func old(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    if let database = world.database {
      #expect(try world.run("-q", "schema", "--create").status == 0)
      try database.execute(OldStore.postgres)
      try database.execute(
        "SELECT setval('prompt_fragments_id_seq', 2); INSERT INTO memories (user_id, content) VALUES ('ada', 'Tea, not coffee')"
      )
    } else {
      try world.folder.sqlite("store.db", OldStore.sqlite)
    }
    return world
  }

  private func agents(_ world: World) throws -> [String] {
    let sql = "SELECT id || coalesce(' ' || agent_type, '') FROM prompt_fragments ORDER BY id"
    return try world.database.map {
      try $0.connect().query(unsafeSQL: sql).rows.compactMap { try $0.text(0) }
    } ?? world.folder.rows("store.db", sql)
  }

  @Test("seeding writes what the application reads: NULL for every agent", arguments: World.Kind.allCases)
  func seeds(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("-q", "seed").status == 0)
    let application =
      "SELECT count(*) FROM prompt_fragments WHERE (agent_type = 'sales' OR agent_type IS NULL) AND is_active"
    let found = try world.database?.value(application) ?? world.folder.rows("store.db", application).joined()
    #expect(found == "4")
    // And the application's own insert is taken.
    let insert = "INSERT INTO prompt_fragments (category, content, agent_type) VALUES ('theirs', 'Be brief.', NULL)"
    if let database = world.database {
      try database.execute(insert)
    } else {
      try world.folder.sqlite("store.db", insert)
    }
    let prompt = try world.json("prompt", "anything", "--user", "ada", "--agent", "sales", "--tier", "full")
    #expect(content(prompt).contains("theirs") && content(prompt).contains("memory_usage"))
    #expect(try world.json("seed")[key: "inserted"] == .integer(0))
  }

  @Test("what people call all is NULL: added, edited, imported, listed", arguments: World.Kind.allCases)
  func named(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.run("-q", "schema", "--create")
    for agent in ["all", "sales"] {
      let added = try world.run(
        "-q", "fragments", "add", "--category", "c", "--content", "for \(agent)", "--agent", agent)
      #expect(added.status == 0, "\(added.errors)")
    }
    #expect(try agents(world) == ["1", "2 sales"])
    #expect(try world.run("-q", "fragments", "edit", "2", "--agent", "all").status == 0)
    #expect(try agents(world) == ["1", "2"])
    let line = #"{"table":"prompt_fragments","category":"d","content":"e","agent_type":"all"}"#
    let file = try world.folder.write(line + "\n", to: "f.jsonl")
    #expect(try world.run("-q", "import", file).status == 0)
    let yaml = try world.folder.write("- {category: y, content: z, agent_type: all}\n", to: "f.yaml")
    #expect(try world.run("-q", "fragments", "import", yaml).status == 0)
    #expect(try agents(world) == ["1", "2", "3", "4"])
    #expect(try world.json("fragments", "list", "--agent", "all").arrayValue?.count == 4)
  }

  @Test(
    "a store of 0.1.0: every command reads all as every agent, and writes what its tables take",
    arguments: World.Kind.allCases)
  func oldStores(kind: World.Kind) throws {
    let world = try old(kind)
    let prompt = try world.json("prompt", "anything", "--user", "ada", "--agent", "support")
    #expect(content(prompt) == ["communication_style"])
    let added = try world.run("-q", "fragments", "add", "--category", "c", "--content", "new", "--agent", "all")
    #expect(added.status == 0, "\(added.errors)")
    #expect(try agents(world) == ["1 sales", "2 all", "3 all"])
    #expect(try world.run("-q", "fragments", "edit", "2", "--priority", "1").status == 0)
    #expect(try world.json("doctor", "columns_required", "fragment_every_agent")[key: "found"] == .integer(2))
    // A NULL that its tables refuse: the error says how they are mended.
    let file = try world.folder.write(#"{"user_id":"ada","content":"x","created_at":null}"# + "\n", to: "f.jsonl")
    let refused = try world.run("-q", "import", file)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("refuses NULL") && refused.errors.contains("created_at"), "\(refused.errors)")
    #expect(refused.errors.contains("doctor --fix columns_required"), "\(refused.errors)")

    // What is taken over from it into a new store is NULL; a copy is a copy.
    let moved = try World(kind == .sqlite ? .postgres : .sqlite)
    let run = try world.memsh.run(["-d", moved.store, "-q", "migrate", "--from", world.store, "--skip-test"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try agents(moved).prefix(3) == ["1 sales", "2", "3"])
    #expect(try world.run("-q", "backup", world.folder.file("b.db")).status == 0)
    #expect(try world.folder.rows("b.db", "SELECT count(*) FROM prompt_fragments WHERE agent_type = 'all'") == ["2"])
  }

  @Test("doctor --fix and schema --create put a store of 0.1.0 right", arguments: World.Kind.allCases, [true, false])
  func mends(kind: World.Kind, bySchema: Bool) throws {
    let world = try old(kind)
    let arguments =
      bySchema ? ["schema", "--create"] : ["doctor", "--fix", "columns_required", "--fix", "fragment_every_agent"]
    let mended = try world.memsh.run(["-d", world.store, "-q", "-y"] + arguments)
    #expect(mended.status == 0, "\(mended.errors)")
    #expect(try agents(world) == ["1 sales", "2"])
    #expect(try world.json("doctor", "columns_required", "fragment_every_agent")[key: "found"] == .integer(0))
    let insert = "INSERT INTO memories (user_id, content, metadata, created_at) VALUES ('bo', 'x', NULL, NULL)"
    if let database = world.database {
      try database.execute(OriginalSchema.nullRows + insert)
      #expect(try database.value("SELECT content FROM memories WHERE id = 1") == "Tea, not coffee")
    } else {
      try world.folder.sqlite("store.db", OriginalSchema.nullRows + insert)
      #expect(try world.folder.rows("store.db", "PRAGMA integrity_check") == ["ok"])
      // Nothing of others is lost, and their trigger works.
      #expect(
        try world.folder.rows("store.db", "SELECT content, mood FROM memories WHERE id IN (1, 8)") == [
          "Tea, not coffee|new", "x|new",
        ])
      #expect(
        try world.folder.rows("store.db", "SELECT name FROM sqlite_master WHERE name LIKE 'their%' ORDER BY 1")
          == ["their_mood_idx", "their_trigger"])
      #expect(throws: (any Error).self) {
        try world.folder.sqlite("store.db", "INSERT INTO memories (user_id, content, metadata) VALUES ('a', 'b', 'no')")
      }
    }
    // Once is enough.
    let again = try world.run("-q", "-y", "schema", "--create")
    #expect(again.status == 0 && !again.errors.contains("put right"), "\(again.errors)")
  }
}
