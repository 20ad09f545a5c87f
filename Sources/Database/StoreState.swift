import MemoryModel

/// What a database has of the four tables and of memsh's own, as it is found to be: looked up once a command, in one round
/// trip.
package struct StoreState: Sendable {
  /// A column as the database has it.
  package struct RealColumn: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its type in the database's own words, such as `double precision`; empty where it has none.
    package let type: String
    /// Whether NULL is refused.
    package let isRequired: Bool
    /// Whether the database computes it, so that nothing can be written into it.
    package let isGenerated: Bool
    /// What a row gets that does not say, in the database's own words; nil for NULL.
    package let defaultText: String?

    /// Describes a column.
    package init(name: String, type: String, isRequired: Bool, isGenerated: Bool, defaultText: String? = nil) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.isGenerated = isGenerated
      self.defaultText = defaultText
    }
  }

  /// What stands under the name of a table.
  package struct RealTable: Sendable, Hashable {
    /// What it is.
    package enum Kind: String, Sendable { case table, partitioned, foreign, view }

    /// What it is.
    package let kind: Kind
    /// Its columns, in order.
    package let columns: [RealColumn]
    /// Whether its rows stand on other servers (Citus).
    package let isDistributed: Bool
    /// About how many rows it has; nil where nothing has counted them.
    package let rowEstimate: Int64?
    /// What it is, in the database's own words.
    package let definition: String

    /// Describes a table.
    package init(
      kind: Kind, columns: [RealColumn], definition: String, isDistributed: Bool = false, rowEstimate: Int64? = nil
    ) {
      self.kind = kind
      self.columns = columns
      self.definition = definition
      self.isDistributed = isDistributed
      self.rowEstimate = rowEstimate
    }

    /// A column by its name; nil when there is none.
    package func column(_ name: String) -> RealColumn? { columns.first { $0.name == name } }
  }

  /// An index or a trigger of one of the tables.
  package struct RealObject: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its table.
    package let table: String
    /// The method of an index, such as `btree` or `hnsw`; empty where there is only one, and for triggers.
    package let method: String
    /// Whether it works: an index whose building failed does not, nor a trigger that was disabled.
    package let isValid: Bool
    /// The statement that makes it.
    package let definition: String

    /// Describes an object.
    package init(name: String, table: String, method: String = "", isValid: Bool = true, definition: String) {
      self.name = name
      self.table = table
      self.method = method
      self.isValid = isValid
      self.definition = definition
    }
  }

  /// A partition of the memories.
  package struct Partition: Sendable, Hashable {
    /// Its name, as SQL writes it.
    package let name: String
    /// Whether its rows stand on another server (postgres_fdw).
    package let isForeign: Bool
    /// Whether the hash of the user alone says which rows it has.
    package let isByUser: Bool
    /// About how many rows it has; nil where nothing has counted them.
    package let rowEstimate: Int64?

    /// Describes a partition.
    package init(name: String, isForeign: Bool, isByUser: Bool, rowEstimate: Int64?) {
      self.name = name
      self.isForeign = isForeign
      self.isByUser = isByUser
      self.rowEstimate = rowEstimate
    }
  }

  /// What may be done with a table of memsh's own.
  package struct Rights: Sendable, Hashable {
    /// Whether it can be read.
    package let mayRead: Bool
    /// Whether rows can be written into it.
    package let mayWrite: Bool

    /// Describes rights.
    package init(mayRead: Bool, mayWrite: Bool) {
      self.mayRead = mayRead
      self.mayWrite = mayWrite
    }
  }

  /// What brings vectors to a database that has none of its own.
  package struct VectorExtension: Sendable, Hashable {
    /// Its version, such as `0.8.1`.
    package let version: String
    /// The schema of its types and operators.
    package let schema: String

    /// Describes an extension.
    package init(version: String, schema: String) {
      self.version = version
      self.schema = schema
    }
  }

  /// The tables that are there, by name.
  package var tables: [String: RealTable] = [:]
  /// Their indexes.
  package var indexes: [RealObject] = []
  /// Their triggers.
  package var triggers: [RealObject] = []
  /// The partitions of `memories`, by name; none where it is not partitioned.
  package var partitions: [Partition] = []
  /// The version of Citus; nil where this database has none.
  package var citusVersion: String?
  /// Those of memsh's own tables that are there.
  package var own: [OwnTable: Rights] = [:]
  /// The record of the embedding space as it stands; nil where there is none, or this role may not read it.
  package var recordedSpace: String?
  /// How long vectors are, as their column says, or the first of them; 0 where neither does, nil without a column.
  package var vectorDimensions: Int?
  /// The extension for vectors; nil where it is missing, or none is needed.
  package var vectorExtension: VectorExtension?
  /// The language of the index of words; nil where there is none that works.
  package var textLanguage: String?

  /// Describes a database that has nothing yet.
  package init() {}

  /// The space of the vectors: as recorded; else, for a store that others made, `unknown/unknown` with the length of its
  /// vectors; nil for a store without tables.
  ///
  /// - Parameter statement: Takes the record away, so that the store's own columns tell the space.
  /// - Throws: `store_corrupt` when the record cannot be read, or no vector can be as long as it says.
  package func embeddingSpace(removedBy statement: @autoclosure () -> String) throws -> EmbeddingSpace? {
    if let recordedSpace { return try EmbeddingSpace(recorded: recordedSpace, removedBy: statement()) }
    guard let vectorDimensions else { return nil }
    guard (0...EmbeddingSpace.dimensionsMaximum).contains(vectorDimensions) else {
      throw MemshError(
        .storeCorrupt, "no vector can have \(vectorDimensions) numbers, which the database says its vectors have")
    }
    return EmbeddingSpace(unrecordedDimensions: vectorDimensions)
  }

  /// How the memories are laid out.
  package var layout: StoreLayout {
    guard let memories = tables[Table.memories.name] else { return .single }
    if memories.isDistributed { return .citus }
    return memories.kind == .partitioned ? .partitioned : .single
  }

  /// Whether a user's memories stand together, in a part that statements find by the user.
  package var isByUser: Bool {
    switch layout {
    case .single: false
    case .partitioned: !partitions.isEmpty && partitions.allSatisfy(\.isByUser)
    case .citus: true
    }
  }

  /// A valid index by its name; nil when there is none.
  package func validIndex(_ name: String) -> RealObject? { indexes.first { $0.name == name && $0.isValid } }

  /// The columns that others added to a table and that can be written, in their order.
  ///
  /// - Parameter database: The kind of database that this is the state of.
  package func added(to table: Table, in database: Backend) -> [AddedColumn] {
    let known = table.columnNames
    return tables[table.name]?.columns.filter { !known.contains($0.name) && !$0.isGenerated }
      .map { AddedColumn(name: $0.name, type: $0.type, database: database) } ?? []
  }
}
