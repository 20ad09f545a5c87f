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

  package func load(_ rows: [[Value]], columns: [Column], added: [AddedColumn], into target: LoadTarget) throws {
    let table = target.name
    let names = (columns.map(\.name) + added.map(\.name)).map(\.quotedIdentifier)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    try write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(places))")
      for row in rows {
        try statement.run(row, in: db)
        guard db.changesCount == 1 else { throw MemshError.rowsNotWritten(target.key(of: row), of: table, "inserted") }
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

extension LoadTarget {
  fileprivate var name: String {
    switch self {
    case .table(let table): table.name
    case .own(let table): table.name
    }
  }

  /// The key of a row, which is its first value; none in memsh's own tables.
  fileprivate func key(of row: [Value]) -> [Int64] {
    if case .table = self, case .integer(let id)? = row.first { [id] } else { [] }
  }
}

extension OwnTable {
  /// The table's name in a file that it shares with the four tables.
  var name: String { "memsh_\(rawValue)" }
}
