import MemoryModel
import PostgresClient

/// The definitions of the memory system's tables, as its own applications expect them, and of memsh's ledger. NULL is
/// refused only where the applications refuse it.
enum PostgresDDL {
  private static let now = "(now() AT TIME ZONE 'UTC')"

  /// - Parameter refers: Whether columns that hold other tables' keys are held to do so.
  static func table(_ table: Table, dimensions: Int, refers: Bool) -> String {
    let columns = table.columns.map { definition(of: $0, dimensions: dimensions, refers: refers) }
    return "CREATE TABLE \(table.name) (\n  \((["id SERIAL PRIMARY KEY"] + columns).joined(separator: ",\n  "))\n)"
  }

  private static func definition(of column: Column, dimensions: Int, refers: Bool) -> String {
    var definition = column.name
    switch column.type {
    case .integer: definition += " INTEGER"
    case .double: definition += " FLOAT"
    case .boolean: definition += " BOOLEAN"
    case .timestamp: definition += " TIMESTAMP"
    case .vector: definition += " vector(\(dimensions))"
    case .json: definition += " JSONB"
    case .text(let limit): definition += limit.map { " VARCHAR(\($0))" } ?? " TEXT"
    case .texts: definition += " TEXT[]"
    }
    if column.isRequired { definition += " NOT NULL" }
    switch column.default {
    case nil: break
    case .now?: definition += " DEFAULT \(now)"
    case .value(let value)?: definition += " DEFAULT \(literal(value))"
    }
    if !column.allowed.isEmpty {
      let texts = column.allowed.map(\.quotedPostgresLiteral).joined(separator: ", ")
      definition += " CHECK (\(column.name)::text IN (\(texts)))"
    }
    if refers, let table = column.references { definition += " REFERENCES \(table) (id) ON DELETE CASCADE" }
    return definition
  }

  private static func literal(_ value: Value) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .texts(let texts): "{\(texts.joined(separator: ","))}".quotedPostgresLiteral
    case .json(let json): json.text.quotedPostgresLiteral
    case .text(let text): text.quotedPostgresLiteral
    case .null, .timestamp, .vector, .bytes, .integers: "NULL"
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

  /// The statements that make the journal. A row of a repair stands once in it; like `run_rows` it has no foreign key.
  static func journal(in schema: String) -> [String] {
    [
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
      )
      """,
      """
      CREATE TABLE \(schema).journal_rows (
        position BIGSERIAL PRIMARY KEY,
        operation_id INTEGER NOT NULL,
        table_name TEXT COLLATE "C" NOT NULL,
        row_id BIGINT NOT NULL,
        before JSONB,
        after JSONB,
        UNIQUE (operation_id, table_name, row_id)
      )
      """,
      "CREATE INDEX journal_rows_row_idx ON \(schema).journal_rows (row_id, table_name)",
    ]
  }
}
