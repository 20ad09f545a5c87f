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
    case .category(let name, let categories, let user):
      let command = (["categories"] + (user.map { ["--user", $0] } ?? [])).map(\.shellWord).joined(separator: " ")
      let nearest =
        NearestMatch.find(name, among: categories).map { "; did you mean '\($0)'?" } ?? "; `\(command)` lists them"
      let place = user.map { "\($0) has no category" } ?? "there is no category"
      return "nothing found: \(place) '\(name)'\(categories.isEmpty ? ", nor any other" : nearest)"
    case .filter(let memories, let user):
      let whose = user.map { " of \($0)" } ?? ""
      return "nothing found: \(counted(memories, "memory"))\(whose), none passes the filter"
    case .none: return nil
    }
  }
}
