import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct ConnectCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "connect", abstract: "Connect to a store.",
    discussion: """
      A store is a PostgreSQL URL (postgresql://user@host:port/database), a libpq string (host=… dbname=…), or the \
      path of a SQLite file; @NAME is a named connection (`connections`). Without one, the configured store: \
      DATABASE_URL, else the embedded file. A file must be there; with --create it need not be: `schema --create`, \
      `migrate` or `restore` makes it. When connecting fails, a session at the prompt keeps the store it had.
      """)

  static let examples = [
    "connect agents.db",
    "connect @prod",
    "connect postgresql://ada@db.example/agents --label production",
    "connect new.db --create",
  ]

  @Argument(help: "A URL, a libpq connection string, a path or @NAME.", completion: .file())
  var location: String?

  @Option(
    help: "The PostgreSQL schema that holds the memory tables: of the URL's database, else of the one in use.")
  var schema: String?

  @Flag(help: "The SQLite file need not be there yet.")
  var create = false

  @Option(
    help: ArgumentHelp(
      "What to call the connection in the prompt, such as production, which is red and has what destroys confirmed.",
      valueName: "name"), completion: .list(["production", "staging", "development"]))
  var label: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    try session.greeting(of: session.connect(to: place(in: session)))
  }

  private func place(in session: Session) throws -> Place {
    let label = label.map(ConnectionLabel.init)
    var place =
      if let location {
        try session.place(location, label: label)
      } else if schema != nil {
        // The same database: what it is called stays.
        Place(
          location: try session.location(of: session.store()), label: label ?? session.label,
          name: session.place?.name)
      } else {
        Place(location: try session.stores.defaultLocation(of: nil), label: label)
      }
    if let schema {
      place = Place(
        location: try session.stores.location(place.location, inSchema: schema), label: place.label, name: place.name)
    }
    place.mayBeAbsent = create || location == nil
    return place
  }
}

extension Session {
  /// What a store is, for a person who has just come to it.
  func greeting(of store: MemoryStore) throws -> CommandResult {
    let summary = try summary(of: store)
    var result = CommandResult(.record(summary.record))
    result.remark = summary.remark
    if summary.kind == .empty, let place, let found = foreignMemories(beside: store, at: place) {
      result.remark = [result.remark, found].compactMap(\.self).joined(separator: "; ")
    }
    return result
  }
}
