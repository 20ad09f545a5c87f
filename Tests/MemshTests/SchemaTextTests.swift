import TestSupport
import Testing

/// The comparison that other tests rely on sees what goes, comes or changes in a schema.
@Suite struct SchemaTextTests {
  private static let changes = [
    "REVOKE ALL ON active_memories FROM \(TrackedSchema.role)",
    "CREATE OR REPLACE VIEW active_memories AS SELECT * FROM memories", "DROP VIEW active_memories",
    "DROP INDEX memories_status_idx", "DROP INDEX memories_user_idx",
    "ALTER TABLE memories DROP CONSTRAINT memories_status_check",
    "ALTER TABLE memories DISABLE TRIGGER audit_memories", "DROP TRIGGER audit_memories ON memories",
    "ALTER POLICY not_deleted ON memories USING (true)", "DROP POLICY not_deleted ON memories",
    "ALTER TABLE memories DISABLE ROW LEVEL SECURITY", "ALTER TABLE memories FORCE ROW LEVEL SECURITY",
    "REVOKE UPDATE ON memories FROM \(TrackedSchema.role)",
    "REVOKE UPDATE (content) ON prompt_fragments FROM \(TrackedSchema.role)",
    "REVOKE ALL ON SEQUENCE memories_id_seq FROM \(TrackedSchema.role)", "GRANT DELETE ON memories TO PUBLIC",
    "ALTER TABLE memories OWNER TO \(TrackedSchema.role)", "ALTER TABLE memories ALTER status DROP DEFAULT",
    "ALTER TABLE memories ALTER created_at SET NOT NULL", "ALTER TABLE memories ALTER seen_at TYPE date",
    "ALTER TABLE memories DROP COLUMN exact; ALTER TABLE memories ADD COLUMN exact numeric",
    "ALTER TABLE prompt_fragments ADD COLUMN more text", "COMMENT ON COLUMN memories.status IS NULL",
    "ALTER SEQUENCE memories_id_seq OWNED BY NONE", "ALTER SEQUENCE memories_id_seq INCREMENT 2",
    "CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION effective_score", "CREATE TABLE more (id int)",
    "CREATE INDEX their_idx ON memories (content)",
    "ALTER TABLE memory_duplicates DROP CONSTRAINT memory_duplicates_original_id_fkey",
  ]

  @Test(
    "PostgreSQL: every change is seen, on each version",
    arguments: [SchemaCase.trackedOnPostgres, .trackedOnPostgres16])
  func seesOnPostgres(schema: SchemaCase) throws {
    let world = try schema.empty()
    let database = try #require(world.database)
    var before = try world.schemaText()
    #expect(before.count > 150)
    for change in Self.changes {
      try database.execute(change)
      let after = try world.schemaText()
      #expect(!SchemaText.changes(from: before, to: after).isEmpty, "\(change)")
      before = after
    }
    // Rows, indexes of memsh's names and memsh's own schema are no change.
    try world.change(
      """
      INSERT INTO memories (user_id, content) VALUES ('ada', 'tea'); ANALYZE memories;
      CREATE INDEX memories_user_idx ON memories (user_id); CREATE INDEX memsh_more_idx ON memories (id);
      CREATE TABLE memsh.more (id int);
      """)
    #expect(SchemaText.changes(from: before, to: try world.schemaText()) == [])
    #expect(try world.schemaText(withOwn: true).contains { $0.contains("memsh.more") })
  }

  @Test("SQLite: every change is seen") func seesOnSQLite() throws {
    let world = try SchemaCase.trackedOnSQLite.empty()
    var before = try world.schemaText()
    for change in [
      "DROP VIEW active_memories", "DROP TRIGGER audit_memories", "DROP INDEX memories_status_idx",
      "DROP INDEX memories_user_idx", "ALTER TABLE memories DROP COLUMN mood", "CREATE TABLE more (id)",
      "ALTER TABLE prompt_fragments ADD COLUMN more TEXT", "CREATE INDEX their_idx ON memories (content)",
    ] {
      try world.change(change)
      let after = try world.schemaText()
      #expect(!SchemaText.changes(from: before, to: after).isEmpty, "\(change)")
      before = after
    }
    try world.change("CREATE INDEX memories_user_idx ON memories (user_id); CREATE TABLE memsh_more (id)")
    #expect(SchemaText.changes(from: before, to: try world.schemaText()) == [])
  }
}
