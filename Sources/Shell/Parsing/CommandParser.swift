import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// Turns the words of one command into a command value, and what is wrong with them into an error with a place.
struct CommandParser {
  /// Help was asked for: not an error, but nothing to run either.
  struct HelpRequest: Error {
    let text: String
  }

  /// Replaces the variables of a command's words; each word stays one word.
  ///
  /// - Throws: A ``LocatedError`` for a variable without a value, and for what gets too long.
  static func words(of command: ScriptCommand, scope: VariableScope) throws -> [String] {
    var bytes = 0
    let words = try command.tokens.map { token in
      try token.pieces.map { piece in
        switch piece {
        case .text(let text): return text
        case .home: return scope.environment["HOME"] ?? "~"
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
    return try FileArguments.checked(words, of: command)
  }

  private static func tooLong(_ reference: VariableReference) -> MemshError {
    MemshError(
      .usage, "the command gets longer than \(VariableScope.bytesMaximum >> 20) MB by its variables",
      hint: "`unset \(reference.text)`, or set it to something shorter")
  }

  /// Parses words into a command.
  ///
  /// - Throws: ``HelpRequest``, or a ``LocatedError`` with `usage` or `unknown_command`.
  static func parse(_ words: [String], of command: ScriptCommand) throws -> any ShellCommand {
    guard words.count <= wordsMaximum else {
      throw LocatedError(
        MemshError(
          .usage, "the command has \(words.count) words, more than \(wordsMaximum)", hint: "make several commands of it"
        ),
        at: command.tokens[0], of: command)
    }
    guard let name = words.first, let type = CommandRegistry.byName[name] else {
      throw LocatedError(unknownCommand(words.first ?? ""), at: command.tokens[0], of: command)
    }
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      throw HelpRequest(text: CommandRegistry.help(for: name))
    }
    do {
      // The command's own parser: that of the registry would look at every command first.
      let arguments = withJoinedNumbers(Array(words.dropFirst()), of: name)
      guard let parsed = try type.parseAsRoot(arguments) as? any ShellCommand else {
        throw ValidationError("This cannot be run")
      }
      return parsed
    } catch {
      throw located(usage(type.message(for: error), command: name), words: words, command)
    }
  }

  /// The time that the parser takes grows with the square of the words.
  static let wordsMaximum = 10_000

  /// `--limit -1` as `--limit=-1`: the parser would take the number for an option.
  private static func withJoinedNumbers(_ words: [String], of command: String) -> [String] {
    func isNumber(_ word: String) -> Bool {
      word.hasPrefix("-") && word.dropFirst().first.map { $0.isNumber || $0 == "." || $0 == "i" || $0 == "n" } == true
    }
    guard words.contains(where: isNumber), let description = CommandDescription.all[command] else { return words }
    var joined: [String] = []
    for (index, word) in words.enumerated() {
      let takesWord = description.options.contains { option in
        option.takesValue && option.names.contains { $0.hasPrefix("--") && $0 == joined.last }
      }
      guard word != "--" else { return joined + words[index...] }
      if takesWord, isNumber(word) { joined[joined.count - 1] += "=" + word } else { joined.append(word) }
    }
    return joined
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

  private static func unknownCommand(_ name: String) -> MemshError {
    let nearest = NearestMatch.find(name, among: CommandRegistry.names)
    return MemshError(
      .unknownCommand, "unknown command '\(name.prefix(shownCharacters))'",
      hint: nearest.map { "did you mean '\($0)'?" } ?? "`help` lists the commands")
  }

  /// Splits the parser's message into what is wrong and its suggestion.
  private static func usage(_ message: String, command: String) -> MemshError {
    let parts = message.split(separator: " Did you mean ", maxSplits: 1)
    let what = String(parts.first ?? "").replacing("\n", with: " ").prefix(messageCharacters)
    let hint =
      parts.count > 1 ? "did you mean \(parts[1])" : nearestValue(message) ?? "`help \(command)` shows how it is used"
    return MemshError(.usage, "\(command): \(what.prefix(1).lowercased())\(what.dropFirst())", hint: hint)
  }

  /// `The value 'tabel' is invalid for '--output <output>'. Please provide one of 'table', 'tsv'` → `table`.
  private static func nearestValue(_ message: String) -> String? {
    let quoted = message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    guard message.hasPrefix("The value '"), quoted.count > 2 else { return nil }
    return NearestMatch.find(quoted[0], among: Array(quoted.dropFirst(2))).map { "did you mean '\($0)'?" }
  }

  /// No more of a word is said again.
  private static let shownCharacters = 60
  private static let messageCharacters = 500
  /// No more words are looked at for the one that the message is about.
  private static let locatedWords = 200

  /// Points at the word that the message quotes, else at the command's name.
  private static func located(_ error: MemshError, words: [String], _ command: ScriptCommand) -> LocatedError {
    let index = words.indices.dropFirst().prefix(locatedWords).first { index in
      let option = words[index].prefix { $0 != "=" }
      return error.message.contains("'\(words[index])'") || error.message.contains("'\(option)'")
        || error.message.contains("'\(option) ")
    }
    return LocatedError(error, at: command.tokens[index ?? 0], of: command)
  }
}

/// Finds what somebody probably meant.
enum NearestMatch {
  /// The candidate with the fewest edits, if they are few for the word's length.
  static func find(_ word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= longestWord else { return nil }
    let ranked = candidates.map { (name: $0, edits: edits(word.lowercased(), $0)) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= max(1, word.count / 3) else { return nil }
    return best.name
  }

  /// What is longer is nearly nothing.
  private static let longestWord = 100

  /// Levenshtein distance.
  private static func edits(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        let substitution = previous[column] + (character == other ? 0 : 1)
        current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
