import Database
import MemoryModel

extension MemoryStore {
  /// Opens an operation, making the journal first where there is none. Belongs into the repair's transaction.
  ///
  /// - Returns: The operation's number.
  package func beginOperation(_ start: OperationStart) throws -> Int64 { try backend.beginOperation(start) }

  /// Notes how rows are before they are changed, and keeps others from changing them until the transaction ends. Of rows
  /// that the operation has noted already, the first note stays.
  ///
  /// - Parameter columns: The columns that may change; nil for whole rows.
  package func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws {
    try backend.noteBefore(ids, of: table, columns: columns, in: operation)
  }

  /// Notes how rows are after they were changed; those that are as before are forgotten.
  ///
  /// - Returns: How many of the rows are there.
  @discardableResult
  package func noteAfter(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws -> Int {
    try backend.noteAfter(ids, of: table, columns: columns, in: operation)
  }

  /// Notes that an operation was taken back by another; nil makes it stand again.
  ///
  /// - Throws: `undo_conflict` when somebody else has just taken it back.
  package func markUndone(_ operation: Int64, by undo: Int64?) throws { try backend.markUndone(operation, by: undo) }

  /// Operations, newest first. Empty for a store without a journal.
  package func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord] {
    try backend.operations(selection, limit: limit)
  }

  /// The places of the rows that an operation changed, the last change first: all of them, because they are small.
  ///
  /// - Parameter what: Only rows of these tables, and to which this happened; nil for all.
  package func journalPositions(ofOperation operation: Int64, _ what: (tables: [String], kind: JournalRow.Kind)?) throws
    -> [Int64]
  { try backend.journalPositions(ofOperation: operation, what) }

  /// The rows at some places, the last change first.
  package func journalRows(at positions: [Int64]) throws -> [JournalRow] { try backend.journalRows(at: positions) }

  /// What was done to a row, newest first.
  package func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow] {
    try backend.journalRows(table: table, id: id, limit: limit)
  }

  /// How rows are now; rows that are not there are left out.
  package func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage] {
    try backend.images(ids, of: table, columns: columns)
  }

  /// Puts columns back as they are in the images, inserting the rows that are not there. Columns that an image lacks stay
  /// or get their default; `updated_at` stays unless the image has it, as far as triggers of others allow.
  ///
  /// - Throws: `undo_conflict` when an image has a column that the table has no more; `store_failed` when a trigger of
  ///   others swallows rows.
  package func restore(_ images: [RowImage], of table: String) throws { try backend.restore(images, of: table) }

  /// Forgets operations that began before a moment.
  ///
  /// - Returns: How many.
  package func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int {
    try backend.pruneJournal(before: moment, dryRun: dryRun)
  }
}
