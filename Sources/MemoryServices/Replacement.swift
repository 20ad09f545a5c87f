import Database
import MemoryModel
import MemoryStore

/// What goes when a store's tables get other rows, or its file is replaced.
package struct Replacement: Sendable, Equatable {
  /// The rows of each of the four tables; empty when they are not complete.
  package var rows: [String: Int64] = [:]
  /// The operations in the journal, which cannot be undone any more.
  package var operations = 0
  /// The migrations in the ledger, which cannot be rolled back any more.
  package var runs = 0
}

extension MemoryStore {
  /// What would go with the rows, or with the whole file.
  package func replacement() throws -> Replacement {
    var replacement = Replacement()
    let present = try schema().filter { $0.kind == .table && $0.state != .missing }.map(\.name)
    guard !present.isEmpty else { return replacement }
    replacement.operations = try operations(before: Timestamp.storable.upperBound).count
    replacement.runs = try hasRuns() ? runs().count : 0
    guard present.count == Table.names.count, try embeddingSpace() != nil else { return replacement }
    replacement.rows = try rowCounts()
    return replacement
  }

}

extension BackupService {
  static let kept = "restore into another store or schema, which keeps this one"

  /// Makes sure that restoring loses nothing that others made: that the rows of the backup fit beside it, or, where the
  /// whole file is replaced, that the backup has it, too, and brings along nothing that runs by itself and the store does
  /// not have.
  ///
  /// - Throws: `foreign_objects`, which names it; `permission_denied` where a policy hides rows.
  package func refuseLosses(_ backup: MemoryStore, into store: MemoryStore) throws {
    guard store.file != nil else {
      guard let space = try backup.embeddingSpace() else { throw MemshError.schemaMissing(backup.identity) }
      return try store.refuseRefilling(
        with: backup.comingRows(space: space, keepsIDs: true), "restore", instead: BackupService.kept)
    }
    let (coming, there) = (try backup.contentOfOthers(), try store.contentOfOthers())
    let lost = there.filter { object in !coming.contains { $0.isNamed(as: object) } }
    guard lost.isEmpty else { throw MemshError.wouldDrop(lost, "restore", instead: BackupService.kept) }
    let unknown = coming.filter { ["trigger", "view"].contains($0.kind) && !there.contains($0) }
    guard unknown.isEmpty else { throw MemshError.unknownIn(backup.identity, unknown) }
  }
}
