/// A row of one of the tables, as it is: what is moved from one store to another by one piece of code for all.
package struct Record: Sendable, Equatable {
  /// The row's key.
  package var id: Int64
  /// One value for each of ``Table/columns``.
  package var values: [Value]
  /// What stands in columns that others added to the table.
  package var added: [AddedValue]

  /// Creates a row.
  package init(id: Int64, values: [Value], added: [AddedValue] = []) {
    self.id = id
    self.values = values
    self.added = added
  }

  /// How many NUL characters it has.
  package var nulCount: Int { values.reduce(added.nulCount) { $0 + $1.nulCount } }

  /// The row with every NUL replaced.
  package var replacingNUL: Record {
    nulCount > 0 ? Record(id: id, values: values.map(\.replacingNUL), added: added.replacingNUL) : self
  }
}

/// A column of one of the tables that memsh does not know: others added it.
package struct AddedColumn: Sendable, Hashable {
  /// Its name.
  package let name: String
  /// Its type in its database's own words, such as `double precision` or `character varying(20)`; empty where it has
  /// none.
  package let type: String
  /// The kind of database that the type is of: where the column was made, wherever its values are now.
  package let database: Backend
  /// What its values are, as SQLite's `typeof` says, whatever its type is; nil where nobody has looked.
  package var held: [String]?

  /// Describes a column.
  package init(name: String, type: String, database: Backend, held: [String]? = nil) {
    self.name = name
    self.type = type
    self.database = database
    self.held = held
  }
}

/// What stands in an added column, in the notation of its database: PostgreSQL's text for it, which its type reads back
/// exactly, or a value of SQLite.
package struct AddedValue: Sendable, Hashable {
  /// The column.
  package let column: AddedColumn
  /// A text, integer, double, bytes or NULL.
  package let value: Value

  /// Joins a column and a value.
  package init(column: AddedColumn, value: Value) {
    self.column = column
    self.value = value
  }
}

extension [AddedValue] {
  /// How many NUL characters they have.
  package var nulCount: Int { reduce(0) { $0 + $1.value.nulCount } }

  /// The values with every NUL replaced.
  package var replacingNUL: [AddedValue] { map { AddedValue(column: $0.column, value: $0.value.replacingNUL) } }
}

extension Table {
  /// A row's values with NULL as the agent of a fragment for every agent, where memsh 0.1.0 wrote a word for it that
  /// applications do not know.
  package func withoutEveryAgent(_ values: [Value]) -> [Value] {
    guard let index = position(of: .agent), values[index] == .text(PromptFragment.everyAgent) else { return values }
    var values = values
    values[index] = .null
    return values
  }
}
