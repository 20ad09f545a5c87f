/// Which kind of store answers.
package enum Backend: String, Sendable, CaseIterable {
  case sqlite, postgres

  /// The name people write: `SQLite`, `PostgreSQL`.
  package var title: String { self == .sqlite ? "SQLite" : "PostgreSQL" }
}

/// Where a store is and what runs there. Holds no secret.
package struct StoreIdentity: Sendable, Equatable {
  /// The kind of store.
  package let backend: Backend
  /// The database's name, or the file's.
  package let name: String
  /// A URL without its password, or the file's path.
  package let location: String

  /// Creates an identity; `location` must already be without secrets.
  package init(backend: Backend, name: String, location: String) {
    self.backend = backend
    self.name = name
    self.location = location
  }
}

/// What a server or library is able to do with vectors.
package struct VectorSupport: Sendable, Equatable {
  /// The server or library, such as `PostgreSQL 18.4` or `SQLite 3.40.1`.
  package var server: String
  /// `pgvector`, or `exact scan` where vectors need no extension.
  package var engine: String
  /// The extension's version in this database; nil when it is not installed there.
  package var installedVersion: String?
  /// The version the server could install; nil when it has none, or needs none.
  package var availableVersion: String?
  /// Whether this role may create the extension.
  package var mayCreate: Bool
  /// Whether the command just created or updated it.
  package var changed: Bool
  /// The longest vector that an index can hold, or nil where search is always exact.
  package var indexableDimensions: Int?
  /// The methods of index it has.
  package var indexMethods: [VectorIndexMethod] = []
  /// What was tried for real, in order: `insert`, `distance`, `hnsw index`, …; empty when only looking.
  package var tested: [String] = []

  /// Whether the server could install a newer version than the one that is installed.
  package var isOutdated: Bool {
    guard let availableVersion else { return false }
    return versionBefore(VectorSupport.parts(availableVersion)) != nil
  }

  /// The version that is installed, if it came before another one.
  package func versionBefore(_ other: [Int]) -> String? {
    installedVersion.flatMap { VectorSupport.parts($0).lexicographicallyPrecedes(other) ? $0 : nil }
  }

  private static func parts(_ version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? 0 } }

  /// Creates a report.
  package init(
    server: String, engine: String, installedVersion: String? = nil, availableVersion: String? = nil,
    mayCreate: Bool = true, changed: Bool = false, indexableDimensions: Int? = nil
  ) {
    self.server = server
    self.engine = engine
    self.installedVersion = installedVersion
    self.availableVersion = availableVersion
    self.mayCreate = mayCreate
    self.changed = changed
    self.indexableDimensions = indexableDimensions
  }
}

/// One table, index or trigger of the schema and how it stands.
package struct SchemaObject: Sendable, Equatable {
  /// What sort of object it is.
  package enum Kind: String, Sendable { case table, index, trigger }
  /// How it stands.
  package enum State: String, Sendable { case present, missing, invalid }

  /// The sort of object.
  package let kind: Kind
  /// Its name.
  package let name: String
  /// The table it belongs to (its own name for a table).
  package let table: String
  /// How it stands.
  package let state: State
  /// Its definition in the store's own words, where it is present.
  package let definition: String?

  /// Creates an entry.
  package init(kind: Kind, name: String, table: String, state: State, definition: String?) {
    self.kind = kind
    self.name = name
    self.table = table
    self.state = state
    self.definition = definition
  }
}

/// The names that the memory system's applications rely on.
package enum SchemaNames {
  /// The triggers that keep `updated_at`, with their tables.
  package static let triggers = Table.all.compactMap { table in table.trigger.map { (name: $0, table: table.name) } }
  /// The indexes other than the two vector indexes: name, table, columns.
  package static let indexes = ordered.filter { $0.index.column.type != .vector }.map { table, index in
    (
      name: index.name, table: table.name,
      columns: index.column.name + (index.isDescending ? " DESC" : "")
    )
  }
  /// The two indexes on embeddings, with their tables.
  package static let vectorIndexes = ordered.filter { $0.index.column.type == .vector }.map { table, index in
    (name: index.name, table: table.name)
  }

  private static let ordered = [Table.memories, .fragments, .analytics, .duplicates].flatMap { table in
    table.indexes.map { (table: table, index: $0) }
  }
}

/// The method of a vector index.
package enum VectorIndexMethod: String, Sendable, CaseIterable {
  case hnsw, ivfflat, none
}

/// Totals over a store.
package struct StoreStatistics: Sendable, Equatable {
  /// Rows of `memories`.
  package var memories: Int64 = 0
  /// Distinct user ids.
  package var users: Int64 = 0
  /// Distinct categories, NULL not counted.
  package var categories: Int64 = 0
  /// Mean importance, or nil for an empty store.
  package var averageImportance: Double?
  /// Sum of the access counts.
  package var totalAccesses: Int64 = 0
  /// When the newest memory was created.
  package var latest: Timestamp?
  /// Memories with an embedding.
  package var embeddingsPresent: Int64 = 0
  /// The space of those embeddings.
  package var space: EmbeddingSpace?
  /// Rows of `prompt_fragments`.
  package var fragments: Int64 = 0
  /// Fragments that prompts include.
  package var activeFragments: Int64 = 0
  /// Rows of `memory_duplicates`.
  package var duplicates: Int64 = 0
  /// Rows of `memory_analytics`.
  package var analytics: Int64 = 0
  /// The users with the most memories, at most ``listedMaximum``.
  package var byUser: [Count] = []
  /// The categories with the most memories, at most ``listedMaximum``.
  package var byCategory: [Count] = []
  /// Memories by importance, in steps of 0.1, named by their lower end; the last one includes 1.
  package var byImportance: [Count] = []
  /// Memories by the month (`2026-11`, UTC) they were created in, without months that have none.
  package var byMonth: [Count] = []

  /// How many users and categories are listed.
  package static let listedMaximum = 10

  /// How many memories have a value.
  package struct Count: Sendable, Equatable {
    /// The value; nil for NULL.
    package let value: String?
    /// How many.
    package let memories: Int64

    /// Creates a count.
    package init(value: String?, memories: Int64) {
      self.value = value
      self.memories = memories
    }
  }

  /// Creates empty totals.
  package init() {}

  /// Memories without an embedding.
  package var embeddingsMissing: Int64 { memories - embeddingsPresent }
}
