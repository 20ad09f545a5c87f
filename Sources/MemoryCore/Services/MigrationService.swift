/// How a migration is to be done.
public struct MigrationOptions: Sendable {
  /// What to do with the source's vectors.
  public var embeddings = EmbeddingMode.auto
  /// The model that the source's vectors come from, where the source does not say.
  public var sourceModel: String?
  /// The vector index to build; nil for the store's choice.
  public var index: VectorIndexMethod?
  /// Whether the four tables are dropped first.
  public var forceRecreate = false
  /// Whether the built-in test at the end is left out.
  public var skipTest = false
  /// Where rejected rows are written.
  public var rejectPath: String
  /// When the run begins.
  public var startedAt: Timestamp

  /// Creates the default way of migrating.
  public init(rejectPath: String, startedAt: Timestamp) {
    self.rejectPath = rejectPath
    self.startedAt = startedAt
  }
}

/// What a migration did.
public struct MigrationReport: Sendable {
  /// How the built-in test ended.
  public enum SystemTestOutcome: String, Sendable { case passed, failed, skipped }

  /// The run's number in the ledger; nil when no row was written.
  public var run: Int64?
  /// The source's place; nil when there was none.
  public var source: String?
  /// The store's place.
  public var target: String
  /// The counts.
  public var counts = RunCounts()
  /// The file with the rejected rows; nil when there are none.
  public var rejectFile: String?
  /// Default fragments inserted.
  public var fragmentsInserted = 0
  /// How the built-in test ended.
  public var systemTest = SystemTestOutcome.skipped
  /// What the built-in test failed with.
  public var systemTestError: MemshError?

  /// Things that went wrong: a failed test.
  public var errors: Int { systemTest == .failed ? 1 : 0 }
}

/// Moves a foreign memory file into a store, in the six steps of the migration guide.
///
/// Schema, rows, ledger, fragments and indexes are one transaction: a run is in as a whole or not at all.
public struct MigrationService {
  private let store: any MemoryStore
  private let embedder: any Embedder
  private let progress: any ProgressReporter
  private let interruption: Interruption
  private let options: MigrationOptions

  /// Rows handled at a time: enough to hide round trips, few enough to stay small (some 12 MB of vectors).
  static let batchSize = 500

  /// Sets a migration up; nothing happens yet.
  public init(
    store: any MemoryStore, embedder: any Embedder, progress: any ProgressReporter, interruption: Interruption,
    options: MigrationOptions
  ) {
    self.store = store
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
    let plan = try plan(for: source, survey: survey)
    var report = MigrationReport(source: source?.description.location, target: store.identity.location)
    try store.transaction(.commit) {
      try store.lockForMigration()
      try prepareSchema(plan)
      if let source, let survey { try migrate(source, survey, plan, into: &report) }
      report.fragmentsInserted = try seed(plan)
      for line in try store.buildVectorIndexes(options.index) { progress.line(line) }
      try source?.verifyUnchanged()
      try interruption.check()
    }
    test(plan, into: &report)
    return report
  }

  private func plan(for source: (any MemorySource)?, survey: SourceSurvey?) throws -> EmbeddingPlan {
    let sourceSpace = survey?.dimensions.map { dimensions in
      EmbeddingSpace(
        sourceModel: options.sourceModel ?? survey?.model ?? "unknown", dimensions: dimensions)
    }
    let storeSpace = options.forceRecreate ? nil : try store.embeddingSpace()
    return try EmbeddingPlan(mode: options.embeddings, source: sourceSpace, store: storeSpace, embedder: embedder)
  }

  private func prepareSchema(_ plan: EmbeddingPlan) throws {
    if options.forceRecreate { try store.dropSchema() }
    let created = try store.createSchema(space: plan.space)
    progress.line("✅ Schema created successfully")
    progress.line(
      created.isEmpty
        ? "All tables were there already: \(SchemaNames.tables.pythonStyle)"
        : "Created tables: \(created.pythonStyle)")
  }

  private func migrate(
    _ source: any MemorySource, _ survey: SourceSurvey, _ plan: EmbeddingPlan, into report: inout MigrationReport
  ) throws {
    guard survey.rows > 0 else { return progress.line("SQLite database exists but is empty") }
    progress.line("Found \(survey.rows) memories in \(source.description.location) (table \(survey.table))")
    let loader = MigrationLoader(
      store: store, source: source.description, plan: plan, rejects: RejectFile(path: options.rejectPath),
      startedAt: options.startedAt)
    try source.readRows(batchSize: MigrationService.batchSize, decodingEmbeddings: plan.keepsVectors) { rows in
      try interruption.check()
      try loader.load(rows)
      progress.progress("Migrating", done: loader.rowsSeen, total: survey.rows)
    }
    report.run = try loader.finish()
    report.counts = loader.counts
    report.rejectFile = loader.rejects.writtenPath
    for line in loader.summaryLines { progress.line(line) }
  }

  private func seed(_ plan: EmbeddingPlan) throws -> Int {
    let inserted = try SeedingService(store: store, embedder: plan.embedder).seed(DefaultFragments.all)
    progress.line(
      inserted == 0
        ? "✅ Default prompt fragments were there already"
        : "✅ Inserted \(inserted) default prompt fragments")
    return inserted
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
