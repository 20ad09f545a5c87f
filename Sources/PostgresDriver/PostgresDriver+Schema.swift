import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  func schema() throws -> [SchemaObject] { try state().schema }

  /// Creates one of the tables.
  package func create(_ table: Table, dimensions: Int) throws {
    // A key that the user is a part of cannot be referred to.
    let refers = try table.columns.allSatisfy { $0.references == nil } || state().layout == .single
    try execute(unsafeSQL: PostgresDDL.table(table, dimensions: dimensions, refers: refers))
  }

  /// Creates memsh's own tables but for the journal.
  package func createLedger() throws {
    guard try !hasLedger() else { return }
    try createSchemaIfMissing(schemaName.map { "memsh_\($0)" } ?? "memsh")
    try execute(unsafeSQL: PostgresDDL.ledger(in: ledger))
  }

  /// Takes the lock that TRUNCATE and ALTER TABLE will need.
  package func lockTables() throws {
    let present = try schema().filter { $0.kind == .table && $0.state != .missing }.map(\.name)
    guard !present.isEmpty else { return }
    try requireEveryRow()
    // Whoever reads them may be this very command's source, under another name: the wait has an end.
    try execute(unsafeSQL: "LOCK TABLE \(present.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE")
  }

  /// The space of the store's vectors, as ``StoreState`` has it.
  func embeddingSpace() throws -> EmbeddingSpace? {
    try state().embeddingSpace(removedBy: "DELETE FROM \(ledger).settings WHERE key = 'embedding_space'")
  }

  func hasLedger() throws -> Bool { try mayReadLedger("settings") != nil }

  /// Whether this role may read a table of the ledger; nil when there is none. Looking for it in the catalog needs no
  /// right on its schema, as naming it would.
  func mayReadLedger(_ table: String) throws -> Bool? {
    try query(
      """
      SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = \(schemaName.map { "memsh_\($0)" } ?? "memsh") AND c.relname = \(table)
      """
    ).first?.boolean(0)
  }

  /// Makes sure that no policy hides rows of the four tables from this role.
  package func requireEveryRow() throws {
    guard let table = try tablesWithHiddenRows().first else { return }
    throw MemshError(
      .permissionDenied,
      "refused: row-level security hides rows of \(table) from this role, so that only a part would be taken",
      hint: PostgresDriver.wholeHint)
  }

  static let wholeHint = "connect as the tables' owner, or as a role with BYPASSRLS"

  /// The tables whose rows a policy may hide from this role.
  func tablesWithHiddenRows() throws -> [String] {
    try query(
      """
      SELECT t.name FROM pg_catalog.unnest(\(Table.names)) AS t(name)
      WHERE pg_catalog.row_security_active(to_regclass(t.name)::oid)
      """
    ).rows.compactMap { try $0.text(0) }
  }

  /// Puts the present function in the place of memsh 0.1's, which takes no lock on a table. Other functions of its name
  /// and those of other roles stay.
  func renewTriggerFunction() throws {
    let function = (schemaName.map { $0.quotedIdentifier + "." } ?? "") + "update_updated_at_column()"
    let isOld = try query(
      """
      SELECT pg_catalog.btrim(p.prosrc, E' \\n') = \(PostgresDDL.oldTriggerBody) AND pg_catalog.pg_has_role(p.proowner, 'USAGE')
        AND pg_catalog.has_schema_privilege(p.pronamespace, 'CREATE')
        AND p.pronamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(pg_catalog.current_schema()::text))
      FROM pg_catalog.pg_proc AS p WHERE p.oid = pg_catalog.to_regprocedure(\(function))
      """
    ).first?.boolean(0)
    if isOld == true { try execute(unsafeSQL: PostgresDDL.triggerFunction) }
  }

  /// Creates the trigger that sets `updated_at`, and its function where there is none.
  package func createTrigger(_ name: String, of table: Table) throws {
    let table = table.name
    let function = (schemaName.map { $0.quotedIdentifier + "." } ?? "") + "update_updated_at_column()"
    // A function of that name runs with the rights of whoever changes a row, so it must be of somebody who has them.
    let owner = try query(
      """
      SELECT r.rolname::text, r.rolsuper OR r.oid = c.relowner OR r.oid = d.datdba OR pg_catalog.pg_has_role(r.oid, 'USAGE')
      FROM pg_proc AS p JOIN pg_roles AS r ON r.oid = p.proowner JOIN pg_class AS c ON c.oid = to_regclass(\(table))::oid
        JOIN pg_database AS d ON d.datname = current_database()
      WHERE p.oid = to_regprocedure(\(function))::oid
      """
    ).first
    if let owner {
      guard try owner.boolean(1) == true else {
        throw MemshError(
          .permissionDenied, "refused: the function \(function) is of another role, \(try owner.text(0) ?? "")",
          hint:
            "look at it: sql 'SELECT pg_get_functiondef(''\(function)''::regprocedure)'; then have its owner drop it")
      }
    } else {
      try execute(unsafeSQL: PostgresDDL.triggerFunction)
    }
    try execute(
      unsafeSQL:
        "CREATE TRIGGER \(name) BEFORE UPDATE ON \(table) FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()"
    )
  }
}
