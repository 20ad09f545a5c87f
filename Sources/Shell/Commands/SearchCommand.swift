import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct SearchCommand: Filtering {
  static let declaration = CommandConfiguration(
    commandName: "search", abstract: "Find memories by meaning, by words, or by both.",
    discussion: """
      semantic ranks by cosine similarity to the query's embedding, lexical by its words (BM25), hybrid, the \
      default, by both: the scores of each are scaled over its first 100 results and added, words with a weight of \
      0.7, meaning with the rest, and the best result by words stays first unless meaning clearly prefers another. \
      Where it shares a single word with a query of several, and that word is neither rare nor a name nor a number \
      nor in quotes, meaning alone decides. `set hybrid-weight` takes another weight, and --explain shows both \
      scores of each result. --since and --until take a date, a moment, or a span back from now (90m, 12h, 7d, 2w, \
      1y). Reading never writes, except with --record.
      """)

  static let examples = [
    "search green tea",
    "search 'double espresso' --user ada --limit 3",
    "search tea --mode lexical --since 30d",
    "search --similar-to 12",
    "search tea --where metadata.source=chat --json",
  ]

  @Argument(help: ArgumentHelp("What to look for; several words are one query.", valueName: "query"))
  var words: [String] = []

  @Option(help: "Look for what is like this memory instead of a text.")
  var similarTo: Int64?

  @Option(help: "semantic, lexical or hybrid.")
  var mode: SearchMode?

  @OptionGroup var filter: FilterOptions

  @Option(help: "At most so many results, up to 10000.")
  var limit = SearchCommand.resultsByDefault

  @Option(help: "Leave out so many of the best results.")
  var offset = 0

  @Option(parsing: .unconditional, help: "Only results at least this similar, from -1 to 1.")
  var threshold: Double?

  @Flag(help: "Give the answer of comparing every row, whatever index there is.")
  var exact = false

  @Flag(help: "Take a faster answer that may miss some rows; `recall` tells how many.")
  var approximate = false

  @Option(help: "Show these columns, separated by commas.")
  var fields: String?

  @Flag(help: "Show how the store finds the results, and what it takes, instead of the results.")
  var explain = false

  @Flag(help: "Count the access to each result and note the search in the analytics, as an agent's search does.")
  var record = false

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { !record }

  private var query: String? { words.isEmpty ? nil : words.joined(separator: " ") }

  func validate() throws {
    guard query == nil || similarTo == nil else {
      throw ValidationError("Give a query or '--similar-to ID', not both")
    }
    guard query != nil || similarTo != nil else {
      throw ValidationError("Give the words to search for, or '--similar-to ID'")
    }
    if let query, !query.contains(where: { !$0.isWhitespace }) { throw ValidationError("The query is empty") }
    if similarTo != nil, let mode, mode != .semantic {
      throw ValidationError("'--similar-to' compares embeddings: '--mode \(mode.rawValue)' does not go with it")
    }
    if mode == .lexical, threshold != nil || exact || approximate {
      throw ValidationError("'--threshold', '--exact' and '--approximate' are about embeddings, not about words")
    }
    guard !exact || !approximate else { throw ValidationError("'--exact' or '--approximate', not both") }
    guard (0...SearchService.limitMaximum).contains(limit), (0...SearchService.limitMaximum - limit).contains(offset)
    else {
      throw ValidationError("'--limit' and '--offset' take 0 to \(SearchService.limitMaximum) together")
    }
    if let threshold, !(-1...1).contains(threshold) {
      throw ValidationError("'--threshold' takes -1 to 1, not '\(threshold)'")
    }
    _ = try shownColumns()
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    var request = try request(now: session.clock.now())
    request.wordsWeight = session.settings.hybridWeight
    if mode == nil, query != nil, threshold == nil, !exact, !approximate, try session.goesByWords(store) {
      request.mode = .lexical
    }
    // A search by words needs none.
    var used: (any Embedder)?
    func embedder() throws -> any Embedder {
      let embedder = try session.embedder(for: store)
      used = embedder
      return embedder
    }
    let report = try SearchService(store: store, embedder: try embedder()).search(request)
    if let used { session.announce(used) }
    if record {
      try store.record(
        AnalyticsEvent(
          userID: filter.user, query: query ?? "similar to \(similarTo ?? 0)", results: report.hits.count,
          milliseconds: Int((report.embedding + report.store).milliseconds.rounded())),
        accessTo: report.hits.map(\.memory.id))
    }
    guard !explain else { return CommandResult(.record(SearchCommand.explanation(report))) }
    var table = try table(report.hits)
    table.words = SearchedWords.words(of: report.words?.joined(separator: " ") ?? query ?? "")
    if report.hits.count == limit, limit > 0 { table.listing = Listing(next: nextPage) }
    var result = CommandResult(.table(table))
    if report.hits.isEmpty, limit > 0 { result.remark = try reason(for: report, request, store) }
    return result
  }

  private static let resultsByDefault = 10

  /// The command that shows the results behind these; nil where no search goes that far.
  private var nextPage: [String]? {
    guard limit + offset + limit <= SearchService.limitMaximum else { return nil }
    var words = ["search"] + (query.map { [$0] } ?? [])
    if let similarTo { words += ["--similar-to", "\(similarTo)"] }
    if let mode { words += ["--mode", mode.rawValue] }
    words += filter.words
    if let threshold { words += ["--threshold", "\(threshold)"] }
    if exact { words.append("--exact") }
    if approximate { words.append("--approximate") }
    if let fields { words += ["--fields", fields] }
    if limit != SearchCommand.resultsByDefault { words += ["--limit", "\(limit)"] }
    return words + ["--offset", "\(offset + limit)"]
  }

  func namedMemories(now: Timestamp) throws -> MemoryFilter? { nil }

  /// Why nothing was found.
  private func reason(for report: SearchReport, _ request: SearchRequest, _ store: MemoryStore) throws -> String? {
    guard offset == 0 else { return "nothing found: there are no results behind the first \(offset) or fewer" }
    let emptiness = try store.emptiness(request.filter)
    guard case .none(let memories) = emptiness else { return emptiness.sentence }
    if similarTo != nil, memories == 1 { return "nothing found: there is no other memory" }
    let searched = "nothing found: \(counted(memories, "memory")) searched, none"
    if report.mode == .lexical { return "\(searched) has a word of the query" }
    if let threshold { return "\(searched) is similar to \(threshold) or more" }
    let words = report.mode == .hybrid ? " or a word of the query" : ""
    return "\(searched) has an embedding\(words); `reembed --missing` computes embeddings"
  }

  private func request(now: Timestamp) throws -> SearchRequest {
    var request = SearchRequest(similarTo.map { .memory($0) } ?? .text(query ?? ""))
    request.mode = mode
    request.filter = try filter.filter(now: now)
    (request.limit, request.offset, request.threshold) = (limit, offset, threshold)
    request.strategy = exact ? .exact : approximate ? .approximate(breadth: nil) : .automatic
    return request
  }

  private static let columns = [
    "id", "user_id", "content", "category", "importance_score", "similarity", "metadata", "access_count",
    "last_accessed_at", "created_at", "updated_at", "score", "semantic_rank", "lexical_rank",
  ]

  private func shownColumns() throws -> [String]? {
    guard let fields else { return nil }
    let names = fields.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    for name in names where !SearchCommand.columns.contains(name) {
      throw ValidationError("'--fields' knows no '\(name)': it takes \(SearchCommand.columns.joined(separator: ", "))")
    }
    return names.isEmpty ? nil : names
  }

  private func table(_ hits: [SearchHit]) throws -> ResultTable {
    let rows = hits.map { hit -> [Cell] in
      let fields = hit.memory.fields
      return [
        .integer(hit.memory.id), .text(fields.userID), .text(fields.content), .optional(fields.category),
        fields.importanceScore.map { .double($0, places: 2) } ?? .null,
        hit.similarity.map { .double($0, places: 3) } ?? .null, fields.metadata.map(Cell.json) ?? .null,
        fields.accessCount.map(Cell.integer) ?? .null,
        fields.lastAccessedAt.map(Cell.timestamp) ?? .null, fields.createdAt.map(Cell.timestamp) ?? .null,
        fields.updatedAt.map(Cell.timestamp) ?? .null, .double(hit.score, places: 4),
        hit.vectorRank.map(Cell.count) ?? .null,
        hit.textRank.map(Cell.count) ?? .null,
      ]
    }
    let all = ResultTable(
      columns: SearchCommand.columns, rows: rows, noun: "result",
      shownColumns: ["score", "id", "similarity", "user_id", "category", "importance_score", "content"],
      yielding: ["importance_score", "similarity", "category", "user_id"])
    guard let wanted = try shownColumns() else { return all }
    let indexes = wanted.compactMap { SearchCommand.columns.firstIndex(of: $0) }
    return ResultTable(columns: wanted, rows: rows.map { row in indexes.map { row[$0] } }, noun: "result")
  }

  /// What each result's score is made of.
  private static func scores(_ hits: [SearchHit]) -> ResultTable {
    func number(_ value: Double?, places: Int = 4) -> Cell { value.map { .double($0, places: places) } ?? .null }
    return ResultTable(
      columns: [
        "id", "score", "semantic_rank", "similarity", "semantic_part", "lexical_rank", "lexical_score", "lexical_part",
        "content",
      ],
      rows: hits.map { hit in
        [
          .integer(hit.memory.id), .double(hit.score, places: 4), hit.vectorRank.map(Cell.count) ?? .null,
          number(hit.similarity, places: 3), number(hit.vectorPart), hit.textRank.map(Cell.count) ?? .null,
          number(hit.textScore), number(hit.textPart), .text(hit.memory.fields.content),
        ]
      }, noun: "result")
  }

  private static func weighing(_ weighing: Weighing) -> String {
    switch weighing {
    case .chosen: "as `set hybrid-weight` says"
    case .automatic(wordsTell: true): "auto: the best result by words tells enough"
    case .automatic(wordsTell: false): "auto: the best result by words has too little in common with the query"
    }
  }

  private static func explanation(_ report: SearchReport) -> ResultRecord {
    let steps = report.plans.enumerated().map { number, plan in
      ResultRecord.Field(
        "step_\(number + 1)",
        .record([
          .init("method", .text(plan.method)), .init("index", .optional(plan.index)),
          .init("details", .optional(plan.details.isEmpty ? nil : plan.details.joined(separator: "; "))),
        ]))
    }
    return ResultRecord(
      title: "Search",
      fields: [.init("mode", .text(report.mode.rawValue)), .init("results", .count(report.hits.count))] + steps + [
        .init("lexical_weight", report.weighing.map { .double($0.wordsWeight, places: 2) } ?? .null),
        .init("weighing", .optional(report.weighing.map(weighing))),
        .init("scores", .list(scores(report.hits))),
        .init("embedding_ms", .double(report.embedding.milliseconds, places: 2)),
        .init("store_ms", .double(report.store.milliseconds, places: 2)),
      ])
  }
}

extension SearchMode: ExpressibleByArgument {}
