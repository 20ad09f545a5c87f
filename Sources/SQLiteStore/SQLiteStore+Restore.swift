import Database
import GRDB
import MemoryModel

/// Putting rows back as images have them.
extension SQLiteStore {
  /// Puts columns back.
  package func restore(_ images: [RowImage], of table: String) throws {
    guard !images.isEmpty else { return }
    let isInsertion = try self.images(images.map(\.id), of: table, columns: ["id"]).isEmpty
    try write { db in
      // Rows may refer to rows of their own table that come after them. The setting ends with the transaction.
      try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
      let names = try SQLiteStore.writableColumns(of: images, table, db)
      guard isInsertion || !names.isEmpty else { return }
      try SQLiteStore.withoutTrigger(on: table, db) {
        let statement = try db.cachedStatement(sql: SQLiteStore.restoring(names, of: table, isInsertion: isInsertion))
        var missed: [Int64] = []
        for image in images {
          let values = names.flatMap { name in
            let (isText, value) = SQLiteStore.value(image.columns[key: name] ?? .null)
            return [isText.databaseValue, value]
          }
          try statement.execute(
            arguments: StatementArguments(values + (isInsertion ? [] : [image.id.databaseValue])))
          if db.changesCount != 1 { missed.append(image.id) }
        }
        guard missed.isEmpty else { throw MemshError.rowsNotWritten(missed, of: table, "put back") }
      }
    }
  }

  /// The columns of images that can be written: all but those that SQLite computes.
  ///
  /// - Throws: `undo_conflict` for a value whose column is gone.
  private static func writableColumns(of images: [RowImage], _ table: String, _ db: Database) throws -> [String] {
    guard case .object(let members)? = images.first?.columns else { return [] }
    let columns = try columns(of: table, db)
    return try members.compactMap { member in
      let column = columns.first { $0.name.utf8.elementsEqual(member.key.utf8) }
      if let column { return column.isGenerated ? nil : column.name }
      if let lost = images.first(where: { $0.columns[key: member.key] ?? .null != .null }) {
        throw MemshError.columnGone(member.key, of: table, row: lost.id)
      }
      return nil
    }
  }

  /// The statement that puts a row back: for each column whether its value is a text, and the value.
  private static func restoring(_ columns: [String], of table: String, isInsertion: Bool) -> String {
    let names = columns.map(\.quotedIdentifier)
    // Text is bound as bytes, NUL and all.
    let places = names.indices.map { index in
      let (flag, value) = (index * 2 + 1, index * 2 + 2)
      return "CASE ?\(flag) WHEN 1 THEN CAST(?\(value) AS TEXT) ELSE ?\(value) END"
    }
    guard !isInsertion else {
      return """
        INSERT INTO \(table.quotedIdentifier) (\(names.joined(separator: ", "))) VALUES (\(places.joined(separator: ", ")))
        """
    }
    let assignments = zip(names, places).map { "\($0) = \($1)" }.joined(separator: ", ")
    return "UPDATE \(table.quotedIdentifier) SET \(assignments) WHERE id = ?\(names.count * 2 + 1)"
  }
}
