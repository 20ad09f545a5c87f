import Database
import MemoryModel
import MemoryServices
import TestSupport

/// Every command with its arguments, as `--experimental-dump-help` describes them: a new option is in it by itself.
struct CommandTable {
  struct Argument {
    /// `--limit`; empty for a positional argument.
    let option: String
    let valueName: String
    let isFlag: Bool
    let isOptional: Bool
    /// Whether it takes one of a few words.
    let isChoice: Bool
  }

  struct Command {
    /// `fragments add`
    let name: String
    let arguments: [Argument]

    var words: [String] { name.split(separator: " ").map(String.init) }

    func has(_ option: String) -> Bool { arguments.contains { $0.option == option } }
    var options: [Argument] { arguments.filter { !$0.isFlag && !$0.option.isEmpty } }
    var positionals: [Argument] { arguments.filter { $0.option.isEmpty } }
  }

  let commands: [Command]

  init(_ world: World) throws {
    let help = try JSONParser.parse(try world.memsh.run(["--experimental-dump-help"]).output)
    commands = CommandTable.commands(help[key: "command"], after: [])
  }

  /// The commands below one; a command with subcommands is only these.
  private static func commands(_ parent: JSON?, after names: [String]) -> [Command] {
    // The parser adds a `help` of its own.
    CommandTable.items(parent?[key: "subcommands"]).flatMap { command -> [Command] in
      guard let name = command[key: "commandName"]?.stringValue, names.isEmpty || name != "help" else { return [] }
      let inner = commands(command, after: names + [name])
      let own = Command(
        name: (names + [name]).joined(separator: " "),
        arguments: CommandTable.items(command[key: "arguments"]).map(Argument.init))
      return inner.isEmpty ? [own] : inner
    }
  }

  fileprivate static func items(_ json: JSON?) -> [JSON] {
    if case .array(let items)? = json { items } else { [] }
  }

  /// What a command needs to run at all; a command that is not named here needs nothing.
  static let needed: [String: [String]] = [
    "add": ["text", "--user", "ada"], "assert": ["1", "=", "1"], "backup": ["new.backup"], "edit": ["1"],
    "connections add": ["here", "store.db"], "connections remove": ["here"],
    "delete": ["1"], "describe": ["memories"], "diff": ["none.db"], "eval": ["none.jsonl"],
    "import": ["none.jsonl"], "inspect": ["none.db"],
    "include": ["none.memsh"],
    "merge": ["1", "2"],
    "output": ["json"], "prompt": ["espresso", "--user", "ada"], "reassign": ["--from", "nobody", "--to", "anybody"],
    "restore": ["none.backup"], "search": ["espresso"], "shell": ["true"], "set": ["x", "y"], "show": ["1"],
    "sql": ["select 1"],
    "unalias": ["x"], "unset": ["x"], "use": ["sqlite"], "watch": ["--count", "1", "0.1", "status"],
    "fragments show": ["1"], "fragments add": ["--category", "c", "--content", "x"],
    "fragments edit": ["1", "--content", "x"], "fragments enable": ["1"], "fragments disable": ["1"],
    "fragments delete": ["1"], "fragments import": ["none.json"], "journal show": ["1"], "models use": ["none"],
  ]

  /// A word in quotes.
  static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

  /// A line of a script.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}

extension CommandTable.Argument {
  fileprivate init(_ json: JSON) {
    let names = CommandTable.items(json[key: "names"])
    let long = names.first { $0[key: "kind"]?.stringValue == "long" }
    option = long.map { "--" + ($0[key: "name"]?.stringValue ?? "") } ?? ""
    valueName = json[key: "valueName"]?.stringValue ?? ""
    isFlag = json[key: "kind"]?.stringValue == "flag"
    isOptional = json[key: "isOptional"] == .bool(true)
    isChoice = !CommandTable.items(json[key: "allValues"]).isEmpty
  }
}
