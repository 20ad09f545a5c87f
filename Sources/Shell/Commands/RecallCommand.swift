import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct RecallCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "recall", abstract: "Measure how good the vector index is on this very data.",
    discussion: """
      Looks for the neighbours of memories drawn at random, exactly and through the index, which looks less or more far: \
      recall is the share of the true neighbours that it finds. On SQLite, where search is exact, it measures \
      `search --approximate`.
      """)

  static let examples = [
    "recall",
    "recall --sample 500 --neighbours 20",
    "recall --json",
    "recall --html recall.html",
  ]

  @Option(help: "Look for the neighbours of so many memories.")
  var sample = 100

  @Option(help: "Look for so many neighbours of each.")
  var neighbours = 10

  @OptionGroup var page: PageOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard (1...1_000_000).contains(sample) else { throw ValidationError("'--sample' takes 1 to 1000000") }
    guard (1...100).contains(neighbours) else { throw ValidationError("'--neighbours' takes 1 to 100") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    try page.check(session, store)
    let service = RecallService(store: store, interruption: session.interruption)
    let report = try service.measure(sample: sample, neighbours: neighbours)
    let steps = report.steps.map { step -> [Cell] in
      [
        .count(step.breadth), .double(step.recall, places: 4), .double(step.median.milliseconds, places: 2),
        .double(step.percentile95.milliseconds, places: 2),
      ]
    }
    let table = ResultTable(columns: ["breadth", "recall", "median_ms", "p95_ms"], rows: steps)
    let recommendation = RecallCommand.recommendation(report, store.identity.backend)
    let result = CommandResult(
      .record(
        ResultRecord(
          title: "Recall",
          fields: [
            .init("index", .text(report.breadths.index)), .init("parameter", .text(report.breadths.parameter)),
            .init("neighbours", .count(report.neighbours)), .init("sampled", .count(report.sampled)),
            .init("exact_median_ms", .double(report.exactMedian.milliseconds, places: 2)),
            .init("steps", .list(table)),
            .init("recommended", report.recommended.map(Cell.count) ?? .null),
            .init("recommendation", .text(recommendation)),
          ])))
    return try page.write(ReportPage(report, recommendation: recommendation, steps: table), session, result)
  }

  private static func recommendation(_ report: RecallReport, _ backend: Backend) -> String {
    let parameter = report.breadths.parameter
    if let breadth = report.recommended { return "\(parameter) = \(breadth) finds 99 % of the true neighbours" }
    let missed = "no \(parameter) measured finds 99 %"
    return switch backend {
    case .postgres: "\(missed): rebuild the index (`sql --write 'REINDEX …'`), or search with --exact"
    case .sqlite: "\(missed): search without --approximate, which finds all"
    }
  }
}
