import MemoryModel

/// What the seal of a backup vouches for.
package enum SealCoverage: Sendable {
  /// Everything in the file.
  case everything
  /// The rows of the four tables: so memsh 0.1.0 sealed.
  case rows
}

/// What can be done with a store that is a file of its own: copied and replaced as a whole, it is what backups are made of.
package protocol FileStore: AnyObject {
  /// Whether the file is there.
  ///
  /// - Throws: `schema_missing` for a database that is neither empty nor memsh's.
  func isThere() throws -> Bool

  /// Another connection to the file, for another thread: it changes nothing and sees what was committed when it was first
  /// asked. Whoever stops what this one does stops what that one does, too.
  func reader() -> any Driver

  /// Writes a consistent copy of everything in the file to another, new one.
  func copyFile(to path: String) throws

  /// Replaces everything in the store by what is in a file, in one transaction.
  ///
  /// - Parameter beforeReplacing: Called first; what is committed meanwhile ends it.
  /// - Throws: `store_busy` when another session wrote meanwhile, `schema_missing` for a database that is not a
  ///   memsh store; then nothing has changed.
  func replaceContent(withFileAt path: String, beforeReplacing: () throws -> Void) throws

  /// Makes sure that the file is whole, by the database's own check, notes in it what everything in it adds up to, and
  /// makes it one file without a log beside it.
  ///
  /// - Throws: `store_corrupt` when it is not whole.
  func seal() throws

  /// Makes sure that the file is whole and that everything in it adds up to what ``seal()`` noted.
  ///
  /// - Throws: `store_corrupt` when it does not, `source_unreadable` when the file was never sealed.
  @discardableResult
  func checkSeal() throws -> SealCoverage

  /// Forgets the note, because the rows are going to change.
  func removeSeal() throws
}
