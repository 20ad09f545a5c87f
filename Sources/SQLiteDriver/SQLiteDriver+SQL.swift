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
        .sqlFailed, error.message, hint: "SQLite's language: https://www.sqlite.org/lang.html", cause: error.cause)
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
    let statement = try db.makeStatement(sql: sql)
    let columns = statement.columnNames
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
          return try row.value(column)
        })
      return true
    }
    // What triggers change, such as that of the text index, is not what was asked for.
    let changed = db.totalChangesCount > before ? db.changesCount : 0
    return SQLAnswer(columns: columns, rows: rows, isCut: isCut, changed: changed)
  }

  private static var tooLarge: MemshError {
    MemshError(
      .sqlFailed,
      "the answer is too large: \(valueBytesMaximum >> 20) MB fit into a value, "
        + "\(answerBytesMaximum >> 21) MB into an answer",
      hint: "ask for less: length(column), substr(column, 1, 100), `--limit`")
  }
}
