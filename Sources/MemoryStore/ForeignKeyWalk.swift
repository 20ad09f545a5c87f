import Database
import MemoryModel

/// Follows foreign keys from rows that are to be deleted to all that goes with them.
struct ForeignKeyWalk {
  /// The rows of a table that a deletion reaches.
  struct Reached {
    /// The table, as it is called.
    let name: String
    /// The table, as SQL writes it.
    let table: String
    /// What becomes of them.
    let effect: DependentRows.Effect
    /// A condition on a row `t0` of the table; it reads the ids from a table `wanted`.
    fileprivate(set) var condition: String
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
  static func reached(
    from root: String, along keys: [DeletingKey], duplicates: String?, equals: String
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
