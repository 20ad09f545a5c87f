import Database
import MemoryModel
import PostgresClient

/// How statements are written.
///
/// Whoever may create something in a schema of the search path can define an operator or a function that fits a
/// statement's types better than the system's own, and so is chosen. What is in `pg_catalog` is found first where the
/// types are exactly its own. So columns and values are cast until they are (`user_id::text = $1`), which takes no index
/// away, and functions of any type are called by their full name (`pg_catalog.count(embedding)`).
extension PostgresDriver {
  /// The sha256 of a row's content, in hexadecimal.
  static func contentHash(_ row: String) -> String {
    "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(\(row).content::text, 'UTF8')), 'hex')"
  }

  /// Runs one statement of the user's own.
  package func answer(_ sql: String, values: [String], writes: Bool, limit: Int) throws -> SQLAnswer {
    let before = takeNotices()
    // Whoever writes the statement wants to know what it has skipped, too.
    defer { ownNotices = before + pool.notices.take().map(\.message) }
    return try transaction(writes ? .commit : .readOnly) {
      let answer = try use { connection in
        do { return try connection.textQuery(sql, values: values, rowLimit: limit, cancelsRest: !writes) } catch let
          error
          as PostgresError
        {
          throw PostgresDriver.translated(error, in: sql) ?? error
        }
      }
      return SQLAnswer(
        columns: answer.columns.map(\.name),
        rows: answer.rows.map { zip(answer.columns, $0).map { PostgresDriver.value($1, type: $0.type) } },
        isCut: answer.isCut, changed: answer.changed)
    }
  }

  /// What is wrong with a statement of the user's own; nil when the statement is not to blame.
  private static func translated(_ error: PostgresError, in sql: String) -> (any Error)? {
    guard error.kind == .server, let state = error.sqlState, !["57", "53", "55", "40"].contains(state.prefix(2)) else {
      return nil
    }
    let place = error.position.flatMap { TextPlace(in: sql, scalarOffset: $0 - 1) }
    let cause = ["SQLSTATE \(state)", place?.description, error.detail].compactMap(\.self).joined(separator: ": ")
    guard state == "25006" else {
      // What the server itself proposes says more.
      let hint = error.hint ?? ["42P01": MemshError.tablesHint, "42703": MemshError.columnsHint][state]
      var translated = MemshError(.sqlFailed, "PostgreSQL: \(error.message)", hint: hint, cause: cause)
      translated.fault = place
      return translated
    }
    return MemshError.readsOnly(cause: cause)
  }

  /// The types that are more than text, by their numbers in pg_type.dat.
  private static func value(_ text: String?, type: UInt32) -> SQLAnswer.Value {
    guard let text else { return .null }
    switch type {
    case 16: return .boolean(text == "t")
    case 20, 21, 23, 26: return Int64(text).map { .integer($0) } ?? .text(text)
    case 700, 701: return Double(text).map { .double($0) } ?? .text(text)
    // Of any length; NaN and Infinity, which JSON has no numbers for, are text.
    case 1700: return text.contains { $0.isLetter } ? .text(text) : .number(text)
    default: return .text(text)
    }
  }
}
