import Database
import MemoryModel
import MemoryStore

/// What an examination found, and what was done about it.
package struct DoctorReport: Sendable {
  /// How many checks apply to this kind of store.
  package var checks = 0
  /// What was found; when something was to be fixed, what it was before.
  package var findings: [Finding] = []
  /// What was put right.
  package var fixed: Set<Check> = []
  /// Why something was not, though it was to be.
  package var unfixed: [Check: String] = [:]
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
    for (number, check) in checks.enumerated() {
      try interruption.check()
      progress.progress("Examining", done: Int64(number), total: Int64(checks.count))
      guard var finding = try finding(check) else { continue }
      report.checks += 1
      guard finding.count > 0 else { continue }
      if let grouping = check.joins { finding.values = try variants(grouping) }
      report.findings.append(finding)
      guard left.contains(check) else { continue }
      report.unfixed[check] =
        "only by its name, `doctor --fix \(check.name)`: \(check.needsNameBecause ?? "as asked")"
    }
    return report
  }

  /// Without its tables nothing else of a store can be examined.
  private func finding(_ check: Check) throws -> Finding? {
    if let table = check.table, try !hasTable(table.name) { return nil }
    return try store.examine(check)
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

  private func hasTable(_ name: String) throws -> Bool {
    try store.schema().contains { $0.kind == .table && $0.name == name && $0.state != .missing }
  }

  /// Looks for faults and puts them right: what changes rows is one transaction and one operation of the journal.
  ///
  /// - Parameters:
  ///   - left: Those of the checks whose findings are left alone.
  ///   - cascade: Whether rows of other tables may go with rows that are deleted.
  ///   - embedder: Computes embeddings; one of another space leaves their faults alone, so that no vector goes that cannot
  ///     be computed anew.
  /// - Throws: `confirmation_required` when rows of other tables would go.
  package func fix(
    _ checks: [Check], leaving left: Set<Check> = [], cascade: Bool = false, embedder: () throws -> any Embedder
  ) throws -> DoctorReport {
    var report = try examineLosses(checks, leaving: left, cascade: cascade)
    let found = report.findings.map(\.check)
    for check in found where check.remedy.isRebuilding && report.unfixed[check] == nil {
      try interruption.check()
      try store.mend(check, ids: [], progress)
    }
    // A table that was missing may hide other faults; what is found now is put right.
    let usable = try usableEmbedder(&report, embedder)
    try fixRows(
      checks.filter { !$0.remedy.isRebuilding && report.unfixed[$0] == nil && !left.contains($0) }, cascade: cascade,
      &report)
    if let usable { try embed(usable, &report) }
    for check in found where report.unfixed[check] == nil {
      if try finding(check)?.count ?? 0 == 0 {
        report.fixed.insert(check)
      } else {
        report.unfixed[check] = "it is there still after the fix"
      }
    }
    return report
  }

  /// Looks for faults that are to be put right, and for the rows of other tables that would go.
  ///
  /// - Throws: `confirmation_required` when there are some and they may not.
  package func examineLosses(
    _ checks: [Check], leaving left: Set<Check> = [], cascade: Bool
  ) throws -> DoctorReport {
    var report = try examine(checks, leaving: left)
    var losses: [DependentRows] = []
    for finding in report.findings where finding.check.remedy.losesRows && report.unfixed[finding.check] == nil {
      guard let table = finding.check.table else { continue }
      losses += try store.losses(deleting: finding.ids, from: table.name, allowed: cascade)
    }
    report.losses = DependentRows.summed(losses)
    return report
  }

  private func fixRows(_ checks: [Check], cascade: Bool, _ report: inout DoctorReport) throws {
    let operation = Operation(store, author, allowsLosses: cascade)
    try store.transaction(.commit) {
      for check in checks {
        try interruption.check()
        // Looked up again: what was fixed before may have mended or deleted these rows, too.
        guard let finding = try self.finding(check), !finding.ids.isEmpty, let table = check.table else { continue }
        switch check.remedy {
        case .values, .embedding(isThere: true):
          try operation.changingAgain(finding.ids, of: table.name) { try store.mend(check, ids: $0, progress) }
        case .deletion: try operation.deleteAgain(finding.ids, of: table.name)
        case .merging: try mergeExactDuplicates(operation)
        case .embedding, .rebuilding: continue
        }
      }
      try operation.finish()
    }
    if let number = operation.number { report.operations.append(number) }
    report.losses = operation.losses
  }

  private func mergeExactDuplicates(_ operation: Operation) throws {
    var options = DeduplicationOptions()
    options.thresholds = [.exact: 1]
    let service = DeduplicationService(
      store: store, author: author, progress: progress, interruption: interruption)
    try service.merge(service.find(options).groups, operation)
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
    let embedded = try ReembedService(
      store: store, embedder: embedder, author: author, progress: progress, interruption: interruption
    ).run(.missing)
    report.operations += embedded.operations
  }
}
