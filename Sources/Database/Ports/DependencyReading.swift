import MemoryModel

/// The part of a store that knows what else changes when its rows do: tables and triggers of the application's own.
package protocol DependencyReading: AnyObject {
  /// Whether any table refers to this one so that deleting here deletes or clears there. The records of duplicates do not
  /// count: repairs take care of them.
  func isReferenced(_ table: String) throws -> Bool

  /// The rows of other tables that would be deleted or lose their reference if these rows were deleted.
  func dependents(of ids: [Int64], in table: String) throws -> [DependentRows]

  /// The triggers and rules on a table that are not memsh's own.
  func foreignTriggers(on table: String) throws -> [String]
}

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

/// A foreign key whose deletions go further than the row it refers to.
package struct DeletingKey: Sendable {
  /// The table that refers, as it is called.
  package let childName: String
  /// The table that refers, as SQL writes it.
  package let child: String
  /// Its columns.
  package let childColumns: [String]
  /// The table that is referred to, as SQL writes it.
  package let parent: String
  /// Its columns.
  package let parentColumns: [String]
  /// What a deletion does to the rows that refer.
  package let effect: DependentRows.Effect

  /// Creates a key; tables as SQL writes them, columns as they are called.
  package init(
    childName: String, child: String, childColumns: [String], parent: String, parentColumns: [String],
    effect: DependentRows.Effect
  ) {
    self.childName = childName
    self.child = child
    self.childColumns = childColumns
    self.parent = parent
    self.parentColumns = parentColumns
    self.effect = effect
  }
}

/// Follows foreign keys from rows that are to be deleted to all that goes with them.
package struct ForeignKeyWalk {
  /// The rows of a table that a deletion reaches.
  package struct Reached: Sendable {
    /// The table, as it is called.
    package let name: String
    /// The table, as SQL writes it.
    package let table: String
    /// What becomes of them.
    package let effect: DependentRows.Effect
    /// A condition on a row `t0` of the table; it reads the ids from a table `wanted`.
    package fileprivate(set) var condition: String
  }

  /// Deeper chains, and more ways than these, are not followed: a table that refers to itself has no end.
  private static let depthMaximum = 6
  private static let waysMaximum = 100

  /// Follows the keys.
  ///
  /// - Parameters:
  ///   - root: The table of the rows that go, as SQL writes it.
  ///   - duplicates: The table of memsh's records of duplicates: those that refer to the rows themselves are left out,
  ///     because repairs take care of them.
  ///   - equals: The operator that compares keys; where others may define operators, one that nobody else's can stand
  ///     for.
  package static func reached(
    from root: String, along keys: [DeletingKey], duplicates: String?, equals: String = "="
  ) -> [Reached] {
    var reached: [Reached] = []
    var ways = 0
    func note(_ key: DeletingKey, _ condition: String) {
      let rest = key.child == root ? " AND t0.id NOT IN (SELECT id FROM wanted)" : ""
      let whole = "(\(condition)\(rest))"
      if let index = reached.firstIndex(where: { $0.table == key.child && $0.effect == key.effect }) {
        reached[index].condition += " OR " + whole
      } else {
        reached.append(Reached(name: key.childName, table: key.child, effect: key.effect, condition: whole))
      }
    }
    func follow(_ parent: String, depth: Int, _ condition: @escaping (Int) -> String) {
      guard depth < depthMaximum else { return }
      for key in keys where key.parent == parent && ways < waysMaximum {
        if depth == 0, key.child == duplicates { continue }
        ways += 1
        let own: (Int) -> String = { level in
          let (child, above) = ("t\(level)", "t\(level + 1)")
          let refers = zip(key.childColumns, key.parentColumns).map {
            "\(child).\($0.quotedIdentifier) \(equals) \(above).\($1.quotedIdentifier) AND "
          }.joined()
          return "EXISTS (SELECT 1 FROM \(key.parent) AS \(above) WHERE \(refers)\(condition(level + 1)))"
        }
        note(key, own(0))
        if key.effect == .deleted { follow(key.child, depth: depth + 1, own) }
      }
    }
    follow(root, depth: 0) { "t\($0).id IN (SELECT id FROM wanted)" }
    return reached
  }
}
