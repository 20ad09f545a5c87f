import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// Which embedder to use.
package enum EmbedderChoice: String, Sendable, CaseIterable, ExpressibleByArgument {
  case openai, local, hash
}

/// What a session needs from the program around it: the composition root knows every backend, the shell none.
package protocol SessionServices: AnyObject {
  /// A store by URL or path; nothing is opened before it is used.
  func store(at location: String) throws -> MemoryStore
  /// Where the store of a backend is by configuration; nil asks for the configured backend, too.
  func defaultLocation(of backend: Backend?) throws -> String
  /// The location of a store in a schema of its own beside another one's.
  ///
  /// - Throws: `usage` for a store that knows no schemas.
  func location(_ location: String, inSchema schema: String) throws -> String
  /// The embedder that the settings describe; without a choice the first that is available.
  func embedder(_ settings: EmbeddingSettings) throws -> any Embedder
  /// The embedder of a space, where it can be had here: an installed model, a key or server that is set.
  func embedder(of space: EmbeddingSpace, _ settings: EmbeddingSettings) throws -> (any Embedder)?
  /// How long the vectors of a model are; nil where the model makes any length, or it is not known here.
  ///
  /// - Throws: `not_found` for a model that there is not.
  func vectorLength(of choice: EmbedderChoice, model: String) throws -> Int?
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
  /// The commands typed at the prompt in this and earlier sessions, oldest first.
  func history() throws -> [String]
  /// Some values that the store at a location holds, for completion: those that begin with a text, as far as they are
  /// known in the moment that a person is ready to wait.
  func values(_ kind: StoredValue, beginningWith prefix: String, at location: String) -> [String]
  /// Forgets what ``values(_:beginningWith:at:)`` knows, because something was written.
  func forgetValues()
  /// The names in a folder that begin with a text; folders end in `/`.
  func files(beginningWith path: String, extensions: [String]) -> [String]
  /// The fragments of a JSON or YAML file.
  func fragments(at path: String) throws -> [PromptFragment]
  /// A value as YAML, for people to edit.
  func yaml(_ json: JSON) throws -> String
  /// The value of a YAML document.
  ///
  /// - Throws: `usage` with what is wrong and where.
  func json(yaml text: String) throws -> JSON
  /// Writes a file, or replaces one, as a whole and for its owner only.
  func write(_ text: String, to path: String) throws
  /// A store in a file, for backups; nothing is opened before it is used.
  func fileStore(at path: String) -> MemoryStore
  /// A store opened for reading only, as one snapshot.
  func snapshot(of location: String) throws -> MemoryStore
  /// Whether there is a file.
  func fileExists(at path: String) -> Bool
  /// Whether a path is a file that can be read twice: no pipe.
  func isRegularFile(at path: String) -> Bool
  /// Makes the folder that a file is to be in, for its owner only.
  func makeFolder(of path: String) throws
  /// Creates an empty file, which gets the path's name when it is committed.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func newFile(_ path: String, mayReplace: Bool) throws -> NewFile
  /// Deletes a file, if there is one.
  func removeFile(_ path: String)
  /// Hands over a function that writes a line, and gives the file its name when `body` has succeeded.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func write(linesTo path: String, mayReplace: Bool, _ body: ((String) throws -> Void) throws -> Void) throws
  /// Hands over a function that reads the next line without its end, nil at the end; `-` is standard input.
  func read<Value>(linesOf path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value
  /// A text without the secrets in it, for what is kept.
  func redacted(_ text: String) -> String
  /// Who runs memsh, as the journal has it: `user@host`.
  var author: String { get }
  /// What tells this memsh process from all others.
  var processName: String { get }
  /// The one path of a file, without links, `.` and `..`; the path itself where there is no file.
  func realPath(of path: String) -> String
  /// The text of a script.
  func script(at path: String) throws -> String
  /// Waits.
  func sleep(milliseconds: Int)
  /// The present moment.
  func now() -> Timestamp
}

/// Where a session writes and whom it can ask.
package protocol Console: AnyObject {
  /// How many columns wide the terminal is that shows standard output; nil when none does.
  var outputColumns: Int? { get }
  /// Whether standard error is a terminal.
  var errorIsTerminal: Bool { get }
  /// Writes results.
  ///
  /// - Throws: ``ClosedPipe`` when nobody reads any more.
  func write(_ text: String) throws
  /// Writes results to a person: what is longer than the screen goes through a pager.
  func write(_ text: String, pager: PagerChoice) throws
  /// Writes everything that is no result; secrets are taken out.
  func writeError(_ text: String)
  /// Asks a person; nil when there is none.
  ///
  /// - Throws: `interrupted` when Ctrl-C is pressed instead.
  func ask(_ question: String, _ interruption: Interruption) throws -> String?
  /// Lets a person change a text in an editor.
  func edit(_ text: String) throws -> String
}

extension Console {
  /// Whether standard output is a terminal.
  package var outputIsTerminal: Bool { outputColumns != nil }
}

/// What shows long results.
package enum PagerChoice: Sendable, Equatable {
  /// `$PAGER`, else less.
  case automatic
  /// Nothing: they scroll by.
  case off
  /// A shell command.
  case command(String)
}

/// Whoever read standard output has gone: the session ends without a word.
package struct ClosedPipe: Error {
  /// Creates the error.
  package init() {}
}
