import Database
import MemoryModel
import MemoryStore

/// What taking a run back did, or would do.
package struct RollbackReport: Sendable, Equatable {
  /// The run.
  package let run: RunRecord
  /// Rows taken out, by table.
  package let removed: [String: Int]
  /// Rows that were changed since the run and stay.
  package let kept: [RunRowState]
  /// Rows of other tables that go with those taken out.
  package let losses: [DependentRows]
}

/// Takes exactly one migration run out of a store again.
package struct RollbackService {
  private let store: MemoryStore

  /// Sets a rollback up.
  package init(store: MemoryStore) {
    self.store = store
  }

  /// Deletes the rows of a run in one transaction; rows that somebody changed since are kept and listed.
  ///
  /// - Parameters:
  ///   - number: The run; nil for the last one.
  ///   - force: Whether changed rows go, too.
  ///   - cascade: Whether rows of other tables that refer to them may go, too.
  ///   - dryRun: Whether the report is all that is wanted.
  /// - Throws: `not_found` when there is no such run; `confirmation_required` when rows of other tables would go.
  package func rollBack(
    run number: Int64?, force: Bool, cascade: Bool = false, dryRun: Bool
  ) throws -> RollbackReport {
    try store.requireTables()
    return try store.transaction(dryRun ? .readOnly : .commit) {
      if !dryRun {
        try store.lockForMigration()
        try store.requireEveryRow()
      }
      guard let run = try store.runs().last(where: { number == nil || $0.id == number }) else {
        throw MemshError(
          .notFound, number.map { "there is no run \($0)" } ?? "there is no run to take back",
          hint: "`rollback` takes back what `migrate` has recorded in this store")
      }
      let rows = try store.rows(ofRun: run.id)
      let removed = rows.filter { force || !$0.isChanged }
      let kept = rows.filter { !force && $0.isChanged }
      var losses: [DependentRows] = []
      // Duplicates before the memories they refer to.
      for table in Table.side.map(\.name) + ["memories"] {
        let ids = removed.filter { $0.table == table }.map(\.id)
        losses += try store.losses(deleting: ids, from: table, allowed: cascade)
        if !dryRun { try store.deleteSurely(ids, from: table) }
      }
      if !dryRun { try store.forgetRun(run.id, keeping: kept) }
      return RollbackReport(
        run: run, removed: Dictionary(grouping: removed, by: \.table).mapValues(\.count), kept: kept,
        losses: DependentRows.summed(losses))
    }
  }
}
