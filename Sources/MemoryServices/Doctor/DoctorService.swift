import Database
import MemoryModel
import MemoryStore

/// What an examination found, and what was done about it.
package struct DoctorReport: Sendable {
  /// How many checks apply to this kind of store.
  package var checks = 0
  /// What was found; when something was to be fixed, what it was before.
  package var findings: [FaultFinding] = []
  /// What was put right.
  package var fixed: Set<Fault> = []
  /// Why something was not, though it was to be.
  package var unfixed: [Fault: String] = [:]
  /// The operations in the journal.
  package var operations: [Int64] = []
  /// Rows of other tables that go with rows that are deleted.
  package var losses: [DependentRows] = []

  /// The faults that are there still and give wrong answers.
  package var standingErrors: [Fault] {
    findings.map(\.fault).filter { $0.severity == .error && !fixed.contains($0) }
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
  package func examine(_ faults: [Fault], leaving left: Set<Fault> = []) throws -> DoctorReport {
    guard try store.embeddingSpace() != nil else { throw MemshError.schemaMissing(store.identity) }
    var report = DoctorReport()
    for (number, fault) in faults.enumerated() {
      try interruption.check()
      progress.progress("Examining", done: Int64(number), total: Int64(faults.count))
      guard var finding = try finding(fault) else { continue }
      report.checks += 1
      guard finding.count > 0 else { continue }
      finding.values = try variants(fault)
      report.findings.append(finding)
      guard left.contains(fault) else { continue }
      report.unfixed[fault] =
        "only by its name, `doctor --fix \(fault.rawValue)`: \(fault.needsNameBecause ?? "as asked")"
    }
    return report
  }

  /// Without its tables nothing else of a store can be examined.
  private func finding(_ fault: Fault) throws -> FaultFinding? {
    if let table = fault.table, try !hasTable(table) { return nil }
    return try store.examine(fault)
  }

  /// The forms of a name that differ only in case and spaces, each with its count, the one that a fix uses last.
  private func variants(_ fault: Fault) throws -> [String] {
    guard fault == .userVariants || fault == .categoryVariants else { return [] }
    let totals = try store.totals(by: fault == .userVariants ? .user : .category, userID: nil, limit: .max)
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
  ///   - left: Those of the faults that are looked for and left alone.
  ///   - cascade: Whether rows of other tables may go with rows that are deleted.
  ///   - embedder: Computes embeddings; one of another space leaves their faults alone, so that no vector goes that cannot
  ///     be computed anew.
  /// - Throws: `confirmation_required` when rows of other tables would go.
  package func fix(
    _ faults: [Fault], leaving left: Set<Fault> = [], cascade: Bool = false, embedder: () throws -> any Embedder
  ) throws -> DoctorReport {
    var report = try examineLosses(faults, leaving: left, cascade: cascade)
    for finding in report.findings where finding.fault.remedy == .rebuilding && report.unfixed[finding.fault] == nil {
      try interruption.check()
      try store.mend(finding.fault, ids: [], progress)
    }
    // A table that was missing may hide other faults; what is found now is put right.
    let found = Set(report.findings.map(\.fault))
    let usable = try usableEmbedder(&report, embedder)
    try fixRows(
      faults.filter { $0.remedy != .rebuilding && report.unfixed[$0] == nil && !left.contains($0) }, cascade: cascade,
      &report)
    if let usable { try embed(usable, &report) }
    for fault in found where report.unfixed[fault] == nil {
      if try finding(fault)?.count ?? 0 == 0 {
        report.fixed.insert(fault)
      } else {
        report.unfixed[fault] = "it is there still after the fix"
      }
    }
    return report
  }

  /// Looks for faults that are to be put right, and for the rows of other tables that would go.
  ///
  /// - Throws: `confirmation_required` when there are some and they may not.
  package func examineLosses(
    _ faults: [Fault], leaving left: Set<Fault> = [], cascade: Bool
  ) throws -> DoctorReport {
    var report = try examine(faults, leaving: left)
    var losses: [DependentRows] = []
    for finding in report.findings
    where [.deletion, .merging].contains(finding.fault.remedy) && report.unfixed[finding.fault] == nil {
      guard let table = finding.fault.table else { continue }
      losses += try store.losses(deleting: finding.ids, from: table, allowed: cascade)
    }
    report.losses = DependentRows.summed(losses)
    return report
  }

  private func fixRows(_ faults: [Fault], cascade: Bool, _ report: inout DoctorReport) throws {
    let operation = Operation(store, author, allowsLosses: cascade)
    try store.transaction(.commit) {
      for fault in faults {
        try interruption.check()
        // Looked up again: what was fixed before may have mended or deleted these rows, too.
        guard let finding = try self.finding(fault), !finding.ids.isEmpty, let table = fault.table else { continue }
        switch fault.remedy {
        case .values: try operation.changingAgain(finding.ids, of: table) { try store.mend(fault, ids: $0, progress) }
        case .deletion: try operation.deleteAgain(finding.ids, of: table)
        case .merging: try mergeExactDuplicates(operation)
        case .embedding:
          guard fault != .embeddingMissing, fault != .fragmentEmbeddingMissing else { continue }
          try operation.changingAgain(finding.ids, of: table) { try store.mend(fault, ids: $0, progress) }
        case .rebuilding: continue
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

  /// The embedder, where a fault needs it and it is of the store's space; the faults that must wait are noted.
  private func usableEmbedder(
    _ report: inout DoctorReport, _ embedder: () throws -> any Embedder
  ) throws -> (any Embedder)? {
    let wanting = report.findings.map(\.fault).filter { $0.remedy == .embedding && report.unfixed[$0] == nil }
    guard !wanting.isEmpty, let space = try store.embeddingSpace() else { return nil }
    let embedder = try embedder()
    guard embedder.space != space else { return embedder }
    for fault in wanting { report.unfixed[fault] = "the embedder is of \(embedder.space), the store of \(space)" }
    return nil
  }

  private func embed(_ embedder: any Embedder, _ report: inout DoctorReport) throws {
    let embedded = try ReembedService(
      store: store, embedder: embedder, author: author, progress: progress, interruption: interruption
    ).run(.missing)
    report.operations += embedded.operations
  }
}
