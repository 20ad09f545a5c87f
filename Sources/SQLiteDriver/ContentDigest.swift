import Crypto
import Database
import GRDB
import GRDBSQLite
import MemoryModel

/// The sha256 of everything in a database file: the definitions, and all values of all rows of all tables with their types,
/// memsh's own tables and those behind its word index included.
struct ContentDigest: ~Copyable {
  private var hasher = SHA256()
  /// Values that are hashed together: most have only some bytes.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferBytes, alignment: 16)
  private var filled = 0
  private static let bufferBytes = 1 << 16
  /// What stands in front of a value's bytes: its type and how many there are.
  private static let headBytes = 9

  private init() {}

  deinit { buffer.deallocate() }

  /// Computes it.
  ///
  /// - Parameter setting: The setting that is left out, because the digest itself is to stand there.
  static func hex(of db: Database, without setting: String) throws -> String {
    var digest = ContentDigest()
    try digest.add(rowsOf: "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name", db)
    for pragma in ["user_version", "application_id", "encoding"] { try digest.add(rowsOf: "PRAGMA \(pragma)", db) }
    let tables = try db.rows(
      """
      SELECT name, wr FROM pragma_table_list
      WHERE "schema" = 'main' AND type IN ('table', 'shadow') AND name <> 'sqlite_schema' ORDER BY name
      """
    ) { (name: try $0.text(0) ?? "", hasNoRowID: try $0.integer(1) == 1) }
    for (name, hasNoRowID) in tables {
      Array(name.utf8).withUnsafeBytes { digest.add(3, $0) }
      let condition = name == "memsh_settings" ? " WHERE key IS NOT '\(setting)'" : ""
      let (columns, order) = try columns(of: name, hasNoRowID: hasNoRowID, db)
      try digest.add(
        rowsOf: "SELECT \(columns) FROM \(name.quotedIdentifier)\(condition) ORDER BY \(order)", db)
    }
    digest.flush()
    return digest.hasher.finalize().hexadecimal
  }

  private static func columns(
    of table: String, hasNoRowID: Bool, _ db: Database
  ) throws -> (columns: String, order: String) {
    let columns = try db.rows("SELECT name, pk FROM pragma_table_info(?)", [table]) {
      (name: (try $0.text(0) ?? "").quotedIdentifier, key: try $0.integer(1) ?? 0)
    }
    let names = columns.map(\.name).joined(separator: ", ")
    guard hasNoRowID else { return ("_rowid_, " + names, "_rowid_") }
    let keys = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name)
    return (names, keys.joined(separator: ", "))
  }

  private mutating func add(rowsOf sql: String, _ db: Database) throws {
    let statement = try db.makeStatement(sql: sql)
    let (row, columns) = (statement.sqliteStatement, Int32(statement.columnCount))
    var code = sqlite3_step(row)
    while code == SQLITE_ROW {
      for column in 0..<columns { add(row, column) }
      code = sqlite3_step(row)
    }
    guard code == SQLITE_DONE else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }
  }

  /// Text is taken as its bytes, NUL and all.
  private mutating func add(_ statement: SQLiteStatement, _ column: Int32) {
    let type = sqlite3_column_type(statement, column)
    switch type {
    case SQLITE_NULL: add(UInt8(type), UnsafeRawBufferPointer(start: nil, count: 0))
    case SQLITE_INTEGER: withUnsafeBytes(of: sqlite3_column_int64(statement, column)) { add(UInt8(type), $0) }
    case SQLITE_FLOAT: withUnsafeBytes(of: sqlite3_column_double(statement, column)) { add(UInt8(type), $0) }
    default:
      let bytes = sqlite3_column_blob(statement, column)
      let count = Int(sqlite3_column_bytes(statement, column))
      add(UInt8(type), UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }
  }

  /// A value with its type and its length in front, so that no two rows run into the same bytes.
  private mutating func add(_ type: UInt8, _ bytes: UnsafeRawBufferPointer) {
    if filled + ContentDigest.headBytes + bytes.count > buffer.count { flush() }
    buffer[filled] = type
    buffer.storeBytes(of: UInt64(bytes.count).littleEndian, toByteOffset: filled + 1, as: UInt64.self)
    filled += ContentDigest.headBytes
    if filled + bytes.count <= buffer.count {
      UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: bytes)
      filled += bytes.count
    } else {
      flush()
      hasher.update(bufferPointer: bytes)
    }
  }

  private mutating func flush() {
    hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    filled = 0
  }
}
