import Database
import Foundation
import MemoryModel
import MemoryServices
import PostgresClient
import TestSupport
import Testing

/// What others made in a store: nothing that replaces tables or files takes it along without a word.
@Suite struct OthersTests {
  /// Something that an application or an administrator adds to a PostgreSQL store.
  struct Added: Sendable {
    /// What they run.
    let sql: String
    /// What it is called.
    let name: String
    /// Whether a statement takes it away.
    var isDroppable = true
  }

  private static let added = [
    Added(sql: #"ALTER TABLE memories ADD COLUMN "Mood ""x""" TEXT"#, name: #"column memories.Mood "x""#),
    Added(sql: "CREATE VIEW active AS SELECT id FROM memories", name: "view active"),
    Added(sql: "CREATE MATERIALIZED VIEW seen AS SELECT id FROM prompt_fragments", name: "materialized view seen"),
    Added(
      sql: "CREATE TABLE theirs (memory_id int REFERENCES memories (id) ON DELETE CASCADE)",
      name: "foreign key theirs_memory_id_fkey on theirs"),
    Added(sql: "CREATE INDEX their_idx ON memories (user_id) WHERE importance_score > 0.5", name: "index their_idx"),
    Added(
      sql: "ALTER TABLE memories ADD CONSTRAINT their_key UNIQUE (user_id, content)",
      name: "constraint their_key on memories"),
    Added(
      sql:
        "CREATE TRIGGER their_trigger BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()",
      name: "trigger their_trigger on memories"),
    Added(sql: "CREATE RULE their_rule AS ON DELETE TO memory_analytics DO ALSO NOTHING", name: "rule their_rule on"),
    Added(sql: "CREATE POLICY their_policy ON memories USING (true)", name: "policy their_policy on memories"),
    Added(sql: "ALTER TABLE memories ENABLE ROW LEVEL SECURITY", name: "row security of memories"),
    Added(
      sql: "GRANT SELECT, INSERT ON memories TO pg_monitor", name: "grant INSERT, SELECT on memories to pg_monitor"),
    Added(sql: "GRANT UPDATE (content) ON memories TO PUBLIC", name: "grant UPDATE on memories.content to PUBLIC"),
    Added(
      sql: "GRANT USAGE ON SEQUENCE memories_id_seq TO pg_monitor",
      name: "grant USAGE on sequence memories_id_seq to pg_monitor"),
    Added(sql: "CREATE PUBLICATION their_feed FOR TABLE memories", name: "publication their_feed of memories"),
    Added(sql: "COMMENT ON TABLE memory_duplicates IS 'mine'", name: "comment on memory_duplicates"),
    Added(sql: "COMMENT ON COLUMN memories.content IS 'mine'", name: "comment on memories.content"),
    Added(
      sql: "CREATE STATISTICS their_statistics ON user_id, category FROM memories", name: "statistics their_statis"),
    Added(sql: "CREATE TABLE kid () INHERITS (memory_analytics)", name: "child table kid"),
    Added(
      sql: "CREATE FUNCTION theirs() RETURNS SETOF memories LANGUAGE sql AS 'SELECT * FROM memories'",
      name: "dependent object function theirs()", isDroppable: false),
    Added(sql: "ALTER TABLE memory_duplicates OWNER TO pg_monitor", name: "owner pg_monitor of", isDroppable: false),
  ]

  @Test("PostgreSQL: restore and --force-recreate refuse, name what would go, and say how it can be taken away")
  func refusesOnPostgres() throws {
    let world = try World(.postgres)
    let database = try #require(world.database)
    #expect(try world.run("-q", "schema", "--create").status == 0)
    #expect(try world.run("-q", "add", "Tea, not coffee", "--user", "ada", "--no-embedding").status == 0)
    let backup = world.folder.file("b.db")
    #expect(try world.run("-q", "backup", backup).status == 0)
    for added in OthersTests.added {
      try database.connect().execute(unsafeSQL: added.sql)
      var hint = ""
      let recreate = ["migrate", "--from", backup, "--force-recreate", "--yes"]
      for command in [
        ["restore", backup, "--yes"], ["restore", backup, "--dry-run"], recreate, recreate + ["--dry-run"],
      ] {
        let refused = try world.memsh.run(["-d", world.store, "-q", "--output", "json"] + command)
        #expect(refused.status == 1, "\(added.name): \(command)")
        let error = try JSONParser.parse(refused.errors.split(separator: "\n").last.map(String.init) ?? "null")
        #expect(error[key: "code"] == .string("foreign_objects"), "\(refused.errors)")
        let message = error[key: "message"]?.stringValue ?? ""
        #expect(message.contains(added.name), "\(message)")
        hint = error[key: "hint"]?.stringValue ?? ""
      }
      let statements = hint.firstRange(of: "yourself first: ").map { String(hint[$0.upperBound...]) }
      #expect((statements != nil) == added.isDroppable, "\(hint)")
      try database.connect().execute(
        unsafeSQL: statements
          ?? "DROP FUNCTION IF EXISTS theirs(); ALTER TABLE memory_duplicates OWNER TO CURRENT_USER")
    }
    #expect(try database.value("SELECT count(*) FROM memories") == "1")
    #expect(try database.value("SELECT count(*) FROM theirs") == "0")
    let restored = try world.run("-q", "restore", backup, "--yes")
    #expect(restored.status == 0, "\(restored.errors)")
  }

  @Test("PostgreSQL: the application's own tables are in nobody's way; a backup names what it leaves out")
  func namesWhatIsLeftOut() throws {
    let world = try World(.postgres)
    let database = try #require(world.database)
    try database.connect().execute(unsafeSQL: OriginalSchema.sql(dimensions: 256))
    let plain = world.folder.file("plain.db")
    #expect(try world.json("backup", plain)[key: "left_out"]?.arrayValue == [])
    #expect(try world.run("-q", "restore", plain, "--yes").status == 0)

    try database.connect().execute(
      unsafeSQL: OriginalSchema.laterMigration
        + "CREATE TABLE sessions (id int); GRANT SELECT ON memories TO pg_monitor")
    #expect(try world.run("-q", "add", "Tea, not coffee", "--user", "ada", "--no-embedding").status == 0)
    let result = try world.memsh.run(
      ["-d", world.store, "--output", "json", "backup", world.folder.file("b.db")])
    let left = try JSONParser.parse(result.output)[key: "left_out"]?.arrayValue ?? []
    let names = left.map { "\($0[key: "kind"]?.stringValue ?? "") \($0[key: "name"]?.stringValue ?? "")" }
    for name in [
      "column memories.status", "view active_memories", "index memories_status_idx", "table sessions",
      "grant SELECT on memories to pg_monitor", "memsh 1 journal operation",
    ] { #expect(names.contains(name), "\(names)") }
    #expect(result.errors.contains("the backup leaves out"), "\(result.errors)")
    #expect(result.errors.contains("column memories.decay_rate"), "\(result.errors)")
    // Restored into a store of its own, nothing of the first one is touched.
    let target = try World(.postgres)
    #expect(try target.run("-q", "restore", world.folder.file("b.db"), "--yes").status == 0)
  }

  @Test("SQLite: what the backup does not have, and what --force-recreate would drop") func refusesOnSQLite() throws {
    for (sql, name, isOnTables) in [
      ("ALTER TABLE memories ADD COLUMN \"my mood\" TEXT", "column memories.my mood", true),
      ("CREATE INDEX their_idx ON memories (user_id, content)", "index their_idx", true),
      ("CREATE TRIGGER theirs AFTER DELETE ON memories BEGIN SELECT 1; END", "trigger theirs", true),
      ("CREATE VIEW active AS SELECT id FROM memories", "view active", false),
      ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text)", "table notes", false),
      ("CREATE TABLE refs (memory_id INTEGER REFERENCES memories (id) ON DELETE CASCADE)", "refs", true),
    ] {
      let world = try World(.sqlite)
      #expect(try world.run("-q", "schema", "--create").status == 0)
      #expect(try world.run("-q", "add", "Tea, not coffee", "--user", "ada", "--no-embedding").status == 0)
      let (before, after) = (world.folder.file("before.db"), world.folder.file("after.db"))
      #expect(try world.run("-q", "backup", before).status == 0)
      try world.folder.sqlite("store.db", sql)
      #expect(try world.json("backup", after)[key: "left_out"]?.arrayValue == [])
      for options in [["--yes"], ["--dry-run"]] {
        let refused = try world.memsh.run(["-d", world.store, "-q", "restore", before] + options)
        #expect(refused.status == 1 && refused.errors.contains(name), "\(name): \(refused.errors)")
        #expect(refused.errors.contains("refused: restore would drop what others made"), "\(refused.errors)")
        let recreated = try world.memsh.run(
          ["-d", world.store, "-q", "migrate", "--from", before, "--force-recreate", "--skip-test"] + options)
        if isOnTables {
          #expect(recreated.status == 1 && recreated.errors.contains(name), "\(name): \(recreated.errors)")
        } else {
          #expect(recreated.status == 0, "\(name): \(recreated.errors)")
        }
      }
      // A backup that has it puts it back as it was.
      let restored = try world.run("-q", "restore", after, "--yes")
      #expect(restored.status == 0, "\(name): \(restored.errors)")
      let last = name.split(separator: " ").last.map(String.init) ?? name
      let found = try world.folder.rows(
        "store.db", "SELECT count(*) FROM sqlite_master WHERE name = '\(last)' OR sql LIKE '%my \(last)\"%'")
      #expect(found == ["1"], "\(name)")
    }
  }

  @Test("what --force-recreate drops is told by its dry run and its question", arguments: World.Kind.allCases)
  func tellsWhatIsDropped(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source, "--embeddings", "keep")
    #expect(try world.run("-q", "edit", "1", "--category", "x").status == 0)
    let report = try world.json("migrate", "--from", source, "--force-recreate", "--dry-run")
    #expect(
      report[key: "dropped"]?.text
        == #"{"memories":4,"memory_analytics":0,"memory_duplicates":0,"prompt_fragments":7,"journal_operations":1,"migration_runs":1}"#
    )
    let question = try world.run("migrate", "--from", source, "--force-recreate")
    #expect(question.status == 1)
    #expect(question.errors.contains("4 memories"), "\(question.errors)")
    #expect(question.errors.contains("7 fragments"), "\(question.errors)")
    #expect(question.errors.contains("1 journal operation and 1 migration run"), "\(question.errors)")
    let backup = world.folder.file("b.db")
    _ = try world.json("backup", backup)
    let restore = try world.run("restore", backup)
    #expect(restore.errors.contains("1 journal operation and 1 migration run"), "\(restore.errors)")
    let preview = try world.json("restore", backup, "--dry-run")
    #expect(preview[key: "replaced"]?[key: "journal_operations"] == .integer(1))
  }
}
