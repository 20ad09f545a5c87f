import Foundation

/// Moves a memory file or another store into a store, in the six steps of the migration guide.
///
/// Schema, rows, ledger, fragments and indexes are one transaction: a run is in as a whole or not at all.
public struct MigrationService {
  private let store: any MemoryStore
  private let embedder: any Embedder
  private let progress: any ProgressReporter
  private let interruption: Interruption
  private let options: MigrationOptions
  private let beforeDropping: (() throws -> Void)?

  /// Rows handled at a time: enough to hide round trips, few enough to stay small (6 to 12 MB of vectors).
  static let batchSize = 1_000
  /// Batches that reading may be ahead of writing.
  static let batchesAhead = 3

  /// Sets a migration up; nothing happens yet.
  ///
  /// - Parameter beforeDropping: Called when the tables are locked and about to be dropped; what it throws saves them.
  public init(
    store: any MemoryStore, embedder: any Embedder, progress: any ProgressReporter, interruption: Interruption,
    options: MigrationOptions, beforeDropping: (() throws -> Void)? = nil
  ) {
    self.store = store
    self.beforeDropping = beforeDropping
    self.embedder = embedder
    self.progress = progress
    self.interruption = interruption
    self.options = options
  }

  /// Runs all steps.
  ///
  /// - Parameter source: nil when there is nothing to migrate; the other steps are done all the same.
  /// - Throws: Whatever stops the run; then nothing of it is in the store.
  public func run(from source: (any MemorySource)?) throws -> MigrationReport {
    progress.line("🚀 Starting memory system migration to \(store.identity.backend.title)...")
    try store.connect()
    progress.line("✅ \(store.identity.backend.title) database connection successful")
    progress.line(try store.vectorSupport(.ensure).successLine)
    let survey = try source?.survey()

    var report = MigrationReport(source: source?.description.location, target: store.identity.location)
    let (plan, digest, indexesLater) = try store.whileMigratingAlone(
      waits: options.waits, progress, interruption
    ) {
      // Under the lock: another run may have given the store its space a moment ago.
      let plan = try self.plan(survey)
      let created = try prepareSchema(plan)
      let digest = try load(source, survey, plan, into: &report)
      try source?.verifyUnchanged()
      // A snapshot that stayed open would keep CREATE INDEX CONCURRENTLY in the same database waiting.
      source?.close()
      // A table that is new serves nobody yet: its indexes are built after the load, in the same transaction.
      let isNew = created.contains("memories")
      if isNew { try buildIndexes() }
      try interruption.check()
      return (plan, digest, !isNew)
    }
    if indexesLater { try buildIndexes() }
    try verify(digest, into: &report)
    test(plan, into: &report)
    return report
  }

  /// Tells what ``run(from:)`` would do, without writing anything anywhere.
  public func dryRun(from source: (any MemorySource)?) throws -> MigrationReport {
    try store.connect()
    var report = MigrationReport(source: source?.description.location, target: store.identity.location)
    guard let source else { return report }
    let survey = try source.survey()
    let loader = try store.transaction(.readOnly) {
      let plan = try self.plan(survey)
      let loader = try self.loader(source, plan, isDryRun: true)
      try transfer(source, survey, plan, loader)
      return loader
    }
    report.counts = loader.counts
    report.effort = loader.effort
    for line in loader.summaryLines { progress.line("Would have: " + line) }
    return report
  }

  // MARK: Steps

  private func plan(_ survey: SourceSurvey?) throws -> EmbeddingPlan {
    let sourceSpace =
      survey?.recordedSpace
      ?? survey?.dimensions.map { dimensions in
        EmbeddingSpace(sourceModel: options.sourceModel ?? survey?.model ?? "unknown", dimensions: dimensions)
      }
    return try EmbeddingPlan(
      mode: options.embeddings, source: sourceSpace, recorded: survey?.recordedSpace,
      store: options.forceRecreate ? nil : try store.embeddingSpace(), embedder: embedder)
  }

  private func prepareSchema(_ plan: EmbeddingPlan) throws -> [String] {
    if options.forceRecreate {
      try store.lockTables()
      try beforeDropping?()
      try store.dropSchema()
    }
    let created = try store.createSchema(space: plan.space)
    progress.line("✅ Schema created successfully")
    progress.line(
      created.isEmpty
        ? "All tables were there already: \(SchemaNames.tables.pythonStyle)"
        : "Created tables: \(created.pythonStyle)")
    return created
  }

  /// Rows, side tables and fragments, with their ledger.
  private func load(
    _ source: (any MemorySource)?, _ survey: SourceSurvey?, _ plan: EmbeddingPlan, into report: inout MigrationReport
  ) throws -> RowDigest {
    guard let source, let survey else {
      report.fragmentsInserted = try seed(plan, loader: nil)
      return RowDigest()
    }
    let loader = try loader(source, plan, isDryRun: false)
    if survey.rows == 0 {
      progress.line("SQLite database exists but is empty")
    } else {
      progress.line("Found \(survey.rows) memories in \(source.description.location) (table \(survey.table))")
      try transfer(source, survey, plan, loader)
    }
    try copySideTables(source, plan, loader)
    if survey.rows > 0 { for line in loader.summaryLines { progress.line(line) } }
    report.fragmentsInserted = try seed(plan, loader: loader)
    report.run = loader.run
    if let run = loader.run { try store.finishRun(run, counts: loader.counts) }
    report.counts = loader.counts
    report.rejectFile = loader.rejects.writtenPath
    return loader.digest
  }

  private func loader(_ source: any MemorySource, _ plan: EmbeddingPlan, isDryRun: Bool) throws -> MigrationLoader {
    try MigrationLoader(
      store: store, source: source, plan: plan,
      rejects: RejectFile(path: isDryRun ? nil : options.rejectPath),
      startedAt: options.startedAt, isDryRun: isDryRun, ignoresLedger: options.forceRecreate,
      verifies: options.verifies)
  }

  /// Reads, decodes and checks on one thread, writes on this one.
  private func transfer(
    _ source: any MemorySource, _ survey: SourceSurvey, _ plan: EmbeddingPlan, _ loader: MigrationLoader
  ) throws {
    let normalizer = RowNormalizer(migrationTime: options.startedAt)
    try Overlap.run(capacity: MigrationService.batchesAhead) { hand in
      try source.readRows(batchSize: MigrationService.batchSize, decodingEmbeddings: plan.keepsVectors) {
        try hand($0.map(normalizer.prepare))
      }
    } consume: { (records: [PreparedRecord]) in
      try interruption.check()
      try loader.load(records)
      progress.progress("Migrating", done: loader.rowsSeen, total: survey.rows, bytes: loader.bytesWritten)
    }
    try loader.finish()
  }

  private func copySideTables(_ source: any MemorySource, _ plan: EmbeddingPlan, _ loader: MigrationLoader) throws {
    let copy = SideTableCopy(
      store: store, source: source, renumbered: loader.renumbered, keepsVectors: plan.keepsVectors,
      isVerbatim: options.isVerbatim)
    for table in SideTable.allCases {
      try copy.copy(table) { rows in
        try store.record(rows, run: try loader.currentRun())
        loader.countSideRows(rows.count)
      }
    }
  }

  private func seed(_ plan: EmbeddingPlan, loader: MigrationLoader?) throws -> Int {
    guard options.seedsFragments else { return 0 }
    let ids = try SeedingService(store: store, embedder: plan.embedder).seedReturningIDs(DefaultFragments.all)
    // What a run seeds is the run's: taking the run back takes it back, too.
    if let loader, let run = loader.run, !ids.isEmpty {
      try store.record(
        ids.map { id, hash in
          RunRow(table: SideTable.fragments.rawValue, sourceKey: "default", targetID: id, contentHash: hash)
        }, run: run)
    }
    progress.line(
      ids.isEmpty
        ? "✅ Default prompt fragments were there already"
        : "✅ Inserted \(ids.count) default prompt fragments")
    return ids.count
  }

  private func buildIndexes() throws {
    for line in try store.buildIndexes(options.index, progress) { progress.line(line) }
  }

  /// Reads back what was committed and compares it with what was written.
  private func verify(_ written: RowDigest, into report: inout MigrationReport) throws {
    guard options.verifies, let run = report.run else { return }
    var found = RowDigest()
    try Overlap.run(capacity: MigrationService.batchesAhead) { hand in
      try store.readMemories(ofRun: run, batchSize: MigrationService.batchSize, hand)
    } consume: { (memories: [Memory]) in
      try interruption.check()
      for memory in memories { found.add(id: memory.id, memory.fields) }
      progress.progress("Verifying", done: found.rows, total: written.rows)
    }
    report.verified = found == written
    guard found == written else {
      throw MemshError(
        .verificationFailed,
        "the store gives back other rows than were written: \(found.rows) of \(written.rows), or with other values",
        hint: "`rollback --run \(run)` takes them out again; then look at the server's log")
    }
    progress.line("✅ Verified: \(found.rows) memories read back equal, every vector to the bit")
  }

  private func test(_ plan: EmbeddingPlan, into report: inout MigrationReport) {
    guard !options.skipTest else { return }
    do {
      try SystemTest(store: store, embedder: plan.embedder, space: plan.space, progress: progress).run()
      report.systemTest = .passed
    } catch {
      report.systemTest = .failed
      report.systemTestError =
        error as? MemshError ?? MemshError(.systemTestFailed, "the memory system test failed", cause: "\(error)")
    }
  }
}

extension VectorSupport {
  fileprivate var successLine: String {
    guard let installedVersion else { return "✅ Vectors need no extension (\(engine))" }
    return "✅ \(engine) extension is enabled (\(installedVersion))"
  }
}

extension [String] {
  /// `['memories', 'memory_analytics']`: how the migration guide prints a list.
  fileprivate var pythonStyle: String { "[" + map { "'\($0)'" }.joined(separator: ", ") + "]" }
}
