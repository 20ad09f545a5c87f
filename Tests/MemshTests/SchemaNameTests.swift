import Database
import Foundation
import MemoryModel
import MemoryServices
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
      WHERE n.nspname = 'one' AND c.relkind = 'i' AND c.relname LIKE '%_idx' AND c.relname <> 'memsh_memories_text_idx'
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
    try database.execute("CREATE SCHEMA bare")
    let url = world.store + "?schema=bare"
    for command in ["stats", "search espresso", "rollback --run last --yes"] {
      let result = try world.memsh.run(["-d", url, "--output", "jsonl", "-c", command])
      #expect(result.status == 1)
      #expect(result.errors.contains("\"code\":\"schema_missing\""), "\(command): \(result.errors)")
    }
    // With one table of the four there, the public ones must not stand in for the others.
    try database.execute("CREATE TABLE bare.memory_analytics (LIKE public.memory_analytics)")
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

  @Test("moving a schema's store to another space leaves the public one's indexes alone")
  func reembedsInside() throws {
    #expect(try migrate().status == 0)
    #expect(try migrate("--schema", "two", "--index", "none").status == 0)
    let result = try world.memsh.run(
      ["-d", world.store + "?schema=two", "-c", "set dimensions 64\nset embedder hash\nreembed --index none --yes"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try database.value("to_regclass('public.memories_embedding_idx')") != nil)
    #expect(try database.value("SELECT count(*) FROM two.memories WHERE vector_dims(embedding) = 64") == "4")
    #expect(try database.value("SELECT count(*) FROM public.memories WHERE vector_dims(embedding) = 256") == "4")
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
    "names that cannot be a schema for memories",
    arguments: ["", "memsh", "memsh_x", "pg_x", "public", String(repeating: "a", count: 58)])
  func refusesNames(name: String) throws {
    let results = [
      try migrate("--schema", name), try world.memsh.run(["-d", world.store + "?schema=" + name, "stats"]),
    ]
    for result in results {
      #expect(result.status == 2)
      #expect(result.errors.contains("cannot be the name of a schema"), "\(result.errors)")
    }
  }

  @Test("indexes are built CONCURRENTLY though the source was a snapshot of the same database")
  func doesNotWaitForItself() throws {
    for options in [["--schema", "one"], ["--schema", "two", "--index", "none"]] {
      let result = try migrate(options)
      #expect(result.status == 0, "\(result.errors)")
    }
    try database.execute(
      "INSERT INTO one.memories (user_id, content, embedding) VALUES ('a', 'new', array_fill(1, ARRAY[256])::vector)")
    let result = try world.memsh.runShell(
      "timeout 60 \"$MEMSH\" -d '\(world.store)' -q migrate --schema two --from '\(world.store)?schema=one'")
    #expect(result.status == 0, "\(result.status) \(result.errors)")
    #expect(try memories("two") == "5")
    #expect(try database.value("to_regclass('two.memories_embedding_idx')") != nil)
  }

  @Test("a schema that goes away does not uncover the public one's rows")
  func staysInside() throws {
    #expect(try migrate().status == 0)
    #expect(try migrate("--schema", "one").status == 0)
    let before = try database.dump("public.memories")
    try database.execute("DROP SCHEMA one CASCADE")
    let result = try world.memsh.run(
      ["-d", world.store + "?schema=one", "rollback", "--run", "last", "--force", "--yes"])
    #expect(result.status == 1)
    #expect(try database.dump("public.memories") == before)
  }

  @Test("the owner of a schema needs no right to create others; its password is not shown")
  func needsNoRightOnDatabase() throws {
    let role = "r" + UUID().uuidString.prefix(8).lowercased()
    let connection = try database.connect()
    try connection.execute(
      unsafeSQL: """
        CREATE EXTENSION vector; CREATE ROLE \(role) LOGIN PASSWORD 'top-secret-1';
        CREATE SCHEMA mine AUTHORIZATION \(role); CREATE SCHEMA memsh_mine AUTHORIZATION \(role)
        """)
    defer { try? connection.execute(unsafeSQL: "DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)") }
    let url = world.store.replacing("postgres@", with: "\(role):top-secret-1@") + "?schema=mine"
    for command in ["seed", "seed", "stats", "status"] {
      let result = try world.memsh.run(
        ["--log-level", "debug", "-d", url, "-c", "\(command); echo '${ENV:X}'"], environment: ["X": "top-secret-1"])
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect(!result.errors.contains("top-secret-1"))
    }
  }

  @Test("a SQLite store has no schemas")
  func refusesSQLite() throws {
    let result = try world.memsh.run(["-d", world.folder.file("x.db"), "migrate", "--schema", "a"])
    #expect(result.status == 2)
    #expect(result.errors.contains("a SQLite file has no schemas"))
  }
}
