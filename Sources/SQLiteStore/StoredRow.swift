import Database
import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

/// The row that a query stands on, read value by value.
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
/// Where rows must be taken over exactly (see ``MemoryReading/readingExactly(_:)``), a value that would become
/// another is an error instead, which names the table, the row and the column. NULL is NULL there, too.
struct StoredRow {
  private let owner: Statement
  private let statement: OpaquePointer
  /// The table that the rows are of; column 0 is then its id.
  private let table: String
  private let isExact: Bool

  fileprivate init(_ statement: Statement, table: String, isExact: Bool) {
    owner = statement
    self.statement = statement.sqliteStatement
    self.table = table
    self.isExact = isExact
  }

  /// The key of a row.
  ///
  /// - Throws: `store_corrupt` in a table whose keys are no integers.
  func id(_ column: Int) throws -> Int64 {
    guard type(column) == SQLITE_INTEGER else {
      throw MemshError(
        .storeCorrupt, "a row of \(table.isEmpty ? "the store" : table) has a key that is no integer",
        hint: "the store was not made by memsh; migrate it with `migrate --from FILE`")
    }
    return sqlite3_column_int64(statement, Int32(column))
  }

  /// A text, NUL and all.
  func text(_ column: Int) throws -> String? {
    switch type(column) {
    case SQLITE_NULL: return nil
    case SQLITE_TEXT:
      return try withBytes(column) { bytes in
        if let text = String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self) { return text }
        try refuseIfExact(column, "text that is not UTF-8")
        return String(decoding: bytes, as: UTF8.self)
      }
    case SQLITE_BLOB: try refuseIfExact(column, "a blob")
    default: try refuseIfExact(column, "a number")
    }
    return withBytes(column) { String(decoding: $0, as: UTF8.self) }
  }

  func integer(_ column: Int) throws -> Int64? {
    switch type(column) {
    case SQLITE_NULL: return nil
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, Int32(column))
    case SQLITE_FLOAT:
      if let whole = Int64(exactly: sqlite3_column_double(statement, Int32(column))) { return whole }
    default: break
    }
    try refuseIfExact(column, "no integer")
    return nil
  }

  func double(_ column: Int) throws -> Double? {
    switch type(column) {
    case SQLITE_NULL: return nil
    case SQLITE_INTEGER, SQLITE_FLOAT: return sqlite3_column_double(statement, Int32(column))
    // SQLite has no NaN: it is kept as this text.
    case SQLITE_TEXT where try text(column) == "NaN": return .nan
    default: break
    }
    try refuseIfExact(column, "no number")
    return nil
  }

  /// Whether a number is not 0, as SQLite sees it in a condition.
  func flag(_ column: Int) throws -> Bool? {
    guard let number = try double(column) else { return nil }
    if number != 0, number != 1 { try refuseIfExact(column, "neither 0 nor 1") }
    return number != 0
  }

  func moment(_ column: Int) throws -> Timestamp? {
    guard let text = try text(column) else { return nil }
    guard let moment = Timestamp(parsing: text) else {
      try refuseIfExact(column, "no moment")
      return nil
    }
    return moment
  }

  func vector(_ column: Int) throws -> Vector? {
    switch type(column) {
    case SQLITE_NULL: return nil
    case SQLITE_BLOB: if let vector = withBytes(column, { Vector(littleEndianBytes: $0) }) { return vector }
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

  /// A value as it is, for whoever asks with SQL of their own.
  func value(_ column: Int) throws -> SQLAnswer.Value {
    switch type(column) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, Int32(column)))
    case SQLITE_FLOAT: .double(sqlite3_column_double(statement, Int32(column)))
    case SQLITE_TEXT: .text(withBytes(column) { String(decoding: $0, as: UTF8.self) })
    default: .text(withBytes(column) { "x'" + hexadecimal($0) + "'" })
    }
  }

  /// How many bytes a text or blob has; they are not made for that.
  func byteCount(_ column: Int) -> Int { Int(sqlite3_column_bytes(statement, Int32(column))) }

  /// Lends the bytes of a value; a number's are those of its digits.
  func withBytes<Value, Failure: Error>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let index = Int32(column)
    // Asked for before the count, because the text may have to be made first.
    let start =
      type(column) == SQLITE_BLOB
      ? sqlite3_column_blob(statement, index) : sqlite3_column_text(statement, index).map { UnsafeRawPointer($0) }
    return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : byteCount(column)))
  }

  private func type(_ column: Int) -> Int32 { sqlite3_column_type(statement, Int32(column)) }

  private func refuseIfExact(_ column: Int, _ found: String) throws {
    guard isExact else { return }
    let name = sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) } ?? "a column"
    throw MemshError(
      .storeCorrupt,
      "row \(try id(0)) of \(table) cannot be taken over as it is: \(name) holds \(found)",
      hint: "`doctor` names such rows, and `doctor --fix CHECK` puts them right")
  }
}

private func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(unsafeUninitializedCapacity: bytes.count * 2) { output in
    for (index, byte) in bytes.enumerated() {
      output[index * 2] = digits[Int(byte >> 4)]
      output[index * 2 + 1] = digits[Int(byte & 15)]
    }
    return bytes.count * 2
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
    try makeStatement(sql: sql).forEachRow(arguments, of: table, exactly: isExact) { row in
      try body(row)
      return true
    }
  }

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
    let row = StoredRow(self, table: table, isExact: isExact)
    while try cursor.next() != nil, try body(row) {}
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
