/// Which of some values a person may mean with what is typed.
enum Fitting {
  /// The values that begin with what is typed, in their order, each once. What could act on a terminal is left out, and so
  /// is nothing at all, which no line shows.
  static func beginning(_ values: [Completion.Value], with typed: String) -> [Completion.Value] {
    var seen: Set<String> = []
    return values.filter { value in
      value.text.hasPrefix(typed) && !value.text.isEmpty && value.text == value.text.withVisibleControls
        && seen.insert(value.text).inserted
    }
  }

  /// The same for names that are few and known: where none begins with what is typed, those that hold its letters in their
  /// order (`lst` for `list`), else the nearest one.
  static func near(_ values: [Completion.Value], to typed: String) -> [Completion.Value] {
    let exact = beginning(values, with: typed)
    let letters = Array(typed.lowercased().drop { $0 == "-" })
    guard exact.isEmpty, letters.count >= lettersMinimum else { return exact }
    let known = beginning(values, with: typed.hasPrefix("-") ? "-" : "")
    let spread = known.filter { isSpread(letters, over: $0.text.lowercased()) }
    let sameFirst = spread.filter { $0.text.lowercased().first { $0 != "-" } == letters[0] }
    if !spread.isEmpty { return sameFirst.isEmpty ? spread : sameFirst }
    let nearest = NearestMatch.find(typed, among: known.map(\.text))
    return known.filter { $0.text == nearest }
  }

  /// One letter is in nearly every name.
  private static let lettersMinimum = 2

  private static func isSpread(_ letters: [Character], over name: String) -> Bool {
    var rest = letters[...]
    for character in name where character == rest.first { rest.removeFirst() }
    return rest.isEmpty
  }
}
