import Foundation
import TestSupport
import Testing

/// What others made on the tables stays when memsh replaces the rows: views, indexes, grants, row security, triggers,
/// constraints and columns.
@Suite struct OthersKeptTests {
  private static let schemas: [SchemaCase] = [
    .trackedOnSQLite, .originalOnPostgres, .trackedOnPostgres, .trackedOnPostgres16,
  ]

  private func rows(_ world: World) throws -> [String] {
    try ["memories", "prompt_fragments", "memory_duplicates", "memory_analytics"].flatMap { table in
      try world.database.map { try $0.dump(table) }
        ?? world.folder.rows("store.db", "SELECT * FROM \(table) ORDER BY id")
    }
  }

  /// What the tables are to the server, which changes when one is dropped and made anew.
  private func identities(_ world: World) throws -> [String] {
    guard world.database != nil else { return [] }
    return try world.lines(
      """
      SELECT relname || ' ' || oid FROM pg_class
      WHERE relname IN ('memories', 'prompt_fragments', 'memory_duplicates', 'memory_analytics') ORDER BY 1
      """)
  }

  @Test("restore refills the tables: rows, ids and all that others made are as they were", arguments: schemas)
  func restores(schema: SchemaCase) throws {
    let world = try schema.filled()
    let (before, made, tables) = (try rows(world), try world.schemaText(), try identities(world))
    try world.expect("backup", world.folder.file("b.db"))
    try world.expect("-c", "delete 1 2; add 'Came after the backup' --user zoe --no-embedding; fragments delete 1")
    try world.expect("restore", world.folder.file("b.db"))
    let changes = SchemaText.changes(from: made, to: try world.schemaText())
    #expect(changes.isEmpty, "\(changes.joined(separator: "\n"))")
    #expect(try identities(world) == tables)
    #expect(try rows(world) == before)
    // The next memory has an id of its own.
    try world.expect("add", "Came after the restore", "--user", "zoe", "--no-embedding")
  }

  @Test("--force-recreate empties the tables and keeps what others made", arguments: schemas)
  func recreates(schema: SchemaCase) throws {
    let world = try schema.filled()
    let (made, tables) = (try world.schemaText(), try identities(world))
    let source = try world.folder.legacyFile()
    try world.expect("migrate", "--from", source, "--force-recreate", "--skip-test")
    let changes = SchemaText.changes(from: made, to: try world.schemaText())
    #expect(changes.isEmpty, "\(changes.joined(separator: "\n"))")
    #expect(try identities(world) == tables)
    #expect(try world.lines("SELECT count(*) FROM memories") == ["4"])
    #expect(try world.lines("SELECT count(*) FROM memory_analytics") == ["0"])
  }

  @Test("rows of others that refer to a memory are there afterwards, or nothing is done and they are named")
  func keepsReferences() throws {
    for command in ["restore", "migrate"] {
      let world = try SchemaCase.originalOnPostgres.filled()
      try world.expect("backup", world.folder.file("b.db"))
      try world.change(
        """
        CREATE TABLE theirs (memory_id int REFERENCES memories (id) ON DELETE CASCADE);
        INSERT INTO theirs VALUES (1), (2);
        """)
      let before = try rows(world)
      let file = world.folder.file("b.db")
      let result = try world.unattended(
        command == "restore" ? ["restore", file] : ["migrate", "--from", file, "--force-recreate", "--skip-test"])
      if result.status != 0 {
        #expect(result.errors.contains("theirs"), "\(command): \(result.errors)")
        #expect(try rows(world) == before, "\(command)")
      }
      #expect(try world.lines("SELECT count(*) FROM theirs") == ["2"], "\(command)")
    }
  }

  @Test("the role of the application can do afterwards what it could before")
  func keepsRights() throws {
    let world = try SchemaCase.trackedOnPostgres.filled()
    try world.expect("backup", world.folder.file("b.db"))
    try world.expect("restore", world.folder.file("b.db"))
    try world.change(
      """
      SET ROLE \(TrackedSchema.role);
      INSERT INTO memories (user_id, content) VALUES ('ada', 'written by the application');
      UPDATE memories SET content = 'hidden' WHERE status = 'deleted';
      """)
    #expect(
      try world.lines("SELECT count(*) FROM active_memories WHERE content = 'written by the application'") == ["1"])
    #expect(try world.lines("SELECT count(*) FROM memories WHERE content = 'hidden'") == ["0"])
    #expect(try world.lines("SELECT count(*) FROM memory_audit WHERE what = 'INSERT'").first.flatMap(Int.init) ?? 0 > 0)
  }

  @Test("reembed works under a view, and where the view is in the way of another length, names it")
  func reembeds() throws {
    let world = try SchemaCase.trackedOnPostgres.filled()
    let made = try world.schemaText()
    let same = try world.unattended(["reembed"])
    #expect(same.status == 0, "with the same length nothing is in the way: \(same.errors)")
    let before = try rows(world)
    let refused = try world.unattended(["-c", "set dimensions 64; reembed"])
    #expect(refused.status == 1, "\(refused.errors)")
    #expect(refused.errors.contains("view active_memories"), "\(refused.errors)")
    #expect(refused.errors.contains(/DROP VIEW ("?public"?\.)?"?active_memories/), "\(refused.errors)")
    #expect(try rows(world) == before)
    #expect(SchemaText.changes(from: made, to: try world.schemaText()) == [])
    // The statement that it names is enough.
    let named = try #require(refused.errors.firstMatch(of: /DROP VIEW [^;`\n]*/), "\(refused.errors)")
    try world.change(String(named.0))
    try world.expect("-c", "set dimensions 64; reembed")
  }
}
