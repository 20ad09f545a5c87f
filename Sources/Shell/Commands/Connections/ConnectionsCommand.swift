import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The stores that have names of their own.
struct ConnectionsCommand: CommandWithSubcommands {
  static let declaration = CommandConfiguration(
    commandName: "connections", abstract: "List the named connections, add one or remove one.",
    discussion: """
      `connect @NAME` and `memsh -d @NAME` go to a named connection, and its label need not be typed again. They are \
      kept in $XDG_CONFIG_HOME/memsh/connections.json, without passwords: those belong into ~/.pgpass.
      """, subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

  struct List: ShellCommand {
    static let declaration = CommandConfiguration(commandName: "list", abstract: "List the named connections.")

    static let examples = ["connections", "connections --json"]

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult { try ConnectionsCommand.named(in: session) }
  }

  struct Remove: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "remove", abstract: "Remove a named connection; its store stays as it is.")

    static let examples = ["connections remove local"]

    @Argument(help: "The name, without @.", completion: .stored)
    var name: String

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult {
      var connections = try session.namedConnections()
      try connections.remove(name)
      try session.keep(connections)
      return try ConnectionsCommand.named(in: session)
    }
  }

  /// The named connections as every subcommand shows them.
  static func named(in session: Session) throws -> CommandResult {
    let rows = try session.namedConnections().all.map { connection -> [Cell] in
      [
        .text(connection.name), .optional(connection.label?.name),
        .text(session.console.redactor.redact(connection.location)),
      ]
    }
    return CommandResult(
      .table(ResultTable(columns: ["name", "label", "location"], rows: rows, noun: "connection")))
  }
}
