import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension ConnectionsCommand {
  struct Add: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "add", abstract: "Give a store a name, or a name another store.")

    static let examples = [
      "connections add local agents.db",
      "connections add prod postgresql://ada@db.example/agents --label production",
    ]

    @Argument(help: "The name, without @.")
    var name: String

    @Argument(help: "A URL, a libpq connection string or a path.", completion: .file())
    var location: String

    @Option(
      help: ArgumentHelp("What to call the connection in the prompt.", valueName: "name"),
      completion: .list(["production", "staging", "development"]))
    var label: String?

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func validate() throws {
      guard NamedConnections.isName(name) else {
        throw ValidationError("'\(name)' cannot be a name: it takes letters, digits, '.', '_' and '-'")
      }
    }

    func run(in session: Session) throws -> CommandResult {
      var connections = try session.namedConnections()
      try connections.set(named(in: session))
      try session.keep(connections)
      return try ConnectionsCommand.named(in: session)
    }

    /// The connection as it is kept: understood in every folder, and without a password.
    private func named(in session: Session) throws -> NamedConnection {
      guard session.console.redactor.redact(location) == location else {
        throw MemshError(
          .usage, "the location holds a password, and the named connections keep none",
          hint: "leave it out and put it into ~/.pgpass: HOST:PORT:DATABASE:USER:PASSWORD, or export PGPASSWORD")
      }
      try StoreLocation.check(location)
      return NamedConnection(
        name: name, location: StoreLocation.absolute(location), label: label.map(ConnectionLabel.init))
    }
  }
}
