/// A place in a script.
public struct SourcePosition: Sendable, Equatable {
  /// The script's file name as it was given; nil for what was typed at a prompt or on the command line.
  public let file: String?
  /// The line, from 1.
  public let line: Int
  /// The character within the line, from 1.
  public let column: Int
}

/// What `${…}` names.
public enum VariableReference: Sendable, Equatable {
  /// `${name}`: set by `-v` or `set`.
  case named(String)
  /// `${ENV:NAME}`: an environment variable.
  case environment(String)

  /// The reference as it was written, without `${` and `}`.
  public var text: String {
    switch self {
    case .named(let name): name
    case .environment(let name): "ENV:" + name
    }
  }
}

/// One word of a command, with the variables in it still to be replaced.
public struct Token: Sendable, Equatable {
  /// A part of a word.
  public enum Piece: Sendable, Equatable {
    case text(String)
    case variable(VariableReference)
    /// `~` at the beginning: the home folder.
    case home
  }

  /// The parts, in order.
  public var pieces: [Piece]
  /// Where the word begins.
  public let position: SourcePosition
  /// How many characters of its line it covers, quotes included.
  public var width: Int

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
    let isPlain = !text.contains { $0.isWhitespace || "\"'#;\\$<~".contains($0) }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

/// One command of a script: its words and where they stand.
public struct ScriptCommand: Sendable, Equatable {
  /// The words, at least one.
  public internal(set) var tokens: [Token]
  /// The line of the script on which the command begins, for error messages.
  public let sourceLine: String
  /// Whether the shell that started memsh has split the words: then it knew quotes and `~`, too.
  var isSplitByShell = false

  /// The command as one line, its variables unresolved: what may be written down.
  public var text: String { tokens.map(\.source).joined(separator: " ") }

  /// The command's name as it is typed.
  var name: String { tokens[0].plainText }

  /// Where the command begins.
  public var position: SourcePosition { tokens[0].position }
}
