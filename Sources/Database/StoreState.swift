import MemoryModel

/// What a database has of the four tables, as it is found to be: looked up once a command, in one round trip.
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

    /// Describes a column.
    package init(name: String, type: String, isRequired: Bool, isGenerated: Bool) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.isGenerated = isGenerated
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

    /// Describes a table.
    package init(kind: Kind, columns: [RealColumn], isDistributed: Bool = false) {
      self.kind = kind
      self.columns = columns
      self.isDistributed = isDistributed
    }

    /// A column by its name; nil when there is none.
    package func column(_ name: String) -> RealColumn? { columns.first { $0.name == name } }
  }

  /// The tables that are there, by name.
  package var tables: [String: RealTable]

  /// Describes a database.
  package init(tables: [String: RealTable]) {
    self.tables = tables
  }

  /// The columns that others added to a table and that can be written, in their order.
  ///
  /// - Parameter database: The kind of database that this is the state of.
  package func added(to table: Table, in database: Backend) -> [AddedColumn] {
    let known = table.columnNames
    return tables[table.name]?.columns.filter { !known.contains($0.name) && !$0.isGenerated }
      .map { AddedColumn(name: $0.name, type: $0.type, database: database) } ?? []
  }
}
