import Database
import Foundation
import MemoryModel
import MemoryStore

/// Moves a memory file or another store into a store, in the six steps of the migration guide.
///
/// Schema, rows, ledger, fragments and indexes are one transaction: a run is in as a whole or not at all.
package struct MigrationService {
  let store: MemoryStore
  private let embedder: any Embedder
  private let otherEmbedder: (EmbeddingSpace) throws -> (any Embedder)?
  private let progress: any ProgressReporter
  let interruption: Interruption
  let options: MigrationOptions
  private let beforeEmptying: (() throws -> Void)?
  private let beforeCommitting: (() throws -> Void)?

  /// Rows handled at a time: enough to hide round trips, few enough to stay small (6 to 12 MB of vectors).
  static let batchSize = 1_000
  /// What to do instead of giving the tables other rows.
  static let keepsRows = "use `migrate` without --force-recreate, which only adds rows, or another store or schema"
  /// Batches that reading may be ahead of writing.
  static let batchesAhead = 3

  /// A migration into a store; nothing happens yet.
  ///
  /// - Parameters:
  ///   - otherEmbedder: Gives the embedder of a space that is not `embedder`'s, where it can be had here.
  ///   - beforeEmptying: Called when the tables are locked and about to be emptied; what it throws saves them.
  ///   - beforeCommitting: Called when everything is in; what it throws takes it out again.
  package init(
    store: MemoryStore, embedder: any Embedder, progress: any ProgressReporter, interruption: Interruption,
    options: MigrationOptions, otherEmbedder: @escaping (EmbeddingSpace) throws -> (any Embedder)? = { _ in nil },
    beforeEmptying: (() throws -> Void)? = nil, beforeCommitting: (() throws -> Void)? = nil
  ) {
    self.store = store
    self.otherEmbedder = otherEmbedder
    self.beforeEmptying = beforeEmptying
    self.beforeCommitting = beforeCommitting
    self.embedder = embedder
    self.progress = progress
    self.interruption = interruption
    self.options = options
  }

  /// Runs all steps.
  ///
  /// - Parameter source: nil when there is nothing to migrate; the other steps are done all the same.
  /// - Throws: Whatever stops the run; then nothing of it is in the store.
  package func run(from source: (any MemorySource)?) throws -> MigrationReport { try run(from: source, nil) }

  /// - Parameter looked: What a first look at the source has found; nil where there has been none.
  func run(from source: (any MemorySource)?, _ looked: SourceSurvey?) throws -> MigrationReport {
    progress.report(.migrationStarted(store.identity.backend))
    let survey = try survey(source, looked)
    try store.connect()
    progress.report(.connected(store.identity.backend))
    progress.report(.vectorsReady(try store.vectorSupport(.ensure)))

    var report = MigrationReport(source: source?.description.location, target: store.identity.location)
    // What was done is said when it is done for good: after the commit.
    var done: [WorkEvent] = []
    let (plan, digest, indexesLater) = try store.whileMigratingAlone(
      waits: options.waits, progress, interruption
    ) {
      // Under the lock: another run may have given the store its space a moment ago.
      let plan = try self.plan(survey)
      let (created, leftOut) = try prepareSchema(source, plan, &done)
      let digest = try load(source, survey, plan, into: &report, &done)
      if options.forceRecreate { try verifyRefilled(digest) }
      try beforeCommitting?()
      try source?.verifyUnchanged()
      // A snapshot that stayed open would keep CREATE INDEX CONCURRENTLY in the same database waiting.
      source?.close()
      // A table that is new or was empty is not in use yet: its indexes are built after the load, in the same
      // transaction.
      let isNew = created.contains("memories") || options.forceRecreate
      if isNew {
        done += try store.buildIndexes(options.index, leavingOut: leftOut, progress).map(WorkEvent.vectorIndex)
      }
      try interruption.check()
      return (plan, digest, !isNew)
    }
    for event in done { progress.report(event) }
    if indexesLater {
      for outcome in try store.buildIndexes(options.index, progress) { progress.report(.vectorIndex(outcome)) }
    }
    report.embedderNotice = plan.embedder?.notice
    try verify(digest, into: &report)
    test(plan, into: &report)
    return report
  }

  /// Tells what ``run(from:)`` would do, without writing anything anywhere.
  package func dryRun(from source: (any MemorySource)?) throws -> MigrationReport {
    let survey = try survey(source)
    try store.connect()
    if options.forceRecreate { try refuseRefilling(from: source, plan(survey)) }
    if let wish = options.layout { try refuseOtherLayout(than: wish) }
    var report = MigrationReport(source: source?.description.location, target: store.identity.location)
    try store.transaction(.readOnly) {
      let plan = try self.plan(survey)
      report.embedderNotice = plan.embedder?.notice
      var events: [WorkEvent] = []
      if let source, let survey {
        if !options.forceRecreate { try makeRoom(for: source, changes: false) }
        let loader = try self.loader(source, plan, isDryRun: true)
        try transfer(source, survey, plan, loader)
        report.counts = loader.counts
        report.effort = loader.effort
        events = [loader.summary]
      }
      let seeds = try missingSeeds(source)
      report.fragmentsInserted = seeds.count
      if let embedder = plan.embedder, !seeds.isEmpty {
        report.effort = (report.effort ?? EmbeddingEffort()) + (try embedder.effort(seeds.map(\.content)))
      }
      if plan.embedder == nil { report.counts.fragmentsMissing += Int64(seeds.count) }
      if !seeds.isEmpty { events.append(.seeded(seeds.count)) }
      for event in events { progress.report(.wouldHave(event)) }
    }
    return report
  }

  // MARK: Steps

  /// A first look at the source, before anything is written anywhere.
  ///
  /// - Throws: `invalid_vector` when vectors are to be kept and there are none.
  private func survey(_ source: (any MemorySource)?, _ looked: SourceSurvey? = nil) throws -> SourceSurvey? {
    guard let source else { return nil }
    let survey = try looked ?? source.survey()
    for remark in survey.remarks { progress.report(.sourceRemark(remark)) }
    guard options.embeddings == .keep, !options.isVerbatim, survey.rows > 0, !survey.hasVectors else {
      return survey
    }
    if let untold = survey.vectorForms.first(where: { $0.form == nil }) {
      throw MemshError(
        .invalidVector, untold.title,
        hint: "name the form behind the column, as in `--map vector=COLUMN:float32`; nothing was changed")
    }
    throw MemshError(
      .invalidVector,
      "\(source.description.location) has no embeddings to keep: none of its \(survey.rows) rows has one",
      hint: "`--embeddings auto` computes what is missing; nothing was changed")
  }

  func plan(_ survey: SourceSurvey?) throws -> EmbeddingPlan {
    let sourceSpace =
      survey?.recordedSpace
      ?? survey?.dimensions.map { dimensions in
        EmbeddingSpace(sourceModel: options.sourceModel ?? survey?.model ?? "unknown", dimensions: dimensions)
      }
    return try EmbeddingPlan(
      mode: options.embeddings, source: sourceSpace, recorded: survey?.recordedSpace,
      store: options.forceRecreate ? nil : try store.embeddingSpace(), embedder: embedder, other: otherEmbedder)
  }

  /// - Returns: The tables that were created, and the vector indexes that are not to be built.
  private func prepareSchema(
    _ source: (any MemorySource)?, _ plan: EmbeddingPlan, _ done: inout [WorkEvent]
  ) throws -> (created: [String], leftOut: Set<String>) {
    var leftOut: Set<String> = []
    if options.forceRecreate {
      try store.lockTables()
      store.forgetState()
      // Vectors of another length may have been too long for an index.
      if options.buildsNoOtherIndex, try store.embeddingSpace()?.dimensions == plan.space.dimensions {
        leftOut = try store.missingVectorIndexes()
      }
      // Looked at again, now that nothing can be added.
      try refuseRefilling(from: source, plan)
      try beforeEmptying?()
      try store.emptyTables()
    }
    let created = try store.createSchema(space: plan.space, layout: options.layout)
    try layOut()
    if options.forceRecreate { try store.moveVectors(to: plan.space) }
    done = [.schemaReady(created: created)]
    return (created, leftOut)
  }

  private func refuseOtherLayout(than wish: LayoutWish) throws {
    let goal = try store.goal(of: wish)
    guard try store.embeddingSpace() != nil, try !store.has(wish) else { return }
    guard try options.forceRecreate || !store.hasRows(in: Table.memories.name, besides: 0) else {
      throw try store.otherLayout(than: wish)
    }
    try store.refuseUnchangeableLayout(goal)
  }

  /// Gives an empty table of memories the layout that is wanted.
  ///
  /// - Throws: `usage` where there are memories already in another one.
  private func layOut() throws {
    guard let wish = options.layout, try !store.has(wish) else { return }
    guard try !store.hasRows(in: Table.memories.name, besides: 0) else { throw try store.otherLayout(than: wish) }
    try store.lockTables()
    try store.layOut(store.goal(of: wish), progress)
  }

  /// Rows, side tables and fragments, with their ledger.
  private func load(
    _ source: (any MemorySource)?, _ survey: SourceSurvey?, _ plan: EmbeddingPlan, into report: inout MigrationReport,
    _ done: inout [WorkEvent]
  ) throws -> RowDigest {
    guard let source, let survey else {
      report.fragmentsInserted = try seed(plan, loader: nil, &done)
      if plan.embedder == nil { report.counts.fragmentsMissing = Int64(report.fragmentsInserted) }
      done += report.counts.fragmentEvents(plan.space)
      return RowDigest()
    }
    try makeRoom(for: source, changes: true)
    let loader = try loader(source, plan, isDryRun: false)
    if survey.rows == 0 {
      done.append(.sourceEmpty)
    } else {
      progress.report(.found(rows: survey.rows, location: source.description.location, table: survey.table))
      try store.whileLoadingMemories(progress) { try transfer(source, survey, plan, loader) }
    }
    try copySideTables(source, plan, loader)
    if survey.rows > 0 { done.append(loader.summary) }
    report.fragmentsInserted = try seed(plan, loader: loader, &done)
    report.run = loader.run
    if let run = loader.run { try store.finishRun(run, counts: loader.counts) }
    report.counts = loader.counts
    done += report.counts.fragmentEvents(plan.space)
    report.rejectFile = loader.rejects.writtenPath
    return loader.digest
  }

  private func makeRoom(for source: any MemorySource, changes: Bool) throws {
    let columns = try Table.all.map { (table: $0, columns: try source.addedColumns(of: $0)) }
    try store.makeRoom(for: columns, changes: changes)
  }

  private func loader(_ source: any MemorySource, _ plan: EmbeddingPlan, isDryRun: Bool) throws -> MigrationLoader {
    try MigrationLoader(
      store: store, source: source, plan: plan,
      rejects: RejectFile(path: isDryRun ? nil : options.rejectPath),
      startedAt: options.startedAt, isDryRun: isDryRun, ignoresLedger: options.forceRecreate,
      verifies: options.verifies || options.forceRecreate)
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
    } consume: { (records: [Result<PreparedRow, RejectedRow>]) in
      try interruption.check()
      try loader.load(records)
      progress.progress("Migrating", done: loader.rowsSeen, total: survey.rows, bytes: loader.bytesWritten)
    }
    try loader.finish()
  }

  private func copySideTables(_ source: any MemorySource, _ plan: EmbeddingPlan, _ loader: MigrationLoader) throws {
    let copy = SideTableCopy(
      store: store, source: source, renumbered: loader.renumbered, keepsVectors: plan.keepsVectors,
      isVerbatim: options.isVerbatim, embedder: plan.embedder)
    for table in Table.side {
      let missing = try copy.copy(table) { rows in
        try store.record(rows, run: try loader.currentRun())
        loader.countSideRows(rows.count)
      }
      loader.countFragments(withoutVectors: missing)
    }
  }

  private func seed(_ plan: EmbeddingPlan, loader: MigrationLoader?, _ done: inout [WorkEvent]) throws -> Int {
    guard options.seedsFragments else { return 0 }
    let ids = try SeedingService(store: store, embedder: plan.embedder).seedReturningIDs(DefaultFragments.all)
    if plan.embedder == nil { loader?.countFragments(withoutVectors: ids.count) }
    // What a run seeds is the run's: taking the run back takes it back, too.
    if let loader, let run = loader.run, !ids.isEmpty {
      try store.record(
        ids.map { id, hash in
          RunRow(table: Table.fragments.name, sourceKey: "default", targetID: id, contentHash: hash)
        }, run: run)
    }
    done.append(.seeded(ids.count))
    return ids.count
  }

  /// The default fragments that a run would insert: neither the store has them, nor does the source bring them.
  private func missingSeeds(_ source: (any MemorySource)?) throws -> [PromptFragment] {
    guard options.seedsFragments else { return [] }
    let isThere = try !options.forceRecreate && store.embeddingSpace() != nil
    var known = try isThere ? store.fragmentKeys() : []
    try source?.readRows(of: .fragments, batchSize: MigrationService.batchSize) { rows in
      known.formUnion(rows.compactMap { StoredFragment($0)?.fragment.key })
    }
    return DefaultFragments.all.filter { known.insert($0.key).inserted }
  }

  /// Reads back what was committed and compares it with what was written.
  private func verify(_ written: RowDigest, into report: inout MigrationReport) throws {
    guard options.verifies, report.source != nil else { return }
    guard let run = report.run else {
      // A second run that finds every row in the ledger has written nothing that could differ.
      report.verified = true
      return
    }
    var found = RowDigest()
    try store.sumMemories(
      ofRun: run, RowDigest.columns, checksum: RowDigest.checksum, from: RowDigest(), adding: { try $0.add($1, $2) }
    ) { digest in
      try interruption.check()
      found.add(digest)
      progress.progress("Verifying", done: found.rows, total: written.rows)
    }
    report.verified = found == written
    guard found == written else {
      throw MemshError(
        .verificationFailed,
        "the store gives back other rows than were written: \(found.rows) of \(written.rows), or with other values",
        hint: "`rollback --run \(run)` takes them out again; then look at the server's log")
    }
    progress.report(.verified(rows: found.rows))
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
