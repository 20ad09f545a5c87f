import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct StatsCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "stats", abstract: "Count what is in the store.",
    discussion: "Without options, totals and pictures. With --user only that user's memories are counted.")

  static let examples = [
    "stats",
    "stats --by category",
    "stats --user ada --json",
    "stats --index",
    "stats --html stats.html",
  ]

  @Option(help: "Only memories of this user.", completion: .stored)
  var user: String?

  @Option(help: "A row for each user, category, day or step of importance.")
  var by: Grouping?

  @Flag(help: "What the tables, indexes and files take, and how they stand.")
  var index = false

  @Flag(help: "How long searches took, from the analytics.")
  var latency = false

  @OptionGroup var page: PageOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var onlyReads: Bool { true }

  private static let groupMaximum = 1_000

  func validate() throws {
    guard [by != nil, index, latency].count(where: \.self) < 2 else {
      throw ValidationError("'--by', '--index' and '--latency' are three different questions")
    }
    if page.html != nil, by != nil || index || latency {
      throw ValidationError("'--html' shows the totals: leave '--by', '--index' and '--latency' out")
    }
    if index, user != nil { throw ValidationError("indexes are not counted by user") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    if let by {
      let totals = try store.totals(by: by, userID: user, limit: StatsCommand.groupMaximum)
      return CommandResult(.table(ResultTable(totals, by: by)))
    }
    if index { return CommandResult(.table(StatsCommand.table(try store.storage()))) }
    if latency { return CommandResult(.record(StatsCommand.record(try store.latency(userID: user)))) }
    try page.check(session, store)
    let statistics = try store.statistics(userID: user)
    let record = try StatsCommand.record(
      statistics, store, hitRate: session.embedders.cache(session.settings.embedding).statistics().hitRate)
    return try page.write(ReportPage(statistics, record), session, CommandResult(.record(record)))
  }

  private static func table(_ storage: [StorageEntry]) -> ResultTable {
    ResultTable(
      columns: ["name", "kind", "state", "bytes"],
      rows: storage.map { [.text($0.name), .text($0.kind), .text($0.state), .integer($0.bytes)] }, noun: "object")
  }

  private static func record(_ latency: LatencyStatistics) -> ResultRecord {
    ResultRecord(
      title: "Latency",
      fields: [.init("searches", .integer(latency.searches))]
        + latency.percentiles.map { percent, milliseconds in
          .init(percent == 100 ? "max_ms" : "p\(percent)_ms", milliseconds.map(Cell.integer) ?? .null)
        })
  }

  private static func record(_ statistics: StoreStatistics, _ store: MemoryStore, hitRate: Double?) -> ResultRecord {
    ResultRecord(
      title: "Statistics",
      fields: [
        .init("backend", .text(store.identity.backend.rawValue)),
        .init("memories", .record(StatsCommand.memories(statistics))),
        .init("embeddings", .record(StatsCommand.embeddings(statistics))),
        .init(
          "fragments",
          .record([
            .init("total", .integer(statistics.fragments)), .init("active", .integer(statistics.activeFragments)),
          ])),
        .init("duplicates", .integer(statistics.duplicates)),
        .init("analytics", .integer(statistics.analytics)),
        .init("cache_hit_rate", hitRate.map { .double($0, places: 3) } ?? .null),
        .init("by_user", .chart(StatsCommand.chart(.bars, "user_id", statistics.byUser))),
        .init("by_category", .chart(StatsCommand.chart(.bars, "category", statistics.byCategory))),
        .init("by_importance", .chart(StatsCommand.chart(.bars, "importance_from", statistics.byImportance))),
        .init("growth", .chart(StatsCommand.chart(.sparkline, "month", statistics.byMonth))),
      ])
  }

  private static func chart(_ style: Chart.Style, _ key: String, _ counts: [StoreStatistics.Count]) -> Chart {
    Chart(
      style, key: key, points: counts.map { ($0.value, $0.memories) }, hasNumbers: key == "importance_from")
  }

  private static func memories(_ statistics: StoreStatistics) -> [ResultRecord.Field] {
    [
      .init("total", .integer(statistics.memories)), .init("users", .integer(statistics.users)),
      .init("categories", .integer(statistics.categories)),
      .init("avg_importance", statistics.averageImportance.map { .double($0, places: 3) } ?? .null),
      .init("total_accesses", .integer(statistics.totalAccesses)),
      .init("latest", statistics.latest.map(Cell.timestamp) ?? .null),
    ]
  }

  private static func embeddings(_ statistics: StoreStatistics) -> [ResultRecord.Field] {
    let space = statistics.space.map { space -> ResultRecord.Value in
      .record([
        .init("provider", .text(space.provider)), .init("model", .text(space.model)),
        .init("dimensions", .count(space.dimensions)),
      ])
    }
    return [
      .init("present", .integer(statistics.embeddingsPresent)),
      .init("missing", .integer(statistics.embeddingsMissing)), .init("space", space ?? .cell(.null)),
    ]
  }
}

extension Grouping: ExpressibleByArgument {}
