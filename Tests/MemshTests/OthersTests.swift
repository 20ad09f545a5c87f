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
    /// Whether it stands in the way of other rows.
    var isInTheWay = false
    /// Whether a copy of the tables has it, or it is no part of them.
    var isInBackups = false
  }

  private static let added = [
    Added(
      sql: #"ALTER TABLE memories ADD COLUMN "Mood ""x""" TEXT"#, name: #"column memories.Mood "x""#,
      isInBackups: true),
    Added(sql: "CREATE VIEW active AS SELECT id FROM memories", name: "view active"),
    Added(sql: "CREATE MATERIALIZED VIEW seen AS SELECT id FROM prompt_fragments", name: "materialized view seen"),
    Added(
      sql: "CREATE TABLE theirs (memory_id int REFERENCES memories (id) ON DELETE CASCADE)",
      name: "foreign key theirs_memory_id_fkey on theirs", isInBackups: true),
    Added(
      sql: "INSERT INTO theirs VALUES (NULL), (1)", name: "foreign key theirs_memory_id_fkey on theirs",
      isInTheWay: true),
    Added(sql: "CREATE INDEX their_idx ON memories (user_id) WHERE importance_score > 0.5", name: "index their_idx"),
    Added(
      sql: "ALTER TABLE memories ADD CONSTRAINT their_key UNIQUE (user_id, content)",
      name: "constraint their_key on memories"),
    Added(
      sql:
        "CREATE TRIGGER their_trigger BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()",
      name: "trigger their_trigger on memories"),
    Added(
      sql: "CREATE RULE their_rule AS ON DELETE TO memory_analytics DO ALSO NOTHING", name: "rule their_rule on",
      isInTheWay: true),
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
    Added(sql: "CREATE TABLE kid () INHERITS (memory_analytics)", name: "child table kid", isInTheWay: true),
    Added(
      sql: "ALTER TABLE memories ADD COLUMN tenant TEXT; UPDATE memories SET tenant = 'a'; "
        + "ALTER TABLE memories ALTER tenant SET NOT NULL",
      name: "column memories.tenant", isInTheWay: true),
    Added(
      sql: "CREATE FUNCTION theirs() RETURNS SETOF memories LANGUAGE sql AS 'SELECT * FROM memories'",
      name: "dependent object function theirs()"),
    Added(
      sql: "ALTER TABLE memory_duplicates OWNER TO pg_monitor", name: "owner pg_monitor of",
      isInBackups: true),
  ]

  @Test("PostgreSQL: restore and --force-recreate keep it, or name it and say how it can be taken away")
  func keepsOnPostgres() throws {
    // Others refer to the id of a memory alone, which partitions do not allow.
    let world = World(folder: try TestFolder(), database: try TestDatabase(layout: nil))
    try world.expect("schema", "--create")
    try world.expect("add", "Tea, not coffee", "--user", "ada", "--no-embedding")
    let backup = world.folder.file("b.db")
    try world.expect("backup", backup)
    let commands = [
      ["restore", backup], ["migrate", "--from", backup, "--force-recreate", "--skip-test", "--no-verify"],
    ]
    for added in OthersTests.added {
      try world.change(added.sql)
      guard added.isInTheWay else { continue }
      let made = try world.schemaText()
      var hint = ""
      for command in commands + [commands[0] + ["--dry-run"], commands[1] + ["--dry-run"]] {
        let refused = try world.unattended(["--output", "json"] + command)
        #expect(refused.status == 1, "\(added.name): \(command)")
        let error = try JSONParser.parse(refused.errors.split(separator: "\n").last.map(String.init) ?? "null")
        #expect(error[key: "code"] == .string("foreign_objects"), "\(refused.errors)")
        let message = error[key: "message"]?.stringValue ?? ""
        #expect(message.contains(added.name), "\(message)")
        hint = error[key: "hint"]?.stringValue ?? ""
      }
      #expect(try world.schemaText() == made)
      let statements = try #require(hint.firstRange(of: "yourself first: "), "\(hint)")
      try world.change(String(hint[statements.upperBound...]))
    }
    let before = try world.schemaText()
    for command in commands {
      let done = try world.unattended(command + ["--no-backup"])
      #expect(done.status == 0, "\(command): \(done.errors)")
      #expect(try world.lines("SELECT content FROM memories") == ["Tea, not coffee"], "\(command)")
      let changes = SchemaText.changes(from: before, to: try world.schemaText())
      #expect(changes.isEmpty, "\(command): \(changes.joined(separator: "\n"))")
    }
    let left = try world.json("backup", world.folder.file("after.db"))[key: "left_out"]?.arrayValue ?? []
    let names = left.map { "\($0[key: "kind"]?.stringValue ?? "") \($0[key: "name"]?.stringValue ?? "")" }
    for added in OthersTests.added where !added.isInTheWay && !added.isInBackups {
      #expect(names.contains { $0.hasPrefix(added.name) }, "\(added.name): \(names)")
    }
    #expect(try world.lines("SELECT count(*) FROM theirs") == ["2"])
  }

  @Test("PostgreSQL: vectors of another length do not come under a view, which is named with all that hangs on it")
  func namesLengths() throws {
    let world = try World(.postgres)
    try world.expect("schema", "--create")
    try world.expect("add", "Tea, not coffee", "--user", "ada")
    let backup = world.folder.file("b.db")
    try world.expect("backup", backup)
    try world.expect("-c", "set dimensions 64; reembed")
    try world.change(
      "CREATE VIEW inner_view AS SELECT * FROM memories; CREATE VIEW outer_view AS SELECT id FROM inner_view")
    for command in [["restore", backup], ["migrate", "--from", backup, "--force-recreate", "--skip-test"]] {
      for options in [[], ["--dry-run"]] {
        let refused = try world.unattended(command + options)
        #expect(refused.status == 1, "\(command)")
        #expect(refused.errors.contains("DROP VIEW outer_view; DROP VIEW inner_view"), "\(refused.errors)")
      }
    }
    #expect(try world.lines("SELECT vector_dims(embedding) FROM memories") == ["64"])
    try world.change("DROP VIEW outer_view; DROP VIEW inner_view")
    try world.expect("restore", backup)
    #expect(try world.lines("SELECT vector_dims(embedding) FROM memories") == ["256"])
    #expect(try world.lines("SELECT count(*) FROM pg_indexes WHERE indexname = 'memories_embedding_idx'") == ["1"])
  }

  @Test("PostgreSQL: a trigger of others that changes rows is told before, and nothing comes in")
  func namesTriggers() throws {
    let world = try World(.postgres)
    try world.expect("schema", "--create")
    try world.expect("add", "Tea, not coffee", "--user", "ada", "--no-embedding", "--category", "drinks")
    let backup = world.folder.file("b.db")
    try world.expect("backup", backup)
    try world.change(
      """
      CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.content := upper(NEW.content); RETURN NEW; END $$;
      CREATE TRIGGER shouts BEFORE INSERT ON memories FOR EACH ROW EXECUTE FUNCTION shout();
      UPDATE memories SET category = 'changed since';
      """)
    for command in [["restore", backup], ["migrate", "--from", backup, "--force-recreate", "--skip-test"]] {
      let preview = try world.run(command + ["--dry-run"])
      let question = try world.run(command)
      #expect(question.errors.contains("trigger shouts on memories"), "\(question.errors)")
      #expect(preview.status == 0 && preview.errors.contains("trigger shouts on memories"), "\(preview.errors)")
      let refused = try world.unattended(command)
      #expect(refused.status == 1, "\(command)")
      #expect(refused.errors.contains("changes them: trigger shouts on memories"), "\(refused.errors)")
      #expect(refused.errors.contains("DROP TRIGGER shouts ON memories"), "\(refused.errors)")
      #expect(try world.lines("SELECT content || ' ' || category FROM memories") == ["Tea, not coffee changed since"])
    }
    try world.change("ALTER TABLE memories DISABLE TRIGGER shouts")
    try world.expect("restore", backup)
    #expect(try world.lines("SELECT content || ' ' || category FROM memories") == ["Tea, not coffee drinks"])
  }

  @Test(
    "PostgreSQL: columns that do not take the rows are named",
    arguments: [
      (
        "ALTER TABLE memories ALTER category SET NOT NULL", "NOT NULL of memories.category",
        "ALTER \"category\" DROP NOT NULL"
      ),
      (
        "ALTER TABLE memories DROP COLUMN category; "
          + "ALTER TABLE memories ADD COLUMN category text GENERATED ALWAYS AS (left(content, 3)) STORED",
        "generated column memories.category", "ALTER \"category\" DROP EXPRESSION"
      ),
      ("ALTER TABLE memories DROP COLUMN category", "missing column memories.category", ""),
      (
        "ALTER TABLE memory_duplicates DROP CONSTRAINT IF EXISTS memory_duplicates_original_id_fkey; "
          + "ALTER TABLE memories ALTER id TYPE smallint", "column memories.id", "ALTER \"id\" TYPE bigint"
      ),
    ])
  func namesColumns(change: String, name: String, statement: String) throws {
    // A key of shards keeps its type.
    guard !TestDatabase.isCluster || !change.contains("ALTER id") else { return }
    let world = try World(.postgres)
    try world.expect("schema", "--create")
    try world.change("INSERT INTO memories (id, user_id, content) VALUES (70000, 'ada', 'Tea, not coffee')")
    let backup = world.folder.file("b.db")
    try world.expect("backup", backup)
    try world.change("DELETE FROM memories; \(change)")
    let refused = try world.unattended(["restore", backup])
    #expect(refused.status == 1 && refused.errors.contains(name), "\(refused.errors)")
    guard !statement.isEmpty else { return }
    #expect(refused.errors.contains(statement), "\(refused.errors)")
    // Citus knows no such statement.
    guard !TestDatabase.isCluster || !statement.contains("EXPRESSION") else { return }
    try world.change("ALTER TABLE memories \(statement)")
    try world.expect("restore", backup)
    #expect(try world.lines("SELECT id || content FROM memories") == ["70000Tea, not coffee"])
  }

  @Test("PostgreSQL: the application's own tables are in nobody's way; a backup names what it leaves out")
  func namesWhatIsLeftOut() throws {
    let world = try World(.postgres)
    let database = try #require(world.database)
    try database.execute(OriginalSchema.sql(dimensions: 256))
    let plain = world.folder.file("plain.db")
    #expect(try world.json("backup", plain)[key: "left_out"]?.arrayValue == [])
    #expect(try world.run("-q", "restore", plain, "--yes").status == 0)

    try database.execute(
      OriginalSchema.laterMigration
        + "CREATE TABLE sessions (id int); GRANT SELECT ON memories TO pg_monitor")
    #expect(try world.run("-q", "add", "Tea, not coffee", "--user", "ada", "--no-embedding").status == 0)
    let result = try world.memsh.run(
      ["-d", world.store, "--output", "json", "backup", world.folder.file("b.db")])
    let left = try JSONParser.parse(result.output)[key: "left_out"]?.arrayValue ?? []
    let names = left.map { "\($0[key: "kind"]?.stringValue ?? "") \($0[key: "name"]?.stringValue ?? "")" }
    for name in [
      "default of memories.status", "view active_memories", "index memories_status_idx", "table sessions",
      "grant SELECT on memories to pg_monitor", "memsh 1 journal operation",
    ] { #expect(names.contains(name), "\(names)") }
    #expect(result.errors.contains("the backup leaves out"), "\(result.errors)")
    #expect(result.errors.contains("default of memories.decay_rate"), "\(result.errors)")
    // The columns themselves are in it.
    #expect(!names.contains { $0.hasPrefix("column ") }, "\(names)")
    // Restored into a store of its own, nothing of the first one is touched.
    let target = try World(.postgres)
    let restored = try target.json("restore", world.folder.file("b.db"), "--yes")
    #expect(restored[key: "left_out"]?.arrayValue == [])
  }

  @Test("SQLite: restore refuses what the backup does not have; --force-recreate keeps everything")
  func keepsOnSQLite() throws {
    for (sql, name, isInTheWay) in [
      ("ALTER TABLE memories ADD COLUMN \"my mood\" TEXT", "column memories.my mood", false),
      ("CREATE INDEX their_idx ON memories (user_id, content)", "index their_idx", false),
      ("CREATE TRIGGER theirs AFTER DELETE ON memories BEGIN SELECT 1; END", "trigger theirs", false),
      ("CREATE VIEW active AS SELECT id FROM memories", "view active", false),
      ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text)", "table notes", false),
      ("CREATE TABLE refs (memory_id INTEGER REFERENCES memories (id) ON DELETE CASCADE)", "refs", false),
      (
        "CREATE TABLE refs (memory_id INTEGER REFERENCES memories (id) ON DELETE CASCADE); INSERT INTO refs VALUES (1)",
        "foreign key from refs to memories", true
      ),
    ] {
      let world = try World(.sqlite)
      try world.expect("schema", "--create")
      try world.expect("add", "Tea, not coffee", "--user", "ada", "--no-embedding")
      let (before, after) = (world.folder.file("before.db"), world.folder.file("after.db"))
      try world.expect("backup", before)
      try world.change(sql)
      #expect(try world.json("backup", after)[key: "left_out"]?.arrayValue == [])
      let made = try world.schemaText()
      for options in [["--yes"], ["--dry-run"]] {
        let refused = try world.memsh.run(["-d", world.store, "-q", "restore", before] + options)
        let last = name.split(separator: " ").first { $0 == "refs" }.map(String.init) ?? name
        #expect(refused.status == 1 && refused.errors.contains(last), "\(name): \(refused.errors)")
        #expect(refused.errors.contains("refused: restore would drop what others made"), "\(refused.errors)")
        let recreated = try world.memsh.run(
          ["-d", world.store, "-q", "migrate", "--from", before, "--force-recreate", "--skip-test"] + options)
        if isInTheWay {
          #expect(recreated.status == 1 && recreated.errors.contains(name), "\(name): \(recreated.errors)")
          #expect(try world.lines("SELECT count(*) FROM refs") == ["1"])
        } else {
          #expect(recreated.status == 0, "\(name): \(recreated.errors)")
        }
        #expect(try world.schemaText() == made, "\(name)")
        #expect(try world.lines("SELECT content FROM memories") == ["Tea, not coffee"])
      }
      // A backup that has it puts it back as it was.
      try world.expect("restore", after)
      #expect(try world.schemaText() == made, "\(name)")
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
