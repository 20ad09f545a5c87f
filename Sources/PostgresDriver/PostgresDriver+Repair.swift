import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// Makes sure that a statement which returns ids reached all rows that it was to.
  ///
  /// - Throws: `store_failed`, which names rows that a trigger or rule kept from it.
  func check(_ result: PostgresResult, reached ids: [Int64], of table: String, _ what: String) throws {
    let reached = Set(try result.rows.compactMap { try $0.integer(0) })
    let missed = ids.filter { !reached.contains($0) }
    guard missed.isEmpty else { throw MemshError.rowsNotWritten(missed, of: table, what) }
  }
}
