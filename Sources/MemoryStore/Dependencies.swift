import Database
import MemoryModel

/// What else changes when rows do: tables and triggers of the application's own.
extension MemoryStore {
  /// Whether any table refers to this one so that deleting here deletes or clears there. The records of duplicates do not
  /// count: repairs take care of them.
  package func isReferenced(_ table: String) throws -> Bool { try !reached(from: table).isEmpty }

  /// Says that rows will be deleted in this transaction, so that what ``isReferenced(_:)`` asks costs no round trip.
  package func expectDeletion() throws { try driver.capabilities.introspection.expectDeletion() }

  /// The rows of other tables that would be deleted or lose their reference if these rows were deleted.
  package func dependents(of ids: [Int64], in table: String) throws -> [DependentRows] {
    guard !ids.isEmpty else { return [] }
    return try reached(from: table).compactMap { reached in
      guard try driver.capabilities.introspection.seesEveryRow(of: reached.table) else {
        return DependentRows(table: reached.name, effect: reached.effect, count: nil)
      }
      let count = try driver.first(
        """
        WITH wanted(id) AS (SELECT w.column1 FROM \(rows: [.integers(ids)], as: "w"))
        SELECT \(function: "count")(*) FROM \(raw: reached.table) AS t0 WHERE \(raw: reached.condition)
        """
      ) { try $0.number(0) }
      guard let count, count > 0 else { return nil }
      return DependentRows(table: reached.name, effect: reached.effect, count: Int(count))
    }
  }

  /// The triggers and rules on a table that are not memsh's own.
  package func foreignTriggers(on table: String) throws -> [String] {
    try driver.capabilities.introspection.foreignTriggers(on: table)
  }

  private func reached(from table: String) throws -> [ForeignKeyWalk.Reached] {
    guard let root = try driver.capabilities.introspection.writtenName(of: table) else { return [] }
    let duplicates =
      table == Table.memories.name ? try driver.capabilities.introspection.writtenName(of: Table.duplicates.name) : nil
    return ForeignKeyWalk.reached(
      from: root, along: try driver.capabilities.introspection.deletingKeys(), duplicates: duplicates,
      equals: driver.dialect.equals)
  }
}
