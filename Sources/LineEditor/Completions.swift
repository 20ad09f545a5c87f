/// What could stand where the cursor is.
package struct Completions: Sendable, Equatable {
  /// One way to go on.
  package struct Candidate: Sendable, Equatable {
    /// The text that takes the place of what was typed.
    package let text: String
    /// What the list shows.
    package let shown: String
    /// How many columns of a terminal that covers.
    package let columns: Int
    /// Whether nothing can follow but the next word, so that a space is inserted, too.
    package let endsWord: Bool

    /// Creates a candidate.
    package init(text: String, shown: String, columns: Int, endsWord: Bool) {
      self.text = text
      self.shown = shown
      self.columns = columns
      self.endsWord = endsWord
    }
  }

  /// How many characters before the cursor a candidate replaces.
  package let replaces: Int
  /// The ways to go on, in the order of the list.
  package let candidates: [Candidate]

  /// Creates an answer.
  package init(replaces: Int, candidates: [Candidate]) {
    self.replaces = replaces
    self.candidates = candidates
  }

  /// The longest beginning that all candidates share.
  var commonPrefix: String {
    guard var prefix = candidates.first?.text[...] else { return "" }
    for candidate in candidates.dropFirst() {
      prefix = prefix.prefix(zip(prefix, candidate.text).prefix { $0 == $1 }.count)
    }
    return String(prefix)
  }

  /// More candidates than this are counted, not listed.
  private static let listedMaximum = 200

  /// The candidates in columns for a terminal so many columns wide.
  func list(columns: Int) -> String {
    let shown = candidates.prefix(Completions.listedMaximum)
    let width = (shown.map(\.columns).max() ?? 0) + 2
    let perLine = max(1, columns / width)
    let rows = (shown.count + perLine - 1) / perLine
    var lines = (0..<rows).map { row in
      stride(from: row, to: shown.count, by: rows).map { index in
        let isLast = index + rows >= shown.count
        return shown[index].shown + (isLast ? "" : String(repeating: " ", count: width - shown[index].columns))
      }.joined()
    }
    if candidates.count > shown.count { lines.append("… and \(candidates.count - shown.count) more") }
    return lines.joined(separator: "\n") + "\n"
  }
}
