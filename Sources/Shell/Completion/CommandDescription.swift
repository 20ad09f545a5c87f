import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Synchronization

/// What the declaration of a command says about its arguments: what completion knows of them.
package struct CommandDescription: Sendable {
  /// One argument, option or flag.
  struct Argument: Sendable {
    /// `--limit`, `-y`; empty for a positional argument.
    let names: [String]
    /// What stands for the value in the help.
    let valueName: String
    let takesValue: Bool
    let isRepeating: Bool
    /// The values it takes, where they are few.
    let values: [String]
    /// The extensions of the files it takes, none for all; nil when it takes no file.
    let fileExtensions: [String]?
    /// The first words of its help.
    let about: String

    /// `--limit`; nil for a positional argument.
    var longName: String? { names.first { $0.hasPrefix("--") } }
  }

  /// What names it: `fragments add`.
  let name: String
  /// The last word of its name.
  let word: String
  /// The first words of its help.
  let about: String
  let arguments: [Argument]
  /// What its first word may name, each a command of its own.
  let subcommands: [CommandDescription]
  /// The subcommand that the bare name stands for.
  let defaultSubcommand: String?

  var options: [Argument] { arguments.filter { !$0.names.isEmpty } }
  var positionals: [Argument] { arguments.filter(\.names.isEmpty) }

  /// The names of its options: `--limit`, `-y`.
  var optionNames: [String] { options.flatMap(\.names) }

  /// The argument of an option's name, else the positional one of a property's name.
  func argument(_ option: String, key: String) -> Argument? {
    options.first { $0.names.contains(option) } ?? positionals.first { $0.valueName == key }
      ?? (positionals.count == 1 ? positionals.first : nil)
  }

  /// What the words of a command are read by: the subcommand that they name, else the default one, else the command.
  ///
  /// - Returns: It, and how many of the words name it.
  func resolved(_ words: [String]) -> (command: CommandDescription, wordCount: Int) {
    if let named = subcommands.first(where: { $0.word == words.dropFirst().first }) { return (named, 2) }
    return (subcommands.first { $0.word == defaultSubcommand } ?? self, 1)
  }

  /// All commands by name.
  static let all = Dictionary(
    CommandRegistry.commands.map { ($0.configuration.commandName ?? "", of($0)) },
    uniquingKeysWith: { first, _ in first })

  private static let known = Mutex<[ObjectIdentifier: CommandDescription]>([:])

  /// What a type declares, from the parser's own description of it; described when it is first asked for.
  static func of(_ type: any ParsableCommand.Type) -> CommandDescription {
    let identifier = ObjectIdentifier(type)
    if let described = known.withLock({ $0[identifier] }) { return described }
    let described = CommandDescription(of: type)
    known.withLock { $0[identifier] = described }
    return described
  }

  /// Describes a command that is none of memsh's own, such as the options that may stand before them.
  package init(of command: any ParsableCommand.Type) {
    self.init((try? JSONParser.parse(command._dumpHelp()))?[key: "command"] ?? .null)
  }

  /// How many words at the beginning are options of this command and their values.
  package func leadingOptions(in words: [String]) -> Int {
    var count = 0
    while count < words.count, words[count].hasPrefix("-"), words[count] != "--" {
      count += takesValue(words[count]) ? 2 : 1
    }
    return min(count, words.count)
  }

  /// Whether the last of such words is an option whose value is still to come.
  func isWaitingForValue(_ words: ArraySlice<String>) -> Bool {
    var rest = words
    while let word = rest.popFirst() {
      if takesValue(word), rest.popFirst() == nil { return true }
    }
    return false
  }

  /// Whether an option of this name is followed by its value.
  func takesValue(_ name: String) -> Bool { options.contains { $0.takesValue && $0.names.contains(name) } }

  private init(_ json: JSON, of parent: String = "") {
    about = json[key: "abstract"]?.stringValue ?? ""
    word = json[key: "commandName"]?.stringValue ?? ""
    name = parent.isEmpty ? word : parent + " " + word
    arguments = (json[key: "arguments"]?.arrayValue ?? []).map(Argument.init)
    // The parser adds a `help` of its own to what has subcommands.
    let name = name
    subcommands = (json[key: "subcommands"]?.arrayValue ?? [])
      .map { CommandDescription($0, of: name) }.filter { $0.word != "help" }
    defaultSubcommand = json[key: "defaultSubcommand"]?.stringValue
  }
}

extension CommandDescription.Argument {
  fileprivate init(_ json: JSON) {
    names = (json[key: "names"]?.arrayValue ?? []).map { name in
      (name[key: "kind"]?.stringValue == "long" ? "--" : "-") + (name[key: "name"]?.stringValue ?? "")
    }
    valueName = json[key: "valueName"]?.stringValue ?? ""
    about = json[key: "abstract"]?.stringValue ?? ""
    takesValue = json[key: "kind"]?.stringValue != "flag"
    isRepeating = json[key: "isRepeating"] == .bool(true)
    let kind = json[key: "completionKind"]
    let values = json[key: "allValues"] ?? kind?[key: "list"]?[key: "values"]
    self.values = (values?.arrayValue ?? []).compactMap(\.stringValue)
    fileExtensions = kind?[key: "file"].map { ($0[key: "extensions"]?.arrayValue ?? []).compactMap(\.stringValue) }
  }
}

extension CommandRegistry {
  /// Whether the command that words begin with has an option of this name.
  package static func takes(_ option: String, in words: [String]) -> Bool {
    command(named: words)?.runs.map { CommandDescription.of($0).optionNames.contains(option) } ?? false
  }
}
