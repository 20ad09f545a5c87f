import GRDB
import MemoryCore

extension SQLiteStore {
  /// Runs one statement of the user's own.
  public func answer(_ sql: String, values: [String], writes: Bool, limit: Int) throws -> SQLAnswer {
    guard writes || fileExists else { throw MemshError.schemaMissing(identity) }
    do {
      return try transaction(writes ? .commit : .readOnly) {
        try (writes ? write : read) { db in try SQLiteStore.answer(sql, values, limit: limit, writes: writes, in: db) }
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

  private static func answer(
    _ sql: String, _ values: [String], limit: Int, writes: Bool, in db: Database
  ) throws -> SQLAnswer {
    let before = db.totalChangesCount
    let statement = try db.makeStatement(sql: sql)
    // ATTACH creates a file and PRAGMA turns protections off, which SQLite does not count as writing.
    guard writes || !statement.columnNames.isEmpty else { throw MemshError.readsOnly(cause: nil) }
    var rows: [[SQLAnswer.Value]] = []
    var isCut = false
    let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
    while let row = try cursor.next() {
      guard rows.count < limit else {
        isCut = true
        break
      }
      rows.append(row.databaseValues.map(value))
    }
    return SQLAnswer(
      columns: statement.columnNames, rows: rows, isCut: isCut, changed: db.totalChangesCount - before)
  }

  private static func value(_ value: DatabaseValue) -> SQLAnswer.Value {
    switch value.storage {
    case .null: .null
    case .int64(let value): .integer(value)
    case .double(let value): .double(value)
    case .string(let value): .text(value)
    case .blob(let value):
      .text("x'" + value.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'")
    }
  }
}
