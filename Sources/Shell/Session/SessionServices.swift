import ArgumentParser
import MemoryCore

/// Which embedder to use.
public enum EmbedderChoice: String, Sendable, CaseIterable, ExpressibleByArgument {
  case openai, local, hash
}

/// What a session needs from the program around it: the composition root knows every backend, the shell none.
public protocol SessionServices: AnyObject {
  /// A store by URL or path; nothing is opened before it is used.
  func store(at location: String) throws -> any MemoryStore
  /// Where the store of a backend is by configuration; nil asks for the configured backend, too.
  func defaultLocation(of backend: Backend?) throws -> String
  /// The location of a store in a schema of its own beside another one's.
  ///
  /// - Throws: `usage` for a store that knows no schemas.
  func location(_ location: String, inSchema schema: String) throws -> String
  /// The embedder that the settings describe; without a choice the first that is available.
  func embedder(_ settings: EmbeddingSettings) throws -> any Embedder
  /// The models that embed on this machine.
  var models: any ModelCatalog { get }
  /// The cache of vectors that were paid for.
  func cache(_ settings: EmbeddingSettings) -> any VectorCache
  /// A foreign memory file.
  func source(at location: String) throws -> any MemorySource
  /// Whether a source's location is the store itself.
  func isSame(_ location: String, as store: StoreIdentity) -> Bool
  /// Where memories are migrated from when nobody says.
  var defaultSourceLocation: String { get }
  /// A new file for the rejected rows of a migration from `location`.
  func rejectPath(source location: String, at moment: Timestamp) -> String
  /// A new file for a copy of a store that is about to be emptied.
  func backupPath(of store: StoreIdentity, at moment: Timestamp) -> String
  /// The text of a script.
  func script(at path: String) throws -> String
  /// The present moment.
  func now() -> Timestamp
}

/// Where a session writes and whom it can ask.
public protocol Console: AnyObject {
  /// Whether standard output is a terminal.
  var outputIsTerminal: Bool { get }
  /// Whether standard error is a terminal.
  var errorIsTerminal: Bool { get }
  /// Writes results.
  ///
  /// - Throws: ``ClosedPipe`` when nobody reads any more.
  func write(_ text: String) throws
  /// Writes everything that is no result; secrets are taken out.
  func writeError(_ text: String)
  /// Asks a person; nil when there is none.
  func ask(_ question: String) -> String?
}

/// Whoever read standard output has gone: the session ends without a word.
public struct ClosedPipe: Error {
  /// Creates the error.
  public init() {}
}
