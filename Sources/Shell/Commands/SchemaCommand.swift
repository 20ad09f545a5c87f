import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct SchemaCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "schema", abstract: "Show the tables, indexes and triggers and how they stand.",
    discussion: """
      --create makes what is missing. In tables that memsh 0.1.0 made it also lets every column take NULL that the \
      memory system's applications leave empty, and writes NULL for the fragments of every agent, as they do (`undo` \
      takes the latter back).

      --space tells memsh which model made the vectors of a store that others made, such as \
      openai/text-embedding-3-large or hash/word-ngram-v1, so that it can be searched by meaning. Nothing but memsh's \
      own record changes; a model whose vectors have another length is refused.

      --layout spreads the memories by their users: over partitions of one PostgreSQL server, or with Citus over several \
      servers; and puts them into a single table again. It shows what changes, asks, and does it in one transaction, \
      which keeps columns, indexes, rights and triggers. What others made that has no place in the new layout, such as \
      views and foreign keys, is named, and nothing is done. New tables take the layout that the database is set to: \
      ALTER DATABASE name SET memsh.layout = 'partitioned 12'.
      """)

  static let examples = [
    "schema",
    "schema --create",
    "schema --space hash/word-ngram-v1",
    "schema --layout partitioned --shards 12 --dry-run",
  ]

  @Flag(help: "Create what is missing.")
  var create = false

  @Option(help: "The vector index to create: hnsw, ivfflat or none.")
  var index: VectorIndexMethod?

  @Option(
    help: ArgumentHelp("Record which model made the vectors that are there.", valueName: "provider/model"))
  var space: String?

  @OptionGroup var layout: LayoutOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var asks: Bool { layout.wish != nil && !create }
  var onlyReads: Bool { !create && space == nil && (layout.wish == nil || options.dryRun) }

  func validate() throws {
    if let space, SchemaCommand.parts(ofSpace: space) == nil {
      throw ValidationError(
        "'--space' takes PROVIDER/MODEL, such as openai/text-embedding-3-large; the provider is openai, local or hash")
    }
    if index != nil, !create { throw ValidationError("'--index' goes with '--create'") }
    if layout.wish != nil, space != nil { throw ValidationError("'--layout' and '--space' are two different things") }
    if options.dryRun, !asks { throw ValidationError("'--dry-run' goes with '--layout'") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.checkedStore(mayBeAbsent: create)
    if let wish = layout.wish, !create { return try layOut(wish, store, in: session) }
    if create {
      _ = try store.vectorSupport(.ensure)
      try store.whileMigratingAlone(session.progress, session.interruption) {
        _ = try store.createSchema(space: store.embeddingSpace() ?? session.embedder().space, layout: layout.wish)
        if let wish = layout.wish, try !store.has(wish) { throw try store.otherLayout(than: wish) }
      }
      for outcome in try store.buildIndexes(index, session.progress) {
        session.progress.report(.vectorIndex(outcome))
      }
      try SchemaCommand.mendTables(of: store, in: session)
    }
    if let (provider, model) = space.flatMap(SchemaCommand.parts) {
      let length = try session.embedders.vectorLength(of: provider, model: model)
      try store.nameSpace(provider: provider.rawValue, model: model, length: length)
    }
    return try SchemaCommand.listing(of: store)
  }

  private func layOut(_ wish: LayoutWish, _ store: MemoryStore, in session: Session) throws -> CommandResult {
    let service = LayoutService(store: store, progress: session.progress, interruption: session.interruption)
    let stopwatch = WorkStopwatch(session)
    return try carryOut(service.plan(wish), in: session) {
      $0.question(of: store.identity.location)
    } record: { report, isPlan in
      report.record(isDryRun: options.dryRun, seconds: isPlan ? nil : stopwatch.elapsed.seconds)
    }
  }

  /// The parts of `PROVIDER/MODEL`; the model's name may have more slashes.
  private static func parts(ofSpace text: String) -> (provider: EmbedderChoice, model: String)? {
    guard let slash = text.firstIndex(of: "/"), let provider = EmbedderChoice(rawValue: String(text[..<slash])),
      case let model = String(text[text.index(after: slash)...]), !model.isEmpty
    else { return nil }
    return (provider, model)
  }

  /// Puts right what memsh 0.1.0 made in another way than the applications do.
  private static func mendTables(of store: MemoryStore, in session: Session) throws {
    let service = DoctorService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption)
    let plan = try service.planFix([.columnsRequired, .fragmentEveryAgent]) { try session.embedder() }
    let report = try plan.apply()
    for finding in report.findings where report.fixed.contains(finding.check) {
      session.note("✅ \(finding.check.name): \(finding.count) put right")
    }
  }

  private static func listing(of store: MemoryStore) throws -> CommandResult {
    let rows = try store.schema().map { object -> [Cell] in
      [
        .text(object.kind.rawValue), .text(object.name), .text(object.table), .text(object.state.rawValue),
        .optional(object.definition),
      ]
    }
    return CommandResult(
      .table(
        ResultTable(
          columns: ["kind", "name", "table", "state", "definition"], rows: rows, noun: "object",
          shownColumns: ["kind", "name", "table", "state"])))
  }
}
