import Database
import MemoryModel
import MemoryStore

/// Memories that say the same, and which of them stays.
package struct MergePlan: Sendable, Equatable {
  /// The memory that stays.
  package let kept: Memory
  /// Those that go, with how much each is like the one that stays, and what found it.
  package let removed: [(memory: Memory, similarity: Double, method: String)]
  /// Why that one stays, in words.
  package let reason: String

  /// Whether two plans do the same.
  package static func == (left: MergePlan, right: MergePlan) -> Bool {
    left.kept == right.kept && left.removed.map(\.memory) == right.removed.map(\.memory)
  }

  /// The better one stays: of higher importance, else read more often, else older, else with the smaller id.
  static func best(_ memories: [Memory]) -> (kept: Memory, reason: String)? {
    guard let kept = memories.min(by: precedes) else { return nil }
    let others = memories.filter { $0.id != kept.id }.map(\.fields)
    let fields = kept.fields
    if others.allSatisfy({ importance(fields) > importance($0) }) {
      return (kept, "highest importance")
    }
    if others.allSatisfy({ (fields.accessCount ?? 0) > ($0.accessCount ?? 0) }) { return (kept, "read most often") }
    if others.allSatisfy({ isOlder(fields, than: $0) }) { return (kept, "oldest") }
    return (kept, "first by importance, accesses, age and id")
  }

  /// NaN and infinity count as 0: they cannot be compared.
  private static func importance(_ fields: MemoryFields) -> Double {
    fields.importanceScore.flatMap { $0.isFinite ? $0 : nil } ?? 0
  }

  private static func precedes(_ left: Memory, _ right: Memory) -> Bool {
    let importance = (MergePlan.importance(left.fields), MergePlan.importance(right.fields))
    if importance.0 != importance.1 { return importance.0 > importance.1 }
    let accesses = (left.fields.accessCount ?? 0, right.fields.accessCount ?? 0)
    if accesses.0 != accesses.1 { return accesses.0 > accesses.1 }
    if left.fields.createdAt != right.fields.createdAt { return isOlder(left.fields, than: right.fields) }
    return left.id < right.id
  }

  /// A memory without a time of creation comes behind those with one.
  private static func isOlder(_ left: MemoryFields, than right: MemoryFields) -> Bool {
    guard let created = left.createdAt else { return false }
    return right.createdAt.map { created < $0 } ?? true
  }
}

/// Makes one memory of several.
///
/// The one that stays gets the highest importance, the sum of the accesses, the first creation, the last access, and
/// what its metadata lacks; the others are deleted and recorded as its duplicates.
struct MergeService {
  let store: MemoryStore

  /// Merges inside an operation's transaction.
  func merge(_ plan: MergePlan, _ operation: Operation) throws {
    let removed = plan.removed.map(\.memory)
    let changes = MergeService.changes(plan.kept, removed)
    if !changes.isEmpty {
      try operation.changing([plan.kept.id], of: "memories", columns: changes.map(\.column.name)) {
        try store.update(changes, memories: [plan.kept.id])
      }
    }
    let duplicates = try store.duplicateIDs(ofOriginals: removed.map(\.id))
    try operation.changing(duplicates, of: Table.duplicates.name, columns: ["original_id"]) {
      try store.repoint(duplicates: duplicates, to: plan.kept.id)
    }
    try record(plan, operation)
    try operation.delete(removed.map(\.id), from: "memories")
  }

  /// Records the duplicates of a plan that are not recorded yet.
  func record(_ plan: MergePlan, _ operation: Operation) throws {
    let records = try missingRecords(plan)
    guard !records.isEmpty else { return }
    try operation.inserting(into: Table.duplicates.name) { try records.map(store.insert) }
  }

  /// The duplicates of a plan that are not recorded yet.
  func missingRecords(_ plan: MergePlan) throws -> [DuplicateRecord] {
    var seen = Set(try store.duplicateHashes(ofOriginal: plan.kept.id))
    return plan.removed.compactMap { memory, similarity, method in
      let hash = ContentHash.hex(of: memory.fields.content)
      guard seen.insert(hash).inserted else { return nil }
      return DuplicateRecord(
        originalID: plan.kept.id, contentHash: hash, similarity: similarity,
        method: DuplicateLayer(rawValue: method)?.rawValue)
    }
  }

  /// Plans with their memories as they are now, locked. A memory that has been changed or deleted since, by more than
  /// reading it, is left out; where it is the one that was to stay, nothing of the plan is done.
  func refreshed(_ plans: [MergePlan]) throws -> (plans: [MergePlan], leftOut: [RowName]) {
    let ids = plans.flatMap { [$0.kept.id] + $0.removed.map(\.memory.id) }
    try store.lockRows(ids, of: "memories")
    let current = Dictionary(
      try store.memories(ids.sorted()).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var leftOut: [RowName] = []
    func fresh(_ memory: Memory) -> Memory? {
      if let now = current[memory.id], now.isUnchanged(since: memory) { return now }
      leftOut.append(RowName("memories", memory.id))
      return nil
    }
    let fresh = plans.compactMap { plan -> MergePlan? in
      let kept = fresh(plan.kept)
      let removed = plan.removed.compactMap { entry in fresh(entry.memory).map { ($0, entry.similarity, entry.method) }
      }
      guard let kept, !removed.isEmpty else { return nil }
      return MergePlan(kept: kept, removed: removed, reason: plan.reason)
    }
    return (fresh, leftOut)
  }

  /// Plans with their memories as they are now, as far as they still have the same user and content.
  func current(_ plans: [MergePlan]) throws -> [MergePlan] {
    let ids = plans.flatMap { [$0.kept.id] + $0.removed.map(\.memory.id) }
    let current = Dictionary(
      try store.memories(ids.sorted()).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return plans.compactMap { plan in
      guard let kept = current[plan.kept.id] else { return nil }
      let removed = plan.removed.compactMap { entry in
        current[entry.memory.id].flatMap { now in
          now.fields.userID == kept.fields.userID && now.hasContent(of: kept)
            ? (now, entry.similarity, entry.method) : nil
        }
      }
      return removed.isEmpty ? nil : MergePlan(kept: kept, removed: removed, reason: plan.reason)
    }
  }

  /// What the memory that stays takes over.
  static func changes(_ kept: Memory, _ removed: [Memory]) -> [MemoryChange] {
    let (all, fields) = ([kept.fields] + removed.map(\.fields), kept.fields)
    var changes: [MemoryChange] = []
    let importance = all.compactMap(\.importanceScore).filter(\.isFinite).max() ?? fields.importanceScore
    if importance?.bitPattern != fields.importanceScore?.bitPattern, importance != fields.importanceScore {
      changes.append(.importance(importance))
    }
    let counts = all.compactMap(\.accessCount).map { min($0, MemoryFields.accessCountLimit) }
    let accesses = counts.isEmpty ? nil : min(counts.reduce(0, +), MemoryFields.accessCountLimit)
    if accesses != fields.accessCount { changes.append(.accessCount(accesses)) }
    let accessed = all.compactMap(\.lastAccessedAt).max { $0.microseconds < $1.microseconds }
    if accessed != fields.lastAccessedAt { changes.append(.lastAccessedAt(accessed)) }
    let created = all.compactMap(\.createdAt).min { $0.microseconds < $1.microseconds }
    if created != fields.createdAt { changes.append(.createdAt(created)) }
    if fields.category == nil, let category = all.compactMap(\.category).first { changes.append(.category(category)) }
    if fields.embedding == nil,
      let same = removed.first(where: { $0.fields.embedding != nil && $0.hasContent(of: kept) })
    {
      changes.append(.embedding(same.fields.embedding))
    }
    let metadata = removed.map(\.fields.metadata).reduce(fields.metadata) { $0?.completed(by: $1) ?? $1 }
    if !JSON.areIdentical(metadata, fields.metadata) { changes.append(.metadata(metadata)) }
    return changes
  }
}

extension Memory {
  /// Whether a memory has been changed by nothing but reading it, and computing its embedding.
  fileprivate func isUnchanged(since plan: Memory) -> Bool {
    let ignored = MemoryStore.changedByReading + [Column.embedding.name]
    return plan.fields.changes.allSatisfy { ignored.contains($0.column.name) || $0.isAlready(in: fields) }
  }

  fileprivate func hasContent(of other: Memory) -> Bool {
    fields.content.utf8.elementsEqual(other.fields.content.utf8)
  }
}

extension JSON {
  /// The object with those members of another one that it lacks.
  fileprivate func completed(by other: JSON?) -> JSON {
    guard case .object(let members)? = other, case .object = self else { return self }
    return members.reduce(self) { $0[key: $1.key] == nil ? $0.setting($1.key, to: $1.value) : $0 }
  }
}

/// What merging some memories did, or will do.
package struct MergeReport: ChangeReport {
  /// Which memory stays, and which go.
  package var plan: MergePlan
  package var leftOut: [RowName] = []
  /// Rows of other tables that go, too.
  package var losses: [DependentRows] = []
  /// The triggers of others on the memories.
  package var triggers: [String] = []
  /// Its number in the journal; nil for a plan, and when nothing changed.
  package var operation: Int64?

  /// What an undo does not bring back, each in words.
  package var notUndone: [String] { losses.map(\.description) + RepairReport.effects(of: triggers) }
}

extension RepairService {
  /// Plans to make one memory of several of the same user.
  ///
  /// - Parameters:
  ///   - ids: The memories, two at least.
  ///   - kept: The one that stays; nil for the best.
  ///   - cascade: Whether rows of other tables that refer to the others may go, too.
  /// - Throws: `not_found`; `usage` for memories of different users; `confirmation_required` when rows of other tables
  ///   would go.
  package func planMerge(_ ids: [Int64], keeping kept: Int64?, cascade: Bool = false) throws -> ChangePlan<MergeReport>
  {
    let report = try planning {
      let plan = try mergePlan(ids, keeping: kept)
      var report = MergeReport(plan: plan)
      report.triggers = try store.foreignTriggers(on: "memories")
      report.losses = try store.losses(
        deleting: plan.removed.map(\.memory.id), from: "memories", allowed: cascade)
      return report
    }
    return ChangePlan(report, .rows(report.plan.removed.count, of: "memories")) {
      try store.transaction(.commit) {
        var report = report
        let merging = MergeService(store: store)
        let (plans, leftOut) = try merging.refreshed([report.plan])
        report.leftOut = leftOut
        guard let plan = plans.first else {
          report.plan = MergePlan(kept: report.plan.kept, removed: [], reason: report.plan.reason)
          return report
        }
        report.plan = plan
        let operation = Operation(store, author, allowsLosses: cascade)
        try merging.merge(plan, operation)
        report.losses = operation.losses
        report.operation = operation.number
        return report
      }
    }
  }

  private func mergePlan(_ ids: [Int64], keeping chosen: Int64?) throws -> MergePlan {
    let memories = try store.memories(ids)
    if let missing = ids.first(where: { id in !memories.contains { $0.id == id } }) {
      throw MemshError.memoryMissing(missing)
    }
    if let other = memories.first(where: { $0.fields.userID != memories[0].fields.userID }) {
      throw MemshError(
        .usage, "memories \(memories[0].id) and \(other.id) are of different users",
        hint: "`reassign` gives the memories of one user to another")
    }
    guard let best = MergePlan.best(memories) else { throw MemshError.memoryMissing(ids.first ?? 0) }
    let kept = memories.first { $0.id == chosen } ?? best.kept
    return MergePlan(
      kept: kept,
      removed: memories.filter { $0.id != kept.id }.map { memory in
        (memory, TextRatio.ratio(memory.fields.content, kept.fields.content), "manual")
      }, reason: chosen == nil ? best.reason : "as asked")
  }
}
