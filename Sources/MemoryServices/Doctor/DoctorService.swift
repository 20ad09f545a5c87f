import Database
import MemoryModel
import MemoryStore
import Synchronization

/// What an examination found, and what was done about it.
package struct DoctorReport: ChangeReport, Sendable {
  /// How many checks apply to this kind of store.
  package var checks = 0
  /// What was found; when something was to be fixed, what it was before.
  package var findings: [Finding] = []
  /// What was put right.
  package var fixed: Set<Check> = []
  /// Why something was not, though it was to be.
  package var unfixed: [Check: String] = [:]
  package var leftOut: [RowName] = []
  /// The operations in the journal.
  package var operations: [Int64] = []
  /// Rows of other tables that go with rows that are deleted.
  package var losses: [DependentRows] = []

  /// What is there still and gives wrong answers.
  package var standingErrors: [Check] {
    findings.map(\.check).filter { $0.severity == .error && !fixed.contains($0) }
  }
}

/// Examines a store, and puts right what is wrong with it.
package struct DoctorService {
  private let store: MemoryStore
  private let author: RepairAuthor
  private let progress: any ProgressReporter
  private let interruption: Interruption

  /// Sets it up.
  package init(
    store: MemoryStore, author: RepairAuthor, progress: any ProgressReporter, interruption: Interruption
  ) {
    self.store = store
    self.author = author
    self.progress = progress
    self.interruption = interruption
  }

  /// Looks for faults.
  ///
  /// - Parameter left: Those that would be left alone, which the report says.
  package func examine(_ checks: [Check], leaving left: Set<Check> = []) throws -> DoctorReport {
    try store.requireTables()
    var report = DoctorReport()
    let findings = try findings(of: checks)
    report.checks = findings.count
    for check in checks {
      guard var finding = findings[check], finding.count > 0 else { continue }
      if let grouping = check.joins { finding.values = try variants(grouping) }
      report.findings.append(finding)
      guard left.contains(check) else { continue }
      report.unfixed[check] =
        "only by its name, `doctor --fix \(check.name)`: \(check.needsNameBecause ?? "as asked")"
    }
    return report
  }

  /// Checks that are made together.
  private struct Pass: Sendable {
    let checks: [Check]
    /// Among which ids the rows are looked at; nil for all.
    var range: ClosedRange<Int64>?
  }

  /// The checks that are made together: those of the rows of one table, and each other one alone. Those of a table that is
  /// missing are left out.
  ///
  /// - Parameter divided: Whether they are for two threads: the rows are then divided, and what compares them is alone.
  private func passes(_ checks: [Check], divided: Bool) throws -> [Pass] {
    let present = try tables()
    func isAlone(_ check: Check) -> Bool { check.table == nil || divided && check.comparesRows }
    let made = checks.filter { check in check.table.map { present.contains($0.name) } ?? true }
    let ofRows = Dictionary(grouping: made.filter { !isAlone($0) }) { $0.table?.name ?? "" }
    let alone = made.filter(isAlone).map { Pass(checks: [$0]) }
    let passes = try ofRows.sorted { $0.key < $1.key }.flatMap { _, ofTable -> [Pass] in
      guard divided, let table = ofTable.first?.table, table == .memories else { return [Pass(checks: ofTable)] }
      return try store.ranges(of: table, count: DoctorService.rangesCount).map { Pass(checks: ofTable, range: $0) }
    }
    // What is divided comes last, so that both threads end at about the same time.
    return alone + passes
  }

  private static let rangesCount: UInt64 = 6

  /// What checks find, by way of another thread, too, where the store lets it read.
  private func findings(of checks: [Check]) throws -> [Check: Finding] {
    let reader = try store.reader()
    defer { reader?.close() }
    let passes = try passes(checks, divided: reader != nil)
    let remaining = RemainingPasses(passes)
    let beside = reader.map { reader in
      { (hand: Overlap.Hand<[Check: Finding]>) in
        while let pass = remaining.next() {
          try interruption.check()
          try hand(reader.examine(pass.checks, within: pass.range))
        }
      }
    }
    return try Overlap.pulling(capacity: passes.count + 1, producers: [beside].compactMap { $0 }) { next in
      var findings: [Check: Finding] = [:]
      func add(_ found: [Check: Finding]) {
        findings.merge(found) { known, more in
          var both = known
          both.ids = (known.ids + more.ids).sorted()
          return both
        }
      }
      do {
        while let pass = remaining.next() {
          try interruption.check()
          progress.progress("Examining", done: Int64(passes.count - remaining.count), total: Int64(passes.count))
          add(try store.examine(pass.checks, within: pass.range))
        }
        while let found = try next() { add(found) }
      } catch {
        remaining.end()
        if reader != nil { store.interruptHandle() }
        throw error
      }
      return findings
    }
  }

  /// Passes that are still to be made.
  private final class RemainingPasses: Sendable {
    private let passes: Mutex<ArraySlice<Pass>>

    init(_ passes: [Pass]) {
      self.passes = Mutex(passes[...])
    }

    var count: Int { passes.withLock { $0.count } }

    func next() -> Pass? { passes.withLock { $0.popFirst() } }

    func end() { passes.withLock { $0 = [] } }
  }

  /// The forms of a name that differ only in case and spaces, each with its count, the one that a fix uses last.
  private func variants(_ grouping: Grouping) throws -> [String] {
    let totals = try store.totals(by: grouping, userID: nil, limit: .max)
    var forms: [String: [GroupTotals]] = [:]
    for total in totals { if let value = total.value { forms[DoctorService.folded(value), default: []].append(total) } }
    return forms.filter { $0.value.count > 1 && !$0.key.isEmpty }.sorted { $0.key < $1.key }.map { _, group in
      // Those with the most memories are first.
      group.reversed().map { "'\($0.value ?? "")' (\($0.memories))" }.joined(separator: " → ")
    }
  }

  private static func folded(_ name: String) -> String {
    var scalars = name.lowercased().unicodeScalars[...]
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars.drop { $0.properties.isWhitespace })
  }

  /// The names of the tables that are there: without its tables nothing else of a store can be examined.
  private func tables() throws -> Set<String> {
    Set(try store.schema().filter { $0.kind == .table && $0.state != .missing }.map(\.name))
  }

  /// Looks for faults and plans to put them right: what changes rows is one transaction and one operation of the journal.
  ///
  /// What shows only afterwards, such as a fault that another fix has brought to light, is for the next time.
  ///
  /// - Parameters:
  ///   - left: Those of the checks whose findings are left alone.
  ///   - cascade: Whether rows of other tables may go with rows that are deleted.
  ///   - embedder: Computes embeddings; one of another space leaves their faults alone, so that no vector goes that cannot
  ///     be computed anew.
  /// - Throws: `confirmation_required` when rows of other tables would go.
  package func planFix(
    _ checks: [Check], leaving left: Set<Check> = [], cascade: Bool = false,
    embedder: @escaping () throws -> any Embedder
  ) throws -> ChangePlan<DoctorReport> {
    try store.requireTables()
    let present = try tables()
    let hidden = checks.filter { check in check.table.map { !present.contains($0.name) } ?? false }
    var (report, groups, planned) = (DoctorReport(), [MergePlan](), [PlannedRows]())
    // One moment shows what is found, what goes along and what the rows are like.
    try store.transaction(.readOnly) {
      report = try examine(checks, leaving: left)
      let changed = report.findings.filter { report.unfixed[$0.check] == nil }
      report.losses = try losses(changed, cascade: cascade)
      if changed.contains(where: { $0.check.remedy.isMerging }) { groups = try exactDuplicates() }
      planned = try plannedRows(changed, groups)
    }
    return ChangePlan(report, extent(of: report)) {
      try fix(report, planned, groups, hidden: hidden.filter { !left.contains($0) }, cascade: cascade, embedder)
    }
  }

  /// The rows of other tables that go with rows that are deleted.
  private func losses(_ findings: [Finding], cascade: Bool) throws -> [DependentRows] {
    var losses: [DependentRows] = []
    for finding in findings where finding.check.remedy.losesRows {
      guard let table = finding.check.table else { continue }
      losses += try store.losses(deleting: finding.ids, from: table.name, allowed: cascade)
    }
    return DependentRows.summed(losses)
  }

  /// What the rows of findings are like, to the last column: what is mended may be what reading changes.
  private func plannedRows(_ findings: [Finding], _ groups: [MergePlan]) throws -> [PlannedRows] {
    var ids: [String: Set<Int64>] = [:]
    for finding in findings {
      if let table = finding.check.table { ids[table.name, default: []].formUnion(finding.ids) }
    }
    for group in groups { ids["memories", default: []].formUnion([group.kept.id] + group.removed.map(\.memory.id)) }
    return try ids.sorted { $0.key < $1.key }.map { table, ids in
      try PlannedRows(ids.sorted(), of: table, in: store, ignoring: [])
    }
  }

  private func extent(of report: DoctorReport) -> ChangeExtent {
    let changed = report.findings.filter { report.unfixed[$0.check] == nil }
    let memories = Set(changed.filter { $0.check.table == .memories }.flatMap(\.ids))
    let others = changed.filter { $0.check.table != .memories }.reduce(0) { $0 + $1.ids.count }
    return .rows(memories.count + others, of: Table.memories.name, countInTable: memories.count)
  }

  private func exactDuplicates() throws -> [MergePlan] {
    var options = DeduplicationOptions()
    options.thresholds = [.exact: 1]
    return try deduplication.find(options).groups
  }

  private var deduplication: DeduplicationService {
    DeduplicationService(store: store, author: author, progress: progress, interruption: interruption)
  }

  /// Puts right what a plan has found.
  ///
  /// - Parameter hidden: Checks of tables that were missing when the plan was made.
  private func fix(
    _ plan: DoctorReport, _ planned: [PlannedRows], _ groups: [MergePlan], hidden: [Check], cascade: Bool,
    _ embedder: () throws -> any Embedder
  ) throws -> DoctorReport {
    var report = plan
    for finding in plan.findings where finding.check.remedy.isRebuilding && report.unfixed[finding.check] == nil {
      try interruption.check()
      try store.mend(finding.check, ids: [], progress)
    }
    let usable = try usableEmbedder(&report, embedder)
    try fixRows(planned, groups, cascade: cascade, &report)
    if let usable { try embed(usable, &report) }
    for finding in plan.findings where report.unfixed[finding.check] == nil {
      if try remaining(finding) == 0 {
        report.fixed.insert(finding.check)
      } else {
        let isLeftOut = report.leftOut.contains { $0.table == finding.check.table?.name && finding.ids.contains($0.id) }
        report.unfixed[finding.check] =
          isLeftOut ? "rows were changed meanwhile, and left alone" : "it is there still after the fix"
      }
    }
    for pass in try passes(hidden, divided: false) {
      let findings = try store.examine(pass.checks)
      for check in pass.checks {
        guard let finding = findings[check], finding.count > 0 else { continue }
        report.findings.append(finding)
        report.unfixed[check] = "found only when its table was there: `doctor --fix \(check.name)`"
      }
    }
    return report
  }

  /// How much of a finding is there still.
  private func remaining(_ finding: Finding) throws -> Int {
    try store.examine([finding.check], among: finding.check.table == nil ? nil : finding.ids)[finding.check]?.count ?? 0
  }

  private func fixRows(
    _ planned: [PlannedRows], _ groups: [MergePlan], cascade: Bool, _ report: inout DoctorReport
  ) throws {
    let operation = Operation(store, author, allowsLosses: cascade)
    try store.transaction(.commit) {
      for rows in planned { report.leftOut += try rows.locked(in: store).leftOut }
      let left = Set(report.leftOut)
      for finding in report.findings where report.unfixed[finding.check] == nil {
        try interruption.check()
        guard let table = finding.check.table?.name else { continue }
        var ids = finding.ids.filter { !left.contains(RowName(table, $0)) }
        // What was fixed before may have mended or deleted these rows, too.
        let again = ids.filter { operation.isNoted($0, table) }
        if !again.isEmpty {
          let still = Set(try store.examine([finding.check], among: again)[finding.check]?.ids ?? [])
          ids.removeAll { operation.isNoted($0, table) && !still.contains($0) }
        }
        guard !ids.isEmpty else { continue }
        switch finding.check.remedy {
        case .values, .embedding(isThere: true):
          try operation.changingAgain(ids, of: table) { try store.mend(finding.check, ids: $0, progress) }
        case .deletion: try operation.deleteAgain(ids, of: table)
        case .merging: try merge(groups, leaving: left, operation)
        case .embedding, .rebuilding: continue
        }
      }
      try operation.finish()
    }
    if let number = operation.number { report.operations.append(number) }
    report.losses = operation.losses
  }

  /// Merges groups as their memories are now, after other fixes, but for rows that others have changed.
  private func merge(_ groups: [MergePlan], leaving left: Set<RowName>, _ operation: Operation) throws {
    func isLeft(_ memory: Memory) -> Bool { left.contains(RowName("memories", memory.id)) }
    let untouched = groups.compactMap { group -> MergePlan? in
      let removed = group.removed.filter { !isLeft($0.memory) }
      return isLeft(group.kept) || removed.isEmpty
        ? nil : MergePlan(kept: group.kept, removed: removed, reason: group.reason)
    }
    try deduplication.merge(untouched, operation)
  }

  /// The embedder, where a finding needs it and it is of the store's space; what must wait is noted.
  private func usableEmbedder(
    _ report: inout DoctorReport, _ embedder: () throws -> any Embedder
  ) throws -> (any Embedder)? {
    let wanting = report.findings.map(\.check).filter { $0.remedy.isEmbedding && report.unfixed[$0] == nil }
    guard !wanting.isEmpty, let space = try store.embeddingSpace() else { return nil }
    let embedder = try embedder()
    guard embedder.space != space else { return embedder }
    for check in wanting { report.unfixed[check] = "the embedder is of \(embedder.space), the store of \(space)" }
    return nil
  }

  private func embed(_ embedder: any Embedder, _ report: inout DoctorReport) throws {
    var rows: [String: [Int64]] = [:]
    for finding in report.findings where finding.check.remedy.isEmbedding && report.unfixed[finding.check] == nil {
      if let table = finding.check.table { rows[table.name, default: []] += finding.ids }
    }
    let left = Set(report.leftOut)
    for (table, ids) in rows { rows[table] = Set(ids).filter { !left.contains(RowName(table, $0)) }.sorted() }
    let embedded = try ReembedService(
      store: store, embedder: embedder, author: author, progress: progress, interruption: interruption
    ).run(.missing, rows: rows)
    report.operations += embedded.operations
  }
}
