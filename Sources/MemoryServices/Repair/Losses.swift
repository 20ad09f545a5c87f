import Database
import MemoryModel
import MemoryStore

extension MemoryStore {
  /// The rows of other tables that go with rows that are to be deleted, and that no undo brings back.
  ///
  /// - Parameter allowed: Whether they may.
  /// - Throws: `confirmation_required` when there are some and they may not.
  func losses(deleting ids: [Int64], from table: String, allowed: Bool) throws -> [DependentRows] {
    guard !ids.isEmpty, try isReferenced(table) else { return [] }
    let losses = try dependents(of: ids, in: table)
    guard allowed || losses.isEmpty else { throw MemshError.wouldLose(losses) }
    return losses
  }

  /// The rows of other tables that go with memories and the records of their duplicates.
  func losses(deletingMemories ids: [Int64], allowed: Bool) throws -> [DependentRows] {
    let table = Table.duplicates.name
    let duplicates = try isReferenced(table) ? duplicateIDs(ofOriginals: ids) : []
    let losses = DependentRows.summed(
      try losses(deleting: ids, from: "memories", allowed: true)
        + losses(deleting: duplicates, from: table, allowed: true))
    guard allowed || losses.isEmpty else { throw MemshError.wouldLose(losses) }
    return losses
  }

  /// Deletes rows, and makes sure that they are gone.
  ///
  /// - Throws: `store_failed`, which names rows that a trigger keeps.
  func deleteSurely(_ ids: [Int64], from table: String) throws {
    guard !ids.isEmpty else { return }
    try deleteRows(ids, from: table)
    let left = try presentIDs(ids, in: table)
    guard left.isEmpty else { throw MemshError.rowsNotWritten(left, of: table, "deleted") }
  }

  /// The ids that have a row.
  func presentIDs(_ ids: [Int64], in table: String) throws -> [Int64] {
    try images(ids, of: table, columns: ["id"]).map(\.id)
  }
}

extension MemshError {
  /// The refusal to delete what no undo brings back.
  static func wouldLose(_ losses: [DependentRows]) -> MemshError {
    MemshError(
      .confirmationRequired,
      "refused: this would take along \(losses.map(\.description).joined(separator: ", ")), which `undo` does not bring back",
      hint: "add `--cascade` to go on")
  }
}
