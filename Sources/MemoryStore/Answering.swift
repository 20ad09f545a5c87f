import Database
import MemoryModel

extension MemoryStore {
  /// Runs one statement in a transaction of its own.
  ///
  /// - Parameters:
  ///   - values: What the placeholders stand for, in the order of their numbers: `$1` on PostgreSQL, `?1` on SQLite.
  ///   - writes: Whether it may change anything; otherwise the database refuses it.
  ///   - limit: How many rows are read at most.
  /// - Throws: `sql_failed` with the database's own words.
  package func answer(_ sql: String, values: [String], writes: Bool, limit: Int) throws -> SQLAnswer {
    defer { if writes { forgetState() } }
    return try driver.capabilities.sql.answer(sql, values: values, writes: writes, limit: limit)
  }
}
