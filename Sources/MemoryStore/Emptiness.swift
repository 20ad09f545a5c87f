import Database
import MemoryModel

/// Why no memory passes a filter.
package enum Emptiness: Sendable, Equatable {
  /// There are no memories at all.
  case store
  /// No user of that name has memories; these have, at most ``Emptiness/namesMaximum``.
  case user(String, users: [String])
  /// No memory, of the user that is named or of all, has this category; these there are, at most
  /// ``Emptiness/namesMaximum``.
  case category(String, categories: [String], user: String?)
  /// Something else in the filter; how many memories the user it names, or all users, have.
  case filter(memories: Int, user: String?)
  /// None of the reasons: so many memories pass.
  case none(memories: Int)

  /// So many names are looked through for one that was meant.
  package static let namesMaximum = 1_000
}

extension MemoryStore {
  /// How many memories pass a filter.
  package func count(_ filter: MemoryFilter) throws -> Int {
    try driver.first(
      "SELECT \(function: "count")(*) FROM \(Table.memories) WHERE 1 = 1\(filter.conditions())"
    ) { try Int($0.number(0)) } ?? 0
  }

  /// Whether a memory passes a filter.
  package func hasMemories(_ filter: MemoryFilter) throws -> Bool {
    try driver.first("SELECT 1 FROM \(Table.memories) WHERE 1 = 1\(filter.conditions()) LIMIT 1") { _ in true } ?? false
  }

  /// Why no memory passes a filter.
  package func emptiness(_ filter: MemoryFilter) throws -> Emptiness {
    let passing = try count(filter)
    if passing > 0 { return .none(memories: passing) }
    let user = filter.userID
    func names(_ grouping: Grouping, of user: String?) throws -> [String] {
      try totals(by: grouping, userID: user, limit: Emptiness.namesMaximum).compactMap(\.value)
    }
    let own = try count(MemoryFilter(userID: user))
    guard own > 0 else {
      let users = try names(.user, of: nil)
      guard let user, !users.isEmpty else { return .store }
      return .user(user, users: users)
    }
    if let category = filter.category, try count(MemoryFilter(userID: user, category: category)) == 0 {
      return .category(category, categories: try names(.category, of: user), user: user)
    }
    return .filter(memories: own, user: user)
  }
}
