internal import GRDB
import MemoryModel

/// The tables of a foreign database with their columns, as far as they can be told without the modules of virtual tables.
struct TableList {
  struct Table {
    let name: String
    /// The schema it stands in, where that is not one that names are looked up in by themselves; nil in SQLite.
    var schema: String?
    /// The schema that SQL names, because nothing is to be looked up in any; nil in SQLite.
    var place: String?
    /// Empty for a virtual table, whose module may not be here.
    let columns: [String]
    /// The columns that make the primary key.
    let keyColumns: [String]
    /// The module of a virtual table, in lower case; nil for an ordinary one.
    var module: String?
    /// The types of the columns, in their order and in the database's own words; empty where they say nothing.
    var types: [String] = []
    /// The columns that the primary key or a unique index keeps apart by themselves.
    var uniqueColumns: Set<String> = []

    /// The name as SQL writes it.
    var quotedName: String { (place.map { $0.quotedIdentifier + "." } ?? "") + name.quotedIdentifier }

    /// The name as a person would write it.
    var shownName: String { (schema.map { $0 + "." } ?? "") + name }

    /// Whether it has all of these columns, given in lower case.
    func has(_ names: String...) -> Bool {
      let own = Set(columns.map { $0.lowercased() })
      return names.allSatisfy(own.contains)
    }

    /// Whether no two rows can have the same value in a column.
    func isUnique(_ column: String) -> Bool { keyColumns == [column] || uniqueColumns.contains(column) }

    /// The table as `name(column, column)`, cut to what a person can read.
    var summary: String {
      if let module { return "\(name) (virtual, \(module))" }
      let shown = columns.prefix(Table.columnsShown).joined(separator: ", ")
      return columns.count > Table.columnsShown ? "\(name)(\(shown), …)" : "\(name)(\(shown))"
    }

    private static let columnsShown = 12
  }

  let tables: [Table]
  /// What repeats the rows of tables, or may be anything: views, and in PostgreSQL the tables that inherit from others.
  var views: [Table] = []

  private static let tablesShown = 10

  init(_ tables: [Table], views: [Table] = []) {
    self.tables = tables
    self.views = views
  }

  /// The ordinary table of a name, given in lower case, that has all of these columns; nil when there is none.
  func table(_ name: String, with columns: String...) -> Table? {
    tables.first { table in
      let own = Set(table.columns.map { $0.lowercased() })
      return table.module == nil && table.name.lowercased() == name && columns.allSatisfy(own.contains)
    }
  }

  /// The ordinary tables, whatever they are called, that have all of these columns, given in lower case.
  func tables(with columns: String...) -> [Table] {
    tables.filter { $0.module == nil && Set(columns).isSubset(of: $0.columns.map { $0.lowercased() }) }
  }

  /// The table of a name, given in lower case, that stands in the same schema as another one and has all of these columns.
  func neighbour(of table: Table, _ name: String, with columns: String...) -> Table? {
    tables.first { found in
      found.module == nil && found.schema == table.schema && found.name.lowercased() == name
        && Set(columns).isSubset(of: found.columns.map { $0.lowercased() })
    }
  }

  /// Reads the schema of a SQLite file.
  init(_ db: Database) throws {
    func named(_ type: String) throws -> [Table] {
      let rows = try Row.fetchAll(
        db, sql: "SELECT name, sql FROM sqlite_master WHERE type = ? ORDER BY name", arguments: [type])
      return try rows.compactMap { row in
        // A damaged file may have anything here; what is not text is not a name.
        guard let name = String.fromDatabaseValue(row[0]), !name.hasPrefix("sqlite_") else { return nil }
        if type == "table", let module = String.fromDatabaseValue(row[1]).flatMap(TableList.module) {
          return Table(name: name, columns: [], keyColumns: [], module: module)
        }
        // A view of tables that are gone has no columns that could be told.
        let found = type == "table" ? try TableList.columns(of: name, db) : (try? TableList.columns(of: name, db)) ?? []
        return Table(
          name: name, columns: found.map(\.name), keyColumns: found.filter(\.isKey).map(\.name),
          uniqueColumns: type == "table" ? try TableList.uniqueColumns(of: name, db) : [])
      }
    }
    tables = try named("table")
    views = try named("view")
  }

  private static func columns(of table: String, _ db: Database) throws -> [(name: String, isKey: Bool)] {
    try Row.fetchAll(db, sql: "SELECT name, pk FROM pragma_table_info(?)", arguments: [table]).compactMap { row in
      String.fromDatabaseValue(row[0]).map { (name: $0, isKey: Int.fromDatabaseValue(row[1]) ?? 0 > 0) }
    }
  }

  private static func uniqueColumns(of table: String, _ db: Database) throws -> Set<String> {
    let columns = try Row.fetchAll(
      db,
      sql: """
        SELECT min(c.name) FROM pragma_index_list(?) i JOIN pragma_index_info(i.name) c
        WHERE i."unique" AND NOT i.partial GROUP BY i.name HAVING count(*) = 1
        """, arguments: [table])
    return Set(columns.compactMap { String.fromDatabaseValue($0[0]) })
  }

  /// All tables in one line, for an error.
  var summary: String {
    let shown = tables.prefix(TableList.tablesShown).map(\.summary).joined(separator: ", ")
    let more = tables.count - TableList.tablesShown
    return more > 0 ? "\(shown) and \(more) more" : shown
  }

  /// The module that a statement `CREATE VIRTUAL TABLE name USING module(…)` names.
  private static func module(_ statement: String) -> String? {
    let lower = statement.lowercased()
    guard lower.hasPrefix("create virtual table"),
      let using = lower.firstRange(of: /\susing\s+/)?.upperBound
    else { return nil }
    return String(lower[using...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
}

extension TableList {
  /// A line for each table that has rows and holds something other than memories.
  func remarks(
    on tables: [(name: String, what: String)], _ database: any TableDatabase
  ) throws -> [String] {
    try tables.compactMap { name, what in
      guard let table = self.table(name) else { return nil }
      let rows = try database.count("count(*)", from: table.quotedName)
      return rows > 0 ? "\(name) holds \(what) (\(rows)), which are not memories: they are left out" : nil
    }
  }
}
