/// Why a text is not a script, and where.
struct LexicalError: Error {
  let message: String
  let hint: String?
  let position: SourcePosition
  /// What the text would need to be complete; nil when nothing more can mend it.
  let incomplete: Incomplete?
}

/// What a text lacks to be complete.
package enum Incomplete: Sendable, Equatable {
  /// The quote that closes a word.
  case quote(Character)
  /// The line after a backslash.
  case continuation
  /// The line that ends the text after `<<`.
  case heredoc(String)
  /// The `;` behind a statement of SQL.
  case statement

  /// What a text lacks; nil when more lines would not make it better.
  package init?(_ text: String) {
    do throws(LexicalError) {
      _ = try Lexer.commands(in: text, file: nil, isTyped: true)
      return nil
    } catch {
      guard let missing = error.incomplete else { return nil }
      self = missing
    }
  }
}

/// Splits a script into commands and words: quoting as in a POSIX shell, `#` comments, `\` at a line's end, `;`
/// between commands, `<<EOF` for text over several lines, `|`, `>` and `>>` before where the result goes. SQL that stands
/// for itself is read up to its `;`, with the quotes of SQL, and what `!` begins up to the line's end. Does no I/O and
/// replaces no variable.
///
/// It works on bytes, because all that has a meaning is ASCII, and takes what lies between as a whole: the time is
/// that of the text's length, however long a line, a word or a heredoc is.
struct Lexer {
  /// What a backslash between double quotes takes its meaning from.
  static let escapable = "\\\"$\n"

  private var text: ScriptText
  private var commands: [ScriptCommand] = []
  private var tokens: [Token] = []
  private var heredocs: [Heredoc] = []
  /// The bytes of the text that the last word covers.
  private var lastWord = 0..<0
  /// Whether the text ends inside a comment.
  private var endsInComment = false
  /// Whether the last word is a statement of SQL that stands for itself.
  private var endsInStatement = false
  private var destination: Destination?
  /// The word of SQL that says that the command's statement changes something.
  private var writingSQL: String?
  /// Whether the text is still being typed, so that what has no end may get one.
  private let isTyped: Bool

  private struct Heredoc {
    let command: Int
    let token: Int
    let delimiter: String
    let interpolates: Bool
    let position: SourcePosition
  }

  /// Splits a whole text.
  static func commands(in text: String, file: String?, isTyped: Bool = false) throws(LexicalError) -> [ScriptCommand] {
    var lexer = Lexer(text: ScriptText(text, file: file), isTyped: isTyped)
    return try lexer.run()
  }

  /// The last command of a text that is still being typed.
  struct Unfinished {
    /// What the word at the end is.
    enum Place { case word, statement, file }

    let place: Place
    /// Its words; the last one is unfinished when ``rawWord`` is not empty.
    let tokens: [Token]
    /// The unfinished word as it was typed, quotes included; empty behind a space.
    let rawWord: String
    /// The quote that is open.
    let quote: Character?
  }

  /// Splits what is typed so far; nil where no word can follow, as in a comment, and for what is not a script.
  static func unfinished(_ text: String) -> Unfinished? {
    var lexer = Lexer(text: ScriptText(text, file: nil))
    var quote: Character?
    do throws(LexicalError) { _ = try lexer.run() } catch {
      guard case .quote(let open)? = error.incomplete else { return nil }
      quote = open
      lexer = Lexer(text: ScriptText(text + String(open), file: nil))
      guard (try? lexer.run()) != nil else { return nil }
    }
    guard !lexer.endsInComment else { return nil }
    var (place, tokens) = (Unfinished.Place.word, lexer.tokens)
    switch lexer.destination {
    case nil: if lexer.endsInStatement, !tokens.isEmpty { place = .statement }
    case .file(let path, isAddedTo: _): (place, tokens) = (.file, [path])
    case .program: return nil
    }
    let isInWord = quote != nil || lexer.lastWord.upperBound == text.utf8.count && !text.isEmpty
    let raw = isInWord ? String(decoding: Array(text.utf8)[lexer.lastWord.lowerBound...], as: UTF8.self) : ""
    return Unfinished(place: place, tokens: tokens, rawWord: raw, quote: quote)
  }

  private init(text: ScriptText, isTyped: Bool = false) {
    self.text = text
    self.isTyped = isTyped
  }

  private mutating func run() throws(LexicalError) -> [ScriptCommand] {
    // `#!/usr/bin/env memsh` is a comment like any other.
    while let byte = text.current {
      switch byte {
      case .newline:
        text.advance()
        endCommand()
        try readHeredocs()
      case .semicolon:
        text.advance()
        endCommand()
      case .hash:
        text.skip { $0 != .newline }
        endsInComment = text.current == nil
      case .backslash where text.following == .newline: try continueLine()
      case _ where text.spaceLength > 0: text.advance(text.spaceLength)
      case .less where text.following == .less: try startHeredoc()
      case .exclamation where tokens.isEmpty: try readSystemCommand(prefix: 1)
      case .backslash where tokens.isEmpty && text.following == .exclamation: try readSystemCommand(prefix: 2)
      case .bar where hasResult: try readProgram()
      case .greater where hasResult && text.following != .equals: try readFile()
      default: try readWordOrStatement()
      }
    }
    // What no newline or `;` has ended stays behind for ``unfinished(_:)``.
    let (last, place) = (tokens, destination)
    endCommand()
    try readHeredocs()
    (tokens, destination) = (last, place)
    return commands
  }

  private mutating func endCommand() {
    guard let first = tokens.first else { return }
    var command = ScriptCommand(tokens: tokens, sourceLine: text.line(first.position.line))
    (command.destination, command.writingSQL) = (destination, writingSQL)
    commands.append(command)
    (tokens, destination, writingSQL) = ([], nil, nil)
  }

  /// Whether what stands before has a result that can go elsewhere; `assert` compares with `>`.
  private var hasResult: Bool { !tokens.isEmpty && tokens[0].plainText != "assert" }

  private mutating func readWordOrStatement() throws(LexicalError) {
    guard tokens.isEmpty, let kind = BareSQL.kind(at: text) else { return try readToken() }
    let (start, first) = (text.position, text.offset)
    var reader = StatementReader(text)
    let statement = try reader.statement(mustEnd: isTyped)
    text = reader.text
    (lastWord, endsInStatement) = (first..<text.offset, true)
    if case .writes(let word) = kind { writingSQL = word }
    tokens = ["sql", statement].map { word in
      let line = statement.prefix { $0 != "\n" }
      return Token(pieces: [.text(word)], position: start, width: max(1, line.count))
    }
  }

  /// `!ls -l`: the rest of the line is one word.
  private mutating func readSystemCommand(prefix: Int) throws(LexicalError) {
    let start = text.position
    text.advance(prefix)
    let command = text.take { $0 != .newline }
    tokens = ["shell", command].map { Token(pieces: [.text($0)], position: start, width: prefix + command.count) }
  }

  /// `| less -S`: what stands there up to the command's end is one word, with the quotes of the system's shell.
  private mutating func readProgram() throws(LexicalError) {
    let start = text.position
    text.advance()
    var command = ""
    while let byte = text.current, byte != .newline, byte != .semicolon {
      switch byte {
      case .quote, .doubleQuote:
        let opened = text.position
        command += text.take(1)
        while let inner = text.current, inner != byte {
          command += byte == .doubleQuote && inner == .backslash ? text.take(2) : text.take(1)
        }
        command += String(Unicode.Scalar(byte))
        try closeQuote(byte, openedAt: opened)
      case .backslash: command += text.take(2)
      default: command += text.take { ![.newline, .semicolon, .quote, .doubleQuote, .backslash].contains($0) }
      }
    }
    guard command.contains(where: { $0 != " " && $0 != "\t" }), !command.hasPrefix("|") else {
      throw LexicalError(
        message: command.hasPrefix("|") ? "'||' has no meaning here" : "'|' needs a program to go to",
        hint: "write COMMAND | PROGRAM; commands are separated by ;", position: start, incomplete: nil)
    }
    try send(to: .program(Token(pieces: [.text(command)], position: start, width: command.count + 1)), from: start)
  }

  /// `> file`, `>> file`
  private mutating func readFile() throws(LexicalError) {
    let start = text.position
    let isAddedTo = text.following == .greater
    text.advance(isAddedTo ? 2 : 1)
    while text.spaceLength > 0, text.current != .newline { text.advance(text.spaceLength) }
    guard let byte = text.current, byte != .newline, byte != .semicolon else {
      throw LexicalError(
        message: "'>' needs a file to go to", hint: "write COMMAND > FILE", position: start, incomplete: nil)
    }
    let words = tokens
    try readToken()
    let path = tokens.removeLast()
    tokens = words
    try send(to: .file(path, isAddedTo: isAddedTo), from: start)
  }

  private mutating func send(to new: Destination, from start: SourcePosition) throws(LexicalError) {
    guard destination == nil else {
      throw LexicalError(
        message: "a result goes to one place", hint: "write COMMAND > FILE, or COMMAND | PROGRAM", position: start,
        incomplete: nil)
    }
    destination = new
  }

  private mutating func continueLine() throws(LexicalError) {
    let start = text.position
    text.advance(2)
    guard text.current != nil else {
      throw LexicalError(
        message: "the script ends after a backslash", hint: "a backslash at a line's end continues the command",
        position: start, incomplete: .continuation)
    }
  }

  private mutating func readToken() throws(LexicalError) {
    let (start, first) = (text.position, text.offset)
    var pieces = PieceBuilder()
    if readHome() { pieces.append(.home) }
    // A word of psql, not an escaped letter.
    if tokens.isEmpty, text.current == .backslash, let next = text.following, next.isWordCharacter || next == .question
    {
      pieces.append(text.take(1))
    }
    word: while let byte = text.current, byte != .semicolon, text.spaceLength == 0 {
      switch byte {
      case .quote where text.isApostrophe: pieces.append(text.take(1))
      case .quote: try readSingleQuoted(into: &pieces)
      case .doubleQuote: try readDoubleQuoted(into: &pieces)
      case .backslash:
        if text.following == .newline { break word }
        text.advance()
        pieces.append(text.current == nil ? "\\" : text.take(1))
      case .dollar where text.following == .openBrace: pieces.append(.variable(try readVariable()))
      case .dollar: pieces.append(try readDollar(after: pieces))
      default: pieces.append(text.takeWord())
      }
    }
    let end = text.position
    (lastWord, endsInStatement) = (first..<text.offset, false)
    let width = end.line == start.line ? end.column - start.column : 1
    tokens.append(Token(pieces: pieces.pieces, position: start, width: max(1, width)))
  }

  /// `~` and `~/` at the beginning of a word are the home folder, as in a shell; `~name` is not.
  private mutating func readHome() -> Bool {
    guard text.current == .tilde else { return false }
    guard text.following == nil || text.following == .slash || text.isWordEnd(at: 1) else { return false }
    text.advance()
    return true
  }

  private mutating func readSingleQuoted(into pieces: inout PieceBuilder) throws(LexicalError) {
    let start = text.position
    text.advance()
    pieces.append(text.take { $0 != .quote })
    try closeQuote(.quote, openedAt: start)
  }

  private mutating func readDoubleQuoted(into pieces: inout PieceBuilder) throws(LexicalError) {
    let start = text.position
    text.advance()
    pieces.append("")
    while let byte = text.current, byte != .doubleQuote {
      if byte == .dollar, text.following == .openBrace {
        pieces.append(.variable(try readVariable()))
      } else if byte == .backslash, let escaped = text.following, Lexer.escapable.utf8.contains(escaped) {
        text.advance()
        if escaped == .newline { text.advance() } else { pieces.append(text.take(1)) }
      } else if byte == .dollar {
        pieces.append(try readDollar(after: pieces))
      } else if byte == .backslash {
        pieces.append(text.take(1))
      } else {
        pieces.append(text.take { $0 != .doubleQuote && $0 != .backslash && $0 != .dollar })
      }
    }
    try closeQuote(.doubleQuote, openedAt: start)
  }

  private mutating func closeQuote(_ quote: UInt8, openedAt start: SourcePosition) throws(LexicalError) {
    guard text.current == quote else {
      let character = Character(Unicode.Scalar(quote))
      throw LexicalError(
        message: "a quote is not closed", hint: "end it with \(character)", position: start,
        incomplete: .quote(character))
    }
    text.advance()
  }

  private mutating func readVariable() throws(LexicalError) -> VariableReference {
    let start = text.position
    text.advance(2)
    let name = text.take { $0 != .closeBrace && $0 != .newline }
    guard text.current == .closeBrace, let reference = VariableReference(name) else {
      throw LexicalError(
        message: "'${\(name.prefix(60))' is not a variable",
        hint: "write ${name} or ${ENV:NAME}; \\${ is the text itself", position: start, incomplete: nil)
    }
    text.advance()
    return reference
  }

  /// A `$` that begins no variable is text. Before a name it looks like one, which an empty result would not show:
  /// but for `$$` and `$name$`, which quote text in PostgreSQL.
  private mutating func readDollar(after pieces: PieceBuilder) throws(LexicalError) -> String {
    let start = text.position
    let dollar = text.take(1)
    if text.current == .dollar { return dollar + text.take(1) }
    let name = text.takeName()
    guard let first = name.first, first.isLetter || first == "_" else { return dollar + name }
    if text.current == .dollar { return dollar + name + text.take(1) }
    // Of a password nothing is said again.
    let shown = pieces.mayHoldPassword ? "name" : name.prefix(60)
    throw LexicalError(
      message: "'$\(shown)' is text, not a variable",
      hint: "write ${\(shown)} for the variable, or \\$\(shown) for the text", position: start, incomplete: nil)
  }

  private mutating func startHeredoc() throws(LexicalError) {
    let start = text.position
    text.advance(2)
    let quote = text.current == .quote || text.current == .doubleQuote ? text.current : nil
    if quote != nil { text.advance() }
    let delimiter = text.takeName()
    guard !delimiter.isEmpty, quote == nil || text.current == quote else {
      throw LexicalError(
        message: "'<<' needs a word", hint: "write <<EOF, the text on the next lines, then EOF on a line of its own",
        position: start, incomplete: nil)
    }
    if quote != nil { text.advance() }
    heredocs.append(
      Heredoc(
        command: commands.count, token: tokens.count, delimiter: delimiter, interpolates: quote == nil,
        position: start))
    tokens.append(Token(pieces: [], position: start, width: text.position.column - start.column))
  }

  private mutating func readHeredocs() throws(LexicalError) {
    let pending = heredocs
    heredocs = []
    for heredoc in pending {
      guard let body = text.takeLines(until: heredoc.delimiter) else {
        throw LexicalError(
          message: "the text after <<\(heredoc.delimiter) does not end",
          hint: "put \(heredoc.delimiter) alone on a line", position: heredoc.position,
          incomplete: .heredoc(heredoc.delimiter))
      }
      let pieces = try heredoc.interpolates ? Lexer.interpolated(body) : [.text(body.rest)]
      commands[heredoc.command].tokens[heredoc.token].pieces = pieces
    }
  }

  private static func interpolated(_ body: ScriptText) throws(LexicalError) -> [Token.Piece] {
    var lexer = Lexer(text: body)
    var pieces = PieceBuilder()
    while let byte = lexer.text.current {
      if byte == .dollar, lexer.text.following == .openBrace {
        pieces.append(.variable(try lexer.readVariable()))
      } else if byte == .dollar {
        pieces.append(try lexer.readDollar(after: pieces))
      } else if byte == .backslash {
        if lexer.text.following == .dollar { lexer.text.advance() }
        pieces.append(lexer.text.take(1))
      } else {
        pieces.append(lexer.text.take { $0 != .dollar && $0 != .backslash })
      }
    }
    return pieces.pieces
  }
}

/// Joins the parts of a word as they are read.
private struct PieceBuilder {
  private var finished: [Token.Piece] = []
  private var text: String?

  var pieces: [Token.Piece] { text.map { finished + [.text($0)] } ?? finished }

  /// Whether the word may be a store's address or an assignment.
  var mayHoldPassword: Bool {
    pieces.contains { if case .text(let text) = $0 { text.contains { ":=".contains($0) } } else { false } }
  }

  mutating func append(_ more: String) {
    // In place: a word may have a million parts.
    if text == nil { text = more } else { text?.append(more) }
  }

  mutating func append(_ piece: Token.Piece) {
    if let text { finished.append(.text(text)) }
    text = nil
    finished.append(piece)
  }
}

extension VariableReference {
  /// Reads what stands between `${` and `}`: a name, or the number of a word behind a script; nil for anything else.
  init?(_ text: String) {
    let isEnvironment = text.hasPrefix("ENV:")
    let name = isEnvironment ? String(text.dropFirst(4)) : text
    let isNumber = !isEnvironment && !name.isEmpty && name.allSatisfy { $0.isASCII && $0.isNumber }
    guard VariableReference.isName(name) || isNumber else { return nil }
    self = isEnvironment ? .environment(name) : .named(name)
  }

  /// Letters, digits, `_` and `-`, not beginning with a digit.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
  }
}
