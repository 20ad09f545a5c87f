import Foundation
import GRDB
import GRDBSQLite
import MemoryModel

extension Statement {
  /// Runs the statement with values.
  ///
  /// They are bound as they are: GRDB's arguments would copy each of them twice, which a load of many rows feels.
  ///
  /// - Throws: `DatabaseError`, and leaves the statement ready for another row.
  func run(_ values: [Value], in db: Database) throws {
    defer { sqlite3_reset(sqliteStatement) }
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw failure(code, db) }
    }
    let code = sqlite3_step(sqliteStatement)
    guard code == SQLITE_DONE else { throw failure(code, db) }
  }

  private func failure(_ code: Int32, _ db: Database) -> DatabaseError {
    DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
  }

  private func bind(_ value: Value, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(sqliteStatement, index)
    case .integer(let number): return sqlite3_bind_int64(sqliteStatement, index, number)
    case .double(let number) where !number.isNaN: return sqlite3_bind_double(sqliteStatement, index, number)
    case .text(let text): return bind(text, at: index)
    case .json(let json): return bind(json.text, at: index)
    case .timestamp(let moment): return bind(moment.iso8601, at: index)
    case .vector(let vector): return vector.values.withUnsafeBytes { bind($0, at: index) }
    case .bytes(let bytes): return bytes.withUnsafeBytes { bind($0, at: index) }
    case .double, .boolean, .texts, .integers:
      // Rare ones, by way of what they are bound as elsewhere.
      switch SQLiteDriver.bound(value).storage {
      case .null: return sqlite3_bind_null(sqliteStatement, index)
      case .int64(let number): return sqlite3_bind_int64(sqliteStatement, index, number)
      case .double(let number): return sqlite3_bind_double(sqliteStatement, index, number)
      case .string(let text): return bind(text, at: index)
      case .blob(let data): return data.withUnsafeBytes { bind($0, at: index) }
      }
    }
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    // Ends in a NUL, which is not counted: so even an empty text has an address.
    text.withCString {
      sqlite3_bind_text64(sqliteStatement, index, $0, UInt64(text.utf8.count), Statement.copied, UInt8(SQLITE_UTF8))
    }
  }

  private func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) -> Int32 {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(sqliteStatement, index, 0) }
    return sqlite3_bind_blob64(sqliteStatement, index, start, UInt64(bytes.count), Statement.copied)
  }

  /// SQLITE_TRANSIENT, which Swift does not import: SQLite copies what is bound.
  private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
