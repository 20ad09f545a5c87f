import MemoryModel

/// What every store may have to say.
extension MemshError {
  /// The error for a store that was made before there were text indexes.
  package static let textIndexMissing = MemshError(
    .schemaMissing, "the store has no text index",
    hint: "`schema --create` builds it; `search --mode semantic` does without")

  /// The error for a store without the tables of the memory system.
  package static func schemaMissing(_ identity: StoreIdentity) -> MemshError {
    MemshError(
      .schemaMissing, "there are no memory tables in \(identity.location)",
      hint: "`migrate --from FILE` brings a memory file in; `schema --create` makes empty tables")
  }

  /// The error for a page that begins after a memory that is gone.
  package static func pageGone(_ id: Int64) -> MemshError {
    MemshError(
      .notFound, "there is no memory \(id), so no page begins after it",
      hint: "leave `--after` out, or give it the id of another memory")
  }

  /// The error for rows that a statement passed over without a word.
  ///
  /// - Parameters:
  ///   - ids: Their ids; empty when they never got any.
  ///   - what: What was to happen to them: `deleted`.
  package static func rowsNotWritten(_ ids: [Int64], of table: String, _ what: String) -> MemshError {
    let listed = ids.prefix(5).map { " \($0)" }.joined(separator: ",")
    let more = ids.count > 5 ? " and \(ids.count - 5) more" : ""
    return MemshError(
      .storeFailed,
      "\(ids.count == 1 ? "row" : "rows")\(listed)\(more) of \(table) cannot be \(what): a trigger or rule of the table "
        + "prevents it",
      hint: "nothing was changed; look at the triggers and rules of \(table)")
  }

  /// The error for an image with a value of a column that the table has no more.
  package static func columnGone(_ column: String, of table: String, row: Int64) -> MemshError {
    MemshError(
      .undoConflict, "row \(row) of \(table) had a value in the column \(column), which the table has no more",
      hint: "add the column again, then undo")
  }

  /// The error for rows whose sums in the journal are over a column that the table has no more.
  package static func columnOfSumsGone(_ column: String, of table: String) -> MemshError {
    MemshError(
      .undoConflict,
      "the rows of \(table) were imported with a column \(column), which the table has no more: nobody can tell whether "
        + "they were changed since",
      hint: "add the column again with its values, then undo")
  }

  /// The error for an operation that another session has undone since it was looked at.
  package static func undoneMeanwhile(_ operation: Int64) -> MemshError {
    MemshError(
      .undoConflict, "another session has just undone operation \(operation)", hint: "`journal` shows how it stands")
  }
}
