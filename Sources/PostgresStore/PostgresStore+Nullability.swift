import Database
import MemoryModel
import PostgresClient

/// Letting columns take NULL that memsh 0.1.0 made without.
extension PostgresStore {
  /// Columns that refuse NULL though the applications write it: `memories.created_at`.
  ///
  /// Only of tables that memsh made, which their default for `created_at` tells: what others refuse in theirs is up to
  /// them.
  func columnsRefusingNull() throws -> [String] {
    try Table.onceRequired.flatMap { table, columns in
      let refusing = try query(
        """
        SELECT a.attname::text FROM pg_attribute a
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = to_regclass(\(table))::oid AND a.attname = ANY(\(columns)) AND NOT a.attisdropped
          AND (a.attnotnull OR (a.attname = 'agent_type'
            AND pg_catalog.starts_with(pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.quote_literal(\(PromptFragment.everyAgent)::text))))
          AND EXISTS (SELECT FROM pg_attribute c JOIN pg_attrdef e ON e.adrelid = c.attrelid AND e.adnum = c.attnum
            WHERE c.attrelid = a.attrelid AND c.attname = 'created_at'
              AND pg_catalog.starts_with(pg_catalog.pg_get_expr(e.adbin, e.adrelid), '(now() AT TIME ZONE ''UTC'''))
        ORDER BY a.attnum
        """
      ).rows.compactMap { try $0.text(0) }
      return refusing.map { "\(table).\($0)" }
    }
  }

  /// Takes the refusals out of the tables; no row is written anew for that.
  func allowNull() throws {
    try transaction(.commit) {
      // Whoever comes behind this statement must not wait long because it waits itself.
      try execute(unsafeSQL: "SET LOCAL lock_timeout = '5s'")
      let refusing = try columnsRefusingNull()
      for (table, columns) in Table.onceRequired {
        let changes = columns.filter { refusing.contains("\(table).\($0)") }.flatMap { column in
          let change = "ALTER COLUMN \(SQL.quoted(identifier: column)) DROP"
          return column == "agent_type" ? ["\(change) NOT NULL", "\(change) DEFAULT"] : ["\(change) NOT NULL"]
        }
        guard !changes.isEmpty else { continue }
        try execute(unsafeSQL: "ALTER TABLE \(SQL.quoted(identifier: table)) \(changes.joined(separator: ", "))")
      }
    }
  }
}
