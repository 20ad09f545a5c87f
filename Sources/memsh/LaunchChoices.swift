import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Shell

/// What the launch options of a command line choose.
struct LaunchChoices: Equatable {
  /// The store; nil for the configured one.
  var database: String?
  /// The scripts, in their order.
  var files: [String] = []
  /// The texts of commands, in their order.
  var commands: [String] = []
  /// The variables by name.
  var variables: [String: String] = [:]
  /// Whether nothing runs.
  var check = false
  /// The format of results; nil where it is left open.
  var output: OutputFormat?
  /// Whether nobody is asked.
  var yes = false
  /// Whether the start-up file is not read.
  var noStartUpFile = false
  /// Whether only results and errors are printed.
  var quiet = false
  /// Which diagnostics are printed; nil for none.
  var logLevel: LogLevel?
  /// The embedder; nil where it is left open.
  var embedder: EmbedderChoice?

  /// Nothing chosen.
  init() {}

  /// What the parser has read.
  init(_ options: LaunchOptions) {
    database = options.database
    files = options.files
    commands = options.commands
    variables = LaunchOptions.values(of: options.variables)
    check = options.check
    output = options.result.output
    yes = options.yes
    noStartUpFile = options.noStartUpFile
    quiet = options.quiet
    logLevel = options.logLevel
    embedder = options.embedder
  }

  /// Reads arguments each of which is plainly a launch option, its value, or a word of the command behind them.
  ///
  /// The parser takes some two milliseconds for that, which every start would wait for.
  ///
  /// - Returns: What the parser would read; nil for what is left to it: what is wrong, said twice, or written in one of
  ///   its other ways.
  static func plain(_ arguments: [String]) -> (choices: LaunchChoices, command: [String])? {
    var choices = LaunchChoices()
    var given: Set<String> = []
    var index = 0
    while index < arguments.count, arguments[index].hasPrefix("-") {
      let option = arguments[index]
      index += 1
      if let flag = flags[option] {
        guard given.insert(flag.name).inserted else { return nil }
        flag.choose(&choices)
        continue
      }
      guard let name = names[option], index < arguments.count, isPlain(arguments[index]) else { return nil }
      let value = arguments[index]
      index += 1
      guard given.insert(name).inserted || repeatable.contains(name), choices.take(value, for: name) else { return nil }
    }
    let command = Array(arguments[index...])
    guard command.first?.isEmpty != true, command.allSatisfy(isUnderstood) else { return nil }
    return (choices, command)
  }

  private struct Flag: Sendable {
    let name: String
    let choose: @Sendable (inout LaunchChoices) -> Void
  }

  private static let flags: [String: Flag] = {
    let quiet = Flag(name: "quiet") { $0.quiet = true }
    let yes = Flag(name: "yes") { $0.yes = true }
    return [
      "-q": quiet, "--quiet": quiet, "-y": yes, "--yes": yes, "--check": Flag(name: "check") { $0.check = true },
      "--no-rc": Flag(name: "no-rc") { $0.noStartUpFile = true },
      "--json": Flag(name: "output") { $0.output = .json }, "--csv": Flag(name: "output") { $0.output = .csv },
    ]
  }()

  /// The options with a value, and what each is called here.
  private static let names = [
    "-d": "database", "--database": "database", "-f": "file", "--file": "file", "-c": "command",
    "--command": "command", "-v": "variable", "--variable": "variable", "--output": "output",
    "--log-level": "log-level",
    "--embedder": "embedder",
  ]

  private static let repeatable: Set<String> = ["file", "command", "variable"]

  /// Takes a value.
  ///
  /// - Returns: Whether the option takes it.
  private mutating func take(_ value: String, for name: String) -> Bool {
    switch name {
    case "database": database = value
    case "file": files.append(value)
    case "command": commands.append(value)
    case "variable":
      let values = LaunchOptions.values(of: [value])
      guard let name = values.keys.first, VariableReference.isName(name) else { return false }
      variables.merge(values) { _, last in last }
    case "output":
      output = OutputFormat(rawValue: value)
      return output != nil
    case "log-level":
      logLevel = LogLevel(rawValue: value)
      return logLevel != nil
    default:
      embedder = EmbedderChoice(rawValue: value)
      return embedder != nil
    }
    return true
  }

  private static func isPlain(_ value: String) -> Bool { !value.isEmpty && !value.hasPrefix("-") }

  /// Whether the parser lets a word pass that is behind the options, as one of the command's own.
  private static func isUnderstood(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word != "-", word != "--" else { return true }
    guard !word.contains("generate-completion-script") else { return false }
    let name = word.utf8.dropFirst(word.hasPrefix("--") ? 2 : 1).prefix { $0 != UInt8(ascii: "=") }
    return name.first.map { $0 != UInt8(ascii: "-") } == true
      && name.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: false
        }
      }
  }
}
