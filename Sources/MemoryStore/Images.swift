import Database
import MemoryModel

/// Rows as the database writes them down, and put back.
extension MemoryStore {
  /// How rows are now; rows that are not there are left out.
  package func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage] {
    try driver.capabilities.images.prepareRepair()
    return try driver.rows(
      """
      SELECT t.id, CAST(\(driver.capabilities.images.image(of: table, columns)) AS text) FROM \(name: table) AS t
      WHERE t.id \(among: ids) ORDER BY t.id
      """, of: table
    ) { row in
      guard let image = try row.json(1) else { throw row.missing(1) }
      return RowImage(id: try row.number(0), columns: image)
    }
  }

  /// So many values are put back by one statement.
  private static let valuesMaximum = 30_000

  /// Puts columns back as they are in the images. Columns that an image lacks stay or get their default; `updated_at` stays
  /// unless the image has it, as far as triggers of others allow.
  ///
  /// - Parameter inserting: Whether the rows are not there, and come back.
  /// - Throws: `undo_conflict` when an image has a column that the table has no more; `store_failed` when a trigger of
  ///   others swallows rows.
  package func restore(_ images: [RowImage], of table: String, inserting isInsertion: Bool) throws {
    guard !images.isEmpty else { return }
    try driver.capabilities.images.prepareRepair()
    let columns = try writableColumns(of: images, table)
    guard isInsertion || !columns.isEmpty else { return }
    let size = max(1, MemoryStore.valuesMaximum / (columns.count + 1))
    try driver.capabilities.images.puttingBack(into: table) {
      for start in stride(from: 0, to: images.count, by: size) {
        let part = Array(images[start..<min(start + size, images.count)])
        try isInsertion ? insert(part, columns, into: table) : update(part, columns, of: table)
      }
    }
  }

  /// The columns of images that can be written: all but those that the database computes.
  ///
  /// - Throws: `undo_conflict` for a value whose column is gone.
  private func writableColumns(of images: [RowImage], _ table: String) throws -> [String] {
    guard case .object(let members)? = images.first?.columns else { return [] }
    let columns = try driver.capabilities.images.imageColumns(of: table)
    return try members.compactMap { member in
      let column = columns.first { $0.name.utf8.elementsEqual(member.key.utf8) }
      if let column { return column.isGenerated ? nil : column.name }
      if let lost = images.first(where: { $0.columns[key: member.key] ?? .null != .null }) {
        throw MemshError.columnGone(member.key, of: table, row: lost.id)
      }
      return nil
    }
  }

  private func insert(_ images: [RowImage], _ columns: [String], into table: String) throws {
    let rows = try driver.capabilities.images.rows(images, columns, of: table)
    let inserted = try driver.changing(
      """
      INSERT INTO \(name: table) (\(SQL.joined(columns.map { "\(name: $0)" }))) \(raw: driver.dialect.overridingKeys)
      SELECT \(SQL.joined(rows.values)) FROM \(rows.source) RETURNING id
      """)
    try check(inserted, reached: images.map(\.id), of: table, "put back")
  }

  private func update(_ images: [RowImage], _ columns: [String], of table: String) throws {
    let updated = Column.updated.name
    let hasTime = try driver.capabilities.images.imageColumns(of: table).contains {
      $0.name == updated && !$0.isGenerated
    }
    let times =
      !hasTime || columns.contains(updated) ? images : try self.images(images.map(\.id), of: table, columns: [updated])
    let rows = try driver.capabilities.images.rows(images, columns, of: table)
    if columns.contains(Column.userID.name), try isDistributed(table) {
      let values = Dictionary(zip(columns, rows.values), uniquingKeysWith: { first, _ in first })
      return try replace(images.map(\.id), of: table, with: values, from: rows, "put back")
    }
    let assignments = SQL.joined(zip(columns, rows.values).map { "\(name: $0) = \($1)" })
    let reached = try driver.changing(
      """
      UPDATE \(name: table) SET \(assignments) FROM \(rows.source) WHERE \(name: table).id = \(rows.id)
      RETURNING \(name: table).id
      """)
    try check(reached, reached: images.map(\.id), of: table, "put back")
    guard hasTime else { return }
    // A trigger of others has set the time; one that obeys a time that the statement sets is put right by another
    // statement.
    let timed = try driver.capabilities.images.rows(times, [updated], of: table)
    let time = SQL.joined(timed.values)
    try driver.executeSoon(
      """
      UPDATE \(name: table) SET \(name: updated) = \(time) FROM \(timed.source)
      WHERE \(name: table).id = \(timed.id) AND \(name: table).\(name: updated) IS DISTINCT FROM \(time)
      """)
  }
}
