import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct CacheCommand: ChangingCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Show, empty or shorten the embedding cache.",
    discussion: """
      Vectors that an embedding server computed are kept in $XDG_CACHE_HOME/memsh/embeddings.db, so that no text is \
      paid for twice. stats tells what is there; prune removes what was not used for longest until the cache is below \
      its limit (`set cache-size MEGABYTES`); clear removes everything.
      """)

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable { case stats, clear, prune }

  @Argument(help: "stats, clear or prune.")
  var action = Action.stats

  @OptionGroup var options: RepairOptions

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { action == .stats || options.dryRun }
  var asks: Bool { action == .clear }

  func validate() throws {
    if options.dryRun, action != .clear { throw ValidationError("'--dry-run' goes with clear") }
  }

  func run(in session: Session) throws -> CommandResult {
    let cache = session.embedders.cache(session.settings.embedding)
    switch action {
    case .stats: return CommandResult(.record(CacheCommand.record(try cache.statistics())))
    case .clear:
      let path = try cache.statistics().path
      return try carryOut(cache.planClearing(), in: session, target: "clear") { report in
        "This removes \(counted(report.removed, "vector")) from \(path), which must be computed and paid for again."
      } record: { report, isPlan in
        ResultRecord(
          title: isPlan ? "Cache (dry run)" : "Cache",
          fields: [.init("removed", .count(report.removed)), .init("dry_run", .boolean(isPlan))])
      }
    case .prune:
      return CommandResult(.record(ResultRecord(title: "Cache", fields: [.init("removed", .count(try cache.prune()))])))
    }
  }

  private static func record(_ statistics: CacheStatistics) -> ResultRecord {
    let spaces = statistics.entries.map { entry in
      ResultRecord.Field(
        entry.space.description,
        .record([.init("vectors", .integer(entry.vectors)), .init("bytes", .integer(entry.bytes))]))
    }
    return ResultRecord(
      title: "Cache",
      fields: [
        .init("path", .text(statistics.path)), .init("file_bytes", .integer(statistics.fileBytes)),
        .init("limit_bytes", .integer(statistics.limitBytes)),
        .init("vectors", .integer(statistics.entries.reduce(0) { $0 + $1.vectors })),
        .init("hits", .integer(statistics.hits)), .init("misses", .integer(statistics.misses)),
        .init("hit_rate", statistics.hitRate.map { .double($0, places: 3) } ?? .null), .init("spaces", .record(spaces)),
      ])
  }
}
