import Database
import GRDB
import GRDBSQLite
import MemoryModel

extension SQLiteDriver {
  /// Runs one statement of the user's own.
  package func answer(_ sql: String, values: [String], writes: Bool, limit: Int) throws -> SQLAnswer {
    guard writes || fileExists else { throw MemshError.schemaMissing(identity) }
    do {
      return try transaction(writes ? .commit : .readOnly) {
        try (writes ? write : read) { db in try SQLiteDriver.answer(sql, values, limit: limit, writes: writes, in: db) }
      }
    } catch let error as MemshError where error.code == .permissionDenied && !writes {
      throw MemshError.readsOnly(cause: error.cause)
    } catch let error as MemshError where error.code == .storeFailed {
      if error.cause?.contains("Multiple statements") == true {
        throw MemshError(.sqlFailed, "there is more than one statement", hint: "`sql` runs one at a time")
      }
      throw MemshError(
        .sqlFailed, error.message, hint: SQLiteDriver.hint(error.message), cause: error.cause)
    }
  }

  /// The largest text or blob that is read, and that a statement which only reads may make.
  private static let valueBytesMaximum = 64 << 20
  /// What an answer may have in all; a blob counts twice, because it is written in hexadecimal.
  private static let answerBytesMaximum = 256 << 20

  private static func answer(
    _ sql: String, _ values: [String], limit: Int, writes: Bool, in db: Database
  ) throws -> SQLAnswer {
    let before = db.totalChangesCount
    let statement = try statement(sql, in: db)
    let columns = statement.columnNames
    let areBooleans = columns.indices.map { isBoolean($0, of: statement) }
    // ATTACH creates a file and PRAGMA turns protections off, which SQLite does not count as writing.
    guard writes || !columns.isEmpty else { throw MemshError.readsOnly(cause: nil) }
    let lengthLimit = writes ? -1 : sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, Int32(valueBytesMaximum))
    defer { sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, lengthLimit) }
    var (rows, isCut, bytes): ([[SQLAnswer.Value]], Bool, Int) = ([], false, 0)
    try statement.forEachRow(StatementArguments(values)) { row in
      guard rows.count < limit else {
        isCut = true
        return false
      }
      rows.append(
        try columns.indices.map { column in
          let count = row.byteCount(column)
          bytes += count * 2
          guard count <= valueBytesMaximum, bytes <= answerBytesMaximum else { throw tooLarge }
          let value = try row.value(column)
          return areBooleans[column] ? value.asBoolean : value
        })
      return true
    }
    // What triggers change, such as that of the text index, is not what was asked for.
    let changed = db.totalChangesCount > before ? db.changesCount : 0
    return SQLAnswer(columns: columns, rows: rows, isCut: isCut, changed: changed)
  }

  /// Whether a column of an answer is one that its table declares as a truth value, which SQLite keeps as 0 and 1.
  private static func isBoolean(_ column: Int, of statement: Statement) -> Bool {
    guard let type = sqlite3_column_decltype(statement.sqliteStatement, Int32(column)) else { return false }
    return ["BOOLEAN", "BOOL"].contains(String(cString: type).uppercased())
  }

  /// Prepares a statement.
  ///
  /// - Throws: `sql_failed` with the place in the statement, where SQLite tells it.
  private static func statement(_ sql: String, in db: Database) throws -> Statement {
    do { return try db.makeStatement(sql: sql) } catch let error as DatabaseError
      where error.resultCode == .SQLITE_ERROR
    {
      let offset = Int(sqlite3_error_offset(db.sqliteConnection))
      guard offset >= 0, let before = String(sql.utf8.prefix(offset)),
        let place = TextPlace(in: sql, scalarOffset: before.unicodeScalars.count)
      else { throw error }
      var translated = MemshError(
        .sqlFailed, "SQLite refused: \(error.message ?? "no reason given")", hint: hint(error.message ?? ""),
        cause: "SQLite \(error.extendedResultCode.rawValue): \(place.description)")
      translated.fault = place
      throw translated
    }
  }

  private static func hint(_ message: String) -> String {
    if message.contains("no such table") { return MemshError.tablesHint }
    if message.contains("no such column") { return MemshError.columnsHint }
    return "SQLite's language: https://www.sqlite.org/lang.html"
  }

  private static var tooLarge: MemshError {
    MemshError(
      .sqlFailed,
      "the answer is too large: \(valueBytesMaximum >> 20) MB fit into a value, "
        + "\(answerBytesMaximum >> 21) MB into an answer",
      hint: "ask for less: length(column), substr(column, 1, 100), `--limit`")
  }
}

extension SQLAnswer.Value {
  /// 0 and 1 as truth values; everything else as it is.
  fileprivate var asBoolean: SQLAnswer.Value {
    switch self {
    case .integer(0): .boolean(false)
    case .integer(1): .boolean(true)
    default: self
    }
  }
}
