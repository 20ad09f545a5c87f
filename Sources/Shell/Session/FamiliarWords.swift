import Database
import MemoryModel
import MemoryServices

/// What the first word of a command stands for: a word of another shell, or an alias of the user's own. This is the one
/// table of the former; `alias` adds to the latter.
package enum FamiliarWords {
  /// A word that people bring along from another shell.
  struct Word: Sendable {
    /// As it is typed: `\dt`.
    let name: String
    /// The commands that it stands for, without arguments and with some.
    let meaning: @Sendable (_ hasArguments: Bool, Settings) -> Meaning

    init(_ name: String, _ expansion: String) { self.init(name) { _, _ in .command(expansion) } }

    init(_ name: String, advice: String) { self.init(name) { _, _ in .advice(advice) } }

    init(_ name: String, alone: String, withArguments: String) {
      self.init(name) { hasArguments, _ in .command(hasArguments ? withArguments : alone) }
    }

    init(_ name: String, _ meaning: @escaping @Sendable (_ hasArguments: Bool, Settings) -> Meaning) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// What a word stands for.
  enum Meaning: Sendable {
    /// The beginning of a command.
    case command(String)
    /// Nothing: what to type instead.
    case advice(String)
  }

  /// Of psql and sqlite3, and what people try to get out.
  static let all: [Word] = [
    Word("exit", "quit"), Word("\\q", "quit"), Word(".quit", "quit"), Word(".exit", "quit"),
    Word("BEGIN", "begin"), Word("COMMIT", "commit"), Word("END", "commit"), Word("ROLLBACK", "rollback --transaction"),
    Word("?", "help"), Word("\\?", "help"), Word("\\h", "help"), Word(".help", "help"),
    Word("\\d", alone: "show tables", withArguments: "describe"), Word("\\dt", "show tables"),
    Word(".tables", "show tables"), Word(".schema", alone: "schema", withArguments: "describe"), Word("\\di", "schema"),
    Word("\\x") { hasArguments, settings in
      .command(hasArguments ? "set expanded" : settings.expanded == .on ? "set expanded auto" : "set expanded on")
    },
    Word("\\i", "include"), Word("\\ir", "include"), Word(".read", "include"), Word("\\e", "edit-line"),
    Word("\\timing", "timing"), Word(".timer", "timing"), Word("\\set", alone: "show vars", withArguments: "set"),
    Word("\\unset", "unset"), Word("\\echo", "echo"), Word(".mode", "output"), Word("\\s", "history"),
    Word("clear", "shell clear"), Word("\\conninfo", "status"), Word("\\c", alone: "status", withArguments: "connect"),
    Word(".open", "connect"),
    Word("\\o", "results"), Word(".output", "results"), Word("\\watch", "watch"),
    Word("\\l", advice: "a store is one database: `status` tells which, `connect URL` goes to another"),
    Word("\\dn", advice: "`connect --schema NAME` goes to the store in another schema"),
    Word(
      "\\du",
      advice: "`users` lists whose memories there are; in PostgreSQL `sql 'SELECT rolname FROM pg_roles'` lists roles"),
    Word("\\copy", advice: "`export FILE` and `import FILE` move memories"),
    Word("\\g", advice: "a statement ends with ;"),
    Word("\\a", advice: "`output FORMAT` chooses how results are shown; `help formats` lists the ways"),
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The words that can stand in the place of a command's name.
  package static func names(_ settings: Settings) -> [String] { all.map(\.name) + settings.aliases.keys }

  /// Why a name cannot be an alias; nil when it can.
  static func refusal(ofAlias name: String) -> String? {
    if CommandRegistry.has(name) { return "'\(name)' is a command, and an alias would hide it" }
    if byName[name] != nil || BareSQL.begins(with: name) { return "'\(name)' has a meaning already" }
    return VariableReference.isName(name) ? nil : "'\(name)' is not a name for an alias"
  }

  /// A command with its first word replaced by what it stands for, once, and that of a command that it watches. The words
  /// that come in stand where the first one did.
  ///
  /// - Throws: A ``LocatedError`` for a word that stands for nothing here.
  static func expanded(_ command: ScriptCommand, _ settings: Settings) throws -> ScriptCommand {
    var command = try withExpandedName(command, settings)
    guard command.name == WatchCommand.declaration.commandName,
      let index = WatchCommand.watchedIndex(in: command.tokens.map(\.plainText))
    else { return command }
    var watched = command
    watched.tokens = Array(command.tokens[index...])
    command.tokens.replaceSubrange(index..., with: try withExpandedName(watched, settings).tokens)
    return command
  }

  private static func withExpandedName(_ command: ScriptCommand, _ settings: Settings) throws -> ScriptCommand {
    if let word = command.writingSQL {
      throw LocatedError(BareSQL.refusal(of: word, command), at: command.tokens[0], of: command)
    }
    let typed = plain(command.name)
    let expansion: String
    if let alias = settings.aliases[typed] {
      expansion = alias
    } else {
      switch byName[typed]?.meaning(command.tokens.count > 1, settings) {
      case .command(let text)?: expansion = text
      case .advice(let text)?:
        throw LocatedError(
          MemshError(.usage, "\(typed) has no meaning here", hint: text), at: command.tokens[0], of: command)
      case nil where typed.hasPrefix("\\"): throw LocatedError(unknown(typed), at: command.tokens[0], of: command)
      case nil: return command
      }
    }
    return try command.replacingName(by: expansion)
  }

  /// A word without the `+` of psql's `\dt+`, which tells more of the same.
  private static func plain(_ word: String) -> String {
    word.hasPrefix("\\") && word.hasSuffix("+") ? String(word.dropLast()) : word
  }

  /// The words of a command that a word and what follows it stand for; nil where it stands for none.
  static func words(of name: String, aliases: [String: String]) -> [String]? {
    var expansion = aliases[name]
    if expansion == nil, case .command(let text)? = byName[plain(name)]?.meaning(true, Settings()) { expansion = text }
    guard let command = expansion.flatMap({ try? Lexer.commands(in: $0, file: nil).first }),
      CommandRegistry.has(command.name)
    else { return nil }
    return command.tokens.map(\.plainText)
  }

  private static func unknown(_ word: String) -> MemshError {
    let known = all.map(\.name).filter { $0.hasPrefix("\\") } + ["\\!"]
    return MemshError(
      .unknownCommand, "unknown command '\(word.prefix(CommandParser.shownCharacters))'",
      hint: "known are \(known.joined(separator: " ")); `help` lists the commands")
  }
}

extension ScriptCommand {
  /// The command with the words of a text, which is one command, in the place of its name.
  fileprivate func replacingName(by text: String) throws -> ScriptCommand {
    guard let words = try? Lexer.commands(in: text, file: nil).first else { return self }
    let place = tokens[0]
    var expanded = self
    let first = words.tokens.map { Token(pieces: $0.pieces, position: place.position, width: place.width) }
    expanded.tokens = first + tokens.dropFirst()
    expanded.destination = destination ?? words.destination
    return expanded
  }
}
