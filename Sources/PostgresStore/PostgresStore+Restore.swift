import Database
import MemoryModel
import PostgresClient

/// Putting rows back as images have them.
extension PostgresStore {
  /// Puts columns back.
  package func restore(_ images: [RowImage], of table: String) throws {
    guard !images.isEmpty else { return }
    try prepareRepair()
    let columns = try writableColumns(of: images, table)
    if try self.images(images.map(\.id), of: table, columns: ["id"]).isEmpty {
      try insert(images, columns, into: table)
    } else if !columns.isEmpty {
      try update(images, columns, of: table)
    }
  }

  /// The columns of images that can be written: all but those that the server computes.
  ///
  /// - Throws: `undo_conflict` for a value whose column is gone.
  private func writableColumns(of images: [RowImage], _ table: String) throws -> [TableColumn] {
    guard case .object(let members)? = images.first?.columns else { return [] }
    let columns = try columns(of: table)
    return try members.compactMap { member in
      let column = columns.first { $0.name.utf8.elementsEqual(member.key.utf8) }
      if let column { return column.isGenerated ? nil : column }
      if let lost = images.first(where: { $0.columns[key: member.key] ?? .null != .null }) {
        throw MemshError.columnGone(member.key, of: table, row: lost.id)
      }
      return nil
    }
  }

  /// The images as rows `image(id, value)`.
  private static func rows(_ images: [RowImage]) -> SQL {
    // OFFSET 0 keeps the text from being parsed once for every column.
    """
    (SELECT i.id, i.text::pg_catalog.jsonb AS value FROM ROWS FROM (
      pg_catalog.unnest(\(images.map { String($0.id) })::text[]::bigint[]),
      pg_catalog.unnest(\(images.map(\.columns.text))::text[])) AS i(id, text) OFFSET 0) AS image
    """
  }

  private func insert(_ images: [RowImage], _ columns: [TableColumn], into table: String) throws {
    let names = columns.map { SQL.quoted(identifier: $0.name) }.joined(separator: ", ")
    let inserted = try query(
      """
      INSERT INTO \(identifier: table) (\(unsafeSQL: names)) OVERRIDING SYSTEM VALUE
      SELECT \(unsafeSQL: columns.map(\.restored).joined(separator: ", ")) FROM \(PostgresStore.rows(images))
        CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::\(identifier: table), image.value) AS r
      RETURNING id
      """)
    try check(inserted, reached: images.map(\.id), of: table, "put back")
  }

  private func update(_ images: [RowImage], _ columns: [TableColumn], of table: String) throws {
    let dated = try self.columns(of: table).filter { $0.name == "updated_at" && !$0.isGenerated }
    let setsTime = columns.contains { $0.name == "updated_at" }
    let times =
      setsTime || dated.isEmpty ? images : try self.images(images.map(\.id), of: table, columns: ["updated_at"])
    try keepingTimes {
      let updated = try query(
        "\(PostgresStore.assignment(images, columns, table)) WHERE t.id = image.id RETURNING t.id")
      try check(updated, reached: images.map(\.id), of: table, "put back")
      guard !dated.isEmpty else { return }
      // A trigger that does not know the setting has set the time; one that obeys a time that the statement sets is
      // put right by another statement.
      try query(
        """
        \(PostgresStore.assignment(times, dated, table)) WHERE t.id = image.id AND t.updated_at IS DISTINCT FROM (
          pg_catalog.jsonb_populate_record(NULL::\(identifier: table), image.value)).updated_at
        """)
    }
  }

  private static func assignment(_ images: [RowImage], _ columns: [TableColumn], _ table: String) -> SQL {
    let names = columns.map { SQL.quoted(identifier: $0.name) }.joined(separator: ", ")
    return """
      UPDATE \(identifier: table) AS t SET (\(unsafeSQL: names)) = (
        SELECT \(unsafeSQL: columns.map(\.restored).joined(separator: ", "))
        FROM pg_catalog.jsonb_populate_record(NULL::\(identifier: table), image.value) AS r)
      FROM \(rows(images))
      """
  }

  /// Runs `body` while memsh's own triggers leave `updated_at` alone. Belongs into a transaction.
  func keepingTimes(_ body: () throws -> Void) throws {
    try execute(unsafeSQL: "SET LOCAL \(PostgresDDL.keepsTimes) = 'on'")
    try body()
    try execute(unsafeSQL: "SET LOCAL \(PostgresDDL.keepsTimes) = 'off'")
  }

  /// Whether `updated_at` of a table is set by nothing that does not know the setting of ``keepingTimes(_:)``.
  func keepsTimes(_ table: String) throws -> Bool {
    try query(
      """
      SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
        WHERE g.tgrelid = pg_catalog.to_regclass(\(SQL.quoted(identifier: table)))::oid AND NOT g.tgisinternal
          AND g.tgenabled <> 'D' AND pg_catalog.btrim(p.prosrc, E' \\n') <> \(PostgresDDL.triggerBody))
      """
    ).first?.boolean(0) ?? false
  }
}
