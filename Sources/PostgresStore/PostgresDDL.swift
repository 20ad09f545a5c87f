/// The definitions of the memory system's tables, as its own applications expect them, and of memsh's ledger. NULL is
/// refused only where the applications refuse it.
enum PostgresDDL {
  private static let now = "(now() AT TIME ZONE 'UTC')"

  /// - Parameter wide: The tables whose ids have 64 bits.
  static func table(_ name: String, dimensions: Int, wide: Set<String> = []) -> String {
    let key = wide.contains(name) ? "BIGSERIAL" : "SERIAL"
    return switch name {
    case "memories":
      """
      CREATE TABLE memories (
        id \(key) PRIMARY KEY,
        user_id VARCHAR(255) NOT NULL,
        content TEXT NOT NULL,
        embedding vector(\(dimensions)),
        metadata JSONB DEFAULT '{}',
        category VARCHAR(100),
        importance_score FLOAT DEFAULT 0.5,
        access_count INTEGER DEFAULT 0,
        last_accessed_at TIMESTAMP,
        created_at TIMESTAMP DEFAULT \(now),
        updated_at TIMESTAMP DEFAULT \(now)
      )
      """
    case "prompt_fragments":
      """
      CREATE TABLE prompt_fragments (
        id \(key) PRIMARY KEY,
        category VARCHAR(100) NOT NULL,
        priority INTEGER DEFAULT 5,
        content TEXT NOT NULL,
        tags TEXT[] DEFAULT '{}',
        embedding vector(\(dimensions)),
        agent_type VARCHAR(100),
        context_tier VARCHAR(20) DEFAULT 'standard' CHECK (context_tier::text IN ('core', 'standard', 'full')),
        is_active BOOLEAN DEFAULT true,
        created_at TIMESTAMP DEFAULT \(now),
        updated_at TIMESTAMP DEFAULT \(now)
      )
      """
    case "memory_duplicates":
      """
      CREATE TABLE memory_duplicates (
        id \(key) PRIMARY KEY,
        original_id \(wide.contains("memories") ? "BIGINT" : "INTEGER") REFERENCES memories (id) ON DELETE CASCADE,
        duplicate_hash VARCHAR(64) NOT NULL,
        similarity_score FLOAT,
        dedup_type VARCHAR(20),
        created_at TIMESTAMP DEFAULT \(now)
      )
      """
    default:
      """
      CREATE TABLE memory_analytics (
        id \(key) PRIMARY KEY,
        user_id VARCHAR(255),
        query_text TEXT,
        results_count INTEGER,
        response_time_ms INTEGER,
        context_tier VARCHAR(20),
        created_at TIMESTAMP DEFAULT \(now)
      )
      """
    }
  }

  /// Sets `updated_at`, unless the statement itself set it, or the transaction wants it to stay: a repair that is undone
  /// gets its old time back, and new vectors are no change of a memory.
  static let triggerFunction = """
    CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
    \(triggerBody)
    $$
    """

  /// What the function does.
  static let triggerBody = """
    BEGIN
      IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at
        AND pg_catalog.current_setting('\(keepsTimes)', true) IS DISTINCT FROM 'on' THEN
        NEW.updated_at := (pg_catalog.now() AT TIME ZONE 'UTC');
      END IF;
      RETURN NEW;
    END
    """

  /// What the function of memsh 0.1 did: it knows no setting.
  static let oldTriggerBody = """
    BEGIN
      IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := \(now);
      END IF;
      RETURN NEW;
    END
    """

  /// The setting with which a transaction tells ``triggerFunction`` to leave `updated_at` alone.
  static let keepsTimes = "memsh.keep_updated_at"

  /// `run_rows` names runs without a foreign key: checking one costs as much for each row as writing it.
  static func ledger(in schema: String) -> String {
    """
    CREATE TABLE \(schema).settings (key TEXT PRIMARY KEY, value JSONB NOT NULL);
    CREATE TABLE \(schema).runs (
      id SERIAL PRIMARY KEY,
      source TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      space JSONB NOT NULL,
      started_at TIMESTAMP NOT NULL,
      finished_at TIMESTAMP,
      state TEXT NOT NULL,
      counts JSONB NOT NULL DEFAULT '{}',
      memsh_version TEXT NOT NULL
    );
    CREATE TABLE \(schema).run_rows (
      run_id INTEGER NOT NULL,
      table_name TEXT COLLATE "C" NOT NULL,
      source_key TEXT COLLATE "C" NOT NULL,
      target_id BIGINT NOT NULL,
      content_sha256 TEXT NOT NULL,
      PRIMARY KEY (run_id, table_name, target_id)
    );
    """
  }

  /// A row of a repair stands once in it; like `run_rows` it has no foreign key.
  static func journal(in schema: String) -> String {
    """
    CREATE TABLE \(schema).journal (
      id SERIAL PRIMARY KEY,
      at TIMESTAMP NOT NULL,
      author TEXT NOT NULL,
      session TEXT NOT NULL,
      command TEXT NOT NULL,
      undoes INTEGER,
      undone_by INTEGER,
      space_before JSONB
    );
    CREATE TABLE \(schema).journal_rows (
      position BIGSERIAL PRIMARY KEY,
      operation_id INTEGER NOT NULL,
      table_name TEXT COLLATE "C" NOT NULL,
      row_id BIGINT NOT NULL,
      before JSONB,
      after JSONB,
      UNIQUE (operation_id, table_name, row_id)
    );
    CREATE INDEX journal_rows_row_idx ON \(schema).journal_rows (row_id, table_name);
    """
  }
}
