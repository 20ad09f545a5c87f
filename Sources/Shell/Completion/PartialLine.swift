/// A line that is still being typed, as the lexer reads it: the words of its last command, and the one at its end.
struct PartialLine {
  /// What the word at the end is.
  let place: Lexer.Unfinished.Place
  /// The finished words of the command, without their quotes.
  let words: [String]
  /// The unfinished word without its quotes; empty after a space.
  let word: String
  /// The unfinished word as it was typed, quotes included.
  let raw: String
  /// The quote that is open.
  let quote: Character?

  /// Whether the word stands in quotes from its beginning: then it is a value, whatever it looks like.
  var beginsWithQuote: Bool { raw.first == "'" || raw.first == "\"" }

  /// Reads a line; nil where no word can follow, as in a comment.
  init?(_ text: String) {
    guard let unfinished = Lexer.unfinished(text) else { return nil }
    var words = unfinished.tokens.map(\.unresolved)
    word = unfinished.rawWord.isEmpty ? "" : words.popLast() ?? ""
    self.words = words
    place = unfinished.place
    (raw, quote) = (unfinished.rawWord, unfinished.quote)
  }

  /// Whether the word begins with `~/`, which stands for the home folder.
  var beginsAtHome: Bool { raw.hasPrefix("~/") }

  /// A value as it must be typed to be one word.
  func typed(_ value: String, isFinished: Bool) -> String {
    let needsQuotes = value.unicodeScalars.first == "~" || value.hasSpace(or: "'\"\\;#$<")
    guard quote != nil || needsQuotes else { return value }
    if value.unicodeScalars.contains("'") { return "\"" + PartialLine.escaped(value) + (isFinished ? "\"" : "") }
    return "'" + value + (isFinished ? "'" : "")
  }

  /// A value as it must be typed to go on in the middle of the word; nil when it cannot.
  func typedInside(_ value: String) -> String? {
    switch quote {
    case "'": value.unicodeScalars.contains("'") ? nil : value
    case .some: PartialLine.escaped(value)
    case nil: typed(value, isFinished: true) == value ? value : nil
    }
  }

  private static func escaped(_ value: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in value.unicodeScalars {
      if scalar == "\\" || scalar == "\"" || scalar == "$" { scalars.append("\\") }
      scalars.append(scalar)
    }
    return String(scalars)
  }
}

extension Token {
  /// The word with its variables as they are written.
  fileprivate var unresolved: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .variable(let reference): "${\(reference.text)}"
      case .home: "~"
      }
    }.joined()
  }
}
