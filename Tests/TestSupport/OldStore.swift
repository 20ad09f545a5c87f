/// Stores as memsh 0.1.0 made them: its tables refuse NULL where the applications write it, and its word for "every
/// agent" is `all`.
package enum OldStore {
  private static let now = "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"

  /// The tables of a SQLite store, and a trigger of memsh's.
  package static let tables = """
    CREATE TABLE memories (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id TEXT NOT NULL CHECK (length(user_id) <= 255),
      content TEXT NOT NULL,
      embedding BLOB,
      metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
      category TEXT CHECK (length(category) <= 100),
      importance_score REAL DEFAULT 0.5,
      access_count INTEGER NOT NULL DEFAULT 0,
      last_accessed_at TEXT,
      created_at TEXT NOT NULL DEFAULT \(now),
      updated_at TEXT NOT NULL DEFAULT \(now)
    );
    CREATE TABLE memory_analytics (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id TEXT,
      query_text TEXT,
      results_count INTEGER,
      response_time_ms INTEGER,
      context_tier TEXT,
      created_at TEXT NOT NULL DEFAULT \(now)
    );
    CREATE TABLE memory_duplicates (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      original_id INTEGER REFERENCES memories (id) ON DELETE CASCADE,
      duplicate_hash TEXT NOT NULL,
      similarity_score REAL,
      dedup_type TEXT,
      created_at TEXT NOT NULL DEFAULT \(now)
    );
    CREATE TABLE prompt_fragments (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      category TEXT NOT NULL CHECK (length(category) <= 100),
      priority INTEGER NOT NULL DEFAULT 5,
      content TEXT NOT NULL,
      tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
      embedding BLOB,
      agent_type TEXT NOT NULL DEFAULT 'all',
      context_tier TEXT NOT NULL DEFAULT 'standard' CHECK (context_tier IN ('core', 'standard', 'full')),
      is_active INTEGER NOT NULL DEFAULT 1,
      created_at TEXT NOT NULL DEFAULT \(now),
      updated_at TEXT NOT NULL DEFAULT \(now)
    );
    CREATE TABLE memsh_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE memsh_runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, fingerprint TEXT NOT NULL, space TEXT NOT NULL,
      started_at TEXT NOT NULL, finished_at TEXT, state TEXT NOT NULL, counts TEXT NOT NULL DEFAULT '{}',
      memsh_version TEXT NOT NULL
    );
    CREATE TABLE memsh_run_rows (
      run_id INTEGER NOT NULL REFERENCES memsh_runs (id) ON DELETE CASCADE, table_name TEXT NOT NULL,
      source_key TEXT NOT NULL, target_id INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
      PRIMARY KEY (run_id, table_name, target_id)
    ) WITHOUT ROWID;
    INSERT INTO memsh_settings VALUES ('schema_version', '1'),
      ('embedding_space', '{"provider":"hash","model":"word-ngram-v1","dimensions":256}');
    CREATE TRIGGER update_memories_updated_at AFTER UPDATE ON memories WHEN NEW.updated_at IS OLD.updated_at
    BEGIN
      UPDATE memories SET updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') WHERE id = NEW.id;
    END;
    """

  /// A SQLite store with a memory and two fragments, and a column, an index and a trigger of somebody else's.
  package static let sqlite =
    tables + """
      ALTER TABLE memories ADD COLUMN mood TEXT DEFAULT 'calm';
      CREATE INDEX their_mood_idx ON memories (mood);
      CREATE TRIGGER their_trigger AFTER INSERT ON memories BEGIN UPDATE memories SET mood = 'new' WHERE id = NEW.id; END;
      INSERT INTO memories (id, user_id, content) VALUES (1, 'ada', 'Tea, not coffee');
      """ + fragments

  /// Fragments as it wrote them, for one agent and for every agent; for both kinds of store.
  package static let fragments = """
    INSERT INTO prompt_fragments (id, category, priority, content, agent_type, context_tier)
      VALUES (1, 'sales_guidelines', 9, 'Ask what the customer wants.', 'sales', 'core'),
        (2, 'communication_style', 7, 'Lead with the answer.', 'all', 'core');
    """

  /// Makes the tables of a PostgreSQL store what 0.1.0 made of them.
  package static let postgres = """
    ALTER TABLE memories ALTER metadata SET NOT NULL, ALTER access_count SET NOT NULL, ALTER created_at SET NOT NULL,
      ALTER updated_at SET NOT NULL;
    ALTER TABLE memory_analytics ALTER created_at SET NOT NULL;
    ALTER TABLE memory_duplicates ALTER created_at SET NOT NULL;
    UPDATE prompt_fragments SET agent_type = 'all' WHERE agent_type IS NULL;
    ALTER TABLE prompt_fragments ALTER priority SET NOT NULL, ALTER tags SET NOT NULL, ALTER agent_type SET NOT NULL,
      ALTER agent_type SET DEFAULT 'all', ALTER context_tier SET NOT NULL, ALTER is_active SET NOT NULL,
      ALTER created_at SET NOT NULL, ALTER updated_at SET NOT NULL;
    """ + fragments
}
