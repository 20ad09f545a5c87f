internal import Algorithms
import Database
import Foundation
import MemoryModel
import MemoryStore

/// What a repair changed, or would change.
package struct RepairReport: ChangeReport, Sendable, Equatable {
  /// Its number in the journal; nil for a plan, and when nothing changed.
  package var operation: Int64?
  /// The memories that are changed or deleted.
  package var ids: [Int64] = []
  /// Memories that were to be, and have been changed by others since.
  package var leftOut: [RowName] = []
  /// For people: what happens to each of the first ones.
  package var examples: [RepairExample] = []
  /// Rows of other tables that go, too.
  package var losses: [DependentRows] = []
  /// The triggers of others on the memories.
  package var triggers: [String] = []

  /// What an undo does not bring back, each in words.
  package var notUndone: [String] { losses.map(\.description) + RepairReport.effects(of: triggers) }

  static func effects(of triggers: [String]) -> [String] {
    triggers.map { "what the trigger or rule \($0) changes in other tables" }
  }

  /// How many examples a report has at the most.
  package static let exampleMaximum = 10
}

/// A memory that a repair touches.
package struct RepairExample: Sendable, Equatable {
  /// The memory as it was.
  package let memory: Memory
  /// What happens to it, in words; empty when the command says it all.
  package let change: String

  /// An example of a row that is changed.
  package init(_ memory: Memory, change: String = "") {
    self.memory = memory
    self.change = change
  }
}

/// Which memories a repair is about.
package enum MemorySelection: Sendable, Equatable {
  case ids([Int64])
  case matching(MemoryFilter)
}

/// Deletes, moves and changes memories; every change is in the journal.
package struct RepairService {
  let store: MemoryStore
  let author: RepairAuthor

  /// Sets repairing up.
  package init(store: MemoryStore, author: RepairAuthor) {
    self.store = store
    self.author = author
  }

  /// Plans to delete memories, and with them the records of their duplicates.
  ///
  /// - Parameter cascade: Whether rows of other tables that refer to them may go, too.
  /// - Throws: `not_found` when one of the ids has no memory; `confirmation_required` when rows of other tables would go.
  package func planDeletion(_ selection: MemorySelection, cascade: Bool = false) throws -> ChangePlan<RepairReport> {
    try plan(selection, cascade: cascade) { memories, operation in try operation.deleteMemories(memories) }
  }

  /// Plans to give the memories of one user to another.
  package func planReassignment(_ filter: MemoryFilter, to user: String) throws -> ChangePlan<RepairReport> {
    try plan(.matching(filter)) { ids, operation in
      try operation.changing(ids, of: "memories", columns: ["user_id"]) {
        try store.update([.userID(user)], memories: ids)
      }
    }
  }

  /// Plans to lower the importance of memories that were neither read nor changed for long: it halves with every
  /// half-life.
  ///
  /// What a run lowers counts as changed, so that running it again at once lowers nothing more.
  ///
  /// - Parameters:
  ///   - halfLifeDays: After so many days half of the importance is left.
  ///   - unusedDays: Only memories unused for so long.
  package func planDecay(
    _ filter: MemoryFilter, halfLifeDays: Double, unusedDays: Double
  ) throws -> ChangePlan<RepairReport> {
    // A memory that has been read since is not unused any more; its vector does not matter.
    let ignored = [Column.accessCount.name, Column.embedding.name]
    var (importances, versions): ([Double], [Int64?]) = ([], [])
    var report = RepairReport()
    func decayed(_ use: MemoryUse) -> (days: Double, importance: Double)? {
      RepairService.decayed(use, halfLifeDays: halfLifeDays, now: author.moment).flatMap {
        $0.days >= unusedDays ? $0 : nil
      }
    }
    let planned = try planning {
      report.triggers = try store.foreignTriggers(on: "memories")
      try store.readUses(filter, ignoring: ignored) { use, version in
        guard let (_, importance) = decayed(use) else { return }
        report.ids.append(use.id)
        importances.append(importance)
        versions.append(version)
      }
      report.examples = try store.memories(Array(report.ids.prefix(RepairReport.exampleMaximum))).compactMap { memory in
        decayed(MemoryUse(memory)).map { days, importance in
          let change = "\(rounded(memory.fields.importanceScore ?? 0)) → \(rounded(importance)) after \(Int(days)) days"
          return RepairExample(memory, change: change)
        }
      }
      return try PlannedRows(report.ids, of: "memories", in: store, ignoring: ignored, versions: versions)
    }
    let lowered = (ids: report.ids, importances: importances)
    return plan(report, planned) { ids, operation in
      // What is left of them comes in the same order.
      var place = 0
      for batch in ids.chunks(ofCount: RepairService.batchSize).map(Array.init) {
        let importances = batch.map { id in
          while lowered.ids[place] != id { place += 1 }
          return lowered.importances[place]
        }
        try operation.changing(batch, of: "memories", columns: ["importance_score"]) {
          try store.setImportance(batch, to: importances)
        }
      }
    }
  }

  /// The days a memory has not been used, and the importance that is left; nil when there is nothing to lower.
  static func decayed(
    _ use: MemoryUse, halfLifeDays: Double, now: Timestamp
  ) -> (days: Double, importance: Double)? {
    guard let importance = use.importance, importance > 0, importance.isFinite else { return nil }
    // Without any time it is not known how long a memory has not been used.
    guard let used = use.lastUse else { return nil }
    // As numbers that cannot overflow: a foreign row may be of any year.
    let days = (Double(now.microseconds) - Double(used.microseconds)) / 86_400e6
    guard days > 0 else { return nil }
    let lowered = importance * exp2(-days / halfLifeDays)
    // A column of an application may be of single precision, and a server refuses what that cannot tell from 0.
    return (days, lowered < Double(Float.leastNormalMagnitude) ? 0 : lowered)
  }

  private static let batchSize = 10_000

  // MARK: In common

  /// Finds the memories that a repair is about.
  ///
  /// - Parameter cascade: For a repair that deletes: whether rows of other tables may go, too.
  private func plan(
    _ selection: MemorySelection, cascade: Bool? = nil, _ body: @escaping ([Int64], Operation) throws -> Void
  ) throws -> ChangePlan<RepairReport> {
    var report = RepairReport()
    let planned = try planning {
      report.ids = try ids(selection)
      report.examples = try store.memories(Array(report.ids.prefix(RepairReport.exampleMaximum))).map {
        RepairExample($0)
      }
      report.triggers = try store.foreignTriggers(on: "memories")
      if let cascade { report.losses = try store.losses(deletingMemories: report.ids, allowed: cascade) }
      return try PlannedRows(report.ids, of: "memories", in: store)
    }
    return plan(report, planned, cascade: cascade ?? false, body)
  }

  /// A plan for rows that have been found.
  private func plan(
    _ report: RepairReport, _ planned: PlannedRows, cascade: Bool = false,
    _ body: @escaping ([Int64], Operation) throws -> Void
  ) -> ChangePlan<RepairReport> {
    ChangePlan(report, .rows(planned.ids.count, of: planned.table)) {
      try store.transaction(.commit) {
        var report = report
        (report.ids, report.leftOut) = try planned.locked(in: store)
        let left = Set(report.leftOut.map(\.id))
        report.examples.removeAll { left.contains($0.memory.id) }
        guard !report.ids.isEmpty else { return report }
        let operation = Operation(store, author, allowsLosses: cascade)
        try body(report.ids, operation)
        report.losses = operation.losses
        report.operation = operation.number
        return report
      }
    }
  }

  /// Looks at the store, as one moment shows it, for a plan.
  func planning<Value>(_ body: () throws -> Value) throws -> Value {
    try store.requireTables()
    return try store.transaction(.readOnly, body)
  }

  private func ids(_ selection: MemorySelection) throws -> [Int64] {
    switch selection {
    case .matching(let filter): return try store.memoryIDs(matching: filter)
    case .ids(let ids):
      let ids = Array(Set(ids)).sorted()
      let found = Set(try store.memories(ids).map(\.id))
      if let missing = ids.first(where: { !found.contains($0) }) { throw MemshError.memoryMissing(missing) }
      return ids
    }
  }
}

extension MemshError {
  /// The error for an id without a memory.
  static func memoryMissing(_ id: Int64) -> MemshError {
    MemshError(.notFound, "there is no memory \(id)", hint: "`list` and `search` show the ids of memories")
  }
}

/// A number with three decimal places, for people.
func rounded(_ value: Double) -> String {
  let thousandths = (value * 1_000).rounded() / 1_000
  return "\(thousandths)"
}
