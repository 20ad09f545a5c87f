import Database
import MemoryModel

/// Why no memory passes a filter.
package enum Emptiness: Sendable, Equatable {
  /// There are no memories at all.
  case store
  /// No user of that name has memories; these have, at most ``Emptiness/usersMaximum``.
  case user(String, users: [String])
  /// Something else in the filter; how many memories the user it names, or all users, have.
  case filter(memories: Int, user: String?)
  /// None of the reasons: so many memories pass.
  case none(memories: Int)

  package static let usersMaximum = 1_000
}

extension MemoryStore {
  /// How many memories pass a filter.
  package func count(_ filter: MemoryFilter) throws -> Int {
    try driver.first(
      "SELECT \(function: "count")(*) FROM \(Table.memories) WHERE 1 = 1\(filter.conditions())"
    ) { try Int($0.number(0)) } ?? 0
  }

  /// Why no memory passes a filter.
  package func emptiness(_ filter: MemoryFilter) throws -> Emptiness {
    let passing = try count(filter)
    if passing > 0 { return .none(memories: passing) }
    guard let user = filter.userID else {
      let all = try count(MemoryFilter())
      return all == 0 ? .store : .filter(memories: all, user: nil)
    }
    let own = try count(MemoryFilter(userID: user))
    if own > 0 { return .filter(memories: own, user: user) }
    let users = try totals(by: .user, userID: nil, limit: Emptiness.usersMaximum).compactMap(\.value)
    return users.isEmpty ? .store : .user(user, users: users)
  }
}
