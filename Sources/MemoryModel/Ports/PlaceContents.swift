/// What stands in a place, as `inspect` tells it.
package enum PlaceContents {
  /// Memories that can be read, and what stands beside them.
  case source(any MemorySource, Beside)
  /// The memories of several systems in one database, each by itself.
  case several(location: String, [NamedSource])
  /// Tables of a system that is not read, or is not known.
  case tables(UnreadTables)
  /// A folder that is not a store itself, with the stores inside it.
  case folder(path: String, [InnerStore])
}

/// What stands beside the memories of a system that is read.
package struct Beside: Sendable {
  /// The further systems whose memories stand there, too.
  package var systems: [String] = []
  /// Which further systems cannot be read, and why.
  package var remarks: [String] = []
  /// Tables of no system that is known, which may hold something remembered.
  package var tables: [UnreadTable] = []

  /// Creates a description; by default nothing stands there.
  package init(systems: [String] = [], remarks: [String] = [], tables: [UnreadTable] = []) {
    self.systems = systems
    self.remarks = remarks
    self.tables = tables
  }
}

/// The memories of one of several systems in a place.
package struct NamedSource {
  /// What `--system` takes for it.
  package let word: String
  /// What reads it.
  package let source: any MemorySource

  /// Names a source.
  package init(word: String, _ source: any MemorySource) {
    self.word = word
    self.source = source
  }
}

/// The tables of a database in which no reader knows memories.
package struct UnreadTables: Sendable {
  /// A path, or a URL without its password.
  package let location: String
  /// Which system made them, where that is known.
  package let system: String?
  /// The tables and views.
  package let tables: [UnreadTable]

  /// Creates a description.
  package init(location: String, system: String?, tables: [UnreadTable]) {
    self.location = location
    self.system = system
    self.tables = tables
  }
}

/// A table that no reader reads, and what its columns may be.
package struct UnreadTable: Sendable {
  /// The name as `--table` takes it.
  package let name: String
  /// The columns, in their order; none where they cannot be told.
  package let columns: [Column]
  /// How many rows it has; nil where they cannot be counted.
  package let rows: Int64?
  /// What its columns may be, if that can be guessed: at least what is remembered.
  package let likely: LikelyParts?

  /// A column.
  package struct Column: Sendable {
    /// Its name.
    package let name: String
    /// The type in the database's own words; empty where it has none.
    package let type: String

    /// Creates a description.
    package init(name: String, type: String) {
      self.name = name
      self.type = type
    }
  }

  /// Creates a description.
  package init(name: String, columns: [Column], rows: Int64?, likely: LikelyParts?) {
    self.name = name
    self.columns = columns
    self.rows = rows
    self.likely = likely
  }
}

/// A guess at what the columns of a table are: to be proposed, never to be acted upon.
package struct LikelyParts: Sendable, Equatable {
  /// What plays which part, as `--map` takes it.
  package var parts: [SourceRole: String]
  /// The condition of rows that live, where a column seems to mark those that do not.
  package var live: String?
  /// Whether every part was found by the name that memsh itself gives it, and no column marks rows that are gone.
  package var isCertain: Bool

  /// Creates a guess.
  package init(parts: [SourceRole: String], live: String? = nil, isCertain: Bool = false) {
    self.parts = parts
    self.live = live
    self.isCertain = isCertain
  }

  /// The words behind `--table`.
  package func words(table: String) -> [String] {
    let map = SourceRole.allCases.compactMap { role in parts[role].map { "\(role.rawValue)=\($0)" } }
    return ["--table", table, "--map", map.joined(separator: ",")] + (live.map { ["--live", $0] } ?? [])
  }
}

/// A store inside a folder.
package struct InnerStore: Sendable, Equatable {
  /// Where it is, below the folder.
  package let path: String
  /// What it is.
  package let system: String
  /// Whether `--system` has to name it, because other stores stand there, too.
  package let needsName: Bool

  /// Creates a description.
  package init(path: String, system: String, needsName: Bool = false) {
    self.path = path
    self.system = system
    self.needsName = needsName
  }
}
