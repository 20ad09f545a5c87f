import MemoryModel
import MemoryStore

extension Emptiness {
  /// The reason for a person; nil where there is none.
  var sentence: String? {
    switch self {
    case .store: return "nothing found: the store holds no memories"
    case .user(let name, let users): return Emptiness.unknown("there is no user '\(name)'", name, among: users, "users")
    case .category(let name, let categories, let user):
      let command = (["categories"] + (user.map { ["--user", $0] } ?? [])).map(\.shellWord).joined(separator: " ")
      let place = user.map { "\($0) has no category" } ?? "there is no category"
      return Emptiness.unknown("\(place) '\(name)'", name, among: categories, command)
    case .filter(let memories, let user):
      let whose = user.map { " of \($0)" } ?? ""
      return "nothing found: \(counted(memories, "memory"))\(whose), none passes the filter"
    case .none: return nil
    }
  }

  /// A name that nothing has, with the one that may have been meant.
  ///
  /// - Parameter command: The command that lists the names there are.
  static func unknown(_ what: String, _ name: String, among names: [String], _ command: String) -> String {
    guard !names.isEmpty else { return "nothing found: \(what), nor any other" }
    let nearest = NearestMatch.find(name, among: names).map { "did you mean '\($0)'?" } ?? "`\(command)` lists them"
    return "nothing found: \(what); \(nearest)"
  }
}
