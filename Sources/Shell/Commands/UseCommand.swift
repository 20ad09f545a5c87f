import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct UseCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "use",
    abstract: "Go to the SQLite or the PostgreSQL store.",
    discussion: """
      Goes back to the store of that kind this session was connected to last, else to the configured one: \
      DATABASE_URL or libpq's environment for postgres, the embedded file for sqlite.
      """)

  static let examples = [
    "use sqlite",
    "use postgres",
    "use postgres --json",
  ]

  @Argument(help: "sqlite or postgres.")
  var backend: Backend

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    try session.greeting(of: session.use(backend))
  }
}
