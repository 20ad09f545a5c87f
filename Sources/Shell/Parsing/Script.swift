/// A place in a script.
package struct SourcePosition: Sendable, Equatable {
  /// The script's file name as it was given; nil for what was typed at a prompt or on the command line.
  package let file: String?
  /// The line, from 1.
  package let line: Int
  /// The character within the line, from 1.
  package let column: Int
}

/// What `${…}` names.
package enum VariableReference: Sendable, Equatable {
  /// `${name}`: set by `-v` or `set`.
  case named(String)
  /// `${ENV:NAME}`: an environment variable.
  case environment(String)

  /// The reference as it was written, without `${` and `}`.
  package var text: String {
    switch self {
    case .named(let name): name
    case .environment(let name): "ENV:" + name
    }
  }
}

/// One word of a command, with the variables in it still to be replaced.
package struct Token: Sendable, Equatable {
  /// A part of a word.
  package enum Piece: Sendable, Equatable {
    case text(String)
    case variable(VariableReference)
    /// `~` at the beginning: the home folder.
    case home
  }

  /// The parts, in order.
  package var pieces: [Piece]
  /// Where the word begins.
  package let position: SourcePosition
  /// How many characters of its line it covers, quotes included.
  package var width: Int

  /// The word without its variables.
  var plainText: String {
    pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
  }

  /// The word as it can be typed again, its variables unresolved.
  var source: String {
    let word = pieces.map { piece in
      switch piece {
      case .text(let text): Token.quoted(text)
      case .variable(let reference): "${\(reference.text)}"
      case .home: "~"
      }
    }.joined()
    return word.isEmpty ? "''" : word
  }

  /// Text in quotes, where it would not be itself without them.
  private static func quoted(_ text: String) -> String {
    text.hasSpace(or: "\"'#;\\$<>|~") ? text.inSingleQuotes : text
  }
}

/// One command of a script: its words and where they stand.
package struct ScriptCommand: Sendable, Equatable {
  /// The words, at least one.
  package internal(set) var tokens: [Token]
  /// The line of the script on which the command begins, for error messages.
  package let sourceLine: String
  /// Where its result goes; nil for standard output.
  var destination: Destination?
  /// The word of SQL that stands for itself and says that it changes something, such as `UPDATE`.
  var writingSQL: String?
  /// Whether the shell that started memsh has split the words: then it knew quotes and `~`, too.
  var isSplitByShell = false

  /// The command as one line, its variables unresolved: what may be written down.
  package var text: String {
    (tokens.map(\.source) + (destination.map { [$0.source] } ?? [])).joined(separator: " ")
  }

  /// The command's name as it is typed.
  var name: String { tokens[0].plainText }

  /// Whether a word has a variable in it.
  var hasVariables: Bool { tokens.contains { $0.pieces.contains { if case .variable = $0 { true } else { false } } } }

  /// Where the command begins.
  package var position: SourcePosition { tokens[0].position }

  /// The word that a message quotes, else the command's name.
  func token(quotedIn message: String) -> Token {
    tokens.dropFirst().first { message.contains("'\($0.plainText)'") } ?? tokens[0]
  }
}
