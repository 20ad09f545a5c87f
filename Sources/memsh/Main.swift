import Foundation
import MemoryCore
import Shell

/// The program: reads the command line and the environment, builds a session, runs what was asked for.
@main
enum Main {
  static func main() {
    let status = run(arguments: Array(CommandLine.arguments.dropFirst()))
    exit(status.rawValue)
  }

  private static func run(arguments: [String]) -> ExitStatus {
    let console = TerminalConsole()
    do {
      return try run(try Launch(arguments: arguments), console: console)
    } catch is ClosedPipe {
      return .success
    } catch {
      let (text, status) = Launch.exit(for: error, arguments: arguments)
      if status == .success { try? console.write(text + "\n") } else { console.writeError(text + "\n") }
      return status
    }
  }

  private static func run(_ launch: Launch, console: TerminalConsole) throws -> ExitStatus {
    var inputs = launch.inputs
    let isInteractive = inputs.isEmpty && isatty(STDIN_FILENO) == 1
    if inputs.isEmpty && !isInteractive { inputs = [.file("-")] }

    DiagnosticsHandler.install(level: launch.options.logLevel) { console.writeError($0) }
    let environment = Environment(process: ProcessInfo.processInfo.environment)
    let interruption = Interruption()
    let running = RunningStores()
    let services = Services(
      environment: environment, interruption: interruption, console: console, running: running)
    let scope = VariableScope(variables: launch.options.variableValues, environment: environment.all)
    let session = Session(
      services: services, console: console, interruption: interruption, settings: settings(launch.options),
      scope: scope, location: launch.options.database, isInteractive: isInteractive)
    let signals = Signals(interruption: interruption, running: running, endsProcess: !isInteractive)

    return try withExtendedLifetime(signals) {
      if isInteractive { return try interact(session, launch.options, environment, interruption) }
      return runScripts(inputs, session, checkOnly: launch.options.check)
    }
  }

  private static func settings(_ options: LaunchOptions) -> Settings {
    var settings = Settings()
    settings.output = options.output
    settings.embedding.choice = options.embedder
    settings.assumesYes = options.yes
    settings.isQuiet = options.quiet
    return settings
  }

  private static func runScripts(_ inputs: [ScriptInput], _ session: Session, checkOnly: Bool) -> ExitStatus {
    let loaded = ScriptLoader.load(inputs, scope: session.scope, services: session.services)
    let runner = CommandRunner(session: session)
    guard loaded.errors.isEmpty else { return runner.report(loaded.errors) }
    return checkOnly ? .success : runner.run(loaded.commands)
  }

  private static func interact(
    _ session: Session, _ options: LaunchOptions, _ environment: Environment, _ interruption: Interruption
  ) throws -> ExitStatus {
    let startUpFile = environment.folder("XDG_CONFIG_HOME", defaultBelowHome: ".config") + "/rc.memsh"
    if !options.noStartUpFile, FileManager.default.fileExists(atPath: startUpFile) {
      _ = runScripts([.file(startUpFile)], session, checkOnly: false)
    }
    return try Prompt(session: session, services: session.services, interruption: interruption).run()
  }
}
