import LineEditor
import MemoryCore
import Shell

/// The session at a terminal: reads a command, runs it, and goes on until the user has had enough.
struct Prompt {
  let session: Session
  let services: any SessionServices
  let interruption: Interruption

  /// Runs until Ctrl-D or `quit`.
  func run() throws -> ExitStatus {
    guard let editor = LineEditor(programName: "memsh") else {
      session.console.writeError("memsh: error: this terminal cannot be used for typing\n")
      return .failed
    }
    let runner = CommandRunner(session: session)
    session.note("memsh \(memshVersion). `help` lists the commands, `quit` ends.")
    while true {
      switch editor.readLine(prompt: prompt) {
      case .end: return .success
      case .interrupted: continue
      case .line(let line):
        guard line.contains(where: { !$0.isWhitespace }) else { continue }
        editor.remember(line)
        interruption.clear()
        guard try run(line, runner) else { return .success }
      }
    }
  }

  /// Runs what stands on a line; false when the session ends.
  private func run(_ line: String, _ runner: CommandRunner) throws -> Bool {
    let loaded = ScriptLoader.load([.text(line)], scope: session.scope, services: services)
    guard loaded.errors.isEmpty else {
      _ = runner.report(loaded.errors)
      return true
    }
    for command in loaded.commands {
      let outcome = try runner.run(command)
      if outcome.endsSession { return false }
      if outcome.status != .success { break }
    }
    return true
  }

  private var prompt: String {
    guard let identity = session.storeIfOpen?.identity else { return "memsh> " }
    return "\(identity.backend.rawValue):\(identity.name)> "
  }
}
