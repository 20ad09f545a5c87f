import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ReembedCommand: UserChoosing {
  static let configuration = CommandConfiguration(
    commandName: "reembed",
    abstract: "Compute the vectors of memories and fragments anew.",
    discussion: """
      Without options every vector is computed with the embedder in use; if that is of another space, the store moves \
      to it. With --missing only rows without a vector get one; with a filter only the memories that pass it: both \
      need the embedder of the store's own space. New vectors are gathered beside the old ones, and one transaction \
      switches to them; an interrupted run goes on from the embedding cache. `undo` brings the old ones back, and the store \
      back to its old space. Running it again computes all of them again, --missing none.
      """)

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

  @Flag(help: "Only tell what would be done and what it would take; nothing is written anywhere.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var onlyReads: Bool { dryRun }
  var leavesUserOpen: Bool { !missing }

  private var selection: ReembedSelection {
    if missing { return .missing }
    return user == nil && category == nil ? .all : .matching(MemoryFilter(userID: user, category: category))
  }

  func validate() throws {
    if missing, user != nil || category != nil {
      throw ValidationError("'--missing' and a filter are two different things")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    // All vectors may move to another space; some must be of the store's.
    let embedder = try selection == .all ? session.embedder() : session.embedder(for: store)
    let service = ReembedService(
      store: store, embedder: embedder, author: noJournal ? nil : session.author, progress: session.progress,
      interruption: session.interruption)
    guard !dryRun else {
      return CommandResult(.record(ReembedCommand.record(try service.dryRun(selection), isDryRun: true, seconds: nil)))
    }
    if selection != .missing {
      let space = try store.embeddingSpace()
      try session.confirm(
        "This replaces vectors of \(store.identity.location) (\(space?.description ?? "no space")) by ones of "
          + "\(embedder.space).", typing: store.identity.name, isConfirmed: yes)
    }
    let stopwatch = Stopwatch()
    let report = try service.run(selection, index: index)
    session.announce(embedder)
    let seconds = stopwatch.elapsed.seconds
    return CommandResult(.record(ReembedCommand.record(report, isDryRun: false, seconds: seconds)))
  }

  private static func record(_ report: ReembedReport, isDryRun: Bool, seconds: Double?) -> ResultRecord {
    var fields: [ResultRecord.Field] = [
      .init("from", .text(report.from.description)), .init("to", .text(report.to.description)),
      .init("memories", .integer(report.memories)), .init("fragments", .integer(report.fragments)),
    ]
    if isDryRun {
      fields += [.init("embedding", .record(report.effort.fields)), .init("dry_run", .boolean(true))]
    } else {
      fields += [
        .init("missing", .integer(report.missing)),
        .init("operations", .json(.array(report.operations.map { .integer($0) }))),
        .init("seconds", seconds.map { .double($0, places: 2) } ?? .null),
      ]
    }
    return ResultRecord(title: isDryRun ? "Reembed (dry run)" : "Reembed", fields: fields)
  }
}
