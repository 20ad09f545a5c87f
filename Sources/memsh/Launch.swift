import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Shell

/// The command line split into launch options and a command, and what it asks memsh to run. What stands for itself is
/// spelled out first: `memsh agent.db list` is `memsh -d agent.db list`.
struct Launch {
  let options: LaunchChoices
  /// The scripts and commands to run, in their order; empty for a session at the prompt.
  let inputs: [ScriptInput]
  /// The variables by name: of `-v`, and the words behind a script.
  let variables: [String: String]

  /// The command line as the parser of launch options sees it: everything from the first word on is a command.
  private struct CommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "memsh",
      abstract: "The admin shell for AI-agent memory.",
      usage: """
        memsh [OPTIONS] [STORE]                    start the shell
        memsh [OPTIONS] [STORE] COMMAND [ARG ...]  run one command
        memsh [OPTIONS] [STORE] FILE.memsh [ARG ...]  run a script
        memsh [OPTIONS] [STORE] -c 'COMMANDS'      run commands
        """,
      discussion: """
        A store is a PostgreSQL URL or a SQLite file, with or without -d before it; without one, it is what \
        DATABASE_URL names, else the SQLite file $XDG_DATA_HOME/memsh/memory.db. Words behind a script are its ${1}, \
        ${2}, …, and NAME=VALUE sets a variable. `memsh help COMMAND` explains a command.
        """)

    @OptionGroup var options: LaunchOptions

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("A command and its arguments.", visibility: .hidden))
    var command: [String] = []
  }

  /// The time that the parser takes grows with the square of the arguments.
  private static let argumentsMaximum = 10_000

  /// Splits the arguments.
  ///
  /// - Throws: What ArgumentParser throws for help, `--version` and mistakes; see ``exit(for:arguments:)``.
  init(arguments: [String]) throws {
    try WholeCommandLine.answer(arguments)
    guard arguments.count <= Launch.argumentsMaximum else {
      throw ValidationError("there are \(arguments.count) arguments, more than \(Launch.argumentsMaximum)")
    }
    let (arguments, isScript) = try Launch.spelledOut(arguments)
    let (choices, command) = try LaunchChoices.plain(arguments) ?? Launch.parsed(arguments)
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    if isScript {
      try Launch.refuseOptions(ofScript: command)
    } else {
      try Launch.refuseLaunchOptions(in: command)
    }
    options = choices
    variables = choices.variables.merging(isScript ? Launch.variables(ofScript: words) : [:]) { _, given in given }
    inputs =
      Launch.inOrder(choices, arguments: Array(arguments.dropLast(command.count)))
      + (words.isEmpty || isScript ? [] : [.words(words)])
  }

  /// What the parser makes of arguments; see ``LaunchChoices/plain(_:)``.
  static func parsed(_ arguments: [String]) throws -> (choices: LaunchChoices, command: [String]) {
    guard let parsed = try CommandLine.parseAsRoot(arguments) as? CommandLine else {
      throw ValidationError("these arguments cannot be read")
    }
    // The first word that is not a launch option ends them, whether it is a command or not.
    switch parsed.command.first {
    case "--version": throw CleanExit.message("memsh \(memshVersion)")
    case "--help", "-h": throw CleanExit.message(CommandLine.helpMessage() + "\n\n" + CommandOverview.text)
    case let option? where option.hasPrefix("-") && option != "--":
      throw ValidationError("Unknown option '\(option)'.")
    default: break
    }
    return (LaunchChoices(parsed.options), parsed.command)
  }

  /// The arguments with the store and the script that stand in them without their options given those.
  private static func spelledOut(_ arguments: [String]) throws -> (arguments: [String], isScript: Bool) {
    var arguments = arguments
    while let index = firstWord(in: arguments) {
      let word = LaunchWord(arguments[index])
      switch word {
      case .command: return (arguments, false)
      case .script:
        arguments.insert("-f", at: index)
        return (arguments, true)
      case .store:
        guard !arguments[..<index].contains(where: { $0 == "--database" || $0.hasPrefix("--database=") || $0 == "-d" })
        else { throw ValidationError("there are two stores; memsh works on one at a time") }
        arguments.insert("-d", at: index)
      }
    }
    return (arguments, false)
  }

  /// Where the first word stands that is no option and no option's value; nil where there is none.
  private static func firstWord(in arguments: [String]) -> Int? {
    var index = 0
    while index < arguments.count, arguments[index] != "--" {
      guard arguments[index].hasPrefix("-"), arguments[index] != "-" else { return index }
      index += takesValue(arguments[index]) ? 2 : 1
    }
    return nil
  }

  /// The words behind a script: `${1}`, `${2}`, …, and what has a name.
  private static func variables(ofScript words: [String]) -> [String: String] {
    var variables: [String: String] = [:]
    var count = 0
    for word in words {
      let name = word.prefix { $0 != "=" }
      if name.count < word.count, VariableReference.isName(String(name)) {
        variables[String(name)] = String(word.dropFirst(name.count + 1))
      } else {
        count += 1
        variables[String(count)] = word
      }
    }
    return variables
  }

  /// An option behind a script's words would silently be one of them.
  private static func refuseOptions(ofScript words: [String]) throws {
    for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("-") && word != "-" {
      throw ValidationError("'\(word)' goes before the script's words, or behind -- if it is one of them")
    }
  }

  /// Options that the command does not have are launch options in the wrong place; the parser would only call them
  /// unknown.
  private static func refuseLaunchOptions(in command: [String]) throws {
    let names = ["-d", "--database", "-q", "--quiet", "--embedder", "--log-level", "--no-rc"]
    for word in command.prefix(while: { $0 != "--" })
    where names.contains(word) && !CommandRegistry.takes(word, in: command) {
      throw ValidationError("'\(word)' goes before the command: memsh \(word) … \(command[0])")
    }
  }

  /// The scripts and commands in the order in which they were given, which the parser does not keep across options.
  private static func inOrder(_ options: LaunchChoices, arguments: [String]) -> [ScriptInput] {
    var files = options.files[...]
    var commands = options.commands[...]
    var inputs: [ScriptInput] = []
    var index = 0
    while index < arguments.count {
      let name = arguments[index].prefix { $0 != "=" }
      let isShort = name.hasPrefix("-") && !name.hasPrefix("--")
      if name == "--file" || isShort && name.contains("f"), let file = files.popFirst() {
        inputs.append(.file(file))
      } else if name == "--command" || isShort && name.contains("c"), let command = commands.popFirst() {
        inputs.append(.text(command))
      }
      index += takesValue(arguments[index]) ? 2 : 1
    }
    return inputs
  }

  /// Whether the next argument is this one's value.
  private static func takesValue(_ argument: String) -> Bool {
    guard !argument.contains("=") else { return false }
    let long = ["--database", "--file", "--command", "--variable", "--output", "--log-level", "--embedder"]
    if long.contains(argument) { return true }
    return argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.last.map { "dfcv".contains($0) } == true
  }

  /// The text and status for an error of ``init(arguments:)``.
  static func exit(for error: any Error, arguments: [String]) -> (text: String, status: ExitStatus) {
    guard CommandLine.exitCode(for: error) != .success else { return (CommandLine.fullMessage(for: error), .success) }
    let renderer = ErrorRenderer(format: OutputFormat.requested(in: arguments))
    let message = MemshError(
      .usage, String(CommandLine.message(for: error).prefix { $0 != "\n" }), hint: "`memsh --help` lists the options")
    return (String(renderer.text(of: LocatedError(message)).dropLast()), .usage)
  }
}
