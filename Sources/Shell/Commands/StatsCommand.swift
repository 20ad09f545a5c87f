import ArgumentParser
import MemoryCore

struct StatsCommand: ShellCommand {
  static let configuration = CommandConfiguration(commandName: "stats", abstract: "Count what is in the store.")

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let statistics = try store.statistics(userID: nil)
    return CommandResult(
      .record(
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
            .init("by_user", .chart(StatsCommand.chart(.bars, "user_id", statistics.byUser))),
            .init("by_category", .chart(StatsCommand.chart(.bars, "category", statistics.byCategory))),
            .init("by_importance", .chart(StatsCommand.chart(.bars, "importance_from", statistics.byImportance))),
            .init("growth", .chart(StatsCommand.chart(.sparkline, "month", statistics.byMonth))),
          ])))
  }

  private static func chart(_ style: Chart.Style, _ key: String, _ counts: [StoreStatistics.Count]) -> Chart {
    Chart(style, key: key, points: counts.map { ($0.value ?? "NULL", $0.memories) })
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
