import Database
internal import GRDB
internal import GRDBSQLite
import MemoryModel

/// Steps through a statement and reads its columns byte for byte.
///
/// GRDB decodes text as C strings, which end at the first NUL, and repairs invalid UTF-8; a migration must see
/// both. So this one file reads columns through SQLite's own functions and copies the values out.
struct SQLiteRowReader: TableRow {
  /// Finalised when it is not held any more, so it must be held.
  private let owner: Statement
  private var statement: OpaquePointer { owner.sqliteStatement }

  init(_ statement: Statement) {
    owner = statement
  }

  /// Moves to the next row; false at the end.
  func step() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw DatabaseError(resultCode: ResultCode(rawValue: code))
    }
  }

  /// The value of a column of the present row.
  func value(_ column: Int) -> SourceValue {
    let index = Int32(column)
    switch sqlite3_column_type(statement, index) {
    case SQLITE_NULL: return .null
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index))
    case SQLITE_TEXT:
      return lend(column) { bytes, _ in
        String(utf8: bytes.bindMemory(to: UInt8.self)).map(SourceValue.text)
          ?? .bytes(Array(bytes), isText: true)
      }
    default: return lend(column) { bytes, _ in .bytes(Array(bytes), isText: false) }
    }
  }

  /// Whether a column of the present row is NULL.
  func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer, Bool) throws -> Value) throws -> Value {
    try lend(column, body)
  }

  private func lend<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer, Bool) throws -> Value) rethrows -> Value {
    let column = Int32(column)
    let isText = sqlite3_column_type(statement, column) == SQLITE_TEXT
    let start =
      isText
      ? sqlite3_column_text(statement, column).map { UnsafeRawPointer($0) } : sqlite3_column_blob(statement, column)
    return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))), isText)
  }

  /// Whether this build of SQLite reads `file:` URIs, which alone can say that a file is immutable.
  static var understandsURIs: Bool { sqlite3_compileoption_used("USE_URI") != 0 }
}
