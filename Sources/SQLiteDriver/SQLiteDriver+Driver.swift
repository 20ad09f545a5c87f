import Database
import Foundation
import GRDB
import MemoryModel

/// The file as a database like any other.
extension SQLiteDriver: SchemaManaging, Searching, VectorReplacing, RowImaging, Introspecting, SQLAnswering {
  package var capabilities: Capabilities { Capabilities(of: self, file: self) }

  package var dialect: any Dialect { SQLiteDialect() }

  private func rendered(_ sql: SQL) -> (text: String, arguments: StatementArguments) {
    let (text, values) = sql.rendered(by: dialect)
    return (text, StatementArguments(values.map(SQLiteDriver.bound)))
  }

  package func query(
    _ sql: SQL, of table: String, exactly: Bool, _ body: (any AnswerRow) throws -> Void
  ) throws {
    let (text, arguments) = rendered(sql)
    try read { db in
      try db.forEachRow(text, arguments, of: table, exactly: exactly) { try body($0) }
    }
  }

  package func execute(_ sql: SQL, _ body: (any AnswerRow) throws -> Void) throws -> Int {
    let (text, arguments) = rendered(sql)
    return try write { db in
      let before = db.totalChangesCount
      try db.forEachRow(text, arguments) { try body($0) }
      return db.totalChangesCount > before ? db.changesCount : 0
    }
  }

  package func stream(
    _ shares: [SQL], of table: String, exactly: Bool, _ body: (any AnswerRow) throws -> Void
  ) throws {
    for share in shares { try query(share, of: table, exactly: exactly, body) }
  }

  package func load(_ rows: [Record], columns: [Column], into table: Table) throws {
    guard let first = rows.first else { return }
    let names = (["id"] + columns.map(\.name) + first.added.map(\.column.name)).map(\.quotedIdentifier)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    try write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO \(table.name) (\(names.joined(separator: ", "))) VALUES (\(places))")
      for row in rows {
        let values = row.values.map(SQLiteDriver.bound) + row.added.map { SQLiteDriver.bound($0.value) }
        try statement.execute(arguments: StatementArguments([row.id.databaseValue] + values))
        guard db.changesCount == 1 else { throw MemshError.rowsNotWritten([row.id], of: table.name, "inserted") }
      }
    }
  }

  /// AUTOINCREMENT follows the largest id by itself, and the transaction holds the file's write lock, so that nobody else
  /// takes them.
  package func nextIDs(_ count: Int, of table: Table, behind id: Int64?) throws -> [Int64] {
    guard count > 0 else { return [] }
    let last =
      try first(
        """
        SELECT max(coalesce((SELECT max(id) FROM \(table)), 0),
          coalesce((SELECT seq FROM sqlite_sequence WHERE name = \(table.name)), 0), \(id ?? 0))
        """
      ) { try $0.number(0) } ?? 0
    guard last <= .max - Int64(count) else {
      throw MemshError(.storeFailed, "\(table.name) has no \(count) free ids behind \(last)", hint: "give the rows ids")
    }
    return (0..<Int64(count)).map { last + 1 + $0 }
  }
}
