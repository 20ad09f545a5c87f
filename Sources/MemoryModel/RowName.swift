/// A row of the store by its place.
package struct RowName: Sendable, Hashable, CustomStringConvertible {
  /// Its table.
  package let table: String
  /// Its id.
  package let id: Int64

  /// Names a row.
  package init(_ table: String, _ id: Int64) {
    self.table = table
    self.id = id
  }

  /// `memories 5`.
  package var description: String { "\(table) \(id)" }
}
