/// A line that is still being typed: the words of its last command, and the one at its end.
struct PartialLine {
  /// The finished words of the command, without their quotes.
  private(set) var words: [String] = []
  /// The unfinished word without its quotes; empty after a space.
  private(set) var word = ""
  /// The unfinished word as it was typed, quotes included.
  private(set) var raw = ""
  /// The quote that is open.
  private(set) var quote: Character?

  /// Whether the word stands in quotes from its beginning: then it is a value, whatever it looks like.
  var beginsWithQuote: Bool { raw.first == "'" || raw.first == "\"" }

  init(_ text: String) {
    var isInWord = false
    var isEscaped = false
    for character in text {
      raw.append(character)
      if isEscaped {
        // Between double quotes a backslash is itself, but before what it can escape.
        if quote == "\"", !Lexer.escapable.contains(character) { word.append("\\") }
        word.append(character)
        isEscaped = false
      } else if let open = quote {
        if character == open {
          quote = nil
        } else if open == "\"", character == "\\" {
          isEscaped = true
        } else {
          word.append(character)
        }
      } else if character == "\\" {
        isEscaped = true
        isInWord = true
      } else if character == "'" || character == "\"" {
        quote = character
        isInWord = true
      } else if character.isWhitespace || character == ";" {
        if isInWord { words.append(word) }
        if character == ";" || character == "\n" { words = [] }
        (word, raw, isInWord) = ("", "", false)
      } else {
        word.append(character)
        isInWord = true
      }
    }
  }

  /// Whether the word begins with `~/`, which stands for the home folder.
  var beginsAtHome: Bool { raw.hasPrefix("~/") }

  /// A value as it must be typed to be one word.
  func typed(_ value: String, isFinished: Bool) -> String {
    let needsQuotes = value.hasPrefix("~") || value.contains { $0.isWhitespace || "'\"\\;#$<".contains($0) }
    guard quote != nil || needsQuotes else { return value }
    if value.contains("'") {
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
      return "\"" + escaped + (isFinished ? "\"" : "")
    }
    return "'" + value + (isFinished ? "'" : "")
  }
}
