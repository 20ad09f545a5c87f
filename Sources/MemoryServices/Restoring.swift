import Database
import MemoryModel
import MemoryStore

/// What restoring a backup did, or will do.
package struct RestoreReport: ChangeReport, Sendable {
  /// What goes.
  package let replaced: Replacement
  /// How many rows each table gets.
  package let restored: [String: Int]
  /// What others made in the backup that does not come along.
  package let objectsLeft: [ForeignObject]
  /// The triggers of others that run for every row that comes.
  package let triggers: [ForeignObject]
  /// The file that what was there was copied to; nil for a plan, and where nothing was copied.
  package var savedPath: String?
  /// Everything is replaced, whatever has become of it since.
  package var leftOut: [RowName] { [] }
}

extension BackupService {
  /// Plans to replace everything in a store by what a backup has, in one transaction.
  ///
  /// - Parameter save: Copies what is there once others are kept from changing it, and returns the copy's path; nil
  ///   copies nothing.
  /// - Throws: `store_corrupt` for a damaged backup, `foreign_objects` when something of others would go.
  package func planRestore(
    _ backup: MemoryStore, into store: MemoryStore, at moment: Timestamp, saving save: (() throws -> String)?
  ) throws -> ChangePlan<RestoreReport> {
    try refuseLosses(backup, into: store)
    let isFile = store.file != nil
    let report = RestoreReport(
      replaced: try store.replacement(), restored: try backup.rowCounts().mapValues { Int($0) },
      // Columns that others added come along with their rows.
      objectsLeft: isFile ? [] : try backup.contentOfOthers().filter { $0.kind != "column" },
      triggers: isFile ? [] : try store.triggersOfOthers())
    return ChangePlan(report, .everything()) {
      var report = report
      if try store.vectorSupport(.check).installedVersion == nil { _ = try store.vectorSupport(.ensure) }
      let isEmpty = try !store.schema().contains { $0.kind == .table && $0.state != .missing }
      try restore(backup, into: store, at: moment) { if !isEmpty { report.savedPath = try save?() } }
      return report
    }
  }
}
