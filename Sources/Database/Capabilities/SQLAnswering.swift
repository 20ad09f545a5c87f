import MemoryModel

/// The part of a store that answers SQL of the user's own.
package protocol SQLAnswering: AnyObject {
  /// Runs one statement in a transaction of its own.
  ///
  /// - Parameters:
  ///   - values: What the placeholders stand for, in the order of their numbers: `$1` on PostgreSQL, `?1` on SQLite.
  ///   - writes: Whether it may change anything; otherwise the database refuses it.
  ///   - limit: How many rows are read at most.
  /// - Throws: `sql_failed` with the database's own words.
  func answer(_ sql: String, values: [String], writes: Bool, limit: Int) throws -> SQLAnswer
}

/// What a database answers to SQL.
package struct SQLAnswer: Sendable, Equatable {
  /// A value as far as its type matters to a reader.
  package enum Value: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    /// A number with all of its digits.
    case number(String)
    /// Text, and everything else in the database's own notation.
    case text(String)
  }

  /// The names of the columns; empty for a statement that gives no rows.
  package let columns: [String]
  /// The rows, as many as were asked for.
  package let rows: [[Value]]
  /// Whether there were more.
  package let isCut: Bool
  /// How many rows were changed.
  package let changed: Int

  /// Creates an answer.
  package init(columns: [String], rows: [[Value]], isCut: Bool, changed: Int) {
    self.columns = columns
    self.rows = rows
    self.isCut = isCut
    self.changed = changed
  }
}

extension MemshError {
  /// A statement that changes something where only questions are answered.
  package static func readsOnly(cause: String?) -> MemshError {
    MemshError(
      .permissionDenied, "this statement changes the database, and `sql` only reads",
      hint: "add `--write` if that is what you want", cause: cause)
  }

  /// What to type after a statement has named a table that is not there.
  package static let tablesHint = "`show tables` lists the tables"

  /// The same for a column.
  package static let columnsHint = "`describe TABLE` lists a table's columns"
}
