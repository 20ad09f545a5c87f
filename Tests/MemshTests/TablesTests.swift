import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `show tables` and `describe`: every table of a store, whoever made it.
@Suite struct TablesTests {
  private static func items(_ json: JSON?) -> [JSON] {
    if case .array(let items)? = json { items } else { [] }
  }

  private static func world(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    #expect(try world.run("--embedder", "hash", "schema", "--create").status == 0)
    _ = try world.json("--embedder", "hash", "add", "green tea", "--user", "ada")
    for statement in [
      "ALTER TABLE memories ADD COLUMN status text DEFAULT 'it''s new'",
      "CREATE TABLE \"odd \"\"name\" (a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED)",
      "INSERT INTO \"odd \"\"name\" (a) VALUES (1), (2)", "CREATE VIEW recent AS SELECT id FROM memories",
      "CREATE UNIQUE INDEX by_a ON \"odd \"\"name\" (a)",
    ] {
      let result = try world.run("sql", "--write", statement)
      #expect(result.status == 0, "\(statement): \(result.errors)")
    }
    return world
  }

  @Test(
    "show tables lists the memory system's tables, memsh's own and others' with their rows",
    arguments: World.Kind.allCases)
  func showsTables(kind: World.Kind) throws {
    let world = try TablesTests.world(kind)
    let tables = TablesTests.items(try world.json("show", "tables"))
    func table(_ name: String) -> JSON? { tables.first { $0[key: "name"]?.stringValue == name } }
    #expect(
      table("memories")?[key: "rows"] == .integer(1)
        && table("memories")?[key: "about"] == .string("what agents remember"))
    #expect(table("memory_analytics")?[key: "rows"] == .integer(0))
    #expect(table("odd \"name")?[key: "rows"] == .integer(2))
    #expect(table("odd \"name")?[key: "rows_counted"] == .bool(true))
    #expect(table("odd \"name")?[key: "about"] == .string("made by others"))
    #expect(table("recent")?[key: "kind"] == .string("view") && table("recent")?[key: "rows"] == .null)
    let journal = table(kind == .postgres ? "journal" : "memsh_journal")
    #expect(journal?[key: "about"] == .string("memsh: repairs") && journal?[key: "rows"] == .integer(1))
    #expect(table("recent")?[key: "schema"] == (kind == .postgres ? .string("public") : .null))
    // The parts of SQLite's own are none of them.
    #expect(!tables.contains { $0[key: "name"]?.stringValue?.hasPrefix("sqlite_") == true })
    #expect(!tables.contains { $0[key: "kind"]?.stringValue == "shadow" })
  }

  @Test("describe tells columns, indexes and triggers, known and added", arguments: World.Kind.allCases)
  func describesTables(kind: World.Kind) throws {
    let world = try TablesTests.world(kind)
    let memories = try world.json("describe", "memories")
    let columns = TablesTests.items(memories[key: "columns"])
    func column(_ name: String) -> JSON? { columns.first { $0[key: "name"]?.stringValue == name } }
    #expect(column("id")?[key: "nullable"] == .bool(false) && column("category")?[key: "nullable"] == .bool(true))
    #expect(column("content")?[key: "part"] == .string("known") && column("status")?[key: "part"] == .string("added"))
    #expect(column("status")?[key: "default"]?.stringValue?.hasPrefix("'it''s new'") == true)
    #expect(column("content")?[key: "type"]?.stringValue?.lowercased() == "text")
    let indexes = TablesTests.items(memories[key: "indexes"]).compactMap { $0[key: "name"]?.stringValue }
    #expect(indexes.contains("memories_user_idx"))
    let triggers = TablesTests.items(memories[key: "triggers"]).compactMap { $0[key: "name"]?.stringValue }
    #expect(triggers.contains("update_memories_updated_at"))
    let odd = try world.json("describe", "ODD \"name")
    #expect(TablesTests.items(odd[key: "columns"]).map { $0[key: "part"] } == [.null, .string("computed")])
    #expect(TablesTests.items(odd[key: "columns"])[0][key: "nullable"] == .bool(false))
    #expect(TablesTests.items(odd[key: "indexes"]).map { $0[key: "name"] } == [.string("by_a")])
    #expect(try world.json("describe", "recent")[key: "kind"] == .string("view"))
    if kind == .postgres {
      #expect(try world.json("describe", "memsh.journal")[key: "schema"] == .string("memsh"))
    }
    let missing = try world.run("describe", "nothing")
    #expect(missing.status == 1 && missing.errors.contains("`show tables` lists them"), "\(missing.errors)")
  }

  @Test("a store that memsh refuses to work with can be looked at all the same", arguments: World.Kind.allCases)
  func describesOtherKinds(kind: World.Kind) throws {
    let world = try World(kind)
    try world.change("CREATE TABLE memories (id text PRIMARY KEY, data text)")
    #expect(try world.run("list").status == 1)
    #expect(TablesTests.items(try world.json("show", "tables")).count == 1)
    let columns = TablesTests.items(try world.json("describe", "memories")[key: "columns"])
    #expect(columns.map { $0[key: "name"] } == [.string("id"), .string("data")])
  }

  @Test("tables of another schema stay out of sight")
  func keepsToItsSchemas() throws {
    let world = try World(.postgres)
    for statement in ["CREATE SCHEMA other", "CREATE TABLE other.secret (a int)", "CREATE TABLE mine (a int)"] {
      #expect(try world.run("sql", "--write", statement).status == 0)
    }
    #expect(TablesTests.items(try world.json("show", "tables")).map { $0[key: "name"] } == [.string("mine")])
  }
}
