/// The memory system's original store after its own later migration, as an administrator of it leaves it: tracking
/// columns and columns of every odd type, partial indexes, a view, a function, row security, a trigger of its own, and the
/// rights of the application's role.
package enum TrackedSchema {
  /// The role of the application, which owns nothing.
  package static let role = "memsh_test_application"

  /// The columns that others added, by their tables.
  package static let postgresColumns: KeyValuePairs = [
    "memories": [
      "usefulness_score", "decay_rate", "is_ephemeral", "confidence_score", "verification_status",
      "source_conversation_id", "used_in_conversations", "status", "seen_at", "exact", "facts", "marks", "raw",
    ],
    "prompt_fragments": ["reviewed_by"], "memory_duplicates": ["verdict"], "memory_analytics": ["session_id"],
  ]
  package static let sqliteColumns: KeyValuePairs = [
    "memories": ["usefulness_score", "is_ephemeral", "mood", "big", "raw", "status"],
    "prompt_fragments": ["reviewed_by"], "memory_duplicates": ["verdict"], "memory_analytics": ["session_id"],
  ]

  /// What is added on PostgreSQL to ``OriginalSchema/sql(dimensions:)``, without rows.
  package static let postgres = """
    \(OriginalSchema.laterMigration)
    DO $$ BEGIN CREATE ROLE \(role) LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    ALTER TABLE memories ADD COLUMN seen_at TIMESTAMPTZ, ADD COLUMN exact NUMERIC, ADD COLUMN facts JSONB,
      ADD COLUMN marks INTEGER[], ADD COLUMN raw BYTEA,
      ADD CONSTRAINT memories_status_check CHECK (status IN ('active', 'archived', 'deleted'));
    ALTER TABLE prompt_fragments ADD COLUMN reviewed_by TEXT;
    ALTER TABLE memory_duplicates ADD COLUMN verdict JSONB;
    ALTER TABLE memory_analytics ADD COLUMN session_id UUID;
    CREATE TABLE memory_audit (id BIGSERIAL PRIMARY KEY, at TIMESTAMPTZ DEFAULT now(), what TEXT, memory_id INTEGER);
    CREATE FUNCTION audit_memories() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO public.memory_audit (what, memory_id)
        VALUES (TG_OP, CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END);
      RETURN NULL;
    END $$;
    CREATE TRIGGER audit_memories AFTER INSERT OR UPDATE OR DELETE ON memories
      FOR EACH ROW EXECUTE FUNCTION audit_memories();
    ALTER TABLE memories ENABLE ROW LEVEL SECURITY;
    CREATE POLICY not_deleted ON memories TO \(role) USING (status <> 'deleted') WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE ON memories TO \(role);
    GRANT SELECT ON active_memories, memory_analytics TO \(role);
    GRANT UPDATE (content) ON prompt_fragments TO \(role);
    GRANT USAGE ON SEQUENCE memories_id_seq TO \(role);
    COMMENT ON COLUMN memories.status IS 'active, archived or deleted';
    """

  /// Four memories: with odd values, with NULL, with the defaults and with values at the ends; and a row of each other
  /// table. The ids begin with 101.
  package static let postgresRows = #"""
    INSERT INTO memories (id, user_id, content, usefulness_score, decay_rate, is_ephemeral, confidence_score,
        verification_status, source_conversation_id, used_in_conversations, status, seen_at, exact, facts, marks, raw)
      VALUES
        (101, 'ada', 'odd values', 'NaN', '-Infinity', true, 'Infinity', 'it''s "so"', E'tab\there',
          E'first "line"\nsecond, line\r\n\\N \\. end', 'archived', '2025-03-30 02:30:00.123456+05:45',
          123456789012345678901234567890.0123456789,
          '{"n": 12345678901234567890.10, "text": "a \"b\"\nc", "none": null, "list": [1, [2]]}',
          '{1,NULL,-2147483648,2147483647}', '\x00ff27225c0a0d00'),
        (102, 'ada', 'all NULL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (104, 'ben', 'the ends', '-0', 5e-324, false, 1.7976931348623157e308, '', 'NULL', '', 'deleted', 'infinity', 'NaN',
          'null', '{{1,2},{3,4}}', '\x');
    INSERT INTO memories (id, user_id, content) VALUES (103, 'ben', 'the defaults');
    INSERT INTO prompt_fragments (id, category, content, reviewed_by)
      VALUES (101, 'odd', 'Say it twice.', E'Zoë "Z"\nand \\N'), (102, 'odd', 'Say it once.', NULL);
    INSERT INTO memory_duplicates (id, original_id, duplicate_hash, dedup_type, verdict)
      VALUES (101, 103, 'e023b3c3938883bac4f5325b56049205740c4d8b02ff22bcb84241601b241d8a', 'exact', '{"by": "Zoë", "sure": 0.10}'),
        (102, 103, 'e023b3c3938883bac4f5325b56049205740c4d8b02ff22bcb84241601b241d8a', 'fuzzy', NULL);
    INSERT INTO memory_analytics (id, user_id, query_text, session_id)
      VALUES (101, 'ada', 'tea', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (102, 'ada', 'milk', NULL);
    SELECT setval('memories_id_seq', 200), setval('prompt_fragments_id_seq', 200),
      setval('memory_duplicates_id_seq', 200), setval('memory_analytics_id_seq', 200);
    """#

  /// The like on the tables that memsh makes on SQLite.
  package static let sqlite = """
    ALTER TABLE memories ADD COLUMN usefulness_score REAL DEFAULT 0.5;
    ALTER TABLE memories ADD COLUMN is_ephemeral BOOLEAN DEFAULT 0;
    ALTER TABLE memories ADD COLUMN mood VARCHAR(20);
    ALTER TABLE memories ADD COLUMN big INTEGER;
    ALTER TABLE memories ADD COLUMN raw BLOB;
    ALTER TABLE memories ADD COLUMN status VARCHAR(20) DEFAULT 'active';
    ALTER TABLE prompt_fragments ADD COLUMN reviewed_by TEXT;
    ALTER TABLE memory_duplicates ADD COLUMN verdict TEXT;
    ALTER TABLE memory_analytics ADD COLUMN session_id TEXT;
    CREATE INDEX memories_status_idx ON memories (status) WHERE status = 'active';
    CREATE VIEW active_memories AS SELECT * FROM memories WHERE status = 'active';
    CREATE TABLE memory_audit (id INTEGER PRIMARY KEY, what TEXT, memory_id INTEGER);
    CREATE TRIGGER audit_memories AFTER DELETE ON memories
      BEGIN INSERT INTO memory_audit (what, memory_id) VALUES ('DELETE', OLD.id); END;
    """
  package static let sqliteRows = #"""
    INSERT INTO memories (id, user_id, content, usefulness_score, is_ephemeral, mood, big, raw, status) VALUES
      (101, 'ada', 'odd values', 9e999, 1, 'it''s "so"' || char(10) || 'second, line' || char(13, 10) || '\N \. end',
        9223372036854775807, x'00ff27225c0a0d00', 'archived'),
      (102, 'ada', 'all NULL', NULL, NULL, NULL, NULL, NULL, NULL),
      (104, 'ben', 'the ends', -9e999, 0, '', 'a text among numbers', x'', 'deleted');
    INSERT INTO memories (id, user_id, content) VALUES (103, 'ben', 'the defaults');
    INSERT INTO prompt_fragments (id, category, content, reviewed_by)
      VALUES (101, 'odd', 'Say it twice.', 'Zoë "Z"' || char(10) || 'and \N'), (102, 'odd', 'Say it once.', NULL);
    INSERT INTO memory_duplicates (id, original_id, duplicate_hash, dedup_type, verdict)
      VALUES (101, 103, 'e023b3c3938883bac4f5325b56049205740c4d8b02ff22bcb84241601b241d8a', 'exact', '{"by": "Zoë", "sure": 0.10}'), (102, 103, 'e023b3c3938883bac4f5325b56049205740c4d8b02ff22bcb84241601b241d8a', 'fuzzy', NULL);
    INSERT INTO memory_analytics (id, user_id, query_text, session_id)
      VALUES (101, 'ada', 'tea', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (102, 'ada', 'milk', NULL);
    """#
}
