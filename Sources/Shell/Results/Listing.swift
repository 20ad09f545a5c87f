import MemoryModel

/// How much of a list a result shows, and how the rest is seen: the same for every command that lists.
package struct Listing: Sendable, Equatable {
  /// How many there are in all; nil where counting would take long.
  package var total: Int?
  /// The words of the command that shows what comes next; nil at the end.
  package var next: [String]?
  /// Whether a limit is known to have left rows out.
  package var isCut: Bool

  /// Describes a list.
  package init(total: Int? = nil, next: [String]? = nil, isCut: Bool = false) {
    self.total = total
    self.next = next
    self.isCut = isCut
  }

  /// What is said where nobody asked for the limit and nobody sees ``summary(shown:noun:)``, such as in a file; nil where
  /// the list is whole.
  func notice(shown: Int, noun: String) -> String? {
    guard isCut else { return nil }
    return "notice: there are more than \(counted(shown, noun)): `--limit N`\(noun == "memory" ? " or `export`" : "") "
      + "gives the others, too"
  }

  /// `497 memories, 20 shown; next: list --after 20`, or without a total `20 memories shown; next: …`
  func summary(shown: Int, noun: String) -> StyledText {
    var text = StyledText(counted(total ?? shown, noun), .dim)
    if let total, total != shown { text += StyledText(", \(shown) shown", .dim) }
    if total == nil, next != nil { text += StyledText(" shown", .dim) }
    if let next { text += StyledText("; next: ", .dim) + StyledText(ScriptCommand(words: next).text, .command) }
    return text
  }
}

extension Listing {
  /// How many rows to ask for, to know whether there are more than the limit.
  static func oneMore(than limit: Int) -> Int { limit == .max ? limit : limit + 1 }
}

extension ResultTable {
  /// The table without the row that was asked for beyond the limit; where there was one, the command that shows more is
  /// said.
  ///
  /// - Parameter command: The command without its limit.
  func limited(to limit: Int, command: [String]) -> ResultTable {
    guard rows.count > limit else { return self }
    var limited = self
    limited.rows = Array(rows.prefix(limit))
    limited.listing.isCut = true
    limited.listing.next = command + ["--limit", "\(limit > .max / 2 ? .max : max(limit * 2, 1))"]
    return limited
  }
}
