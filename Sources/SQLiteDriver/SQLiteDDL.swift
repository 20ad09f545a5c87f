import MemoryModel

/// The definitions of the memory system's tables on SQLite, and of memsh's ledger.
enum SQLiteDDL {
  /// The present moment as every timestamp is written: fixed width, so that text order is time order.
  static let now = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"

  static func table(_ table: Table) -> String {
    let columns = ["id INTEGER PRIMARY KEY AUTOINCREMENT"] + table.columns.map(definition)
    return "CREATE TABLE \(table.name) (\n  \(columns.joined(separator: ",\n  "))\n)"
  }

  private static func definition(of column: Column) -> String {
    let name = column.name
    var definition = name
    switch column.type {
    case .integer, .boolean: definition += " INTEGER"
    case .double: definition += " REAL"
    case .vector: definition += " BLOB"
    case .timestamp, .json, .text, .texts: definition += " TEXT"
    }
    if column.isRequired { definition += " NOT NULL" }
    switch column.default {
    case nil: break
    case .now?: definition += " DEFAULT (\(now))"
    case .value(let value)?: definition += " DEFAULT \(literal(value))"
    }
    if let limit = column.limit, column.allowed.isEmpty { definition += " CHECK (length(\(name)) <= \(limit))" }
    if [.json, .texts].contains(column.type) { definition += " CHECK (\(name) IS NULL OR json_valid(\(name)))" }
    if !column.allowed.isEmpty {
      definition += " CHECK (\(name) IN (\(column.allowed.map(\.quotedLiteral).joined(separator: ", "))))"
    }
    if let table = column.references { definition += " REFERENCES \(table) (id) ON DELETE CASCADE" }
    return definition
  }

  private static func literal(_ value: Value) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .boolean(let flag): flag ? "1" : "0"
    case .texts(let texts): JSON.array(texts.map(JSON.string)).text.quotedLiteral
    case .json(let json): json.text.quotedLiteral
    case .text(let text): text.quotedLiteral
    case .null, .timestamp, .vector, .bytes, .integers: "NULL"
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
