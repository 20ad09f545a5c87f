import Database
import Foundation
import LineEditor
import MemoryModel
import MemoryServices
import Shell

/// The program: reads the command line and the environment, builds a session, runs what was asked for.
@main
enum Main {
  static func main() {
    StandardStreams.occupy()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let isReadable = StandardStreams.areUTF8(CommandLine.unsafeArgv, count: CommandLine.argc)
    ProcessTitle.hideSecrets(CommandLine.unsafeArgv, count: CommandLine.argc)
    let status = isReadable ? run(arguments: arguments) : refuse(arguments)
    exit(Signals.status ?? status.rawValue)
  }

  /// Arguments that are not UTF-8 would arrive as something else.
  private static func refuse(_ arguments: [String]) -> ExitStatus {
    let error = MemshError(.usage, "an argument is not UTF-8", hint: "convert it with iconv")
    TerminalConsole().writeError(
      ErrorRenderer(format: OutputFormat.requested(in: arguments)).text(of: LocatedError(error)))
    return .usage
  }

  /// Prints what was asked for instead of a session.
  private static func answer(_ text: String, console: TerminalConsole) -> ExitStatus {
    do { try console.write(text) } catch let error as MemshError {
      console.writeError(ErrorRenderer(format: nil).text(of: LocatedError(error)))
      return .failed
    } catch {
      return .success
    }
    return .success
  }

  private static func run(arguments: [String]) -> ExitStatus {
    let console = TerminalConsole()
    // Asked by scripts and installers: not worth waking the parser for.
    guard ![["--version"], ["-version"], ["-V"]].contains(arguments) else {
      return answer("memsh \(memshVersion)\n", console: console)
    }
    if let request = CompletionRequest(arguments) { return answer(request, console: console) }
    do {
      return try run(try Launch(arguments: arguments == ["-help"] ? ["--help"] : arguments), console: console)
    } catch is ClosedPipe {
      return .success
    } catch {
      let (text, status) = Launch.exit(for: error, arguments: arguments)
      guard status != .success else { return answer(text + "\n", console: console) }
      console.writeError(text + "\n")
      return status
    }
  }

  private static func run(_ launch: Launch, console: TerminalConsole) throws -> ExitStatus {
    var inputs = launch.inputs
    let isInteractive = inputs.isEmpty && isatty(STDIN_FILENO) == 1
    if inputs.isEmpty && !isInteractive { inputs = [.file("-")] }

    DiagnosticsHandler.install(level: launch.options.logLevel) { console.writeError($0) }
    let environment = Environment.ofProcess()
    let interruption = Interruption()
    let running = RunningStores()
    let terminal = isInteractive ? TerminalEvents() : nil
    // less as everybody likes it: colours pass, long lines are cut, what fits stays on the screen. Set before the first
    // thread is started: the environment belongs to all of them.
    setenv("LESS", "FRSX", 0)
    Signals.listen(interruption: interruption, running: running, terminal: terminal)
    let services = SessionServices(
      environment: environment, interruption: interruption, console: console, running: running)
    let scope = VariableScope(variables: launch.variables, environment: environment.all)
    let session = Session(
      services: services, owner: SessionOwner(environment), console: console, interruption: interruption,
      settings: settings(launch.options), scope: scope, location: launch.options.database, isInteractive: isInteractive)
    defer { session.close() }
    for notice in environment.notices { session.note("notice: " + notice) }
    if let terminal {
      if !launch.options.noStartUpFile { StartUpScript(session: session).run() }
      session.noteUnusableStore()
      let history = History(path: services.paths.history, redactor: console.redactor)
      return try Prompt(
        session: session, interruption: interruption, history: history, terminal: terminal
      ).run()
    }
    let confirmation: ScriptLoader.Confirmation =
      launch.options.yes ? .none : launch.options.check ? .all : .ofScripts
    return runScripts(inputs, session, confirmation: confirmation, checkOnly: launch.options.check)
  }

  /// Prints what a shell's completion asks for.
  private static func answer(_ request: CompletionRequest, console: TerminalConsole) -> ExitStatus {
    DiagnosticsHandler.install(level: nil) { console.writeError($0) }
    let environment = Environment.ofProcess()
    let interruption = Interruption()
    let services = SessionServices(
      environment: environment, interruption: interruption, console: console, running: RunningStores(),
      completionMilliseconds: CompletionRequest.waitMilliseconds)
    let session = Session(
      services: services, owner: SessionOwner(environment), console: console, interruption: interruption,
      settings: Settings(), scope: VariableScope(variables: [:], environment: [:]), location: request.location,
      isInteractive: false)
    try? console.write(request.answer(in: session))
    return .success
  }

  private static func settings(_ options: LaunchChoices) -> Settings {
    var settings = Settings()
    settings.output = options.output
    settings.embedding.choice = options.embedder
    settings.assumesYes = options.yes
    settings.isQuiet = options.quiet
    return settings
  }

  private static func runScripts(
    _ inputs: [ScriptInput], _ session: Session, confirmation: ScriptLoader.Confirmation, checkOnly: Bool
  ) -> ExitStatus {
    let loaded = ScriptLoader.load(
      inputs, scope: session.scope, settings: session.settings, files: session.files, confirmation: confirmation,
      interruption: session.interruption)
    let runner = CommandRunner(session: session)
    guard loaded.errors.isEmpty else { return runner.report(loaded.errors) }
    return checkOnly ? .success : runner.run(loaded.commands)
  }
}
