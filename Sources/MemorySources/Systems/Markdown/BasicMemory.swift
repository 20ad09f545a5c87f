import MemoryModel

/// What Basic Memory writes into the items of a note, read as its own parser reads it.
enum BasicMemory {
  /// `[category] text #tag (context)`.
  struct Observation {
    var text: String
    var category: String?
    var context: String?
    var tags: [String] = []
  }

  /// Whether a note is one of Basic Memory's, by its front matter.
  static func wrote(_ frontMatter: JSON) -> Bool {
    frontMatter[key: "permalink"] != nil || frontMatter[key: "title"] != nil && frontMatter[key: "type"] != nil
  }

  private static let relationMaximum = 1_000

  /// Whether an item is `relation [[Note]] (context)`: a link between notes, not something that is remembered.
  static func isRelation(_ text: String) -> Bool {
    guard text.utf8.count <= relationMaximum else { return false }
    // The relation is a word, or words in quotes.
    let relation = /(?:(?:[^\s"'\[]\S*|"[^"]+"|'[^']+')[ \t]+)?\[\[[^\[\]]+\]\](?:[ \t]*\([^()]*\))?/
    return text.wholeMatch(of: relation) != nil
  }

  /// Takes an item's text apart; tags stay in the text, as they do there.
  static func observation(_ text: String) -> Observation {
    var observation = Observation(text: text)
    if let match = text.prefixMatch(of: /\[([^\[\]()\n]+)\][ \t]+(?=\S)/), !isMark(match.output.1.trimmed) {
      observation.category = match.output.1.trimmed
      observation.text = String(text[match.range.upperBound...])
    }
    if let (text, context) = contextApart(observation.text) {
      observation.text = text
      observation.context = context
    }
    observation.tags = observation.text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("#") }.flatMap {
      $0.split(separator: "#").map(String.init)
    }
    return observation
  }

  /// Parts `text (context)`; what has no space in front of it is a link or a call.
  private static func contextApart(_ text: String) -> (text: String, context: String)? {
    guard text.utf8.last == UInt8(ascii: ")"), !text.utf8.contains(.newline), let open = text.lastIndex(of: "(")
    else { return nil }
    let context = text[text.index(after: open)...].dropLast().trimmed
    let before = text[..<open]
    guard !context.isEmpty, !context.contains(")"), before.last?.isWhitespace == true else { return nil }
    return (before.trimmed, context)
  }

  /// The time of a transcript's line, or the mark of a task such as `[/]`.
  private static func isMark(_ category: String) -> Bool {
    let clock = /[0-9]{1,3}(:[0-9]{2}){1,2}([.,][0-9]{1,3})?( - .*)?/
    if category.isEmpty || category.wholeMatch(of: clock) != nil { return true }
    guard category.count == 1, let mark = category.first else { return false }
    return mark == "x" || mark == "X" || !(mark.isLetter || mark.isNumber)
  }
}
