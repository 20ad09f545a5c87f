import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// Plans that are applied at once, or only looked at, for tests that care about neither.
extension ChangePlan {
  func report(dryRun: Bool) throws -> Report { try dryRun ? report : apply() }
}

extension RepairService {
  func delete(_ selection: MemorySelection, cascade: Bool = false, dryRun: Bool) throws -> RepairReport {
    try planDeletion(selection, cascade: cascade).report(dryRun: dryRun)
  }

  func reassign(_ filter: MemoryFilter, to user: String, dryRun: Bool) throws -> RepairReport {
    try planReassignment(filter, to: user).report(dryRun: dryRun)
  }

  func decay(
    _ filter: MemoryFilter, halfLifeDays: Double, unusedDays: Double, dryRun: Bool
  ) throws -> RepairReport {
    try planDecay(filter, halfLifeDays: halfLifeDays, unusedDays: unusedDays).report(dryRun: dryRun)
  }

  @discardableResult
  func merge(_ ids: [Int64], keeping kept: Int64?, cascade: Bool = false, dryRun: Bool) throws -> MergeReport {
    try planMerge(ids, keeping: kept, cascade: cascade).report(dryRun: dryRun)
  }
}

extension DeduplicationService {
  func run(
    _ options: DeduplicationOptions, _ action: Action, cascade: Bool = false, dryRun: Bool
  ) throws -> DeduplicationReport {
    try plan(options, action, cascade: cascade).report(dryRun: dryRun)
  }
}

extension UndoService {
  func undo(_ number: Int64?, wholeSession: Bool, dryRun: Bool) throws -> UndoReport {
    try plan(number, wholeSession: wholeSession).report(dryRun: dryRun)
  }
}

extension RollbackService {
  func rollBack(run number: Int64?, force: Bool, cascade: Bool = false, dryRun: Bool) throws -> RollbackReport {
    try plan(run: number, force: force, cascade: cascade).report(dryRun: dryRun)
  }
}

extension DoctorService {
  func fix(
    _ checks: [Check], leaving left: Set<Check> = [], cascade: Bool = false,
    embedder: @escaping () throws -> any Embedder
  ) throws -> DoctorReport {
    try planFix(checks, leaving: left, cascade: cascade, embedder: embedder).apply()
  }
}

extension FragmentService {
  func delete(_ ids: [Int64], cascade: Bool = false) throws { _ = try planDeletion(ids, cascade: cascade).apply() }
}

extension ReembedService {
  func dryRun(_ selection: ReembedSelection) throws -> ReembedReport { try plan(selection).report }
}

extension MemoryStore {
  func pruneJournal(before moment: Timestamp, dryRun: Bool) throws -> Int {
    try planPruning(before: moment).report(dryRun: dryRun).forgotten
  }
}
