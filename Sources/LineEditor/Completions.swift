/// What could stand where the cursor is.
package struct Completions {
  /// One way to go on.
  package struct Candidate: Sendable, Equatable {
    /// The text that takes the place of what was typed.
    package let text: String
    /// Whether nothing can follow but the next word, so that a space is inserted, too.
    package let endsWord: Bool

    /// Creates a candidate.
    package init(text: String, endsWord: Bool) {
      self.text = text
      self.endsWord = endsWord
    }
  }

  /// How many characters before the cursor a candidate replaces.
  package let replaces: Int
  /// The ways to go on, in the order of the list.
  package let candidates: [Candidate]
  /// The list that is shown on a terminal of a size, its last newline included; `isAgain` when it was shown before.
  package let list: (_ columns: Int, _ rows: Int, _ isAgain: Bool) -> String

  /// Creates an answer.
  package init(
    replaces: Int, candidates: [Candidate], list: @escaping (_ columns: Int, _ rows: Int, _ isAgain: Bool) -> String
  ) {
    self.replaces = replaces
    self.candidates = candidates
    self.list = list
  }

  /// The longest beginning that all candidates share; nothing of several numbers, whose beginning is another number.
  var commonPrefix: String {
    guard candidates.count == 1 || !candidates.allSatisfy({ $0.text.allSatisfy(\.isNumber) }) else { return "" }
    guard var prefix = candidates.first?.text[...] else { return "" }
    for candidate in candidates.dropFirst() {
      prefix = prefix.prefix(zip(prefix, candidate.text).prefix { $0 == $1 }.count)
    }
    return String(prefix)
  }
}
