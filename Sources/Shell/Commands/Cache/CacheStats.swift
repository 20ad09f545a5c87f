import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension CacheCommand {
  struct Stats: ShellCommand {
    static let declaration = CommandConfiguration(commandName: "stats", abstract: "Tell what the cache holds.")

    static let examples = [
      "cache",
      "cache --json",
    ]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      let statistics = try session.embedders.cache(session.settings.embedding).statistics()
      let spaces = statistics.entries.map { entry in
        ResultRecord.Field(
          entry.space.description,
          .record([.init("vectors", .integer(entry.vectors)), .init("bytes", .integer(entry.bytes))]))
      }
      return CommandResult(
        .record(
          ResultRecord(
            title: "Cache",
            fields: [
              .init("path", .text(statistics.path)), .init("file_bytes", .integer(statistics.fileBytes)),
              .init("limit_bytes", .integer(statistics.limitBytes)),
              .init("vectors", .integer(statistics.entries.reduce(0) { $0 + $1.vectors })),
              .init("hits", .integer(statistics.hits)), .init("misses", .integer(statistics.misses)),
              .init("hit_rate", statistics.hitRate.map { .double($0, places: 3) } ?? .null),
              .init("spaces", .record(spaces)),
            ])))
    }
  }
}
