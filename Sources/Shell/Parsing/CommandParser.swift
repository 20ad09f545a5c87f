import ArgumentParser
import Database
import Foundation
import MemoryModel
import MemoryServices

/// What the words of a command ask for.
enum ParsedCommand {
  case command(any ShellCommand)
  /// A help text to show.
  case help(String)
}

/// Turns the words of one command into a command value, and what is wrong with them into an error with a place.
enum CommandParser {
  /// Replaces the variables of a command's words; each word stays one word.
  ///
  /// - Throws: A ``LocatedError`` for a variable without a value, and for what gets too long.
  static func words(of command: ScriptCommand, scope: VariableScope) throws -> [String] {
    var bytes = 0
    let words = try command.tokens.map { try word($0, of: command, scope: scope, bytes: &bytes) }
    return try FileArguments.checked(words, of: command)
  }

  /// Replaces the variables of one word.
  ///
  /// - Throws: As ``words(of:scope:)``.
  static func word(_ token: Token, of command: ScriptCommand, scope: VariableScope) throws -> String {
    var bytes = 0
    return try word(token, of: command, scope: scope, bytes: &bytes)
  }

  /// - Parameter bytes: How many the values of variables have in the whole command.
  private static func word(
    _ token: Token, of command: ScriptCommand, scope: VariableScope, bytes: inout Int
  ) throws -> String {
    try token.pieces.map { piece in
      switch piece {
      case .text(let text): return text
      case .home: return scope.home ?? "~"
      case .variable(let reference):
        guard let value = scope.value(of: reference) else {
          throw LocatedError(undefined(reference), at: token, of: command)
        }
        bytes += value.utf8.count
        guard bytes <= VariableScope.bytesMaximum else {
          throw LocatedError(tooLong(reference), at: token, of: command)
        }
        return value
      }
    }.joined()
  }

  private static func tooLong(_ reference: VariableReference) -> MemshError {
    MemshError(
      .usage, "the command gets longer than \(VariableScope.bytesMaximum >> 20) MB by its variables",
      hint: "`unset \(reference.text)`, or set it to something shorter")
  }

  /// Parses words into a command.
  ///
  /// The named command's own parser reads them: that of the registry would look at every command first.
  ///
  /// - Throws: A ``LocatedError`` with `usage` or `unknown_command`.
  static func parse(_ words: [String], of command: ScriptCommand) throws -> ParsedCommand {
    guard words.count <= wordsMaximum else {
      throw LocatedError(
        MemshError(
          .usage, "the command has \(words.count) words, more than \(wordsMaximum)", hint: "make several commands of it"
        ),
        at: command.tokens[0], of: command)
    }
    guard let named = CommandRegistry.command(named: words) else {
      throw LocatedError(unknownCommand(words.first ?? "", of: command), at: command.tokens[0], of: command)
    }
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help(named.help)
    }
    guard let type = named.runs else {
      throw LocatedError(unknownSubcommand(words[1], of: named), at: command.tokens[1], of: command)
    }
    let given = Array(words.dropFirst(named.wordCount))
    // Describing a command takes as long as parsing it: only where it must be.
    let arguments = withJoinedNumbers(given, of: CommandDescription.of(type))
    do {
      guard let parsed = try type.parseAsRoot(arguments) as? any ShellCommand else {
        throw ValidationError("This cannot be run")
      }
      try parsed.check()
      return .command(parsed)
    } catch let error as MemshError {
      throw LocatedError(error, at: command.token(quotedIn: error.message), of: command)
    } catch {
      let failure = ParserFailure(error, of: type, CommandDescription.of(type), arguments: arguments)
      let index = failure.index.map { index in
        // A joined number is a word less.
        named.wordCount + CommandParser.wordIndex(ofArgument: index, given: given, arguments: arguments)
      }
      throw LocatedError(
        failure.error(of: named.name), at: command.tokens[min(index ?? 0, command.tokens.count - 1)], of: command)
    }
  }

  /// The time that the parser takes grows with the square of the words.
  static let wordsMaximum = 10_000

  /// `--limit -1` as `--limit=-1`: the parser would take the number for an option.
  private static func withJoinedNumbers(_ words: [String], of command: @autoclosure () -> CommandDescription)
    -> [String]
  {
    func isNumber(_ word: String) -> Bool {
      word.hasPrefix("-") && word.dropFirst().first.map { $0.isNumber || $0 == "." || $0 == "i" || $0 == "n" } == true
    }
    guard words.contains(where: isNumber) else { return words }
    let options = command().options.filter(\.takesValue)
    var joined: [String] = []
    for (index, word) in words.enumerated() {
      guard word != "--" else { return joined + words[index...] }
      let takesWord = options.contains { $0.names.contains { $0.hasPrefix("--") && $0 == joined.last } }
      if takesWord, isNumber(word) { joined[joined.count - 1] += "=" + word } else { joined.append(word) }
    }
    return joined
  }

  /// Which of the words that were given an argument of the parser is: of two joined ones the second.
  private static func wordIndex(ofArgument index: Int, given: [String], arguments: [String]) -> Int {
    var place = 0
    for argument in arguments.prefix(index) { place += given[place] == argument ? 1 : 2 }
    guard arguments.indices.contains(index), given.indices.contains(place) else { return min(place, given.count - 1) }
    return given[place] == arguments[index] ? place : place + 1
  }

  private static func undefined(_ reference: VariableReference) -> MemshError {
    let hint: String
    switch reference {
    case .named(let name) where name.first?.isNumber == true: hint = "write it behind the script: memsh FILE.memsh WORD"
    case .named(let name): hint = "set it with `-v \(name)=VALUE` or an earlier `set \(name) VALUE`"
    case .environment(let name): hint = "export \(name) before memsh starts"
    }
    return MemshError(.undefinedVariable, "${\(reference.text)} has no value", hint: hint)
  }

  private static func unknownCommand(_ name: String, of command: ScriptCommand) -> MemshError {
    let hint =
      misplaced(name, in: command)
      ?? NearestMatch.find(name, among: CommandRegistry.names).map { "did you mean '\($0)'?" }
      ?? "`help` lists the commands"
    return MemshError(.unknownCommand, "unknown command '\(name.prefix(shownCharacters))'", hint: hint)
  }

  /// What to type instead of a word that is right elsewhere: `list|wc`, a `|` behind a `;`, `memsh list`; nil for others.
  private static func misplaced(_ name: String, in command: ScriptCommand) -> String? {
    if name == "memsh" {
      let lines = lines(ofLaunch: command.tokens.dropFirst()).map { "`\($0.prefix(shownCharacters))`" }
      guard let first = lines.first else { return "this is memsh already; `help` lists the commands" }
      return "this is memsh already: type "
        + (lines.count == 1 ? first + " alone" : lines.joined(separator: ", then "))
    }
    guard !command.isSplitByShell, let place = name.firstIndex(where: { "|>".contains($0) }) else { return nil }
    let (before, sign) = (name[..<place], name[place...].prefix { $0 == name[place] })
    guard !before.isEmpty else {
      return "`\(sign)` stands behind a command, before its ;: `list \(sign) …`, `sql 'SELECT …' \(sign) …`"
    }
    let behind = name[sign.endIndex...]
    return "`\(sign)` has a space on both sides: `\((before + " \(sign) " + behind).prefix(shownCharacters))`"
  }

  /// What to type here for what stands behind `memsh` in a line for the system's shell; nothing where memsh's options
  /// stand in it.
  private static func lines(ofLaunch words: ArraySlice<Token>) -> [String] {
    guard let word = words.first else { return [] }
    switch LaunchWord(word.plainText) {
    case .store:
      let isNew =
        StoreLocation.isFile(word.plainText)
        && !FileManager.default.fileExists(atPath: StoreLocation.path(word.plainText))
      return ["connect \(word.source)" + (isNew ? " --create" : "")] + lines(ofLaunch: words.dropFirst())
    case .script: return ["include \(word.source)"]
    case .command where word.plainText.hasPrefix("-"): return []
    case .command: return [words.map(\.source).joined(separator: " ")]
    }
  }

  private static func unknownSubcommand(_ name: String, of command: NamedCommand) -> MemshError {
    let names = CommandRegistry.subcommandNames(of: command.type)
    let nearest = NearestMatch.find(name, among: names)
    return MemshError(
      .usage, "\(command.name) has no subcommand '\(name.prefix(shownCharacters))'",
      hint: nearest.map { "did you mean '\(command.name) \($0)'?" }
        ?? "`\(command.name)` takes \(names.joined(separator: ", "))")
  }

  /// No more of a word is said again.
  static let shownCharacters = 60
}
