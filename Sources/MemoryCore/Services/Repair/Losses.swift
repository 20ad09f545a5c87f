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
    let table = SideTable.duplicates.rawValue
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

  /// The error for rows that a statement passed over without a word.
  ///
  /// - Parameters:
  ///   - ids: Their ids; empty when they never got any.
  ///   - what: What was to happen to them: `deleted`.
  public static func rowsNotWritten(_ ids: [Int64], of table: String, _ what: String) -> MemshError {
    let listed = ids.prefix(5).map { " \($0)" }.joined(separator: ",")
    let more = ids.count > 5 ? " and \(ids.count - 5) more" : ""
    return MemshError(
      .storeFailed,
      "\(ids.count == 1 ? "row" : "rows")\(listed)\(more) of \(table) cannot be \(what): a trigger or rule of the table "
        + "prevents it",
      hint: "nothing was changed; look at the triggers and rules of \(table)")
  }

  /// The error for an image with a value of a column that the table has no more.
  public static func columnGone(_ column: String, of table: String, row: Int64) -> MemshError {
    MemshError(
      .undoConflict, "row \(row) of \(table) had a value in the column \(column), which the table has no more",
      hint: "add the column again, then undo")
  }

  /// The error for an operation that somebody else has undone since it was looked at.
  public static func undoneMeanwhile(_ operation: Int64) -> MemshError {
    MemshError(
      .undoConflict, "somebody else has just undone operation \(operation)", hint: "`journal` shows how it stands")
  }
}
