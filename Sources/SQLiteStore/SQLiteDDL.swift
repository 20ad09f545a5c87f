/// The definitions of the memory system's tables on SQLite, and of memsh's ledger.
enum SQLiteDDL {
  /// The present moment as every timestamp is written: fixed width, so that text order is time order.
  static let now = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"

  static func table(_ name: String) -> String {
    switch name {
    case "memories":
      """
      CREATE TABLE memories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id TEXT NOT NULL CHECK (length(user_id) <= 255),
        content TEXT NOT NULL,
        embedding BLOB,
        metadata TEXT DEFAULT '{}' CHECK (metadata IS NULL OR json_valid(metadata)),
        category TEXT CHECK (length(category) <= 100),
        importance_score REAL DEFAULT 0.5,
        access_count INTEGER DEFAULT 0,
        last_accessed_at TEXT,
        created_at TEXT DEFAULT (\(now)),
        updated_at TEXT DEFAULT (\(now))
      )
      """
    case "prompt_fragments":
      """
      CREATE TABLE prompt_fragments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        category TEXT NOT NULL CHECK (length(category) <= 100),
        priority INTEGER DEFAULT 5,
        content TEXT NOT NULL,
        tags TEXT DEFAULT '[]' CHECK (tags IS NULL OR json_valid(tags)),
        embedding BLOB,
        agent_type TEXT,
        context_tier TEXT DEFAULT 'standard' CHECK (context_tier IN ('core', 'standard', 'full')),
        is_active INTEGER DEFAULT 1,
        created_at TEXT DEFAULT (\(now)),
        updated_at TEXT DEFAULT (\(now))
      )
      """
    case "memory_duplicates":
      """
      CREATE TABLE memory_duplicates (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        original_id INTEGER REFERENCES memories (id) ON DELETE CASCADE,
        duplicate_hash TEXT NOT NULL,
        similarity_score REAL,
        dedup_type TEXT,
        created_at TEXT DEFAULT (\(now))
      )
      """
    default:
      """
      CREATE TABLE memory_analytics (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id TEXT,
        query_text TEXT,
        results_count INTEGER,
        response_time_ms INTEGER,
        context_tier TEXT,
        created_at TEXT DEFAULT (\(now))
      )
      """
    }
  }

  /// Under the name of the vector index stands what SQLite can make of it: a list of the rows that have a vector, so
  /// that counting them does not read the vectors.
  static func vectorIndex(_ name: String, table: String) -> String {
    "CREATE INDEX \(name) ON \(table) (id) WHERE embedding IS NOT NULL"
  }

  /// Sets `updated_at`, unless the statement itself set it: a repair that is undone gets its old time back.
  static func trigger(_ name: String, table: String) -> String {
    """
    CREATE TRIGGER \(name) AFTER UPDATE ON \(table) WHEN NEW.updated_at IS OLD.updated_at
    BEGIN
      UPDATE \(table) SET updated_at = \(now) WHERE id = NEW.id;
    END
    """
  }

  static let ledger = """
    CREATE TABLE memsh_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE memsh_runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      source TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      space TEXT NOT NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      state TEXT NOT NULL,
      counts TEXT NOT NULL DEFAULT '{}',
      memsh_version TEXT NOT NULL
    );
    CREATE TABLE memsh_run_rows (
      run_id INTEGER NOT NULL REFERENCES memsh_runs (id) ON DELETE CASCADE,
      table_name TEXT NOT NULL,
      source_key TEXT NOT NULL,
      target_id INTEGER NOT NULL,
      content_sha256 TEXT NOT NULL,
      PRIMARY KEY (run_id, table_name, target_id)
    ) WITHOUT ROWID;
    CREATE INDEX memsh_run_rows_source_key_idx ON memsh_run_rows (source_key);
    """

  /// A row of a repair stands once in it.
  static let journal = """
    CREATE TABLE memsh_journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      author TEXT NOT NULL,
      session TEXT NOT NULL,
      command TEXT NOT NULL,
      undoes INTEGER,
      undone_by INTEGER,
      space_before TEXT
    );
    CREATE TABLE memsh_journal_rows (
      position INTEGER PRIMARY KEY,
      operation_id INTEGER NOT NULL,
      table_name TEXT NOT NULL,
      row_id INTEGER NOT NULL,
      before TEXT,
      after TEXT,
      UNIQUE (operation_id, table_name, row_id)
    );
    CREATE INDEX memsh_journal_rows_row_idx ON memsh_journal_rows (row_id, table_name);
    """
}
