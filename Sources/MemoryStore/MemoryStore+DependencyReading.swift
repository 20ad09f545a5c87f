import Database
import MemoryModel

extension MemoryStore {
  /// Whether any table refers to this one so that deleting here deletes or clears there. The records of duplicates do not
  /// count: repairs take care of them.
  package func isReferenced(_ table: String) throws -> Bool { try backend.isReferenced(table) }

  /// The rows of other tables that would be deleted or lose their reference if these rows were deleted.
  package func dependents(of ids: [Int64], in table: String) throws -> [DependentRows] {
    try backend.dependents(of: ids, in: table)
  }

  /// The triggers and rules on a table that are not memsh's own.
  package func foreignTriggers(on table: String) throws -> [String] { try backend.foreignTriggers(on: table) }
}
