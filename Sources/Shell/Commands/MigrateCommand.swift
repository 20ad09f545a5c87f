import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct MigrateCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring a memory file or another store into this store.",
    discussion: """
      Checks the connection and the vector extension, creates the schema, migrates the rows, inserts the default \
      fragments, builds the indexes, reads back what it wrote and tests the whole. The source is a legacy memory \
      file, a memsh SQLite store or a PostgreSQL URL; it is read only. A run is in as a whole or not at all, and a \
      second run migrates only what is new. Rows that cannot be migrated are written to a reject file. --force-recreate \
      empties the four tables, the journal and the record of migrations first; columns, views, indexes, triggers, rights \
      and whatever else others made on them stay, and what stands in the way is named, and refused. With --dry-run it \
      tells what would go.
      """)

  @Option(help: "The source; without it $MEMORY_SQLITE_PATH, else the embedded store.", completion: .file())
  var from: String?

  @Option(help: "What to do with the source's vectors: keep, regenerate or auto.")
  var embeddings = EmbeddingMode.auto

  @Option(help: "The model that the source's vectors come from.")
  var sourceModel: String?

  @Option(help: "The vector index: hnsw, ivfflat or none.")
  var index: VectorIndexMethod?

  @Option(help: "Migrate into this PostgreSQL schema, and stay connected to it. Created if it is missing.")
  var schema: String?

  @Option(help: "Where rejected rows are written.", completion: .file())
  var rejectFile: String?

  @Flag(help: "Only tell what would be done; nothing is written anywhere.")
  var dryRun = false

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

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let store = try schema.map { try session.use(schema: $0) } ?? session.store()
    let (started, stopwatch) = (session.clock.now(), Stopwatch())
    let source = try source(in: session, target: store)
    defer { source?.close() }
    let dropped = forceRecreate ? try store.replacement() : nil
    let service = MigrationService(
      store: store, embedder: try forceRecreate ? session.embedder() : session.embedder(for: store),
      progress: session.progress, interruption: session.interruption,
      options: options(in: session, source: source, startedAt: started),
      otherEmbedder: { try session.embedder(of: $0) },
      beforeEmptying: dropped == nil || dryRun || noBackup
        ? nil : { try backUp(store, in: session, at: started) })
    if let dropped {
      let warning = try store.triggersOfOthers().warning
      session.note(warning, isConfirmed: dryRun || yes)
      if !dryRun {
        try service.refuseRefilling(from: source)
        try confirmRecreation(of: store, dropping: dropped, warning: warning, in: session)
      }
    }
    let report = try dryRun ? service.dryRun(from: source) : service.run(from: source)
    if report.counts.generated > 0 { session.announce(report.embedderNotice) }
    let seconds = stopwatch.elapsed.seconds
    if !dryRun { MigrateCommand.summarize(report, in: session) }
    return CommandResult(.record(record(report, dropped: dropped, seconds: seconds)), failure: report.systemTestError)
  }

  private func isThere(_ store: MemoryStore) throws -> Bool {
    try store.schema().contains { $0.kind == .table && $0.state != .missing }
  }

  /// Asks whether what is there may go.
  private func confirmRecreation(
    of store: MemoryStore, dropping dropped: Replacement, warning: String, in session: Session
  ) throws {
    guard try isThere(store) else { return }
    try session.confirm(
      "This takes everything out of the four memory tables of \(store.identity.location)"
        + "\(dropped.sentence.map { ": \($0)" } ?? "").\(warning)",
      typing: store.identity.name, isConfirmed: yes)
    guard try noBackup || store.embeddingSpace() != nil else {
      throw MemshError(
        .confirmationRequired, "the tables of \(store.identity.location) are not complete, so no backup can be written",
        hint: "save them by other means, then add `--no-backup`")
    }
  }

  /// Copies what is there into a SQLite store of its own, once nobody can change it any more.
  private func backUp(_ store: MemoryStore, in session: Session, at moment: Timestamp) throws {
    guard try isThere(store) else { return }
    let path = session.paths.backup(of: store.identity, at: moment)
    try session.backUp(store, to: path, isLocked: true)
    session.note("✅ Backup written to \(path)")
  }

  /// The source; nil when the default one is not there. A source that was named must be.
  private func source(in session: Session, target: MemoryStore) throws -> (any MemorySource)? {
    let location = from ?? session.paths.defaultSource
    guard !session.stores.isSame(location, as: target.identity) else {
      guard from == nil else {
        throw MemshError(.usage, "\(location) is the store itself", hint: "name another source")
      }
      session.note("No source to migrate: the default one is this store itself")
      return nil
    }
    do { return try session.stores.source(location) } catch let error as MemshError {
      let isAbsent = [.sourceNotFound, .sourceWithoutMemories].contains(error.code)
      guard from == nil, isAbsent else { throw error }
      session.note("No source to migrate: \(error.message)")
      return nil
    }
  }

  private func options(
    in session: Session, source: (any MemorySource)?, startedAt: Timestamp
  ) -> MigrationOptions {
    let place = source?.description.location ?? "none"
    var options = MigrationOptions(
      rejectPath: rejectFile ?? session.paths.rejects(of: place, at: startedAt), startedAt: startedAt)
    options.embeddings = embeddings
    options.sourceModel = sourceModel
    options.index = index
    options.forceRecreate = forceRecreate
    options.skipTest = skipTest
    options.verifies = verify
    options.waits = !noWait
    return options
  }

  /// The closing lines of the migration guide.
  private static func summarize(_ report: MigrationReport, in session: Session) {
    let rule = String(repeating: "=", count: 60)
    session.note(rule)
    session.note("Migration Summary:")
    session.note("  Memories migrated: \(report.counts.migrated)")
    session.note("  Prompt fragments: \(report.fragmentsInserted)")
    session.note("  Errors encountered: \(report.errors)")
    session.note(rule)
    guard report.errors == 0 else { return }
    session.note("🎉 Migration completed successfully!")
    session.note("✅ Memory system is ready for use!")
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
        ])),
      .init("fragments_inserted", .count(report.fragmentsInserted)), .init("errors", .count(report.errors)),
      .init("system_test", .text(report.systemTest.rawValue)), .init("seconds", .double(seconds, places: 2)),
      .init("verified", report.verified.map(Cell.boolean) ?? .null),
    ]
    if let dropped { fields.append(.init("dropped", .record(dropped.fields))) }
    if dryRun {
      let effort = report.effort ?? EmbeddingEffort()
      fields += [
        .init("dry_run", .boolean(true)), .init("tokens", .count(effort.tokens)),
        .init("embedding", .record(effort.fields)),
      ]
    }
    return ResultRecord(title: dryRun ? "Migration (dry run)" : "Migration", fields: fields)
  }
}
