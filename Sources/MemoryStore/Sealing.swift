import Database
import MemoryModel

/// What makes a store a backup; nothing where it is not a file.
extension MemoryStore {
  /// Makes sure that the file is whole, by the database's own check, notes in it what everything in it adds up to, and
  /// makes it one file without a log beside it.
  ///
  /// - Throws: `store_corrupt` when it is not whole.
  package func seal() throws { try file?.seal() }

  /// Makes sure that the file is whole and that everything in it adds up to what ``seal()`` noted.
  ///
  /// - Throws: `store_corrupt` when it does not, `source_unreadable` when the file was never sealed.
  @discardableResult
  package func checkSeal() throws -> SealCoverage { try file?.checkSeal() ?? .rows }
}
