import Database
import MemoryModel
import MemoryServices

/// A piece of input: a script file, or commands given as text.
package enum ScriptInput: Sendable, Equatable {
  /// `-f FILE`; `-` is standard input.
  case file(String)
  /// `-c 'COMMANDS'`.
  case text(String)
  /// Commands out of a script file.
  case excerpt(String, file: String)
  /// Words of the command line, which are one command already.
  case words([String])
}

/// Reads, checks and parses everything that is to run, before the first command does.
///
/// It follows `set`, `unset` and `include`, which are all that decide what later commands look like. A command is parsed
/// here, and nowhere else; see ``LoadedCommand``.
package struct ScriptLoader {
  private var scope: VariableScope
  private var settings: Settings
  private let files: any FileAccess
  private let confirmation: Confirmation
  private let interruption: Interruption
  private var commands: [LoadedCommand] = []
  private var parsed: [[String]: ParsedCommand] = [:]
  private var errors: [LocatedError] = []
  /// The scripts being read, each from the one before, by their real paths.
  private var openFiles: [String] = []
  private var included = 0

  /// Scripts that include each other deeper than this are taken for a circle.
  private static let includeDepthLimit = 32
  /// No more scripts are included in all: a few that include each other twice would never end.
  private static let includesMaximum = 1_000

  /// Which commands must have `--yes` before they destroy something.
  package enum Confirmation: Sendable {
    /// None: the user is asked.
    case none
    /// Those of scripts, so that no script stops half done; a single command stops before it does anything.
    case ofScripts
    /// All.
    case all
  }

  /// What loading found.
  package struct Outcome {
    /// All commands, those of included scripts in the place of their `include`.
    package let commands: [LoadedCommand]
    /// Everything that is wrong; when this is not empty, nothing may run.
    package let errors: [LocatedError]
  }

  /// Loads inputs in order.
  ///
  /// - Parameter interruption: Ends the loading with the error `interrupted`.
  package static func load(
    _ inputs: [ScriptInput], scope: VariableScope, settings: Settings, files: any FileAccess,
    confirmation: Confirmation,
    interruption: Interruption
  ) -> Outcome {
    var loader = ScriptLoader(
      scope: scope, settings: settings, files: files, confirmation: confirmation, interruption: interruption)
    for input in inputs { loader.load(input) }
    if interruption.isRaised {
      return Outcome(commands: [], errors: [LocatedError(MemshError(.interrupted, "interrupted: nothing was run"))])
    }
    return Outcome(commands: loader.commands, errors: loader.errors)
  }

  private init(
    scope: VariableScope, settings: Settings, files: any FileAccess, confirmation: Confirmation,
    interruption: Interruption
  ) {
    self.scope = scope
    self.settings = settings
    self.files = files
    self.confirmation = confirmation
    self.interruption = interruption
  }

  private mutating func load(_ input: ScriptInput) {
    switch input {
    case .text(let text): check(text, file: nil)
    case .excerpt(let text, let file): check(text, file: file)
    // `memsh agent.db 'SELECT …'`, as sqlite3 takes it.
    case .words(let words) where words.count == 1 && BareSQL.isStatement(words[0]): check(words[0], file: nil)
    case .words(let words): check(ScriptCommand(words: words), isScript: false)
    case .file(let path):
      do { try read(path, shownAs: path == "-" ? "<stdin>" : path) } catch {
        errors.append(LocatedError(ScriptLoader.memshError(error)))
      }
    }
  }

  private mutating func read(_ path: String, shownAs name: String) throws {
    openFiles.append(files.realPath(of: path))
    defer { openFiles.removeLast() }
    check(try files.script(path), file: name)
  }

  private mutating func check(_ text: String, file: String?) {
    do throws(LexicalError) {
      for command in try Lexer.commands(in: text, file: file) where !interruption.isRaised { check(command) }
    } catch {
      errors.append(
        LocatedError(
          MemshError(.syntax, error.message, hint: error.hint), position: error.position,
          sourceLine: ScriptText(text, file: file).lines(from: error.position.line).first))
    }
  }

  private mutating func check(_ typed: ScriptCommand, isScript: Bool = true) {
    var command = typed
    do {
      command = try FamiliarWords.expanded(typed, settings)
      let loaded = try LoadedCommand(command, scope: scope, known: &parsed)
      if case .command(let parsed) = loaded.asLoaded {
        if let include = parsed as? IncludeCommand { return try splice(include, command) }
        try check(parsed, of: loaded, isScript: isScript)
      }
      commands.append(loaded)
    } catch let error as LocatedError {
      errors.append(error)
    } catch {
      let error = ScriptLoader.memshError(error)
      errors.append(LocatedError(error, at: command.token(quotedIn: error.message), of: command))
    }
  }

  private mutating func check(_ parsed: any ShellCommand, of loaded: LoadedCommand, isScript: Bool) throws {
    // What stands in a variable may come from anywhere: it must not become a part of the command's text.
    guard !(parsed is SystemCommand) || !loaded.command.hasVariables else {
      throw MemshError(
        .usage, "a variable is not put into the text of a command for the system's shell",
        hint: "!COMMAND leaves \"${name}\" to that shell, which knows memsh's variables")
    }
    _ = try parsed.withUser(of: settings)
    try parsed.shape(&scope, &settings)
    if confirmation == .all || confirmation == .ofScripts && isScript, parsed.needsConfirmation {
      throw MemshError(
        .confirmationRequired, "`\(loaded.name)` asks before it changes anything, and a script cannot answer",
        hint: "add `--yes` to go on")
    }
  }

  private mutating func splice(_ include: IncludeCommand, _ command: ScriptCommand) throws {
    let path = ScriptLoader.resolve(include.file, from: command.position.file)
    guard openFiles.count <= ScriptLoader.includeDepthLimit, !openFiles.contains(files.realPath(of: path)) else {
      throw MemshError(.syntax, "\(path) includes itself", hint: "scripts must not include each other in a circle")
    }
    included += 1
    guard included <= ScriptLoader.includesMaximum else {
      throw MemshError(
        .syntax, "more than \(ScriptLoader.includesMaximum) scripts are included",
        hint: "let fewer scripts include others more than once")
    }
    try read(path, shownAs: path)
  }

  /// A relative path counts from the folder of the script that includes it.
  private static func resolve(_ path: String, from script: String?) -> String {
    guard !path.hasPrefix("/"), let script, let slash = script.lastIndex(of: "/") else { return path }
    return String(script[...slash]) + path
  }

  private static func memshError(_ error: any Error) -> MemshError {
    error as? MemshError ?? MemshError(.scriptNotFound, "the script cannot be read", cause: "\(error)")
  }
}
extension ScriptCommand {
  /// A command of ready words, as the shell that started memsh has split them.
  package init(words: [String]) {
    let line = words.joined(separator: " ")
    var column = 1
    let tokens = words.map { word in
      defer { column += word.count + 1 }
      return Token(
        pieces: [.text(word)], position: SourcePosition(file: nil, line: 1, column: column), width: word.count)
    }
    self.init(tokens: tokens, sourceLine: line, isSplitByShell: true)
  }
}
