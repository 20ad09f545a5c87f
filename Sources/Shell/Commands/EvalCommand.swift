import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct EvalCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "eval", abstract: "Measure how well search finds what it should, on this very store.",
    discussion: """
      FILE holds queries and what they should find, an object a line: {"query": "what does she drink?", "user_id": \
      "ada", "expect": [12, 17]}. expect takes the ids of memories, expect_content their exact contents, which stay the \
      same when a store moves; user_id, or --user for all queries without one, says whose memories are searched.

      recall_at_1, _5 and _10 are the share of what is expected that is among the first results, mrr is 1 / the place of \
      the first expected memory as deep as --depth goes, and ndcg_at_10 the discounted gain of the first ten beside the \
      best order, each as the mean over all queries. Beside them are the ends of 95 % intervals: Wilson's for recall, \
      for the others those of 1000 bootstrap draws, which are the same each time. In a script: assert \
      .hybrid.recall_at_10 >= 0.9, or .hybrid.recall_at_10_low to be sure of it.

      An expected memory that is not there counts neither as found nor as not found, but as missing: assert .missing = 0.

      --make drafts such a file from the memories of the store, each with its rarer words as its query. They are the \
      memory's own words: a first look, which flatters search by words. What people really ask tells more.
      """)

  static let examples = [
    "eval --make 50 drafted.jsonl",
    "eval queries.jsonl",
    "eval queries.jsonl --mode hybrid --json; assert .hybrid.recall_at_10 >= 0.4",
    "eval queries.jsonl --user ada --worst 3",
  ]

  @Argument(help: "The file of queries; - is standard input, with --make standard output.", completion: .file())
  var file: String

  @Option(help: "Only search this way: semantic, lexical or hybrid. Repeatable.")
  var mode: [SearchMode] = []

  @Option(
    help: ArgumentHelp(
      "Make the queries' vectors with openai, local, hash or an installed model that fits the store. Repeatable.",
      valueName: "embedder"))
  var embedder: [String] = []

  @Option(help: "Search the memories of this user where a query names none.", completion: .stored)
  var user: String?

  @Option(help: "Look for what is expected among so many results (default: 100).")
  var depth: Int?

  @Option(help: "Name so many of the weakest queries (default: 10).")
  var worst: Int?

  @Option(help: ArgumentHelp("Draft so many queries and write them to FILE.", valueName: "n"))
  var make: Int?

  @Flag(help: "Replace a file that is there, with --make.")
  var overwrite = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  // The store stays as it is; a second try would write the first queries to standard output twice.
  var onlyReads: Bool { make == nil || path != nil }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }

  /// Where to write; nil for standard output.
  private var path: String? { file == "-" ? nil : file }

  // Queries may name others.
  func namedMemories(now: Timestamp) throws -> MemoryFilter? { nil }

  func validate() throws {
    if let depth, !(RetrievalMeasure.resultsJudged...SearchService.limitMaximum).contains(depth) {
      throw ValidationError(
        "'--depth' takes \(RetrievalMeasure.resultsJudged) to \(SearchService.limitMaximum), not '\(depth)'")
    }
    if let worst, !(0...100_000).contains(worst) { throw ValidationError("'--worst' takes 0 to 100000") }
    guard let make else {
      if overwrite { throw ValidationError("'--overwrite' goes with '--make'") }
      return
    }
    guard (1...100_000).contains(make) else { throw ValidationError("'--make' takes 1 to 100000") }
    guard mode.isEmpty, embedder.isEmpty, depth == nil, worst == nil else {
      throw ValidationError("'--make' writes queries and searches for nothing: it goes with '--user' and '--overwrite'")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    if let make { return try draft(make, store, session) }
    guard session.files.exists(file) || file == "-" else {
      throw MemshError(
        .sourceNotFound, "there is no file \(file)",
        hint: "check the path; `eval --make 100 \(file.shellWord)` drafts one")
    }
    var options = EvaluationOptions()
    options.modes = try modes(session, store)
    (options.depth, options.weakest) = (depth ?? options.depth, worst ?? options.weakest)
    (options.userID, options.wordsWeight) = (user, session.settings.hybridWeight)
    let embedders = try options.modes == [.lexical] ? [] : embedders(session, store)
    let service = EvaluationService(
      store: store, embedders: embedders, options, progress: session.progress, interruption: session.interruption,
      name: file)
    // A pipe can be read only once.
    let total = try session.files.isRegular(file) ? session.files.read(linesOf: file, service.check) : 0
    let evaluation = try session.files.read(linesOf: file) { try service.evaluate(total: total, $0) }
    for embedder in embedders { session.announce(embedder.embedder) }
    return CommandResult(.record(EvaluationScreen(evaluation: evaluation, path: file).record))
  }

  /// The ways of searching, each once: those that were asked for, else all that the store has.
  private func modes(_ session: Session, _ store: MemoryStore) throws -> [SearchMode] {
    guard mode.isEmpty else { return SearchMode.allCases.filter(mode.contains) }
    guard try store.hasTextIndex() else {
      session.announce("searched by meaning only: there is no index of words; `schema --create` builds it")
      return [.semantic]
    }
    return try embedder.isEmpty && session.goesByWords(store) ? [.lexical] : SearchMode.allCases
  }

  private func embedders(_ session: Session, _ store: MemoryStore) throws -> [EvaluationService.NamedEmbedder] {
    // Each once: what is measured by its name has one result.
    var seen: Set<String> = []
    let named = embedder.filter { seen.insert($0).inserted }
    let embedders: [EvaluationService.NamedEmbedder] =
      if named.isEmpty {
        [try session.embedder(for: store)].map { ("\($0.space.provider)/\($0.space.model)", $0) }
      } else {
        try named.map { (name: $0, embedder: try session.embedder(named: $0, for: store)) }
      }
    return embedders
  }

  private func draft(_ count: Int, _ store: MemoryStore, _ session: Session) throws -> CommandResult {
    if let path { try session.refuseToWrite(path, besides: store, mayReplace: overwrite) }
    let service = DraftingService(store: store, progress: session.progress, interruption: session.interruption)
    let queries = try service.draft(count, userID: user)
    guard !queries.isEmpty else {
      let whose = user.map { " of \($0)" } ?? ""
      throw MemshError(
        .notFound, "there is no memory\(whose) with words to draft a query from", hint: "`users` lists whose there are")
    }
    guard let path else {
      let isTerminal = session.isOnTerminal
      for query in queries {
        try session.write((isTerminal ? query.json.text.withVisibleControls : query.json.text) + "\n")
      }
      return .nothing
    }
    try session.files.write(piecesTo: path, mayReplace: overwrite) { output in
      for query in queries { try output(query.json.text + "\n") }
    }
    let fields: [ResultRecord.Field] = [.init("path", .text(path)), .init("queries", .count(queries.count))]
    var result = CommandResult(.record(ResultRecord(title: "Draft", fields: fields)))
    result.remark = "`eval \(path.shellWord)` searches for them"
    return result
  }
}

extension Session {
  /// The embedder of a name, for the vectors of a store.
  ///
  /// - Parameter name: `openai`, `local`, `hash`, or that of an installed model.
  /// - Throws: `not_found` for a model that there is not, `embedder_unavailable`, `embedding_space_mismatch`.
  fileprivate func embedder(named name: String, for store: MemoryStore) throws -> any Embedder {
    let space = try store.requireTables()
    let embedder = try embedder(named: name, near: space)
    guard EvaluationService.fits(embedder.space, vectorsOf: space) else {
      throw MemshError(
        .embeddingSpaceMismatch, "the embedder \(name) makes \(embedder.space); this store's vectors are \(space)",
        hint: "without `--embedder` the store's own is taken; `models` says which of those installed fit the store")
    }
    return embedder
  }

  /// The embedder of a name, of a space where it can be.
  private func embedder(named name: String, near space: EmbeddingSpace) throws -> any Embedder {
    var chosen = settings.embedding
    chosen.choice = EmbedderChoice(rawValue: name)
    if let choice = chosen.choice, choice != .local {
      let own = space.provider == choice.rawValue ? try embedders.embedder(of: space, chosen) : nil
      return try own ?? embedders.chosen(chosen)
    }
    guard let model = try chosen.choice == .local ? embedders.models.inUse() : embedders.models.model(named: name)
    else { return try embedders.chosen(chosen) }
    let isOwn = try embedders.models.model(of: space) == model
    return embedders.embedder(of: model, in: isOwn ? space : model.space)
  }
}
