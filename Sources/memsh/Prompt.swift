import Database
import LineEditor
import MemoryModel
import MemoryServices
import Shell

/// The session at a terminal: reads a command, runs it, and goes on until the user has had enough.
struct Prompt {
  let session: Session
  let interruption: Interruption
  let history: History
  let terminal: TerminalEvents

  /// Runs until Ctrl-D or `quit`.
  ///
  /// - Throws: `program_failed` when libedit is not installed.
  func run() throws -> ExitStatus {
    if let reason = LineEditor.refusal {
      throw MemshError(
        .programFailed, "libedit cannot be loaded: \(reason)",
        hint: "install libedit: apt-get install libedit2; without it, `-c` and `-f` work")
    }
    let completer = Completer(session: session)
    let opened = LineEditor(programName: "memsh", events: terminal) { line, rest in
      Prompt.completions(completer.complete(line, followedBy: rest))
    }
    guard let editor = opened else {
      session.console.writeError("memsh: error: this terminal cannot be used for typing\n")
      return .failed
    }
    for command in history.commands() { editor.remember(command) }
    session.note("memsh \(memshVersion). `help` lists the commands, `quit` ends.")
    while true {
      switch read(with: editor) {
      case .end:
        session.console.writeError("\n")
        return session.abandonTransaction() ? .failed : .success
      case .interrupted: continue
      case .line(let input):
        guard input.contains(where: { !$0.isWhitespace }) else { continue }
        editor.remember(input)
        history.append(input)
        guard try run(input, editor) else { return session.abandonTransaction() ? .failed : .success }
      }
    }
  }

  /// Reads lines until they are a whole command.
  private func read(with editor: LineEditor) -> LineEditor.Input {
    var input = ""
    var prompt = PromptText.text(for: session, invisible: LineEditor.invisible)
    while true {
      switch editor.readLine(prompt: prompt) {
      case .interrupted: return .interrupted
      // Ctrl-D leaves the command as it is; what it lacks is said.
      case .end: return input.isEmpty ? .end : .line(input)
      case .line(let line):
        input += input.isEmpty ? line : "\n" + line
        // A backslash waits for the line after it.
        guard let missing = Incomplete(line.hasSuffix("\\") ? input + "\n" : input) else { return .line(input) }
        prompt = PromptText.continuation(missing)
      }
    }
  }

  /// Runs what was typed; false when the session ends.
  private func run(_ input: String, _ editor: LineEditor) throws -> Bool {
    interruption.clear()
    let runner = CommandRunner(session: session)
    let loaded = ScriptLoader.load(
      [.text(input)], scope: session.scope, settings: session.settings, files: session.files, confirmation: .none,
      interruption: interruption)
    guard loaded.errors.isEmpty else {
      _ = runner.report(loaded.errors)
      session.lastInput = input
      return true
    }
    // What opens the editor is nothing to edit.
    defer { if !loaded.commands.contains(where: \.editsLastInput) { session.lastInput = input } }
    var next: String?
    for command in loaded.commands {
      let outcome = try runner.run(command)
      if outcome.endsSession { return false }
      next = outcome.nextInput
      if outcome.status != .success { break }
    }
    guard let next = next?.trimmingNewlines, !next.isEmpty else { return true }
    // What an editor gave back is shown, kept and run as if it had been typed.
    session.note(next)
    editor.remember(next)
    history.append(next)
    return try run(next, editor)
  }

  private static func completions(_ completion: Completion) -> Completions {
    Completions(
      replaces: completion.replaces,
      candidates: completion.candidates.map { .init(text: $0.text, endsWord: $0.endsWord) }, list: completion.list)
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    var text = self
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}
