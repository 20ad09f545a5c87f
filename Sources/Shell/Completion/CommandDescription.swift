import ArgumentParser
import MemoryCore

/// What the declaration of a command says about its arguments: what completion knows of them.
struct CommandDescription {
  /// One argument, option or flag.
  struct Argument {
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
  }

  let name: String
  let arguments: [Argument]

  var options: [Argument] { arguments.filter { !$0.names.isEmpty } }
  var positionals: [Argument] { arguments.filter(\.names.isEmpty) }

  /// All commands by name, from the parser's own description of them.
  static let all: [String: CommandDescription] = {
    let commands = (try? JSONParser.parse(CommandRegistry._dumpHelp()))?[key: "command"]?[key: "subcommands"]
    let described = (commands?.arrayValue ?? []).map(CommandDescription.init)
    return Dictionary(described.map { ($0.name, $0) }) { first, _ in first }
  }()

  private init(_ json: JSON) {
    name = json[key: "commandName"]?.stringValue ?? ""
    arguments = (json[key: "arguments"]?.arrayValue ?? []).map(Argument.init)
  }
}

extension CommandDescription.Argument {
  fileprivate init(_ json: JSON) {
    names = (json[key: "names"]?.arrayValue ?? []).map { name in
      (name[key: "kind"]?.stringValue == "long" ? "--" : "-") + (name[key: "name"]?.stringValue ?? "")
    }
    valueName = json[key: "valueName"]?.stringValue ?? ""
    takesValue = json[key: "kind"]?.stringValue != "flag"
    isRepeating = json[key: "isRepeating"] == .bool(true)
    let kind = json[key: "completionKind"]
    let values = json[key: "allValues"] ?? kind?[key: "list"]?[key: "values"]
    self.values = (values?.arrayValue ?? []).compactMap(\.stringValue)
    fileExtensions = kind?[key: "file"].map { ($0[key: "extensions"]?.arrayValue ?? []).compactMap(\.stringValue) }
  }
}
