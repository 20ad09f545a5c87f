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
    _ sql: SQL, of table: String, exactly: Bool, _ body: (any AnswerRow) throws -> Void
  ) throws {
    try query(sql, of: table, exactly: exactly, body)
  }

  package func sum<Sum: Sendable>(
    _ shares: [SQL], of table: String, from start: Sum,
    adding add: @escaping @Sendable (inout Sum, any AnswerRow) throws -> Void, _ body: (Sum) throws -> Void
  ) throws {
    var batch = BatchSum(start, add)
    for share in shares { try query(share, of: table, exactly: false) { try batch.add($0, body) } }
    try batch.finish(body)
  }

  package func load(_ rows: [[Value]], columns: [Column], added: [AddedColumn], into target: LoadTarget) throws {
    let table = target.name
    let names = (columns.map(\.name) + added.map(\.name)).map(\.quotedIdentifier)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    try write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(places))")
      for row in rows {
        do { try statement.run(row, in: db) } catch let error as DatabaseError {
          throw MemshError.refused(row, of: columns, in: target, error) ?? error
        }
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

extension MemshError {
  /// The error for a row that SQLite refuses because of one of its values; nil where that is not why.
  fileprivate static func refused(
    _ row: [Value], of columns: [Column], in target: LoadTarget, _ error: DatabaseError
  ) -> (any Error)? {
    let kind = error.extendedResultCode
    guard [.SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_FOREIGNKEY].contains(kind), let id = target.key(of: row).first
    else { return nil }
    let refusal = zip(columns, row).lazy.compactMap { $0.refusal(of: $1) }.first
    let lost = zip(columns, row).first { $0.0.references != nil }
    var (why, hint) = (refusal ?? error.message ?? "", "change it where it comes from: `edit \(id)`")
    if target.name != Table.memories.name {
      hint = "look at it where it comes from: sql 'SELECT * FROM \(target.name) WHERE id = \(id)'"
    }
    if kind == .SQLITE_CONSTRAINT_FOREIGNKEY, let (column, value) = lost {
      why = "\(column.name) is \(value.digits), and \(column.references ?? "") has no such row"
      if target.name == Table.duplicates.name {
        hint = "delete such rows where they come from: doctor --fix duplicates_orphaned"
      }
    }
    return MemshError(
      .storeFailed, "row \(id) of \(target.name) cannot be stored in SQLite: \(why)", hint: hint,
      cause: "SQLite \(kind.rawValue): \(error.message ?? "no reason given")")
  }
}

extension Value {
  /// A key as a person reads it.
  fileprivate var digits: String { if case .integer(let number) = self { "\(number)" } else { "NULL" } }
}
