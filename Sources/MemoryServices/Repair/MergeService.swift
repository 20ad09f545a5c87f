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

  /// What is no number, or infinite, counts as nothing: it could be compared with none.
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

  /// A memory of which nobody knows when it was created comes behind those of which somebody does.
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

  /// Plans with their memories as they are now, locked; nil for one of whose memories somebody has changed the text or
  /// the user since, or deleted one.
  func refreshed(_ plans: [MergePlan]) throws -> [MergePlan?] {
    let ids = plans.flatMap { [$0.kept.id] + $0.removed.map(\.memory.id) }
    try store.lockRows(ids, of: "memories")
    let current = Dictionary(
      try store.memories(ids.sorted()).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    func fresh(_ memory: Memory) -> Memory? {
      current[memory.id].flatMap { $0.hasContent(of: memory) && $0.fields.userID == memory.fields.userID ? $0 : nil }
    }
    return plans.map { plan in
      let removed = plan.removed.map { (memory: fresh($0.memory), similarity: $0.similarity, method: $0.method) }
      guard let kept = fresh(plan.kept), removed.allSatisfy({ $0.memory != nil }) else { return nil }
      return MergePlan(
        kept: kept,
        removed: removed.compactMap { entry in entry.memory.map { ($0, entry.similarity, entry.method) } },
        reason: plan.reason)
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

extension RepairService {
  /// Makes one memory of several of the same user.
  ///
  /// - Parameters:
  ///   - ids: The memories, two at least.
  ///   - kept: The one that stays; nil for the best.
  ///   - cascade: Whether rows of other tables that refer to the others may go, too.
  /// - Throws: `not_found`; `usage` for memories of different users; `confirmation_required` when rows of other tables
  ///   would go.
  package func merge(
    _ ids: [Int64], keeping kept: Int64?, cascade: Bool = false, dryRun: Bool
  ) throws -> (plan: MergePlan, report: RepairReport) {
    try transaction(dryRun: dryRun) {
      if !dryRun { try store.lockRows(ids, of: "memories") }
      let plan = try mergePlan(ids, keeping: kept)
      var report = RepairReport()
      report.ids = plan.removed.map(\.memory.id)
      report.triggers = try store.foreignTriggers(on: "memories")
      guard !dryRun else {
        report.losses = try store.losses(deleting: report.ids, from: "memories", allowed: cascade)
        return (plan, report)
      }
      let operation = Operation(store, author, allowsLosses: cascade)
      try MergeService(store: store).merge(plan, operation)
      report.losses = operation.losses
      report.operation = operation.number
      return (plan, report)
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
