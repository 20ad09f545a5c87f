import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct RollbackCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to SQLite, or take one migration run out again.",
    discussion: """
      After `begin` it takes back what was changed since. In a session without `begin`, and without options, it makes \
      the SQLite store the active one for this session, as MEMORY_TYPE=sqlite does for new ones; what PostgreSQL holds \
      stays untouched. ROLLBACK, SQL's word, only ever ends a transaction. --sync first copies what PostgreSQL has and the SQLite store has not. --run takes the rows of \
      one migration out of the store in use; rows changed since are kept and listed. Where rows of other tables would \
      go, too, it is refused unless --cascade is given.
      """)

  static let examples = [
    "begin; delete 12; rollback",
    "rollback --run last --dry-run",
    "rollback --run last",
    "rollback --sync",
  ]

  @Flag(help: "Only take back what was changed since `begin`, as ROLLBACK does.")
  var transaction = false

  @Flag(help: "First copy what PostgreSQL has and the SQLite store has not.")
  var sync = false

  @Option(help: ArgumentHelp("Take this run out again.", valueName: "number|last"), completion: .stored)
  var run: RunNumber?

  @Flag(help: "With --run: take out rows that were changed since, too.")
  var force = false

  @OptionGroup var cascading: CascadeOptions

  @OptionGroup var options: RepairOptions

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var asks: Bool { run != nil }

  /// A run's number, or the last one.
  enum RunNumber: ExpressibleByArgument {
    case last
    case number(Int64)

    init?(argument: String) {
      if argument == "last" {
        self = .last
      } else if let number = Int64(argument), number > 0 {
        self = .number(number)
      } else {
        return nil
      }
    }
  }

  func validate() throws {
    if transaction, run != nil || sync || options.dryRun || force || cascading.cascade {
      throw ValidationError("'--transaction' goes with nothing else")
    }
    if run != nil, sync { throw ValidationError("'--run' and '--sync' are two different things") }
    if run == nil, options.dryRun || force || cascading.cascade {
      throw ValidationError("'--dry-run', '--force' and '--cascade' go with '--run'")
    }
  }

  /// Whether it takes back what was changed since `begin`, if there was a transaction.
  var endsTransaction: Bool { run == nil && !sync }

  func run(in session: Session) throws -> CommandResult {
    // Once there was a transaction, going to another store is not what is meant.
    if transaction || endsTransaction && session.hasBegun {
      try session.endTransaction(commits: false)
      return .nothing
    }
    guard let run else { return try goBack(in: session) }
    let store = try session.store()
    let number: Int64? = if case .number(let number) = run { number } else { nil }
    let plan = try RollbackService(store: store).plan(run: number, force: force, cascade: cascading.cascade)
    return try carryOut(plan, in: session) { report in
      "This takes \(counted(report.rows.count, "row")) of run \(report.run.id) out of \(store.identity.location)."
        + (report.losses.isEmpty ? "" : " \(report.losses.map(\.description).joined(separator: ", ")) go, too.")
    } record: {
      RollbackCommand.record($0, isDryRun: $1)
    }
  }

  /// Makes SQLite the active backend.
  private func goBack(in session: Session) throws -> CommandResult {
    let left = try session.store()
    let store = try session.use(.sqlite)
    if sync {
      guard left.identity.backend == .postgres else {
        throw MemshError(
          .usage, "this session is on SQLite already: there is nothing to copy", hint: "`use postgres` first")
      }
      let started = session.clock.now()
      var options = MigrationOptions(
        rejectPath: session.paths.rejects(of: left.identity.name, at: started), startedAt: started)
      options.seedsFragments = false
      options.skipTest = true
      let source = try session.stores.source(session.location(of: left), SourceSelection())
      defer { source.close() }
      _ = try MigrationService(
        store: store, embedder: session.embedder(for: store), progress: session.progress,
        interruption: session.interruption, options: options, otherEmbedder: { try session.embedder(of: $0) }
      ).run(from: source)
    }
    session.note("✅ Active backend: SQLite. PostgreSQL data remains untouched.")
    session.note("For new sessions: export MEMORY_TYPE=sqlite")
    return try session.greeting(of: store)
  }

  private static func record(_ report: RollbackReport, isDryRun: Bool) -> ResultRecord {
    let kept = report.kept.map { row in
      JSON.object([
        .init("table", .string(row.table)), .init("id", .integer(row.id)), .init("content", .string(row.excerpt)),
      ])
    }
    let removed = Table.names.map { ResultRecord.Field($0, .count(report.removed[$0] ?? 0)) }
    return ResultRecord(
      title: isDryRun ? "Rollback (dry run)" : "Rollback",
      fields: [
        .init("run", .integer(report.run.id)), .init("source", .text(report.run.source)),
        .init("started_at", .timestamp(report.run.startedAt)), .init("removed", .record(removed)),
        .init("kept", .count(report.kept.count)), .init("kept_rows", .json(.array(kept))), .leftOut(report.leftOut),
        .init("cascaded", .json(.array(report.losses.map { .string($0.description) }))),
        .init("dry_run", .boolean(isDryRun)),
      ])
  }
}
