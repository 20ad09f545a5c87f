import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct MigrateCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring a memory file or another store into this store.",
    discussion: """
      Checks the connection and the vector extension, creates the schema, migrates the rows, inserts the default \
      fragments, builds the indexes, reads back what it wrote and tests the whole. The source is a legacy memory \
      file, a memsh SQLite store or a PostgreSQL URL; it is read only. A run is in as a whole or not at all, and a \
      second run migrates only what is new. Rows that cannot be migrated are written to a reject file, \
      and the command ends with status 1 unless --max-rejected allows as many. --force-recreate \
      empties the four tables, the journal and the record of migrations first; columns, views, indexes, triggers, rights \
      and whatever else others made on them stay, and what stands in the way is named, and refused. With --dry-run it \
      tells what would go.
      """)

  static let examples = [
    "migrate --from espressobot_memory.db --dry-run",
    "migrate --from espressobot_memory.db --max-rejected 3",
    "migrate --from @prod --embeddings keep",
    "migrate --from postgresql://ada@db.example/agents --skip-test",
    "migrate --from espressobot_memory.db --layout partitioned --shards 12",
  ]

  @Option(help: "The source; without it $MEMORY_SQLITE_PATH, else the embedded store.", completion: .file())
  var from: String?

  @Option(
    help: ArgumentHelp(
      "What to do with the source's vectors: keep, regenerate, or auto, which keeps those known to be of the store's model."
    ))
  var embeddings = EmbeddingMode.auto

  @Option(help: "The model that the source's vectors come from.")
  var sourceModel: String?

  @OptionGroup var selected: SourceOptions

  @Option(help: "The vector index: hnsw, ivfflat or none.")
  var index: VectorIndexMethod?

  @OptionGroup var layout: LayoutOptions

  @Option(help: "Migrate into this PostgreSQL schema, and stay connected to it. Created if it is missing.")
  var schema: String?

  @Option(help: "Where rejected rows are written.", completion: .file())
  var rejectFile: String?

  @Flag(inversion: .prefixedNo, help: "Read back what was written and compare it.")
  var verify = true

  @Flag(help: "Fail at once when another migration into this store is running.")
  var noWait = false

  @Flag(help: "Empty the four tables first, after writing a backup. Destroys what is in them.")
  var forceRecreate = false

  @Flag(help: "Leave out the backup before --force-recreate.")
  var noBackup = false

  @Flag(help: "Leave out the test at the end.")
  var skipTest = false

  @Option(help: ArgumentHelp("Accept so many rejected rows; more end with status 1.", valueName: "number|all"))
  var maxRejected = RejectedMaximum(rows: 0)

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var asks: Bool { forceRecreate }

  func check() throws { try selected.check() }

  func run(in session: Session) throws -> CommandResult {
    let store = try schema.map { try session.use(schema: $0) } ?? session.checkedStore(mayBeAbsent: true)
    let moment = session.clock.now()
    let source = try source(in: session, target: store)
    defer { source?.close() }
    let dropped = forceRecreate ? try store.replacement() : nil
    let service = MigrationService(
      store: store, embedder: try forceRecreate ? session.embedder() : session.embedder(for: store),
      progress: session.progress, interruption: session.interruption,
      options: migrationOptions(in: session, source: source, startedAt: moment),
      otherEmbedder: { try session.embedder(of: $0) },
      beforeEmptying: dropped == nil || options.dryRun || noBackup
        ? nil : { try backUp(store, in: session, at: moment) })
    let stopwatch = WorkStopwatch(session)
    func done(_ report: MigrationReport) -> ResultRecord {
      if report.counts.generated > 0 { session.announce(report.embedderNotice) }
      if !options.dryRun { summarize(report, in: session) }
      return record(report, dropped: dropped, seconds: stopwatch.elapsed.seconds)
    }
    let warning = try dropped.map { _ in try store.triggersOfOthers().warning } ?? ""
    session.note(warning, isConfirmed: options.dryRun || options.yes)
    guard let dropped, !options.dryRun, try isThere(store) else {
      let report = try options.dryRun ? service.dryRun(from: source) : service.run(from: source)
      return CommandResult(.record(done(report)), failure: failure(report))
    }
    let plan = try service.planRefilling(from: source)
    guard try noBackup || store.embeddingSpace() != nil else {
      throw MemshError(
        .confirmationRequired, "the tables of \(store.identity.location) are not complete, so no backup can be written",
        hint: "save them by other means, then add `--no-backup`")
    }
    return try carryOut(plan, in: session) { _ in
      "This takes everything out of the four memory tables of \(store.identity.location)"
        + "\(dropped.sentence.map { ": \($0)" } ?? "").\(warning)"
    } failure: {
      failure($0)
    } record: { report, isPlan in
      guard isPlan else { return done(report) }
      return ResultRecord(
        title: "Migration",
        fields: [
          .init("source", .optional(report.source)), .init("target", .text(report.target)),
          .init("dropped", .record(dropped.fields)),
        ])
    }
  }

  /// What went wrong although there is something to show.
  private func failure(_ report: MigrationReport) -> MemshError? {
    report.systemTestError ?? maxRejected.refusal(of: report, isDryRun: options.dryRun)
  }

  private func isThere(_ store: MemoryStore) throws -> Bool {
    try store.schema().contains { $0.kind == .table && $0.state != .missing }
  }

  /// Copies what is there into a SQLite store of its own, once others are kept from changing it.
  private func backUp(_ store: MemoryStore, in session: Session, at moment: Timestamp) throws {
    guard try isThere(store) else { return }
    let path = session.paths.backup(of: store.identity, at: moment)
    try session.backUp(store, to: path, isLocked: true)
    session.note("✅ Backup written to \(path)")
  }

  /// The source; nil when the default one is not there. A source that was named must be.
  private func source(in session: Session, target: MemoryStore) throws -> (any MemorySource)? {
    let location = try from.map { try session.place($0).location } ?? session.paths.defaultSource
    guard !session.stores.isSame(location, as: target.identity) else {
      guard from == nil else {
        throw MemshError(
          .usage, "\(target.identity.location) is the store itself",
          hint: target.identity.backend == .postgres
            ? "name another source; `--schema NAME` brings what other systems keep in this database into a schema of its own"
            : "name another source")
      }
      session.note("No source to migrate: the default one is this store itself")
      return nil
    }
    do { return try session.stores.source(location, try selected.selection(in: session)) } catch let error as MemshError
    {
      let isAbsent = [.sourceNotFound, .sourceWithoutMemories].contains(error.code)
      guard from == nil, isAbsent else { throw error }
      session.note("No source to migrate: \(error.message)")
      return nil
    }
  }

  private func migrationOptions(
    in session: Session, source: (any MemorySource)?, startedAt: Timestamp
  ) -> MigrationOptions {
    let place = source?.description.location ?? "none"
    var options = MigrationOptions(
      rejectPath: rejectFile ?? session.paths.rejects(of: place, at: startedAt), startedAt: startedAt)
    options.embeddings = embeddings
    options.sourceModel = sourceModel
    options.index = index
    options.forceRecreate = forceRecreate
    options.layout = layout.wish
    options.skipTest = skipTest
    options.verifies = verify
    options.waits = !noWait
    return options
  }

  /// The closing lines of the migration guide.
  private func summarize(_ report: MigrationReport, in session: Session) {
    let rule = String(repeating: "=", count: 60)
    session.note(rule)
    session.note("Migration Summary:")
    session.note("  Memories migrated: \(report.counts.migrated)")
    session.note("  Prompt fragments: \(report.fragmentsInserted)")
    if report.counts.sideRows > 0 {
      session.note("  Other rows copied: \(report.counts.sideRows), of fragments, duplicates and analytics")
    }
    session.note("  Errors encountered: \(report.errors)")
    session.note(rule)
    guard report.errors == 0 else { return }
    session.note("🎉 Migration completed successfully!")
    session.note("✅ Memory system is ready for use!")
    if let diff = diff(report) { session.note("`\(diff)` compares the source with this store") }
  }

  /// The command that proves a migration: it compares the source with the store in use; nil where there was no source.
  private func diff(_ report: MigrationReport) -> String? {
    guard let source = report.source else { return nil }
    // The location is without its password.
    let place = from.flatMap { $0.hasPrefix("@") ? $0 : nil } ?? source
    let counts = report.counts
    // A second run that finds everything there keeps what the first one kept.
    let keptAll = counts.generated == 0 && (counts.kept > 0 || embeddings == .keep && counts.alreadyPresent > 0)
    return ScriptCommand(
      words: ["diff", place] + selected.words + (keptAll ? [] : ["--no-embeddings"])
    ).text
  }

  private func record(_ report: MigrationReport, dropped: Replacement?, seconds: Double) -> ResultRecord {
    let counts = report.counts
    var fields: [ResultRecord.Field] = [
      .init("run", report.run.map(Cell.integer) ?? .null), .init("source", .optional(report.source)),
      .init("target", .text(report.target)), .init("memories_migrated", .integer(counts.migrated)),
      .init("already_present", .integer(counts.alreadyPresent)), .init("rejected", .integer(counts.rejected)),
      .init("reject_file", .optional(report.rejectFile)),
      .init(
        "embeddings",
        .record([
          .init("kept", .integer(counts.kept)), .init("generated", .integer(counts.generated)),
          .init("missing", .integer(counts.missing + counts.fragmentsMissing)),
          .init("not_kept", .integer(counts.notKept)),
        ])),
      .init("fragments_inserted", .count(report.fragmentsInserted)), .init("errors", .count(report.errors)),
      .init("system_test", .text(report.systemTest.rawValue)), .init("seconds", .double(seconds, places: 2)),
      .init("verified", report.verified.map(Cell.boolean) ?? .null),
    ]
    if !options.dryRun { fields.append(.init("diff", .optional(diff(report)))) }
    if let dropped { fields.append(.init("dropped", .record(dropped.fields))) }
    if options.dryRun {
      let effort = report.effort ?? EmbeddingEffort()
      fields += [
        .init("dry_run", .boolean(true)), .init("tokens", .count(effort.tokens)),
        .init("embedding", .record(effort.fields)),
      ]
    }
    return ResultRecord(title: options.dryRun ? "Migration (dry run)" : "Migration", fields: fields)
  }
}

/// How many rows a migration may reject before it counts as failed.
struct RejectedMaximum: ExpressibleByArgument, Sendable {
  /// nil for any number.
  let rows: Int64?

  init(rows: Int64?) { self.rows = rows }

  init?(argument: String) {
    if argument == "all" {
      rows = nil
    } else if let number = Int64(argument), number >= 0 {
      rows = number
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { rows.map(String.init) ?? "all" }

  /// The error for too many rejected rows; nil when they are few enough.
  func refusal(of report: MigrationReport, isDryRun: Bool) -> MemshError? {
    let rejected = report.counts.rejected
    guard let rows, rejected > rows else { return nil }
    let place = report.rejectFile.map { ": \($0)" } ?? ""
    return MemshError(
      .rowsRejected,
      "\(counted(Int(rejected), "row")) \(isDryRun ? "would be" : rejected == 1 ? "was" : "were") rejected\(place)",
      hint: "add `--max-rejected \(rejected)` to accept \(rejected == 1 ? "it" : "them")")
  }
}
