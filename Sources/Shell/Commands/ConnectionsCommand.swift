import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ConnectionsCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections", abstract: "List the named connections, add one or remove one.",
    discussion: """
      `connections add prod postgresql://ada@db/agents --label production` gives a store a name: `connect @prod` and \
      `memsh -d @prod` go there, and the label need not be typed again. They are kept in \
      $XDG_CONFIG_HOME/memsh/connections.json, without passwords: those belong into ~/.pgpass.
      """)

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable { case list, add, remove }

  @Argument(help: "list, add or remove.")
  var action = Action.list

  @Argument(help: "With add and remove: the name, without @.")
  var name: String?

  @Argument(help: "With add: a URL, a libpq connection string or a path.", completion: .file())
  var location: String?

  @Option(
    help: ArgumentHelp("With add: what to call the connection in the prompt.", valueName: "name"),
    completion: .list(["production", "staging", "development"]))
  var label: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { action == .list }

  func validate() throws {
    switch action {
    case .list where name != nil: throw ValidationError("Unexpected argument '\(name ?? "")'")
    case .add where name == nil || location == nil:
      throw ValidationError("'connections add' needs a name and a location")
    case .remove where name == nil || location != nil:
      throw ValidationError("'connections remove' needs a name, and nothing else")
    default: break
    }
    if action != .add, label != nil { throw ValidationError("'--label' goes with 'connections add'") }
    if action == .add, let name, !NamedConnections.isName(name) {
      throw ValidationError("'\(name)' cannot be a name: it takes letters, digits, '.', '_' and '-'")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    var connections = try session.namedConnections()
    if action == .add, let name, let location {
      try connections.set(named(name, location, in: session))
      try session.keep(connections)
    } else if action == .remove, let name {
      try connections.remove(name)
      try session.keep(connections)
    }
    let rows = connections.all.map { connection -> [Cell] in
      [
        .text(connection.name), .optional(connection.label?.name),
        .text(session.console.redactor.redact(connection.location)),
      ]
    }
    return CommandResult(
      .table(ResultTable(columns: ["name", "label", "location"], rows: rows, noun: "connection")))
  }

  /// The connection as it is kept: understood in every folder, and without a password.
  private func named(_ name: String, _ location: String, in session: Session) throws -> NamedConnection {
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
