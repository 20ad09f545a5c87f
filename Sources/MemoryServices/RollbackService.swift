import Database
import MemoryModel
import MemoryStore

/// What taking a run back did, or would do.
package struct RollbackReport: ChangeReport, Sendable, Equatable {
  /// The run.
  package let run: RunRecord
  /// Rows taken out.
  package var rows: [RunRowState]
  /// Rows that were changed since the run and stay.
  package let kept: [RunRowState]
  package var leftOut: [RowName] = []
  /// Rows of other tables that go with those taken out.
  package var losses: [DependentRows]

  /// How many rows are taken out, by table.
  package var removed: [String: Int] { Dictionary(grouping: rows, by: \.table).mapValues(\.count) }
}

/// Takes exactly one migration run out of a store again.
package struct RollbackService {
  private let store: MemoryStore

  /// A rollback in a store; nothing happens yet.
  package init(store: MemoryStore) {
    self.store = store
  }

  /// Plans to delete the rows of a run; rows that were changed since the run are kept and listed.
  ///
  /// - Parameters:
  ///   - number: The run; nil for the last one.
  ///   - force: Whether changed rows go, too.
  ///   - cascade: Whether rows of other tables that refer to them may go, too.
  /// - Throws: `not_found` when there is no such run; `confirmation_required` when rows of other tables would go.
  package func plan(
    run number: Int64?, force: Bool, cascade: Bool = false
  ) throws -> ChangePlan<RollbackReport> {
    try store.requireTables()
    var planned: [PlannedRows] = []
    let report = try store.transaction(.readOnly) {
      guard let run = try store.runs().last(where: { number == nil || $0.id == number }) else {
        throw MemshError(
          .notFound, number.map { "there is no run \($0)" } ?? "there is no run to take back",
          hint: "`rollback` takes back what `migrate` has recorded in this store")
      }
      let rows = try store.rows(ofRun: run.id)
      var report = RollbackReport(
        run: run, rows: rows.filter { force || !$0.isChanged }, kept: rows.filter { !force && $0.isChanged }, losses: []
      )
      for table in RollbackService.order {
        let ids = report.rows.filter { $0.table == table }.map(\.id)
        report.losses += try store.losses(deleting: ids, from: table, allowed: cascade)
        if !ids.isEmpty { planned.append(try PlannedRows(ids, of: table, in: store)) }
      }
      report.losses = DependentRows.summed(report.losses)
      return report
    }
    let extent = ChangeExtent.rows(
      report.rows.count, of: "memories", countInTable: report.rows.count { $0.table == "memories" })
    return ChangePlan(report, extent) {
      try store.transaction(.commit) { try rollBack(report, planned, cascade: cascade) }
    }
  }

  /// Duplicates before the memories they refer to.
  private static let order = Table.side.map(\.name) + ["memories"]

  private func rollBack(
    _ plan: RollbackReport, _ planned: [PlannedRows], cascade: Bool
  ) throws -> RollbackReport {
    try store.lockForMigration()
    try store.requireEveryRow()
    var report = plan
    report.losses = []
    for rows in planned {
      let (ids, leftOut) = try rows.locked(in: store)
      report.leftOut += leftOut
      report.losses += try store.losses(deleting: ids, from: rows.table, allowed: cascade)
      try store.deleteSurely(ids, from: rows.table)
    }
    report.losses = DependentRows.summed(report.losses)
    let left = Set(report.leftOut)
    report.rows.removeAll { left.contains(RowName($0.table, $0.id)) }
    // What stays is still the run's.
    try store.forgetRun(plan.run.id, keeping: plan.kept + plan.rows.filter { left.contains(RowName($0.table, $0.id)) })
    return report
  }
}
