import Database
import MemoryModel
import PostgresClient

/// The journal's tables, and rows as the server itself writes them down: as jsonb.
extension PostgresDriver {
  package func makeJournal() throws {
    try createSchemaIfMissing(schemaName.map { "memsh_\($0)" } ?? "memsh")
    for statement in PostgresDDL.journal(in: ledger) { try execute(unsafeSQL: statement) }
  }

  /// Journals made by memsh 0.1 have room for ids of 32 bits.
  package func checkJournal(hasRoomFor ids: [Int64]) throws {
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

  package func image(of table: String, _ names: [String]?) throws -> SQL {
    let columns = try columns(of: table).filter { !$0.isGenerated }
    let wanted =
      names.map { names in columns.filter { column in names.contains { $0.utf8.elementsEqual(column.name.utf8) } } }
    return SQL(raw: TableColumn.image(wanted ?? columns))
  }

  package func version(of table: String, _ columns: [String]) throws -> SQL {
    "pg_catalog.hashtextextended(CAST(\(try image(of: table, columns)) AS text) COLLATE \"C\", 0)"
  }

  package func sum(of table: String, _ names: [String], in frame: (before: String, after: String)) throws -> SQL {
    let image = try image(of: table, names)
    return """
      pg_catalog.concat(\(frame.before)::text, pg_catalog.encode(
        pg_catalog.sha256(pg_catalog.convert_to((\(image))::text, 'UTF8')), 'hex'), \(frame.after)::text)::pg_catalog.jsonb
      """
  }

  package func imageColumns(of table: String) throws -> [(name: String, isGenerated: Bool)] {
    try columns(of: table).map { ($0.name, $0.isGenerated) }
  }

  package func rows(_ images: [RowImage], _ names: [String], of table: String) throws -> ImageRows {
    let columns = try columns(of: table)
    // The lists become jsonb as a whole, so that no image is parsed once for every column.
    return ImageRows(
      source: """
        ROWS FROM (pg_catalog.unnest(\(Value.integers(images.map(\.id)))),
            pg_catalog.unnest(\(images.map(\.columns.text))::pg_catalog.jsonb[])) AS image(id, value)
          CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::\(name: table), image.value) AS r
        """, id: "image.id",
      values: names.compactMap { name in
        columns.first { $0.name.utf8.elementsEqual(name.utf8) }.map { SQL(raw: $0.restored) }
      })
  }

  package func puttingBack(into table: String, _ body: () throws -> Void) throws { try keepingTimes(body) }

  /// Runs `body` while memsh's own triggers leave `updated_at` alone. Belongs into a transaction.
  func keepingTimes(_ body: () throws -> Void) throws {
    if isDistributed { wait(for: PostgresStatement("SET LOCAL \(PostgresDriver.reachesShards)")) }
    wait(for: PostgresStatement("SET LOCAL \(PostgresDDL.keepsTimes) = 'on'"))
    try body()
    wait(for: PostgresStatement("SET LOCAL \(PostgresDDL.keepsTimes) = 'off'"))
  }

  /// Whether `updated_at` of a table is set by nothing that does not know the setting of ``keepingTimes(_:)``.
  func keepsTimes(_ table: String) throws -> Bool {
    try query(
      """
      SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
        WHERE g.tgrelid = pg_catalog.to_regclass(\(table.quotedIdentifier))::oid AND NOT g.tgisinternal
          AND g.tgenabled <> 'D' AND pg_catalog.btrim(p.prosrc, E' \\n') <> \(PostgresDDL.triggerBody))
      """
    ).first?.boolean(0) ?? false
  }
}
