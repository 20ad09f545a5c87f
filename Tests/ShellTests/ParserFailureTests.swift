import ArgumentParser
import Testing

@testable import Shell

/// What is wrong with the words of a command is said at the right word, for every option of every command.
@Suite struct ParserFailureTests {
  /// A command with the words that it needs to be parsed at all.
  struct Case: CustomTestStringConvertible {
    let name: String
    let words: [String]
    let type: any ParsableCommand.Type
    var description: CommandDescription { .of(type) }
    var testDescription: String { words.joined(separator: " ") }
  }

  /// What a command needs beside its name.
  private static let needed: [String: [String]] = [
    "describe": ["memories"], "diff": ["a.db"], "eval": ["q.jsonl"], "inspect": ["a.db"], "shell": ["true"],
    "unalias": ["x"],
    "add": ["text", "--user", "ada"], "assert": ["1", "=", "1"], "backup": ["new.backup"], "edit": ["1"],
    "delete": ["1"], "import": ["none.jsonl"], "include": ["none.memsh"], "merge": ["1", "2"], "output": ["json"],
    "prompt": ["espresso", "--user", "ada"], "reassign": ["--from", "a", "--to", "b"], "restore": ["none.backup"],
    "search": ["espresso"], "show": ["1"], "sql": ["select 1"], "unset": ["x"], "use": ["sqlite"],
    "watch": ["0.1", "status"], "fragments show": ["1"], "fragments add": ["--category", "c", "--content", "x"],
    "fragments edit": ["1", "--content", "x"], "fragments enable": ["1"], "fragments disable": ["1"],
    "connections add": ["here", "x.db"], "connections remove": ["here"], "fragments delete": ["1"],
    "fragments import": ["f.json"], "journal show": ["1"], "models use": ["m"],
  ]

  static let cases: [Case] = CommandRegistry.commands.flatMap { type -> [Case] in
    let name = type.configuration.commandName ?? ""
    let types =
      type.configuration.subcommands.isEmpty
      ? [(name, type)]
      : type.configuration.subcommands.map {
        ("\(name) \($0.configuration.commandName ?? "")", $0)
      }
    return types.map { name, type in
      Case(name: name, words: name.split(separator: " ").map(String.init) + (needed[name] ?? []), type: type)
    }
  }

  /// What is wrong and the number of the word that it is said at; nil when nothing is.
  private func failure(_ words: [String]) -> (message: String, hint: String?, word: Int)? {
    do {
      _ = try CommandParser.parse(words, of: ScriptCommand(words: words))
      return nil
    } catch let error as LocatedError {
      let column = error.position?.column ?? 0
      let starts = words.indices.map { words.prefix($0).reduce(1) { $0 + $1.count + 1 } }
      return (error.error.message, error.error.hint, starts.firstIndex(of: column) ?? -1)
    } catch {
      return ("\(error)", nil, -1)
    }
  }

  @Test("every command can be parsed with what it needs", arguments: cases)
  func parses(command: Case) {
    #expect(failure(command.words) == nil, "\(failure(command.words)?.message ?? "")")
  }

  /// Those that do not take every word for their own.
  private static let choosyCases = cases.filter { !["echo", "assert", "watch"].contains($0.words[0]) }

  @Test("an unknown option", arguments: choosyCases)
  func unknownOption(command: Case) {
    for option in ["--nonesuch", "-Q", "---x=1"] {
      let words = command.words + [option]
      let typed = option.prefix { $0 != "=" }
      let found = failure(words)
      #expect(found?.message == "\(name(of: command)): unknown option '\(typed)'")
      #expect(found?.word == words.count - 1)
    }
  }

  private func name(of command: Case) -> String {
    CommandRegistry.command(named: command.words)?.name ?? ""
  }

  @Test("an option without its value, or a flag with one", arguments: choosyCases)
  func missingValue(command: Case) {
    for option in command.description.options where option.longName != "--help" {
      for name in option.names.prefix(1) {
        let isFlag = !option.takesValue
        guard !isFlag || name.hasPrefix("--") else { continue }
        // What has been given is not needed twice.
        let words = command.words + [isFlag ? name + "=1" : name]
        let found = failure(words)
        let what = isFlag ? "'\(name)' takes no value" : "the value of '\(name)' is missing"
        #expect(found?.message == "\(self.name(of: command)): \(what)")
        #expect(found?.word == words.count - 1, "\(words)")
      }
    }
  }

  @Test("a value that an option does not take", arguments: choosyCases)
  func invalidValue(command: Case) {
    for option in command.description.options where option.takesValue {
      let name = option.longName ?? ""
      // What takes any text has nothing to say.
      let words = command.words + [name, "no such"]
      if let found = failure(words), found.message.contains("'\(name)'") {
        #expect(found.word == words.count - 1, "\(words): \(found)")
        #expect(!found.message.contains("invalid for"), "\(words): \(found)")
      }
      // Values may be suggestions only; then what is wrong is another thing.
      if let value = option.values.first, value.count > 3, let found = failure(command.words + [name, value + "x"]),
        found.message.contains("'\(value)x'")
      {
        #expect(found.hint?.contains("'\(value)'") == true, "\(name) \(value)x: \(found)")
        #expect(found.word == command.words.count + 1)
      }
    }
  }

  @Test("an argument too many", arguments: cases)
  func extraArgument(command: Case) {
    guard !command.description.positionals.contains(where: \.isRepeating) else { return }
    // As many as fit, and one more.
    let given = ParserFailureTests.positionals(in: command)
    let room = command.description.positionals.count - given
    let words = command.words + Array(repeating: "1", count: room) + ["surplus"]
    guard let found = failure(words) else {
      Issue.record("\(words) is taken")
      return
    }
    // An optional argument that takes only some words may be what is wrong first.
    guard room == 0 else { return }
    #expect(found.message == "\(name(of: command)): unexpected argument 'surplus'")
    #expect(found.word == words.count - 1)
  }

  private static func positionals(in command: Case) -> Int {
    let name = CommandRegistry.command(named: command.words)
    let given = command.words.dropFirst(name?.wordCount ?? 1)
    var count = 0
    var isValue = false
    for word in given {
      if isValue {
        isValue = false
      } else if word.hasPrefix("-") {
        isValue = command.description.options.contains { $0.takesValue && $0.names.contains(word) }
      } else {
        count += 1
      }
    }
    return count
  }

  @Test("an argument that is missing", arguments: cases)
  func missingArgument(command: Case) {
    let name = CommandRegistry.command(named: command.words)
    let bare = Array(command.words.prefix(name?.wordCount ?? 1))
    guard bare.count < command.words.count else { return }
    guard let found = failure(bare) else { return }
    #expect(found.word == 0)
    #expect(!found.message.contains("expected argument"), "\(found)")
  }

  @Test(
    "messages",
    arguments: [
      ("list --limit abc", "list: '--limit' takes a number, not 'abc'", 2),
      ("list --limit 1.5", "list: '--limit' takes a whole number, not '1.5'", 2),
      ("list --limit=99999999999999999999", "list: '--limit' takes a smaller number, not '99999999999999999999'", 1),
      ("list --limit -1", "list: '--limit' takes 0 to 10000", 2),
      ("list --limt 3", "list: unknown option '--limt'", 1),
      ("list --since soon", "list: '--since' takes a date such as 2026-01-31 or a span such as 7d, not 'soon'", 2),
      ("list --user x x", "list: unexpected argument 'x'", 3),
      ("list --user x --min-importance -1 x", "list: unexpected argument 'x'", 5),
      (
        "list --output tabel", "list: '--output' takes table, tsv, json, jsonl, csv, markdown, vertical, not 'tabel'", 2
      ),
      ("show", "show: '<subject>' is missing", 0), ("show -1", "show: unknown option '-1'", 1),
      ("reassign --from a", "reassign: '--to' is missing", 0),
      ("delete x", "delete: '<ids>' takes a number, not 'x'", 1),
      ("list ---completion", "list: unknown option '---completion'", 1),
      ("list --experimental-dump-help", "list: unknown option '--experimental-dump-help'", 1),
      ("", "unknown command ''", 0),
    ])
  func says(line: String, message: String, word: Int) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let found = failure(words)
    #expect(found?.message == message)
    #expect(found?.word == word)
  }
}
