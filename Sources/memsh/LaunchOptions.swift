import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import Shell

/// What can stand on the command line before the command.
struct LaunchOptions: ParsableArguments {
  @Option(
    name: [.customShort("d"), .customLong("database")], help: "The store: a PostgreSQL URL or a SQLite file's path.",
    completion: .file())
  var database: String?

  @Option(
    name: [.customShort("f"), .customLong("file")], help: "Run a script; - is standard input. May be repeated.",
    completion: .file(extensions: ["memsh"]))
  var files: [String] = []

  @Option(
    name: [.customShort("c"), .customLong("command")],
    help: "Run commands, separated by semicolons. May be repeated and mixed with -f; all run in their order.")
  var commands: [String] = []

  @Option(
    name: [.customShort("v"), .customLong("variable")], help: ArgumentHelp("Set a variable.", valueName: "name=value"))
  var variables: [String] = []

  @Flag(help: "Check the scripts and run nothing.")
  var check = false

  @OptionGroup var result: ResultOptions

  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask before destructive commands.")
  var yes = false

  @Flag(name: .customLong("no-rc"), help: "Do not read the start-up file.")
  var noStartUpFile = false

  @Flag(name: .shortAndLong, help: "Print results and errors only.")
  var quiet = false

  @Option(help: "Diagnostics on standard error: trace, debug, info, notice, warning, error or critical.")
  var logLevel: LogLevel?

  @Option(help: "The embedder: openai, local or hash.")
  var embedder: EmbedderChoice?

  func validate() throws {
    for variable in variables where variable.split(separator: "=", maxSplits: 1).first.map(String.init) == variable {
      throw ValidationError("'-v \(variable)' has no value; write -v name=value")
    }
    for name in LaunchOptions.values(of: variables).keys where !VariableReference.isName(name) {
      throw ValidationError("'-v' takes name=value: '\(name.prefix(60))' is not a name for a variable")
    }
  }

  /// Variables by name, of `name=value`.
  static func values(of variables: [String]) -> [String: String] {
    variables.reduce(into: [:]) { values, assignment in
      guard let separator = assignment.firstIndex(of: "=") else { return }
      values[String(assignment[..<separator])] = String(assignment[assignment.index(after: separator)...])
    }
  }
}

/// The levels of `--log-level`.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case trace, debug, info, notice, warning, error, critical
}
