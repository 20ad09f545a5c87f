/// Rows of another table that a deletion takes along.
package struct DependentRows: Sendable, Equatable, CustomStringConvertible {
  /// What becomes of them.
  package enum Effect: Sendable, Hashable {
    /// ON DELETE CASCADE.
    case deleted
    /// ON DELETE SET NULL or SET DEFAULT.
    case cleared
  }

  /// Their table.
  package let table: String
  /// What becomes of them.
  package let effect: Effect
  /// How many; nil when this role may not see all of them.
  package let count: Int?

  /// Creates a description.
  package init(table: String, effect: Effect, count: Int?) {
    self.table = table
    self.effect = effect
    self.count = count
  }

  /// `2 rows of tags (ON DELETE CASCADE)`.
  package var description: String {
    let rows = count.map { $0 == 1 ? "1 row" : "\($0) rows" } ?? "rows that this role cannot count"
    return "\(rows) of \(table) (\(effect == .deleted ? "ON DELETE CASCADE" : "ON DELETE SET NULL or DEFAULT"))"
  }

  /// The sums for each table and effect, in order of first appearance.
  package static func summed(_ all: [DependentRows]) -> [DependentRows] {
    var sums: [DependentRows] = []
    for one in all {
      if let index = sums.firstIndex(where: { $0.table == one.table && $0.effect == one.effect }) {
        let count = sums[index].count.flatMap { sum in one.count.map { sum + $0 } }
        sums[index] = DependentRows(table: one.table, effect: one.effect, count: count)
      } else {
        sums.append(one)
      }
    }
    return sums
  }
}
