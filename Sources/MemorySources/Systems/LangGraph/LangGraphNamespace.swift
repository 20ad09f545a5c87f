/// Tells which label of a namespace is the user: that is each application's own choice.
struct LangGraphNamespace {
  let labels: [String]

  /// Labels behind which a user stands, the surest first.
  private static let inFront = [["users", "user"], ["memories", "memory"]]
  /// Labels that do not name a user, though they stand last.
  private static let kinds: Set = ["memories", "memory", "facts", "preferences", "profile", "profiles"]

  init(_ prefix: String) { labels = prefix.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

  /// The user, and the rule that told it, for a sentence; nil where no rule fits.
  ///
  /// - Parameter number: The label to take, counted from 1, from the end when negative; nil for the rules.
  func user(label number: Int?) -> (name: String, rule: String)? {
    guard let number else { return userByRule.flatMap { $0.name.isEmpty ? nil : $0 } }
    let index = number > 0 ? number - 1 : labels.count + number
    guard number != 0, labels.indices.contains(index), !labels[index].isEmpty else { return nil }
    return (labels[index], "label \(number)")
  }

  private var userByRule: (name: String, rule: String)? {
    for names in LangGraphNamespace.inFront {
      guard let index = labels.firstIndex(where: names.contains), index + 1 < labels.count else { continue }
      return (labels[index + 1], "the label behind \(labels[index])")
    }
    guard labels.count == 2 else { return nil }
    return LangGraphNamespace.kinds.contains(labels[1])
      ? (labels[0], "the label in front of \(labels[1])") : (labels[1], "the last of two labels")
  }
}
