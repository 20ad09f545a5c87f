import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The vectors that an embedding server computed.
struct CacheCommand: CommandWithSubcommands {
  static let declaration = CommandConfiguration(
    commandName: "cache", abstract: "Show, empty or shorten the embedding cache.",
    discussion: """
      Vectors that an embedding server computed are kept in $XDG_CACHE_HOME/memsh/embeddings.db, so that no text is \
      paid for twice.
      """, subcommands: [Stats.self, Prune.self, Clear.self], defaultSubcommand: Stats.self)

  struct Prune: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "prune", abstract: "Remove what was not used for longest, down to the cache's limit.",
      discussion: "`set cache-size MEGABYTES` changes the limit.")

    static let examples = [
      "cache prune"
    ]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult { CacheCommand.removed(try session.cache.prune()) }
  }

  struct Clear: ChangingCommand {
    static let declaration = CommandConfiguration(commandName: "clear", abstract: "Remove everything.")

    static let examples = [
      "cache clear"
    ]

    @OptionGroup var options: RepairOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult {
      let path = try session.cache.statistics().path
      return try carryOut(session.cache.planClearing(), in: session, target: "clear") { report in
        "This removes \(counted(report.removed, "vector")) from \(path), which must be computed and paid for again."
      } record: { report, isPlan in
        ResultRecord(
          title: isPlan ? "Cache (dry run)" : "Cache",
          fields: [.init("removed", .count(report.removed)), .init("dry_run", .boolean(isPlan))])
      }
    }
  }

  private static func removed(_ count: Int) -> CommandResult {
    CommandResult(.record(ResultRecord(title: "Cache", fields: [.init("removed", .count(count))])))
  }
}

extension Session {
  fileprivate var cache: any VectorCache { embedders.cache(settings.embedding) }
}
