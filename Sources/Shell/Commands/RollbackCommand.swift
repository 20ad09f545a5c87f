import ArgumentParser
import MemoryCore

struct RollbackCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to SQLite; what PostgreSQL holds stays untouched.",
    discussion: """
      Makes the SQLite store the active one for this session, as MEMORY_TYPE=sqlite does for new ones. Nothing is \
      deleted anywhere.
      """)

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.use(.sqlite)
    session.note("✅ Active backend: SQLite. PostgreSQL data remains untouched.")
    session.note("For new sessions: export MEMORY_TYPE=sqlite")
    return CommandResult(.record(store.identity.record))
  }
}
