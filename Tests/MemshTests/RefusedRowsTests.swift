import Foundation
import TestSupport
import Testing

/// Rows that a table or another database does not take: which row it is, what is wrong with it, and what to do.
@Suite struct RefusedRowsTests {
  private static let setup = "schema --create; seed; add 'a fact' --user ada; add 'another fact' --user bob"

  private func world(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    let result = try world.run("-q", "--embedder", "hash", "-c", RefusedRowsTests.setup)
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  @Test(
    "a row that breaks a rule of its table is no damaged backup",
    arguments: ["metadata = '{'", "category = replace(hex(zeroblob(60)), '00', 'xy')"])
  func rowsBreakARule(change: String) throws {
    let world = try world(.sqlite)
    try world.folder.sqlite(
      "store.db", "PRAGMA ignore_check_constraints = ON; UPDATE memories SET \(change) WHERE id = 1")
    let refused = try world.run("-q", "backup", world.folder.file("b.db"))
    #expect(refused.status == 1 && refused.errors.contains("the table memories refuses"), "\(refused.errors)")
    #expect(refused.errors.contains("doctor --fix all") && !refused.errors.contains("partial"), "\(refused.errors)")
    if change.hasPrefix("metadata") {
      #expect(try world.run("-q", "-y", "doctor", "--fix", "all").status == 0)
      #expect(try world.run("-q", "backup", world.folder.file("b.db")).status == 0)
    }
  }

  /// What PostgreSQL holds and SQLite does not, and what is said of it.
  private static let refused = [
    (
      "UPDATE memories SET metadata = ('{\"a\":' || repeat('[', 3000) || repeat(']', 3000) || '}')::jsonb WHERE id = 2",
      "row 2 of memories cannot be stored in SQLite: metadata is nested deeper than", "edit 2"
    ),
    (
      "ALTER TABLE memories ALTER user_id TYPE text; UPDATE memories SET user_id = repeat('u', 300) WHERE id = 2",
      "row 2 of memories cannot be stored in SQLite: user_id is longer than 255 characters", "edit 2"
    ),
    (
      "ALTER TABLE memories ALTER category TYPE text; UPDATE memories SET category = repeat('c', 101) WHERE id = 2",
      "row 2 of memories cannot be stored in SQLite: category is longer than 100 characters", "edit 2"
    ),
    (
      """
      ALTER TABLE memory_duplicates DROP CONSTRAINT IF EXISTS memory_duplicates_original_id_fkey;
      INSERT INTO memory_duplicates (id, original_id, duplicate_hash) VALUES (7, 999, 'x')
      """, "row 7 of memory_duplicates cannot be stored in SQLite: original_id is 999, and memories has no such row",
      "doctor --fix duplicates_orphaned"
    ),
    (
      "ALTER TABLE prompt_fragments DROP CONSTRAINT prompt_fragments_context_tier_check; UPDATE prompt_fragments SET context_tier = 'odd' WHERE id = 1",
      "row 1 of prompt_fragments cannot be stored in SQLite: context_tier is not ", "prompt_fragments WHERE id = 1"
    ),
    (
      "ALTER TABLE memories ADD COLUMN \"Content\" text; UPDATE memories SET \"Content\" = 'x'",
      "the columns content and Content of memories would be the same one in SQLite", "RENAME \"Content\""
    ),
  ]

  @Test("SQLite refuses a row of PostgreSQL by its table, id and column", arguments: refused.indices)
  func namesRow(index: Int) throws {
    let (change, message, hint) = RefusedRowsTests.refused[index]
    // What says in which part a row stands keeps its type.
    guard TestDatabase.layout == nil || !change.contains("ALTER user_id") else { return }
    let world = try world(.postgres)
    try world.database?.execute(change)
    for command in ["backup", "export"] {
      let result = try world.run("-q", command, world.folder.file("\(command).db"))
      #expect(result.status == 1 && result.errors.contains(message), "\(command): \(result.errors)")
      #expect(result.errors.contains(hint), "\(command): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: world.folder.file("\(command).db")))
    }
  }

  @Test("a column of the application's that must have a value is named as such", arguments: World.Kind.allCases)
  func requiredColumn(kind: World.Kind) throws {
    let world = try world(kind)
    if let database = world.database {
      try database.execute(
        "ALTER TABLE memories ADD COLUMN tenant text; UPDATE memories SET tenant = 'x'; "
          + "ALTER TABLE memories ALTER tenant SET NOT NULL")
    } else {
      try world.folder.sqlite(
        "store.db",
        """
        ALTER TABLE memories ADD COLUMN tenant TEXT NOT NULL DEFAULT 'x'; PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = replace(sql, ' DEFAULT ''x''', '') WHERE name = 'memories'
        """)
    }
    let result = try world.run("-q", "--embedder", "hash", "add", "new", "--user", "eve", "--force")
    #expect(result.status == 1)
    #expect(result.errors.contains("requires a value in its column tenant of memories"), "\(result.errors)")
    #expect(!result.errors.contains("columns_required"), "\(result.errors)")
  }

  @Test("a rule of the application's that an undo breaks is shown", arguments: World.Kind.allCases)
  func brokenRule(kind: World.Kind) throws {
    let world = try world(kind)
    #expect(try world.run("-q", "edit", "1", "--importance", "0.9").status == 0)
    let rule = "importance_score > 0.8"
    if let database = world.database {
      try database.execute(
        "ALTER TABLE memories ADD CONSTRAINT high CHECK (\(rule) OR id <> 1)")
    } else {
      try world.folder.sqlite(
        "store.db",
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = replace(sql, 'importance_score REAL', 'importance_score REAL CHECK (\(rule) OR id <> 1)')
          WHERE name = 'memories'
        """)
    }
    let result = try world.run("-q", "-y", "undo")
    #expect(result.status == 1 && result.errors.contains("breaks a rule (CHECK)"), "\(result.errors)")
    let hint = try #require(result.errors.firstMatch(of: /sql "(SELECT .+?)"/))
    #expect(try world.run("-q", "sql", String(hint.1)).output.contains("importance_score >"))
  }

  @Test("a policy that allows a row lets memsh add it, and one that does not is named")
  func policies() throws {
    let world = try world(.postgres)
    let database = try #require(world.database)
    let role = "policed_\(UInt32.random(in: 0...UInt32.max))"
    try database.execute(
      """
      CREATE ROLE \(role) LOGIN; GRANT USAGE, CREATE ON SCHEMA memsh, public TO \(role);
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA memsh, public TO \(role);
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA memsh, public TO \(role);
      ALTER TABLE memories ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON memories TO \(role) USING (user_id = 'ada') WITH CHECK (user_id = 'ada')
      """)
    defer { try? database.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
    func add(_ user: String) throws -> Memsh.Result {
      try world.memsh.run(
        [
          "-q", "--embedder", "hash", "-d", database.url.replacing("postgres@", with: role + "@"), "add",
          "it's \\new\\ \"text\"", "--user", user, "--force", "--metadata", "{\"a\":[1.5,\"'\"]}",
        ])
    }
    let added = try add("ada")
    #expect(added.status == 0, "\(added.errors)")
    #expect(
      try database.value("SELECT content || metadata FROM memories ORDER BY id DESC LIMIT 1")
        == "it's \\new\\ \"text\"{\"a\": [1.5, \"'\"]}")
    let refused = try add("bob")
    #expect(refused.status == 1 && refused.errors.contains("row-level security"), "\(refused.errors)")
  }

  @Test("a file with semicolons or tabs is told from one with other columns", arguments: [";", "\t"])
  func separators(separator: String) throws {
    let world = try world(.sqlite)
    let file = try world.folder.write("user_id\(separator)content\nada\(separator)x\n", to: "in.csv")
    let result = try world.run("-q", "--embedder", "hash", "import", file)
    #expect(result.status == 1 && result.errors.contains("is separated by"), "\(result.errors)")
    #expect(!result.errors.contains("ALTER TABLE"), "\(result.errors)")
  }
}
