/// A command of a script or a line that was read, checked and parsed.
package struct LoadedCommand {
  /// Its words and where they stand.
  package let command: ScriptCommand
  /// Its words as they were when it was parsed.
  private let words: [String]
  private let parsed: ParsedCommand

  /// Parses a command.
  ///
  /// - Parameter known: Commands that were parsed before, by their words; this one is added.
  /// - Throws: A ``LocatedError``.
  init(_ command: ScriptCommand, scope: VariableScope, known: inout [[String]: ParsedCommand]) throws {
    self.command = command
    words = try CommandParser.words(of: command, scope: scope)
    parsed = try known[words] ?? CommandParser.parse(words, of: command)
    if known.count < LoadedCommand.knownMaximum { known[words] = parsed }
  }

  /// No more are remembered: what a script says again, it mostly says soon.
  private static let knownMaximum = 1_000

  /// Its name with that of its subcommand: `fragments delete`.
  var name: String { CommandRegistry.command(named: words)?.name ?? command.name }

  /// Whether it is `edit-line`.
  package var editsLastInput: Bool { if case .command(is EditLineCommand) = parsed { true } else { false } }

  /// What it was when it was read.
  var asLoaded: ParsedCommand { parsed }

  /// What it is now: only one whose variables have changed since is parsed again.
  ///
  /// - Throws: A ``LocatedError``.
  func bound(in scope: VariableScope) throws -> ParsedCommand {
    guard command.usesVariables else { return parsed }
    let words = try CommandParser.words(of: command, scope: scope)
    return words == self.words ? parsed : try CommandParser.parse(words, of: command)
  }
}

extension ScriptCommand {
  /// Whether a word depends on what `set` changes. The environment stays what it is.
  fileprivate var usesVariables: Bool {
    tokens.contains { token in
      token.pieces.contains { if case .variable(.named) = $0 { true } else { false } }
    }
  }
}
