import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// Opens stores and sources by their locations: URLs, libpq strings and paths.
package protocol StoreAccess: AnyObject {
  /// A store; nothing is opened before it is used.
  func open(_ location: String) throws -> MemoryStore
  /// A store opened for reading only, as one snapshot.
  func snapshot(of location: String) throws -> MemoryStore
  /// A store in a file, for backups; nothing is opened before it is used.
  func file(_ path: String) -> MemoryStore
  /// A foreign memory file, or a store to take memories from.
  func source(_ location: String, _ selection: SourceSelection) throws -> any MemorySource
  /// What writes memories in another system's form of text, piece by piece; nil for a form that is not text.
  func textWriter(
    _ format: ForeignFormat, from store: StoreIdentity, _ output: @escaping (String) throws -> Void
  ) -> (any MemoryWriter)?
  /// What writes memories into a new collection of another system, in the database at a location; nil for a form that is
  /// text. It is closed by whoever asked for it.
  func collectionWriter(
    _ format: ForeignFormat, named name: String, at location: String, from store: StoreIdentity
  ) throws -> (writer: any MemoryWriter, database: StoreIdentity, close: () -> Void)?
  /// What stands at a location, whether or not its memories can be read.
  func contents(of location: String, _ selection: SourceSelection) throws -> PlaceContents
  /// Where the store of a backend is by configuration; nil asks for the configured backend, too.
  func defaultLocation(of backend: Backend?) throws -> String
  /// The location of a store in a schema of its own beside another one's.
  ///
  /// - Throws: `usage` for a store that knows no schemas.
  func location(_ location: String, inSchema schema: String) throws -> String
  /// Whether a source's location is the store itself.
  func isSame(_ location: String, as store: StoreIdentity) -> Bool
  /// Some values that the store at a location holds, for completion: those that begin with a text, as far as they are
  /// known in the moment that a person is ready to wait.
  func values(_ kind: StoredValue, beginningWith prefix: String, at location: String) -> [StoredChoice]
  /// Forgets what ``values(_:beginningWith:at:)`` knows, because something was written.
  func forgetValues()
}
