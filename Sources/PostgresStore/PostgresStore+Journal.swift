import Database
import MemoryModel
import PostgresClient

/// The journal: rows as jsonb, made by the server itself.
extension PostgresStore {
  /// Opens an operation.
  package func beginOperation(_ start: OperationStart) throws -> Int64 {
    try prepareRepair()
    if try !hasJournal() {
      try createSchemaIfMissing(schemaName.map { "memsh_\($0)" } ?? "memsh")
      try execute(unsafeSQL: PostgresDDL.journal(in: ledger))
    }
    return try query(
      """
      INSERT INTO \(unsafeSQL: ledger).journal (at, author, session, command, undoes, space_before)
      VALUES (\(PostgresValue.timestamp(microseconds: start.at.microseconds)), \(start.author), \(start.session),
        \(start.command), \(start.undoes.map(PostgresValue.integer) ?? .null)::bigint,
        \(start.spaceBefore.map { .text($0.json.text) } ?? PostgresValue.null)::text::jsonb)
      RETURNING id
      """
    ).first?.integer(0) ?? 0
  }

  private func hasJournal() throws -> Bool {
    try mayReadLedger("journal_rows") != nil
  }

  private static func ids(_ ids: [Int64]) -> SQL { "ANY(\(ids.map(String.init))::text[]::bigint[])" }

  /// Journals made by memsh 0.1 have room for ids of 32 bits.
  private func checkRoom(for ids: [Int64]) throws {
    guard let largest = ids.max(), largest > Int64(Int32.max) else { return }
    let type = try query(
      """
      SELECT atttypid::int8 FROM pg_catalog.pg_attribute
      WHERE attrelid = pg_catalog.to_regclass(\(ledger + ".journal_rows"))::oid AND attname = 'row_id'
      """
    ).first?.integer(0)
    guard type == 23 else { return }
    throw MemshError(
      .storeFailed, "the journal of \(identity.location) has no room for the id \(largest)",
      hint: "psql -c 'ALTER TABLE \(ledger).journal_rows ALTER row_id TYPE bigint' makes room")
  }

  /// Notes rows before they change, and locks them.
  package func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    // In a statement of its own: one that waited for a lock still sees what it saw before.
    try lockRows(ids, of: table)
    try checkRoom(for: ids)
    try query(
      """
      INSERT INTO \(unsafeSQL: ledger).journal_rows (operation_id, table_name, row_id, before)
      SELECT \(operation), \(table), t.id, \(unsafeSQL: image(of: table, columns)) FROM \(identifier: table) AS t
      WHERE t.id = \(PostgresStore.ids(ids)) ORDER BY t.id
      ON CONFLICT (operation_id, table_name, row_id) DO NOTHING
      """)
  }

  /// Notes rows after they have changed.
  @discardableResult
  package func noteAfter(
    _ ids: [Int64], of table: String, columns: [String]?, in operation: Int64
  ) throws -> Int {
    try prepareRepair()
    try checkRoom(for: ids)
    let present = try query(
      """
      INSERT INTO \(unsafeSQL: ledger).journal_rows AS j (operation_id, table_name, row_id, after)
      SELECT \(operation), \(table), t.id, \(unsafeSQL: image(of: table, columns)) FROM \(identifier: table) AS t
      WHERE t.id = \(PostgresStore.ids(ids)) ORDER BY t.id
      ON CONFLICT (operation_id, table_name, row_id) DO UPDATE SET after = EXCLUDED.after
      """
    ).affectedRows
    try query(
      """
      DELETE FROM \(unsafeSQL: ledger).journal_rows WHERE operation_id = \(operation) AND table_name = \(table)
        AND row_id = \(PostgresStore.ids(ids)) AND before = after
      """)
    return present
  }

  /// Notes that an operation was taken back, or stands again.
  package func markUndone(_ operation: Int64, by undo: Int64?) throws {
    guard let undo else {
      try query("UPDATE \(unsafeSQL: ledger).journal SET undone_by = NULL WHERE id = \(operation)")
      return
    }
    let marked = try query(
      "UPDATE \(unsafeSQL: ledger).journal SET undone_by = \(undo) WHERE id = \(operation) AND undone_by IS NULL")
    guard marked.affectedRows == 1 else { throw MemshError.undoneMeanwhile(operation) }
  }

  /// Operations, newest first.
  package func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord] {
    guard try hasJournal() else { return [] }
    let condition: SQL =
      switch selection {
      case .all: "true"
      case .number(let number): "id = \(number)"
      case .session(let session): "session = \(session)"
      }
    return try query(
      """
      SELECT id, command, author, session, at, undoes, space_before::text, undone_by,
        (SELECT count(*) FROM \(unsafeSQL: ledger).journal_rows WHERE operation_id = j.id)
      FROM \(unsafeSQL: ledger).journal AS j WHERE \(condition) ORDER BY id DESC LIMIT \(limit)
      """
    ).rows.map { row in
      var start = OperationStart(
        command: try row.text(1) ?? "", author: try row.text(2) ?? "", session: try row.text(3) ?? "",
        at: Timestamp(microseconds: try row.timestamp(4) ?? 0))
      start.undoes = try row.integer(5)
      start.spaceBefore = try row.text(6).flatMap(EmbeddingSpace.init(jsonText:))
      return OperationRecord(
        id: try row.integer(0) ?? 0, start: start, undoneBy: try row.integer(7), rows: try row.integer(8) ?? 0)
    }
  }

  /// The places of the rows that an operation changed.
  package func journalPositions(
    ofOperation operation: Int64, _ what: (tables: [String], kind: JournalRow.Kind)?
  ) throws -> [Int64] {
    let kind: SQL = what.map { " AND table_name = ANY(\($0.tables)) AND \(unsafeSQL: $0.kind.condition)" } ?? ""
    return try query(
      """
      SELECT position FROM \(unsafeSQL: ledger).journal_rows WHERE operation_id = \(operation)\(kind)
      ORDER BY position DESC
      """
    ).rows.compactMap { try $0.integer(0) }
  }

  /// The rows at some places.
  package func journalRows(at positions: [Int64]) throws -> [JournalRow] {
    try journalRows("position = ANY(\(positions.map(String.init))::text[]::bigint[])", limit: positions.count)
  }

  /// What was done to a row, newest first.
  package func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow] {
    // A role without rights on the journal still sees the row.
    guard try mayReadLedger("journal_rows") == true else { return [] }
    return try journalRows("table_name = \(table) AND row_id = \(id)", limit: limit)
  }

  private func journalRows(_ condition: SQL, limit: Int) throws -> [JournalRow] {
    try query(
      """
      SELECT position, operation_id, table_name, row_id, before::text, after::text
      FROM \(unsafeSQL: ledger).journal_rows WHERE \(condition) ORDER BY position DESC LIMIT \(limit)
      """
    ).rows.map { row in
      JournalRow(
        position: try row.integer(0) ?? 0, operation: try row.integer(1) ?? 0, table: try row.text(2) ?? "",
        id: try row.integer(3) ?? 0, before: try row.text(4).map(JSON.init(stored:)),
        after: try row.text(5).map(JSON.init(stored:)))
    }
  }

  /// How rows are now.
  package func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage] {
    try prepareRepair()
    return try query(
      """
      SELECT t.id, \(unsafeSQL: image(of: table, columns))::text FROM \(identifier: table) AS t
      WHERE t.id = \(PostgresStore.ids(ids)) ORDER BY t.id
      """
    ).rows.map { RowImage(id: try $0.integer(0) ?? 0, columns: try JSON(stored: $0.text(1) ?? "{}")) }
  }

  /// Forgets old operations.
  package func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int {
    guard try hasJournal() else { return 0 }
    let moment = PostgresValue.timestamp(microseconds: moment.microseconds)
    let old: SQL = "FROM \(unsafeSQL: ledger).journal WHERE at < \(moment)"
    guard !dryRun else { return Int(try query("SELECT count(*) \(old)").first?.integer(0) ?? 0) }
    return try transaction(.commit) {
      try query("DELETE FROM \(unsafeSQL: ledger).journal_rows WHERE operation_id IN (SELECT id \(old))")
      return try query("DELETE \(old)").affectedRows
    }
  }
}
