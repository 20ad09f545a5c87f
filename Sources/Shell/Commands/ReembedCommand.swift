import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ReembedCommand: ChangingCommand, UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "reembed",
    abstract: "Compute the vectors of memories and fragments anew.",
    discussion: """
      Without options every vector is computed with the embedder in use; if that is of another space, the store moves \
      to it. With --missing only rows without a vector get one; with a filter only the memories that pass it: both \
      need the embedder of the store's own space. New vectors are gathered beside the old ones, and one transaction \
      switches to them; an interrupted run goes on from the embedding cache. `undo` brings the old ones back, and the store \
      back to its old space. Running it again computes all of them again, --missing none.
      """)

  static let examples = [
    "reembed --missing",
    "reembed --dry-run",
    "reembed --user ada",
    "set embedder local; reembed",
  ]

  @Flag(help: "Only rows that have no vector.")
  var missing = false

  @Option(help: "Only memories of this user.", completion: .stored)
  var user: String?

  @Option(help: "Only memories of this category.", completion: .stored)
  var category: String?

  @Option(help: "The vector index to build when the store moves to another space: hnsw, ivfflat or none.")
  var index: VectorIndexMethod?

  @Flag(help: "Do not keep the old vectors in the journal: it takes less room, and cannot be undone.")
  var noJournal = false

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var leavesUserOpen: Bool { !missing }
  var asks: Bool { !missing }

  private var selection: ReembedSelection {
    if missing { return .missing }
    return user == nil && category == nil ? .all : .matching(MemoryFilter(userID: user, category: category))
  }

  func validate() throws {
    if missing, user != nil || category != nil {
      throw ValidationError("'--missing' and a filter are two different things")
    }
  }

  func namedMemories(now: Timestamp) throws -> MemoryFilter? {
    if case .matching(let filter) = selection { filter } else { nil }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    // All vectors may move to another space; some must be of the store's.
    let embedder = try selection == .all ? session.embedder() : session.embedder(for: store)
    let service = ReembedService(
      store: store, embedder: embedder, author: noJournal ? nil : session.author, progress: session.progress,
      interruption: session.interruption)
    let stopwatch = WorkStopwatch(session)
    func done(_ report: ReembedReport, isDryRun: Bool) -> ResultRecord {
      if !isDryRun { session.announce(embedder) }
      return ReembedCommand.record(report, seconds: isDryRun ? nil : stopwatch.elapsed.seconds)
    }
    // What is not looked at need not be worked out.
    guard asks, isLookedAt(in: session) else {
      let report = try options.dryRun ? service.plan(selection).report : service.run(selection, index: index)
      return CommandResult(.record(done(report, isDryRun: options.dryRun)))
    }
    return try carryOut(service.plan(selection, index: index), in: session) { report in
      "This replaces \(counted(Int(report.memories + report.fragments), "vector")) of \(store.identity.location) "
        + "(\(report.from)) by ones of \(report.to)."
    } record: {
      done($0, isDryRun: $1)
    }
  }

  /// - Parameter seconds: What it took; nil for a plan.
  private static func record(_ report: ReembedReport, seconds: Double?) -> ResultRecord {
    var fields: [ResultRecord.Field] = [
      .init("from", .text(report.from.description)), .init("to", .text(report.to.description)),
      .init("memories", .integer(report.memories)), .init("fragments", .integer(report.fragments)),
    ]
    guard let seconds else {
      fields += [.init("embedding", .record(report.effort.fields)), .init("dry_run", .boolean(true))]
      return ResultRecord(title: "Reembed (dry run)", fields: fields)
    }
    fields += [
      .init("missing", .integer(report.missing)), .leftOut(report.leftOut),
      .init("operations", .json(.array(report.operations.map { .integer($0) }))),
      .init("seconds", .double(seconds, places: 2)), .init("dry_run", .boolean(false)),
    ]
    return ResultRecord(title: "Reembed", fields: fields)
  }
}
