/// A table that memsh shares with the memory system's own applications.
///
/// Its key is always `id`, a number that the table gives its rows.
package struct Table: Sendable, Hashable {
  /// An index that the applications rely on.
  package struct Index: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// The column.
    package let column: Column
    /// Whether the largest value stands first.
    package let isDescending: Bool

    /// Describes an index.
    package init(_ name: String, _ column: Column, isDescending: Bool = false) {
      self.name = name
      self.column = column
      self.isDescending = isDescending
    }
  }

  /// Its name.
  package let name: String
  /// Its columns other than the key, in order.
  package let columns: [Column]
  /// Its indexes.
  package let indexes: [Index]
  /// The trigger that sets `updated_at`; nil for a table without one.
  package let trigger: String?
  /// The columns that make two rows the same thing, where their keys differ.
  package let identity: [Column]

  /// Describes a table.
  package init(
    _ name: String, columns: [Column], indexes: [Index], trigger: String? = nil, identity: [Column]
  ) {
    self.name = name
    self.columns = columns
    self.indexes = indexes
    self.trigger = trigger
    self.identity = identity
  }

  /// The names of all of its columns, the key first.
  package var columnNames: [String] { ["id"] + columns.map(\.name) }

  /// The column of vectors; nil for a table without one.
  package var vectorColumn: Column? { columns.first { $0.type == .vector } }

  /// The four tables, by name.
  package static let all = [memories, analytics, duplicates, fragments]

  /// The three beside `memories`, those first that others need.
  package static let side = [fragments, duplicates, analytics]

  /// The names of the four tables.
  package static let names = all.map(\.name)

  /// The table of a name; nil for another one.
  package static func named(_ name: String) -> Table? { all.first { $0.name == name } }

  /// The columns in which memsh 0.1.0 refused NULL, though applications write it.
  package static let onceRequired = all.map { table in
    (table: table.name, columns: table.columns.filter(\.wasRequired).map(\.name))
  }

  /// Where a column stands in ``columns`` and in ``Record/values``; nil when it is of another table.
  package func position(of column: Column) -> Int? { columns.firstIndex(of: column) }
}
