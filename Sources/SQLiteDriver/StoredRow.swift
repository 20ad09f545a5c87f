import Database
import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

/// A row of a query, with values of its own.
///
/// SQLite's columns have no fixed type: whoever writes may put anything into any of them. Nothing here fails because of
/// that, so that one odd row never hides the others; `doctor` names it. Where a value is not of the expected type,
///
/// - as a text, a number is its digits, a blob the text in its bytes, and what is no UTF-8 becomes U+FFFD;
/// - as an integer, a real number counts if it is whole; text and blobs are NULL;
/// - as a real number, text and blobs are NULL;
/// - as a moment, what cannot be read as one is NULL, and so is as a vector a blob that is none;
/// - as JSON, what is none is a string with its text.
///
/// Where rows must be taken over exactly (see ``Driver``), a value that would become
/// another is an error instead, which names the table, the row and the column. NULL is NULL there, too.
struct StoredRow: AnswerRow {
  /// A value as SQLite has it.
  private enum Stored {
    case null
    case integer(Int64)
    case double(Double)
    case text([UInt8])
    case blob([UInt8])
  }

  /// What all rows of a query have in common.
  fileprivate final class Origin {
    /// The table that the rows are of; column 0 is then its id. Empty for others.
    let table: String
    let isExact: Bool
    let columns: [String]

    init(_ statement: Statement, table: String, isExact: Bool) {
      self.table = table
      self.isExact = isExact
      columns = statement.columnNames
    }
  }

  private let origin: Origin
  private let values: [Stored]

  fileprivate init(_ statement: SQLiteStatement, _ origin: Origin) {
    self.origin = origin
    values = (0..<Int32(origin.columns.count)).map { column in
      switch sqlite3_column_type(statement, column) {
      case SQLITE_NULL: .null
      case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, column))
      case SQLITE_FLOAT: .double(sqlite3_column_double(statement, column))
      case SQLITE_TEXT:
        .text(StoredRow.bytes(UnsafeRawPointer(sqlite3_column_text(statement, column)), statement, column))
      default: .blob(StoredRow.bytes(sqlite3_column_blob(statement, column), statement, column))
      }
    }
  }

  private static func bytes(_ start: UnsafeRawPointer?, _ statement: SQLiteStatement, _ column: Int32) -> [UInt8] {
    let count = start == nil ? 0 : Int(sqlite3_column_bytes(statement, column))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The key of a row.
  ///
  /// - Throws: `store_corrupt` in a table whose keys are no integers.
  func id(_ column: Int) throws -> Int64 {
    guard case .integer(let id) = values[column] else {
      throw MemshError(
        .storeCorrupt,
        "a row of \(origin.table.isEmpty ? "the store" : origin.table) has a key that is not a whole number",
        hint: "the store was not made by memsh; migrate it with `migrate --from FILE`")
    }
    return id
  }

  /// A text, NUL and all.
  func text(_ column: Int) throws -> String? {
    switch values[column] {
    case .null: return nil
    case .text(let bytes):
      if let text = bytes.withUnsafeBufferPointer(String.init(utf8:)) { return text }
      try refuseIfExact(column, "text that is not UTF-8")
      return String(decoding: bytes, as: UTF8.self)
    case .blob(let bytes):
      try refuseIfExact(column, "a blob")
      return String(decoding: bytes, as: UTF8.self)
    case .integer(let number):
      try refuseIfExact(column, "a number")
      return String(number)
    case .double(let number):
      try refuseIfExact(column, "a number")
      return "\(number)"
    }
  }

  func integer(_ column: Int) throws -> Int64? {
    switch values[column] {
    case .null: return nil
    case .integer(let number): return number
    case .double(let number): if let whole = Int64(exactly: number) { return whole }
    default: break
    }
    try refuseIfExact(column, "no integer")
    return nil
  }

  func double(_ column: Int) throws -> Double? {
    switch values[column] {
    case .null: return nil
    case .integer(let number): return Double(number)
    case .double(let number): return number
    // SQLite has no NaN: it is kept as this text.
    case .text(let bytes) where bytes.elementsEqual("NaN".utf8): return .nan
    default: break
    }
    try refuseIfExact(column, "no number")
    return nil
  }

  /// Whether a number is not 0, as SQLite sees it in a condition.
  func boolean(_ column: Int) throws -> Bool? {
    guard let number = try double(column) else { return nil }
    if number != 0, number != 1 { try refuseIfExact(column, "neither 0 nor 1") }
    return number != 0
  }

  func timestamp(_ column: Int) throws -> Timestamp? {
    if case .text(let bytes) = values[column], let moment = bytes.withUnsafeBytes(Timestamp.init(plain:)) {
      return moment
    }
    guard let text = try text(column) else { return nil }
    guard let moment = Timestamp(parsing: text) else {
      try refuseIfExact(column, "no moment")
      return nil
    }
    return moment
  }

  func vector(_ column: Int) throws -> Vector? {
    switch values[column] {
    case .null: return nil
    case .blob(let bytes): if let vector = bytes.withUnsafeBytes({ Vector(littleEndianBytes: $0) }) { return vector }
    default: break
    }
    try refuseIfExact(column, "no vector")
    return nil
  }

  func json(_ column: Int) throws -> JSON? {
    guard let text = try text(column) else { return nil }
    do { return try JSONParser.parse(text) } catch {
      try refuseIfExact(column, "no JSON (\(error))")
      return .string(text)
    }
  }

  /// A list of texts, kept as JSON.
  func texts(_ column: Int) throws -> [String]? {
    guard let json = try json(column) else { return nil }
    let texts = (json.arrayValue ?? []).compactMap(\.stringValue)
    if json.arrayValue?.count != texts.count { try refuseIfExact(column, "no list of texts") }
    return texts
  }

  func added(_ column: Int) throws -> Value {
    switch values[column] {
    case .null: .null
    case .integer(let number): .integer(number)
    case .double(let number): .double(number)
    case .text: try text(column).columnValue
    case .blob(let bytes): .bytes(bytes)
    }
  }

  /// A value as it is, for whoever asks with SQL of their own.
  func value(_ column: Int) throws -> SQLAnswer.Value {
    switch values[column] {
    case .null: .null
    case .integer(let number): .integer(number)
    case .double(let number): .double(number)
    case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
    case .blob(let bytes): .text("x'" + bytes.hexadecimal + "'")
    }
  }

  /// How many bytes a text or blob has.
  func byteCount(_ column: Int) -> Int {
    switch values[column] {
    case .text(let bytes), .blob(let bytes): bytes.count
    default: 0
    }
  }

  /// Lends the bytes of a text or blob; none for others.
  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    switch values[column] {
    case .text(let bytes), .blob(let bytes): try bytes.withUnsafeBytes(body)
    default: try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  func missing(_ column: Int) -> MemshError {
    let table = origin.table.isEmpty ? "the store" : origin.table
    var row = "a row of \(table)"
    if column > 0, !origin.table.isEmpty, case .integer(let id) = values[0] { row = "row \(id) of \(table)" }
    if case .null = values[column] {
      return MemshError(
        .storeCorrupt, "\(row) has NULL in \(origin.columns[column]), which every row has",
        hint: "`doctor` names such rows")
    }
    return MemshError(
      .storeCorrupt, "\(row) has a value of another type in \(origin.columns[column])",
      hint: column == 0
        ? "the store was not made by memsh; migrate it with `migrate --from FILE`" : "`doctor` names such rows")
  }

  private func refuseIfExact(_ column: Int, _ found: String) throws {
    guard origin.isExact else { return }
    throw MemshError(
      .storeCorrupt,
      "row \(try id(0)) of \(origin.table) cannot be taken over as it is: \(origin.columns[column]) holds \(found)",
      hint: "`doctor` names such rows, and `doctor --fix CHECK` puts them right")
  }
}

extension Database {
  /// Hands over the rows of a query one after the other.
  ///
  /// - Parameters:
  ///   - table: The table that the rows are of, whose id is the first column.
  ///   - isExact: Whether a value of another type than its column's is an error.
  func forEachRow(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), of table: String = "",
    exactly isExact: Bool = false, _ body: (StoredRow) throws -> Void
  ) throws {
    try prepared(sql).forEachRow(arguments, of: table, exactly: isExact) { row in
      try body(row)
      return true
    }
  }

  /// A statement that was prepared before, unless it is running: then `body` of an outer query asks the same.
  private func prepared(_ sql: String) throws -> Statement {
    guard sql.utf8.count <= Database.keptStatementBytes else { return try makeStatement(sql: sql) }
    let statement = try cachedStatement(sql: sql)
    return sqlite3_stmt_busy(statement.sqliteStatement) == 0 ? statement : try makeStatement(sql: sql)
  }

  /// Longer statements list what they are about, and are not met again.
  private static let keptStatementBytes = 8 << 10

  /// What becomes of the rows of a query.
  func rows<Value>(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), of table: String = "",
    _ value: (StoredRow) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    try forEachRow(sql, arguments, of: table) { values.append(try value($0)) }
    return values
  }

  /// What becomes of the first row of a query; nil when there is none.
  func firstRow<Value>(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), of table: String = "",
    _ value: (StoredRow) throws -> Value
  ) throws -> Value? {
    try cachedStatement(sql: sql).firstRow(arguments, of: table, value)
  }

  /// The keys that a query gives.
  func ids(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Int64] {
    try rows(sql, arguments) { try $0.id(0) }
  }

  /// The texts that a query gives, NULL left out.
  func texts(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [String] {
    try rows(sql, arguments) { try $0.text(0) }.compactMap { $0 }
  }
}

extension Statement {
  /// Hands over the rows until `body` has had enough. The statement must not be in use.
  func forEachRow(
    _ arguments: StatementArguments, of table: String = "", exactly isExact: Bool = false,
    _ body: (StoredRow) throws -> Bool
  ) throws {
    let cursor = try Row.fetchCursor(self, arguments: arguments)
    let origin = StoredRow.Origin(self, table: table, isExact: isExact)
    while try cursor.next() != nil, try body(StoredRow(sqliteStatement, origin)) {}
  }

  /// What becomes of the first row; nil when there is none. The statement must not be in use.
  func firstRow<Value>(
    _ arguments: StatementArguments, of table: String = "", _ value: (StoredRow) throws -> Value
  ) throws -> Value? {
    var result: Value?
    try forEachRow(arguments, of: table) { row in
      result = try value(row)
      return false
    }
    return result
  }
}
