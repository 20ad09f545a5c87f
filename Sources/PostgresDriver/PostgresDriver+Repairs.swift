import Database
import MemoryModel
import PostgresClient

/// What a transaction of repairs has set and looked up; it ends with the transaction.
struct RepairState {
  var isPrepared = false
  /// Whether the transaction may change something.
  var isChanging = false
  /// What is known of the four tables; nil where nothing was looked up since one of them was made or changed.
  var facts: TableFacts?
  /// The types of the columns of other tables, as far as they have been looked up.
  var columnTypes: [String: ColumnTypes] = [:]
  /// The foreign keys of the database that delete or clear, as far as they have been looked up.
  var deletingKeys: [DeletingKey]?
  /// How memsh's own vector indexes were defined that were dropped to be built again: what stood behind their tables.
  var removedIndexes: [String: String] = [:]

  /// Forgets what others may change from now on.
  mutating func endTransaction() { (isChanging, facts, deletingKeys, columnTypes) = (false, nil, nil, [:]) }
}

/// What a change must know of the four tables, in one answer.
struct TableFacts {
  /// Their columns, in order.
  var columns: [String: [TableColumn]] = [:]
  /// The types of columns as pg_type numbers them, by table and name.
  var types: [String: [String: UInt32]] = [:]
  /// The type `vector`, where a column has it.
  var vectorType: UInt32?
  /// Their names with their schemas, as SQL writes them.
  var writtenNames: [String: String] = [:]
  /// Those of which a policy decides which rows this role may see and write.
  var guarded: Set<String> = []
  /// The sequences that number them.
  var sequences: [String: String] = [:]
  /// The triggers and rules on them that are not memsh's own.
  var foreignTriggers: [String: [String]] = [:]

  fileprivate init(_ rows: [PostgresRow]) throws {
    for row in rows {
      let (table, name) = (try row.text(1) ?? "", try row.text(2) ?? "")
      switch try row.text(0) {
      case "table":
        writtenNames[table] = name
        sequences[table] = try row.text(3)
        if try row.boolean(6) == true { guarded.insert(table) }
      case "column":
        let type = UInt32(truncatingIfNeeded: try row.integer(4) ?? 0)
        columns[table, default: []].append(
          TableColumn(name: name, isGenerated: try row.boolean(6) ?? false, type: try row.integer(5) ?? 0))
        types[table, default: [:]][name] = type
        if try row.text(3) == "vector" { vectorType = type }
      default: foreignTriggers[table, default: []].append(name)
      }
    }
  }
}

extension PostgresDriver {
  /// Sets how values are written down, and how long a repair waits for others: neither may depend on the role's settings.
  package func prepareRepair() throws {
    guard try !repairState.isPrepared && isInTransaction() else { return }
    wait(
      for: statement(
        """
        SELECT pg_catalog.set_config('datestyle', 'ISO, MDY', true),
          pg_catalog.set_config('intervalstyle', 'postgres', true),
          pg_catalog.set_config('extra_float_digits', '1', true), pg_catalog.set_config('bytea_output', 'hex', true),
          pg_catalog.set_config('lc_monetary', 'C', true), pg_catalog.set_config('xmloption', 'content', true)
        """))
    limitWait()
    repairState.isPrepared = true
    guard isDistributed else { return }
    // What a function sets stays here.
    for setting in [PostgresDriver.reachesShards] + PostgresDriver.notation {
      wait(for: PostgresStatement("SET LOCAL \(setting)"))
    }
  }

  /// The settings above on which it depends how values are written down.
  private static let notation = [
    "datestyle = 'ISO, MDY'", "intervalstyle = 'postgres'", "extra_float_digits = 1", "bytea_output = 'hex'",
    "lc_monetary = 'C'", "xmloption = 'content'",
  ]

  /// How long a statement waits for what another session holds, unless the role has a limit of its own.
  private static let lockTimeout = "10s"

  /// Sets that limit until the transaction ends.
  private func limitWait() {
    wait(
      for: statement(
        """
        SELECT CASE WHEN pg_catalog.current_setting('lock_timeout') = '0'
          THEN pg_catalog.set_config('lock_timeout', \(PostgresDriver.lockTimeout), true) END
        """))
  }

  /// Runs a statement, with that limit where it keeps everybody else from writing: behind one that waits, they all wait.
  func limitingWait<Value>(of statement: String, _ run: () throws -> Value) throws -> Value {
    let first = statement.prefix { !$0.isWhitespace }
    guard ["ALTER", "CREATE", "DROP", "LOCK", "REINDEX", "TRUNCATE"].contains(first),
      !statement.contains(" CONCURRENTLY ")
    else { return try run() }
    guard try isInTransaction() else {
      return try transaction(.commit) {
        limitWait()
        return try run()
      }
    }
    limitWait()
    return try run()
  }

  /// The columns of a table, in their order.
  func columns(of table: String) throws -> [TableColumn] { try facts().columns[table] ?? [] }

  /// What is known of the four tables.
  func facts() throws -> TableFacts {
    if let known = repairState.facts { return known }
    let facts = try TableFacts(query(factsQuery).rows)
    // Outside a transaction somebody may change the tables at any time.
    if try isInTransaction() { repairState.facts = facts }
    return facts
  }

  /// Asks for the facts with the next statement, in a transaction that will want them.
  func askForFactsSoon() {
    guard repairState.isChanging, repairState.facts == nil else { return }
    wait(for: statement(factsQuery), check: { [weak self] in self?.repairState.facts = try TableFacts($0.rows) })
  }

  /// Forgets what a statement may change that defines something.
  func forgetFacts(changedBy statement: String) {
    guard ["ALTER", "CREATE", "DROP"].contains(where: statement.hasPrefix) else { return }
    repairState.facts = nil
    repairState.columnTypes = [:]
  }

  /// Everything in one statement: rows of a kind, a table, two texts, two numbers and a flag.
  private var factsQuery: SQL {
    """
    WITH t AS MATERIALIZED (
      SELECT wanted.name, c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS written
      FROM pg_catalog.unnest(\(Table.names)) AS wanted(name)
        JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(wanted.name)::oid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace)
    SELECT 'table', t.name, t.written, coalesce(
        CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = t.oid AND a.attname::text = 'id' AND NOT a.attisdropped)
          THEN pg_catalog.pg_get_serial_sequence(t.name, 'id') END,
        (SELECT d.refobjid::pg_catalog.regclass::text FROM pg_catalog.pg_attrdef AS a
            JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::oid
              AND d.objid = a.oid
            JOIN pg_catalog.pg_class AS c ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
              AND c.oid = d.refobjid AND c.relkind = 'S'
          WHERE a.adrelid = t.oid LIMIT 1)), NULL::int8, NULL::int8, pg_catalog.row_security_active(t.oid) FROM t
    UNION ALL
    SELECT * FROM (SELECT 'column', t.name, a.attname::text, n.typname::text, a.atttypid::int8,
        CASE WHEN n.typtype = 'd' THEN (
          WITH RECURSIVE types AS (
            SELECT a.atttypid AS type
            UNION ALL
            SELECT d.typbasetype FROM types JOIN pg_catalog.pg_type AS d ON d.oid = types.type AND d.typtype = 'd')
          SELECT types.type FROM types JOIN pg_catalog.pg_type AS b ON b.oid = types.type AND b.typtype <> 'd')
        ELSE a.atttypid END::int8, a.attgenerated <> ''
      FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type AS n ON n.oid = a.atttypid
      ORDER BY t.name, a.attnum) AS columns
    UNION ALL
    SELECT * FROM (SELECT 'trigger', t.name, g.tgname::text, NULL, NULL::int8, NULL::int8, false
      FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
      WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND NOT pg_catalog.btrim(p.prosrc, E' \\n')
        = ANY(\([PostgresDDL.triggerBody, PostgresDDL.oldTriggerBody]))
      UNION ALL
      SELECT 'trigger', t.name, r.rulename::text, NULL, NULL::int8, NULL::int8, false
      FROM t JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = t.oid
      WHERE r.ev_type <> '1' AND r.ev_enabled <> 'D' ORDER BY 2, 3) AS triggers
    """
  }
}
