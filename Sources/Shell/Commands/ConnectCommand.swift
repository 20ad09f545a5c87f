import ArgumentParser
import MemoryCore

struct ConnectCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Connect to a store.",
    discussion: """
      A store is a PostgreSQL URL (postgresql://user@host:port/database), a libpq string (host=… dbname=…), or the \
      path of a SQLite file. Without one, the configured store: DATABASE_URL, else the embedded file. When \
      connecting fails, a session at the prompt keeps the store it had.
      """)

  @Argument(help: "A URL, a libpq connection string or a path.")
  var location: String?

  @Option(help: "The PostgreSQL schema that holds the memory tables, instead of what the search path finds.")
  var schema: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    var location = try location ?? session.services.defaultLocation(of: nil)
    if let schema { location = try session.services.location(location, inSchema: schema) }
    let store = try session.connect(to: location)
    return CommandResult(.record(store.identity.record))
  }
}

extension StoreIdentity {
  /// Where a store is, as commands that change it show it.
  var record: ResultRecord {
    ResultRecord(
      title: "Connected",
      fields: [
        .init("backend", .text(backend.rawValue)), .init("database", .text(name)),
        .init("location", .text(location)),
      ])
  }
}
