import Database
import MemoryModel
import PostgresClient

/// What else changes when rows do.
extension PostgresDriver {
  /// The triggers and rules on a table that are not memsh's own.
  package func foreignTriggers(on table: String) throws -> [String] {
    try facts().foreignTriggers[table] ?? []
  }

  /// A table's name with its schema, as SQL writes it; nil where there is no such table.
  package func writtenName(of table: String) throws -> String? { try facts().writtenNames[table] }

  /// The foreign keys of the database that delete or clear.
  package func deletingKeys() throws -> [DeletingKey] {
    if let known = repairState.deletingKeys { return known }
    return try PostgresDriver.deletingKeys(query(PostgresDriver.deletingKeysQuery))
  }

  /// Asks for the keys with the next statement.
  package func expectDeletion() throws {
    guard repairState.deletingKeys == nil, try isInTransaction() else { return }
    wait(
      for: statement(PostgresDriver.deletingKeysQuery),
      check: { [weak self] in self?.repairState.deletingKeys = try PostgresDriver.deletingKeys($0) })
  }

  private static func deletingKeys(_ answer: PostgresResult) throws -> [DeletingKey] {
    try answer.rows.map { row in
      DeletingKey(
        childName: try row.text(5) ?? "", child: try row.text(0) ?? "", childColumns: try row.textArray(1) ?? [],
        parent: try row.text(2) ?? "",
        parentColumns: try row.textArray(3) ?? [], effect: try row.boolean(4) == true ? .deleted : .cleared)
    }
  }

  private static var deletingKeysQuery: SQL {
    func columns(_ keys: String, _ table: String) -> String {
      """
      (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.place)
        FROM pg_catalog.unnest(c.\(keys)) WITH ORDINALITY AS k(number, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\(table) AND a.attnum = k.number)
      """
    }
    func name(_ alias: String) -> String { "pg_catalog.format('%I.%I', \(alias)n.nspname, \(alias).relname)" }
    return """
      SELECT \(raw: name("child")), \(raw: columns("conkey", "conrelid")), \(raw: name("parent")),
        \(raw: columns("confkey", "confrelid")), c.confdeltype = 'c', c.conrelid::pg_catalog.regclass::text
      FROM pg_catalog.pg_constraint AS c
        JOIN pg_catalog.pg_class AS child ON child.oid = c.conrelid
        JOIN pg_catalog.pg_namespace AS childn ON childn.oid = child.relnamespace
        JOIN pg_catalog.pg_class AS parent ON parent.oid = c.confrelid
        JOIN pg_catalog.pg_namespace AS parentn ON parentn.oid = parent.relnamespace
      WHERE c.contype = 'f' AND c.confdeltype IN ('c', 'n', 'd') AND c.conparentid = 0::pg_catalog.oid
      ORDER BY 1, 3, c.oid
      """
  }

  /// Whether this role sees all rows of a table.
  package func seesEveryRow(of table: String) throws -> Bool {
    try query(
      """
      SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass(\(table))::oid, 'SELECT')
        AND NOT pg_catalog.row_security_active(pg_catalog.to_regclass(\(table))::oid)
      """
    ).first?.boolean(0) ?? false
  }
}
