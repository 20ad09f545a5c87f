/// Why a text is no script, and where.
struct LexicalError: Error {
  let message: String
  let hint: String?
  let position: SourcePosition
  /// What the text would need to be complete; nil when nothing more can mend it.
  let incomplete: Incomplete?
}

/// What a text lacks to be complete.
public enum Incomplete: Sendable, Equatable {
  /// The quote that closes a word.
  case quote(Character)
  /// The line after a backslash.
  case continuation
  /// The line that ends the text after `<<`.
  case heredoc(String)

  /// What a text lacks; nil when more lines would not make it better.
  public init?(_ text: String) {
    do throws(LexicalError) {
      _ = try Lexer.commands(in: text, file: nil)
      return nil
    } catch {
      guard let missing = error.incomplete else { return nil }
      self = missing
    }
  }
}

/// Splits a script into commands and words: quoting as in a POSIX shell, `#` comments, `\` at a line's end, `;`
/// between commands, `<<EOF` for text over several lines. Does no I/O and replaces no variable.
struct Lexer {
  private let characters: [Character]
  private let lines: [Substring]
  private let file: String?
  private var index = 0
  private var line = 1
  private var column = 1
  private var commands: [ScriptCommand] = []
  private var tokens: [Token] = []
  private var heredocs: [Heredoc] = []

  private struct Heredoc {
    let command: Int
    let token: Int
    let delimiter: String
    let interpolates: Bool
    let position: SourcePosition
  }

  /// Splits a whole text.
  static func commands(in text: String, file: String?) throws(LexicalError) -> [ScriptCommand] {
    var lexer = Lexer(text: text, file: file)
    return try lexer.run()
  }

  private init(text: String, file: String?) {
    let normalized = text.replacing("\r\n", with: "\n")
    characters = Array(normalized)
    lines = normalized.split(separator: "\n", omittingEmptySubsequences: false)
    self.file = file
  }

  private var current: Character? { index < characters.count ? characters[index] : nil }
  private var following: Character? { index + 1 < characters.count ? characters[index + 1] : nil }
  private var position: SourcePosition { SourcePosition(file: file, line: line, column: column) }

  private mutating func advance() {
    if current == "\n" {
      line += 1
      column = 1
    } else {
      column += 1
    }
    index += 1
  }

  private mutating func run() throws(LexicalError) -> [ScriptCommand] {
    // `#!/usr/bin/env -S memsh -f` is a comment like any other.
    while let character = current {
      switch character {
      case "\n":
        advance()
        endCommand()
        try readHeredocs()
      case ";":
        advance()
        endCommand()
      case "#": skipComment()
      case "\\" where following == "\n": try continueLine()
      case _ where character.isWhitespace: advance()
      case "<" where following == "<": try startHeredoc()
      default: try readToken()
      }
    }
    endCommand()
    try readHeredocs()
    return commands
  }

  private mutating func endCommand() {
    guard let first = tokens.first else { return }
    let source = String(lines[first.position.line - 1])
    commands.append(ScriptCommand(tokens: tokens, sourceLine: source))
    tokens = []
  }

  private mutating func skipComment() {
    while let character = current, character != "\n" { advance() }
  }

  private mutating func continueLine() throws(LexicalError) {
    let start = position
    advance()
    advance()
    guard current != nil else {
      throw LexicalError(
        message: "the script ends after a backslash", hint: "a backslash at a line's end continues the command",
        position: start, incomplete: .continuation)
    }
  }

  private mutating func readToken() throws(LexicalError) {
    let start = position
    var pieces = PieceBuilder()
    while let character = current, !character.isWhitespace, character != ";" {
      switch character {
      case "'": try readSingleQuoted(into: &pieces)
      case "\"": try readDoubleQuoted(into: &pieces)
      case "\\":
        if following == "\n" { break }
        advance()
        pieces.append(current.map(String.init) ?? "\\")
        if current != nil { advance() }
      case "$" where following == "{": pieces.append(try readVariable())
      default:
        pieces.append(String(character))
        advance()
      }
      if current == "\\", following == "\n" { break }
    }
    let width = position.line == start.line ? column - start.column : 1
    tokens.append(Token(pieces: pieces.pieces, position: start, width: max(1, width)))
  }

  private mutating func readSingleQuoted(into pieces: inout PieceBuilder) throws(LexicalError) {
    let start = position
    advance()
    while let character = current, character != "'" {
      pieces.append(String(character))
      advance()
    }
    try closeQuote("'", openedAt: start)
    pieces.append("")
  }

  /// What a backslash between double quotes takes its meaning from.
  static let escapable = "\\\"$\n"

  private mutating func readDoubleQuoted(into pieces: inout PieceBuilder) throws(LexicalError) {
    let start = position
    advance()
    while let character = current, character != "\"" {
      if character == "$", following == "{" {
        pieces.append(try readVariable())
      } else if character == "\\", let escaped = following, Lexer.escapable.contains(escaped) {
        advance()
        if escaped != "\n" { pieces.append(String(escaped)) }
        advance()
      } else {
        pieces.append(String(character))
        advance()
      }
    }
    try closeQuote("\"", openedAt: start)
    pieces.append("")
  }

  private mutating func closeQuote(_ quote: Character, openedAt start: SourcePosition) throws(LexicalError) {
    guard current == quote else {
      throw LexicalError(
        message: "a quote is not closed", hint: "end it with \(quote)", position: start, incomplete: .quote(quote))
    }
    advance()
  }

  private mutating func readVariable() throws(LexicalError) -> VariableReference {
    let start = position
    advance()
    advance()
    var name = ""
    while let character = current, character != "}", character != "\n" {
      name.append(character)
      advance()
    }
    guard current == "}", let reference = VariableReference(name) else {
      throw LexicalError(
        message: "'${\(name)' is not a variable", hint: "write ${name} or ${ENV:NAME}; \\${ is the text itself",
        position: start, incomplete: nil)
    }
    advance()
    return reference
  }

  private mutating func startHeredoc() throws(LexicalError) {
    let start = position
    advance()
    advance()
    let quote: Character? = current == "'" || current == "\"" ? current : nil
    if quote != nil { advance() }
    var delimiter = ""
    while let character = current, character.isLetter || character.isNumber || character == "_" {
      delimiter.append(character)
      advance()
    }
    guard !delimiter.isEmpty, quote == nil || current == quote else {
      throw LexicalError(
        message: "'<<' needs a word", hint: "write <<EOF, the text on the next lines, then EOF on a line of its own",
        position: start, incomplete: nil)
    }
    if quote != nil { advance() }
    heredocs.append(
      Heredoc(
        command: commands.count, token: tokens.count, delimiter: delimiter, interpolates: quote == nil,
        position: start))
    tokens.append(Token(pieces: [], position: start, width: column - start.column))
  }

  private mutating func readHeredocs() throws(LexicalError) {
    let pending = heredocs
    heredocs = []
    for heredoc in pending {
      let firstLine = line
      var body: [String] = []
      while line <= lines.count, index < characters.count, lines[line - 1] != heredoc.delimiter {
        body.append(String(lines[line - 1]))
        skipLine()
      }
      guard line <= lines.count, lines[line - 1] == heredoc.delimiter else {
        throw LexicalError(
          message: "the text after <<\(heredoc.delimiter) does not end",
          hint: "put \(heredoc.delimiter) alone on a line", position: heredoc.position,
          incomplete: .heredoc(heredoc.delimiter))
      }
      skipLine()
      let text = body.joined(separator: "\n")
      let pieces = heredoc.interpolates ? try Lexer.interpolated(text, file: file, line: firstLine) : [.text(text)]
      replace(heredoc, pieces: pieces)
    }
  }

  private mutating func skipLine() {
    while let character = current, character != "\n" { advance() }
    if current != nil { advance() }
  }

  private mutating func replace(_ heredoc: Heredoc, pieces: [Token.Piece]) {
    var changed = commands[heredoc.command].tokens
    changed[heredoc.token].pieces = pieces
    commands[heredoc.command] = ScriptCommand(tokens: changed, sourceLine: commands[heredoc.command].sourceLine)
  }

  private static func interpolated(
    _ text: String, file: String?, line: Int
  ) throws(LexicalError) -> [Token.Piece] {
    var lexer = Lexer(text: text, file: file)
    lexer.line = line
    var pieces = PieceBuilder()
    while let character = lexer.current {
      if character == "$", lexer.following == "{" {
        pieces.append(try lexer.readVariable())
      } else {
        let isEscape = character == "\\" && lexer.following == "$"
        if isEscape { lexer.advance() }
        pieces.append(String(lexer.characters[lexer.index]))
        lexer.advance()
      }
    }
    return pieces.pieces
  }
}

/// Joins the parts of a word as they are read.
private struct PieceBuilder {
  private(set) var pieces: [Token.Piece] = []

  mutating func append(_ text: String) {
    if case .text(let previous)? = pieces.last {
      pieces[pieces.count - 1] = .text(previous + text)
    } else {
      pieces.append(.text(text))
    }
  }

  mutating func append(_ reference: VariableReference) { pieces.append(.variable(reference)) }
}

extension VariableReference {
  /// Reads what stands between `${` and `}`; nil when it is no name.
  init?(_ text: String) {
    let isEnvironment = text.hasPrefix("ENV:")
    let name = isEnvironment ? String(text.dropFirst(4)) : text
    guard VariableReference.isName(name) else { return nil }
    self = isEnvironment ? .environment(name) : .named(name)
  }

  /// Letters, digits, `_` and `-`, not beginning with a digit.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
  }
}
