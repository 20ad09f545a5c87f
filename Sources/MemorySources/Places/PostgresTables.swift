import Algorithms
import Database
import MemoryModel

/// A PostgreSQL database that others made, read through a driver that only reads.
package final class PostgresTables: TableDatabase {
  private let driver: any Driver
  /// The tables, once they were looked up: every system asks for them.
  private var list: TableList?
  /// Whether a transaction is open in which only the system's own operators and functions are found.
  private var isReading = false
  let backend = Backend.postgres
  let fingerprint = "live"
  /// How many rows a statement gives at the most, while only a first look is taken.
  var rowLimit: Int?

  /// Whether names are looked up in the role's search path: a condition of the user's own may name a table.
  private let hasOwnCondition: Bool

  /// Wraps a driver that was opened for reading only.
  package init(_ driver: any Driver, _ selection: SourceSelection) {
    self.driver = driver
    hasOwnCondition = selection.liveCondition != nil
  }

  var location: String { driver.identity.location }

  /// The tables and views that may be read, those of the schemas that names are looked up in first. memsh's own and the
  /// system's are left out, and so are partitions, whose rows their table has.
  func tables() throws -> TableList {
    if let list { return list }
    let found = try lookUp()
    list = found
    return found
  }

  private func lookUp() throws -> TableList {
    let found = try driver.rows(
      """
      SELECT n.nspname::text, c.relname::text, \(function: "pg_table_is_visible")(c.oid), a.attname::text,
        \(function: "format_type")(a.atttypid, a.atttypmod), COALESCE(a.attnum = ANY (i.indkey), false),
        EXISTS (SELECT FROM pg_catalog.pg_index u WHERE u.indrelid = c.oid AND u.indisunique AND u.indisvalid
          AND u.indnkeyatts = 1 AND u.indkey[0] = a.attnum AND u.indpred IS NULL),
        c.relkind IN ('v', 'm') OR EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'memsh')
        AND NOT \(function: "starts_with")(n.nspname::text, 'pg_')
        AND NOT \(function: "starts_with")(n.nspname::text, 'memsh_')
        AND \(function: "has_table_privilege")(c.oid, 'SELECT')
      ORDER BY 3 DESC, 1, 2, a.attnum
      """
    ) { row in
      (
        schema: try row.string(0), table: try row.string(1), isVisible: try row.flag(2), column: try row.string(3),
        type: try row.string(4), isKey: try row.flag(5), isUnique: try row.flag(6), isView: try row.flag(7)
      )
    }
    var (tables, views): ([TableList.Table], [TableList.Table]) = ([], [])
    for table in found.chunked(by: { $0.schema == $1.schema && $0.table == $1.table }) {
      guard let first = table.first else { continue }
      let read = TableList.Table(
        name: first.table, schema: first.isVisible ? nil : first.schema, place: first.schema,
        columns: table.map(\.column),
        keyColumns: table.filter(\.isKey).map(\.column), types: table.map(\.type),
        uniqueColumns: Set(table.filter(\.isUnique).map(\.column)))
      if first.isView { views.append(read) } else { tables.append(read) }
    }
    return TableList(tables, views: views)
  }

  func reading<Value>(_ body: () throws -> Value) throws -> Value {
    guard !isReading else { return try body() }
    _ = try tables()
    return try driver.transaction(.readOnly) {
      // Operators and functions that others have put there fit some types better than the system's own.
      if !hasOwnCondition {
        _ = try driver.rows("SELECT \(function: "set_config")('search_path', 'pg_catalog', true)") { try $0.text(0) }
      }
      isReading = true
      defer { isReading = false }
      return try body()
    }
  }

  /// Every column of the answer must be text (``TableDatabase/answering(_:)``).
  func rows(_ sql: String, _ body: (any TableRow) throws -> Void) throws {
    let statement = rowLimit.map { "\(sql) LIMIT \($0)" } ?? sql
    try reading {
      try driver.stream(SQL(raw: statement), of: "", exactly: false) { try body(PostgresTextRow(row: $0)) }
    }
  }

  /// Nothing to check: the rows are read in one snapshot of the database.
  func verifyUnchanged() throws {}

  package func close() { driver.close() }
}

/// A row whose columns are all text or NULL.
private struct PostgresTextRow: TableRow {
  let row: any Row

  func isNull(_ column: Int) throws -> Bool { try row.text(column) == nil }

  func value(_ column: Int) throws -> SourceValue { try row.text(column).map(SourceValue.text) ?? .null }

  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer, Bool) throws -> Value) throws -> Value {
    var text = try row.text(column) ?? ""
    return try text.withUTF8 { try body(UnsafeRawBufferPointer($0), true) }
  }
}
