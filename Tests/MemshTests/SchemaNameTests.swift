import Foundation
import MemoryCore
import TestSupport
import Testing

/// Several stores in one database, each in a schema of its own.
@Suite struct SchemaNameTests {
  private let world: World
  private let database: TestDatabase
  private let source: String

  init() throws {
    world = try World(.postgres)
    database = try #require(world.database)
    source = try world.folder.legacyFile()
  }

  private func migrate(_ options: String...) throws -> Memsh.Result { try migrate(options) }

  private func migrate(_ options: [String]) throws -> Memsh.Result {
    try world.memsh.run(
      ["-d", world.store, "-q", "migrate", "--from", source, "--embeddings", "regenerate"] + options)
  }

  private func memories(_ schema: String) throws -> String? {
    try database.value("SELECT count(*) FROM \(schema).memories")
  }

  @Test("stores side by side do not see each other")
  func standsApart() throws {
    for schema in ["one", "Two \"2\""] {
      let result = try migrate("--schema", schema)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(try database.value("to_regclass('public.memories')") == nil)
    #expect(try memories("one") == "4")
    #expect(try memories("\"Two \"\"2\"\"\"") == "4")
    let statement = """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'one' AND c.relkind = 'i' AND c.relname LIKE '%_idx'
      """
    #expect(try database.value(statement) == "14")

    let script = try world.script(
      """
      connect '\(world.store)' --schema one
      stats
      assert .memories.total = 4
      rollback --run last --yes
      stats
      assert .memories.total = 0
      connect '\(world.store)?schema=Two%20%222%22'
      stats
      assert .memories.total = 4
      search espresso --output jsonl
      """)
    let result = try world.memsh.run(["-f", script])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("double espresso"))
  }

  @Test("a schema without tables is empty, whatever the public one holds; what destroys does not leave it")
  func doesNotReachOut() throws {
    #expect(try migrate().status == 0)
    let before = try database.dump("public.memories")
    try database.connect().execute(unsafeSQL: "CREATE SCHEMA bare")
    let url = world.store + "?schema=bare"
    for command in ["stats", "search espresso", "rollback --run last --yes"] {
      let result = try world.memsh.run(["-d", url, "--output", "jsonl", "-c", command])
      #expect(result.status == 1)
      #expect(result.errors.contains("\"code\":\"schema_missing\""), "\(command): \(result.errors)")
    }
    // With one table of the four there, the public ones must not stand in for the others.
    try database.connect().execute(unsafeSQL: "CREATE TABLE bare.memory_analytics (LIKE public.memory_analytics)")
    #expect(try world.memsh.run(["-d", url, "-c", "stats"]).status == 1)
    for options in [["--no-backup"], []] {
      let result = try migrate(["--schema", "bare", "--force-recreate", "--yes"] + options)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(try memories("bare") == "4")
    #expect(try database.dump("public.memories") == before)
    #expect(try database.value("SELECT count(*) FROM memsh.runs") == "1")
    #expect(try database.value("SELECT count(*) FROM memsh_bare.runs") == "1")
  }

  @Test("one schema moves into another of the same database")
  func movesBetweenSchemas() throws {
    #expect(try migrate("--schema", "one").status == 0)
    let result = try world.memsh.run(
      [
        "-d", world.store, "-q", "--output", "json", "migrate", "--schema", "two", "--from",
        world.store + "?schema=one",
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try database.dump("one.memories") == database.dump("two.memories"))
  }

  @Test(
    "names that cannot be a schema for memories", arguments: ["", "memsh", "pg_x", String(repeating: "a", count: 58)])
  func refusesNames(name: String) throws {
    let result = try migrate("--schema", name)
    #expect(result.status == 2)
    #expect(result.errors.contains("cannot be the name of a schema"), "\(result.errors)")
  }

  @Test("a SQLite store has no schemas")
  func refusesSQLite() throws {
    let result = try world.memsh.run(["-d", world.folder.file("x.db"), "migrate", "--schema", "a"])
    #expect(result.status == 2)
    #expect(result.errors.contains("a SQLite file has no schemas"))
  }
}
