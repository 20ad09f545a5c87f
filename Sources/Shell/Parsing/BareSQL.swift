import Database
import MemoryModel

/// SQL that is typed as it is, without the command `sql`: from a word that begins no command to the `;` that ends it.
enum BareSQL {
  private static let reading: Set<String> = ["select", "with", "values", "explain", "table", "pragma"]
  private static let writing: Set<String> = [
    "insert", "update", "create", "drop", "alter", "truncate", "replace", "grant", "revoke", "vacuum", "analyze",
    "reindex",
  ]
  /// The words of SQL that are commands, too, and what follows them in SQL.
  private static let shared = ["delete": "from", "merge": "into"]

  /// What a statement does.
  enum Kind: Equatable {
    case reads
    /// The word that says so.
    case writes(String)
  }

  /// The kind of the statement that stands at the place of a text; nil for something else.
  static func kind(at text: ScriptText) -> Kind? {
    var ahead = text
    let word = ahead.takeName().lowercased()
    // `table.memsh` is a file, and `select=1` nothing that SQL begins with.
    guard !word.isEmpty, ahead.current == nil || ahead.spaceLength > 0 || ahead.current.map(isOpening) == true else {
      return nil
    }
    if reading.contains(word) { return .reads }
    if writing.contains(word) { return .writes(word.uppercased()) }
    guard let next = shared[word] else { return nil }
    ahead.advance(ahead.spaceLength)
    return ahead.takeName().lowercased() == next ? .writes(word.uppercased()) : nil
  }

  /// Whether a text of several words is one.
  static func isStatement(_ text: String) -> Bool {
    text.contains(where: \.isWhitespace) && kind(at: ScriptText(text, file: nil)) != nil
  }

  private static func isOpening(_ byte: UInt8) -> Bool {
    "('\"*;-/".utf8.contains(byte)
  }

  /// Whether a word begins a statement.
  static func begins(with word: String) -> Bool {
    let word = word.lowercased()
    return reading.contains(word) || writing.contains(word)
  }

  /// The words that begin a statement which only reads, and go on like what is typed; in capitals if it is.
  static func beginnings(_ typed: String) -> [String] {
    guard !typed.isEmpty else { return [] }
    let isUpper = typed == typed.uppercased()
    return reading.sorted().map { isUpper ? $0.uppercased() : $0 }.filter { $0.hasPrefix(typed) }
  }

  /// The refusal of a statement that changes something.
  static func refusal(of word: String, _ command: ScriptCommand) -> MemshError {
    let statement = command.tokens.count > 1 ? command.tokens[1].source : ""
    let shown = statement.count <= shownCharacters && !statement.contains("\n") ? statement : "'\(word) …'"
    return MemshError(
      .usage, "\(word) changes the store, and a statement that stands for itself only reads",
      hint: "sql --write \(shown)")
  }

  /// No longer statement is repeated in a hint.
  private static let shownCharacters = 200
}

/// Takes a statement from a text, with the quotes and comments of SQL.
struct StatementReader {
  /// Where it reads, and how far it has come.
  private(set) var text: ScriptText

  init(_ text: ScriptText) { self.text = text }

  /// The statement up to its `;`, which is left, or to the text's end.
  ///
  /// - Parameter mustEnd: Whether the text is still being typed, so that a statement without `;` goes on.
  mutating func statement(mustEnd: Bool) throws(LexicalError) -> String {
    let start = text.position
    var statement = ""
    while let byte = text.current, byte != .semicolon {
      switch byte {
      case .quote, .doubleQuote, .backtick: statement += try quoted(byte, escapes: StatementReader.escapes(statement))
      case .minus where text.following == .minus: statement += text.take { $0 != .newline }
      case .slash where text.following == .star: statement += try comment()
      case .dollar: statement += try dollarQuoted()
      default: statement += text.take(1) + text.take { !StatementReader.special.contains($0) }
      }
    }
    // In a file everything behind it would be part of it.
    let isLong = start.file != nil && statement.trimmingSpaces.contains("\n")
    guard text.current != nil || !mustEnd && !isLong else {
      throw LexicalError(
        message: "the SQL statement does not end", hint: "put ; behind it", position: start, incomplete: .statement)
    }
    return statement.trimmingSpaces
  }

  private static let special: Set<UInt8> = [.semicolon, .quote, .doubleQuote, .backtick, .minus, .slash, .dollar]

  /// Whether a backslash means something in the quotes that follow: those of PostgreSQL's `E'…'`.
  private static func escapes(_ before: String) -> Bool {
    guard let last = before.last, last == "e" || last == "E" else { return false }
    return before.dropLast().last.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
  }

  /// A doubled quote is two quotes that follow each other.
  private mutating func quoted(_ quote: UInt8, escapes: Bool) throws(LexicalError) -> String {
    let start = text.position
    var part = text.take(1)
    while let byte = text.current, byte != quote {
      part +=
        escapes && byte == .backslash ? text.take(2) : text.take(1) + text.take { $0 != quote && $0 != .backslash }
    }
    guard text.current != nil else {
      let character = Character(Unicode.Scalar(quote))
      throw LexicalError(
        message: "a quote is not closed", hint: "end it with \(character)", position: start,
        incomplete: .quote(character))
    }
    return part + text.take(1)
  }

  private mutating func comment() throws(LexicalError) -> String {
    let start = text.position
    var part = text.take(2)
    var depth = 1
    while depth > 0, let byte = text.current {
      if byte == .slash, text.following == .star {
        depth += 1
      } else if byte == .star, text.following == .slash {
        depth -= 1
      } else {
        part += text.take(1)
        continue
      }
      part += text.take(2)
    }
    guard depth == 0 else {
      throw LexicalError(
        message: "a comment does not end", hint: "end it with */", position: start, incomplete: .statement)
    }
    return part
  }

  /// `$tag$ … $tag$`; a dollar that begins none stands for itself.
  private mutating func dollarQuoted() throws(LexicalError) -> String {
    let start = text.position
    var ahead = text
    ahead.advance()
    let name = ahead.takeName()
    guard ahead.current == .dollar, name.first?.isNumber != true else { return text.take(1) }
    let tag = "$\(name)$"
    let bytes = Array(tag.utf8)
    var part = text.take(tag.unicodeScalars.count)
    while text.current != nil {
      if text.begins(with: bytes) { return part + text.take(tag.unicodeScalars.count) }
      part += text.take(1) + text.take { $0 != .dollar }
    }
    throw LexicalError(
      message: "a quote is not closed", hint: "end it with $\(name)$", position: start, incomplete: .statement)
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
