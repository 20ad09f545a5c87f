import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Shell

/// The command line split into launch options and a command, and what it asks memsh to run.
struct Launch {
  let options: LaunchOptions
  /// The scripts and commands to run, in their order; empty for a session at the prompt.
  let inputs: [ScriptInput]

  /// The command line as the parser of launch options sees it: everything from the first word on is a command.
  private struct CommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "memsh",
      abstract: "The admin shell for AI-agent memory.",
      usage: """
        memsh [OPTIONS]                    start the shell
        memsh [OPTIONS] COMMAND [ARG ...]  run one command
        memsh [OPTIONS] -f FILE            run a script
        memsh [OPTIONS] -c 'COMMANDS'      run commands
        """,
      discussion: """
        Without -d, the store is the one DATABASE_URL names, else the SQLite file $XDG_DATA_HOME/memsh/memory.db. \
        `memsh help COMMAND` explains a command.
        """)

    @OptionGroup var options: LaunchOptions

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("A command and its arguments.", visibility: .hidden))
    var command: [String] = []
  }

  /// The time that the parser takes grows with the square of the arguments.
  private static let argumentsMaximum = 10_000

  /// Splits the arguments.
  ///
  /// - Throws: What ArgumentParser throws for help, `--version` and mistakes; see ``exit(for:)``.
  init(arguments: [String]) throws {
    try WholeCommandLine.answer(arguments)
    guard arguments.count <= Launch.argumentsMaximum else {
      throw ValidationError("there are \(arguments.count) arguments, more than \(Launch.argumentsMaximum)")
    }
    guard let parsed = try CommandLine.parseAsRoot(arguments) as? CommandLine else {
      throw ValidationError("these arguments cannot be read")
    }
    // The first thing that is no launch option ends them, be it a command or not.
    switch parsed.command.first {
    case "--version": throw CleanExit.message("memsh \(memshVersion)")
    case "--help", "-h": throw CleanExit.message(CommandLine.helpMessage() + "\n\n" + CommandOverview.text)
    case let option? where option.hasPrefix("-") && option != "--":
      throw ValidationError("Unknown option '\(option)'.")
    default: break
    }
    try Launch.refuseLaunchOptions(in: parsed.command)
    let command = parsed.command.first == "--" ? Array(parsed.command.dropFirst()) : parsed.command
    options = parsed.options
    let launchArguments = arguments.dropLast(parsed.command.count)
    inputs =
      Launch.inOrder(parsed.options, arguments: Array(launchArguments)) + (command.isEmpty ? [] : [.words(command)])
  }

  /// Options that no command has are launch options in the wrong place; the parser would only call them unknown.
  private static func refuseLaunchOptions(in command: [String]) throws {
    let names = ["-d", "--database", "-q", "--quiet", "--embedder", "--log-level", "--no-rc"]
    for word in command.prefix(while: { $0 != "--" }) where names.contains(word) {
      throw ValidationError("'\(word)' goes before the command: memsh \(word) … \(command[0])")
    }
  }

  /// The scripts and commands in the order in which they were given, which the parser does not keep across options.
  private static func inOrder(_ options: LaunchOptions, arguments: [String]) -> [ScriptInput] {
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
    let message = MemshError(.usage, CommandLine.message(for: error), hint: "`memsh --help` lists the options")
    return (String(renderer.text(of: LocatedError(message)).dropLast()), .usage)
  }
}
