import Database
import MemoryModel
import MemoryStore

/// What a change of the layout did, or will do.
package struct LayoutReport: ChangeReport, Sendable {
  /// Something that a layout needs to be otherwise than it is.
  package enum Change: String, Sendable {
    /// The key of memories gets the user as its second part, or loses it.
    case keyWithUser = "key_with_user"
    case keyWithoutUser = "key_without_user"
    /// The foreign key of memory_duplicates goes, or comes back.
    case duplicatesKeyDropped = "duplicates_key_dropped"
    case duplicatesKeyAdded = "duplicates_key_added"
    /// The rows move into another table, or to other servers.
    case rowsMoved = "rows_moved"
    /// Citus is told, for the database, to hand triggers to its servers.
    case triggerSetting = "trigger_setting"
  }

  /// The layout before.
  package let from: LaidOut
  /// The layout afterwards.
  package let to: LaidOut
  /// How many memories there are.
  package var memories: Int64
  /// What is changed; nothing where the layout is the wanted one already.
  package let changes: [Change]
  /// Everything moves, whatever has become of it since.
  package var leftOut: [RowName] { [] }
}

/// Lays the memories of a store out in another way.
package struct LayoutService {
  private let store: MemoryStore
  private let progress: any ProgressReporter
  private let interruption: Interruption

  /// Sets it up.
  package init(store: MemoryStore, progress: any ProgressReporter, interruption: Interruption) {
    self.store = store
    self.progress = progress
    self.interruption = interruption
  }

  /// Plans a change of the layout, which is one transaction: an interrupted one has changed nothing, or everything.
  ///
  /// - Throws: `foreign_objects` for what stands in the way; `usage`, `store_failed` where there can be no such layout.
  package func plan(_ wish: LayoutWish) throws -> ChangePlan<LayoutReport> {
    try store.requireTables()
    let (from, goal) = (try store.laidOut(), try store.goal(of: wish))
    let memories = try store.count(MemoryFilter())
    if try store.has(wish) {
      // What an earlier command could not do any more is done now.
      let report = LayoutReport(from: from, to: from, memories: Int64(memories), changes: [])
      return ChangePlan(report, .rows(0)) {
        try store.finishLayout()
        return report
      }
    }
    try store.requireEveryRow()
    try store.refuseUnchangeableLayout(goal)
    let report = LayoutReport(
      from: from, to: goal, memories: Int64(memories), changes: LayoutService.changes(from: from, to: goal))
    return ChangePlan(report, .rows(memories)) {
      var report = report
      try store.whileMigratingAlone(progress, interruption) {
        try store.lockTables()
        report.memories = Int64(try store.count(MemoryFilter()))
        try store.layOut(goal, progress)
        try interruption.check()
      }
      try store.finishLayout()
      return report
    }
  }

  private static func changes(from: LaidOut, to goal: LaidOut) -> [LayoutReport.Change] {
    switch (from.layout, goal.layout) {
    case (.partitioned, .partitioned): [.rowsMoved]
    case (_, .single): [.rowsMoved, .keyWithoutUser, .duplicatesKeyAdded]
    case (_, .partitioned): [.rowsMoved, .keyWithUser, .duplicatesKeyDropped]
    case (_, .citus): [.rowsMoved, .keyWithUser, .duplicatesKeyDropped, .triggerSetting]
    }
  }
}
