import MemoryStore

/// The ways in which a line can go on.
package struct Completion: Equatable {
  /// How many characters before the cursor they replace.
  package var replaces = 0
  /// The ways, in the order of the list.
  package var candidates: [Candidate] = []

  /// One way to go on.
  package struct Candidate: Equatable {
    /// What takes the place of the unfinished word.
    package let text: String
    /// What a list shows.
    package let shown: String
    /// What it is, one line; empty where there is nothing to say.
    package let about: String
    /// Whether the next word can follow.
    package let endsWord: Bool
  }

  /// One way to go on, as it is meant: not yet quoted for any line.
  package struct Value: Equatable, Sendable {
    /// The whole word, or what is left of it.
    package let text: String
    /// What it is, one line; empty where there is nothing to say.
    package let about: String
    /// Whether the next word can follow: not behind a folder's name.
    package let endsWord: Bool

    /// - Parameter endsWord: Nil for what only a folder's name does not.
    init(_ text: String, about: String = "", endsWord: Bool? = nil) {
      self.text = text
      self.about = about.withVisibleControls
      self.endsWord = endsWord ?? !text.hasSuffix("/")
    }

    init(_ choice: StoredChoice) { self.init(choice.text, about: choice.about) }
  }

  /// What could take the place of a word.
  package struct Found: Equatable, Sendable {
    /// What stays of the word, such as `--user=`; the values come behind it.
    package var kept = ""
    /// The ways to go on, in their order.
    package var values: [Value] = []
    /// The extensions of the files that fit as well, none for all; nil where no file fits.
    package var fileExtensions: [String]?
  }
}

extension Completion {
  /// More candidates than this are counted, not listed.
  private static let listedMaximum = 200
  /// No name is shown wider beside its explanation.
  private static let namedColumns = 40

  /// The candidates for a terminal of a size: each with what it is, as long as the screen has room for that, else in
  /// columns.
  ///
  /// - Parameter isAgain: Whether they were listed before, so that what they are is asked for.
  package func list(columns: Int, rows: Int, isAgain: Bool) -> String {
    let hasMore = candidates.contains { !$0.about.isEmpty }
    let isExplained = hasMore && (isAgain || candidates.count <= max(rows - 2, 1))
    let lines = isExplained ? explained(columns: columns) : inColumns(columns)
    let hint = hasMore && !isExplained ? "(Tab again tells what they are)\n" : ""
    return lines.joined(separator: "\n") + "\n" + hint
  }

  private func explained(columns: Int) -> [String] {
    // The last column stays free: some terminals go on in the next line when it is written.
    let width = min(candidates.map(\.shown.displayWidth).max() ?? 0, Completion.namedColumns, max(columns - 1, 1))
    return candidates.prefix(Completion.listedMaximum).map { candidate in
      let name = candidate.shown.fitted(toWidth: width)
      let room = columns - 1 - width - 2
      guard !candidate.about.isEmpty, room > 3 else { return name }
      let padding = String(repeating: " ", count: width - name.displayWidth + 2)
      return name + padding + candidate.about.fitted(toWidth: room)
    }
  }

  private func inColumns(_ columns: Int) -> [String] {
    let shown = candidates.prefix(Completion.listedMaximum).map(\.shown)
    let width = (shown.map(\.displayWidth).max() ?? 0) + 2
    let perLine = max(1, columns / width)
    let rows = (shown.count + perLine - 1) / perLine
    var lines = (0..<rows).map { row in
      stride(from: row, to: shown.count, by: rows).map { index in
        let isLast = index + rows >= shown.count
        return shown[index] + (isLast ? "" : String(repeating: " ", count: width - shown[index].displayWidth))
      }.joined()
    }
    if candidates.count > shown.count { lines.append("… and \(candidates.count - shown.count) more") }
    return lines
  }
}
