import MemoryModel

/// The part of a store that remembers repairs row by row, so that they can be taken back.
///
/// Images are made and put back by the store in its own notation; to everybody else they are values to compare.
package protocol Journaling: AnyObject {
  /// Opens an operation, making the journal first where there is none. Belongs into the repair's transaction.
  ///
  /// - Returns: The operation's number.
  func beginOperation(_ start: OperationStart) throws -> Int64

  /// Notes how rows are before they are changed, and keeps others from changing them until the transaction ends. Of rows
  /// that the operation has noted already, the first note stays.
  ///
  /// - Parameter columns: The columns that may change; nil for whole rows.
  func noteBefore(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws

  /// Notes how rows are after they were changed; those that are as before are forgotten.
  ///
  /// - Returns: How many of the rows are there.
  @discardableResult
  func noteAfter(_ ids: [Int64], of table: String, columns: [String]?, in operation: Int64) throws -> Int

  /// Notes that an operation was taken back by another; nil makes it stand again.
  ///
  /// - Throws: `undo_conflict` when somebody else has just taken it back.
  func markUndone(_ operation: Int64, by undo: Int64?) throws

  /// Operations, newest first. Empty for a store without a journal.
  func operations(_ selection: OperationSelection, limit: Int) throws -> [OperationRecord]

  /// The places of the rows that an operation changed, the last change first: all of them, because they are small.
  ///
  /// - Parameter what: Only rows of these tables, and to which this happened; nil for all.
  func journalPositions(
    ofOperation operation: Int64, _ what: (tables: [String], kind: JournalRow.Kind)?
  ) throws -> [Int64]

  /// The rows at some places, the last change first.
  func journalRows(at positions: [Int64]) throws -> [JournalRow]

  /// What was done to a row, newest first.
  func journalRows(table: String, id: Int64, limit: Int) throws -> [JournalRow]

  /// How rows are now; rows that are not there are left out.
  func images(_ ids: [Int64], of table: String, columns: [String]?) throws -> [RowImage]

  /// Puts columns back as they are in the images, inserting the rows that are not there. Columns that an image lacks stay
  /// or get their default; `updated_at` stays unless the image has it, as far as triggers of others allow.
  ///
  /// - Throws: `undo_conflict` when an image has a column that the table has no more; `store_failed` when a trigger of
  ///   others swallows rows.
  func restore(_ images: [RowImage], of table: String) throws

  /// Forgets operations that began before a moment.
  ///
  /// - Returns: How many.
  func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int
}

/// Which operations are wanted.
package enum OperationSelection: Sendable, Equatable {
  case all
  case number(Int64)
  /// All of one memsh process.
  case session(String)
}
