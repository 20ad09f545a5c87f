import Database
import MemoryModel
import MemoryStore

/// What a completer knows of the world around the line.
package struct CompletionSource {
  /// What the store in use holds, as far as it is known in the moment that a person is ready to wait.
  var stored: (_ kind: StoredValue, _ beginning: String) -> [StoredChoice] = { _, _ in [] }
  /// The files and folders that a path can go on to.
  var files: (_ path: String, _ extensions: [String]) -> [String] = { _, _ in [] }
  /// The names of the session's variables.
  var variables: () -> [String] = { [] }
  /// The names of the environment's variables.
  var environment: () -> [String] = { [] }
  /// The names of the models that are installed.
  var models: () -> [String] = { [] }
  /// The aliases and what they stand for.
  var aliases: () -> [String: String] = { [:] }
  /// The named connections.
  var connections: () -> [NamedConnection] = { [] }
  /// The kind of the database in use.
  var backend: () -> Backend? = { nil }

  /// Knows nothing.
  init() {}

  /// Asks a session.
  init(_ session: Session) {
    stored = { kind, beginning in
      guard let store = try? session.chosenStore() else { return [] }
      return session.stores.values(kind, beginningWith: beginning, at: session.location(of: store))
    }
    files = { session.files.names(beginningWith: $0, extensions: $1) }
    variables = { Array(session.scope.variables.keys) }
    environment = { Array(session.scope.environment.keys) }
    models = { session.embedders.models.installed().map(\.name) }
    aliases = { session.settings.aliases }
    connections = { (try? session.namedConnections().all) ?? [] }
    backend = { try? session.chosenStore().identity.backend }
  }
}
