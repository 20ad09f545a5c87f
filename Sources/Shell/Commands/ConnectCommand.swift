import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct ConnectCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect", abstract: "Connect to a store.",
    discussion: """
      A store is a PostgreSQL URL (postgresql://user@host:port/database), a libpq string (host=… dbname=…), or the \
      path of a SQLite file. Without one, the configured store: DATABASE_URL, else the embedded file. When \
      connecting fails, a session at the prompt keeps the store it had.
      """)

  @Argument(help: "A URL, a libpq connection string or a path.", completion: .file())
  var location: String?

  @Option(
    help: "The PostgreSQL schema that holds the memory tables: of the URL's database, else of the one in use.")
  var schema: String?

  @Option(
    help: ArgumentHelp(
      "What to call the connection in the prompt, such as production, which is red and has what destroys confirmed.",
      valueName: "name"), completion: .list(["production", "staging", "development"]))
  var label: String?

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let store: MemoryStore
    let label = label.map(ConnectionLabel.init)
    if let schema {
      let database = try location ?? session.location(of: session.store())
      store = try session.connect(to: session.stores.location(database, inSchema: schema), label: label)
    } else {
      store = try session.connect(to: location ?? session.stores.defaultLocation(of: nil), label: label)
    }
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
