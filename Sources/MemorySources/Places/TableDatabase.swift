import Database
import MemoryModel

/// A database of others, read and never written: a SQLite file, or a PostgreSQL database.
protocol TableDatabase: AnyObject {
  /// The path, or the URL without its password.
  var location: String { get }
  /// Which kind of database it is.
  var backend: Backend { get }
  /// What tells one state of it from another.
  var fingerprint: String { get }

  /// Its tables with their columns.
  func tables() throws -> TableList

  /// Runs `body`, whose reading all sees one state of the database.
  func reading<Value>(_ body: () throws -> Value) throws -> Value

  /// Runs a statement that reads, and hands over its rows, one after the other. PostgreSQL runs no other
  /// statement meanwhile; SQLite does.
  func rows(_ sql: String, _ body: (any TableRow) throws -> Void) throws

  /// How many rows a statement gives at the most; nil for all.
  var rowLimit: Int? { get }

  /// - Throws: `source_changed`.
  func verifyUnchanged() throws

  /// Gives back what it holds.
  func close()
}

/// A row of a foreign table; it is gone when the next one comes.
protocol TableRow {
  /// Whether a column is NULL.
  func isNull(_ column: Int) throws -> Bool
  /// The value of a column as it stands there.
  func value(_ column: Int) throws -> SourceValue
  /// Lends the bytes of a text or blob, and whether it is text; none for NULL.
  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer, Bool) throws -> Value) throws -> Value
}

extension TableDatabase {
  var rowLimit: Int? { nil }

  /// The values of the first row of a statement; nil when it gives none.
  func first(_ sql: String, columns: Int) throws -> [SourceValue]? {
    var found: [SourceValue]?
    try rows(sql) { row in if found == nil { found = try (0..<columns).map(row.value) } }
    return found
  }

  /// An expression in the form in which an answer must give it.
  func answering(_ expression: String) -> String { backend == .postgres ? "(\(expression))::text" : expression }

  /// Whether a table of SQLite can be asked for its row numbers: one that is WITHOUT ROWID cannot.
  func hasRowNumbers(_ table: TableList.Table) -> Bool {
    do {
      try rows("SELECT rowid FROM \(table.quotedName) LIMIT 0") { _ in }
      return true
    } catch { return false }
  }

  /// The number that an expression such as `count(*)` gives; 0 for none.
  func count(_ expression: String, from rest: String) throws -> Int64 {
    switch try first("SELECT \(answering(expression)) FROM \(rest)", columns: 1)?.first {
    case .integer(let number)?: number
    case .text(let digits)?: Int64(digits) ?? 0
    default: 0
    }
  }

  /// The error for a table that counts other rows than it gives.
  func damaged(_ table: String, expected: Int64, found: Int64) -> MemshError {
    MemshError(
      .sourceUnreadable, "\(location) is damaged: \(table) counts \(expected) rows and gives \(found)",
      hint: backend == .sqlite ? SQLiteTables.recovery(of: location) : nil)
  }
}
