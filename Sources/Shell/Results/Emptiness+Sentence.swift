import MemoryModel
import MemoryStore

extension Emptiness {
  /// The reason for a person; nil where there is none.
  var sentence: String? {
    switch self {
    case .store: return "nothing found: the store holds no memories"
    case .user(let name, let users):
      let nearest = NearestMatch.find(name, among: users).map { "; did you mean '\($0)'?" } ?? "; `users` lists them"
      return "nothing found: there is no user '\(name)'\(nearest)"
    case .filter(let memories, let user):
      let whose = user.map { " of \($0)" } ?? ""
      return "nothing found: \(counted(memories, "memory"))\(whose), none passes the filter"
    case .none: return nil
    }
  }
}
