import MemoryModel

/// The script that runs when a session at the prompt begins. A line that is wrong keeps no other line from running.
package struct StartUpScript {
  private let session: Session

  /// The script of a session.
  package init(session: Session) { self.session = session }

  /// Runs the script, if there is one that no other user can have written, and reports what is wrong in it.
  package func run() {
    let path = session.paths.startUpFile
    guard session.files.exists(path) else { return }
    // It may set a pager, which is a command of the shell.
    if let danger = session.files.danger(of: path) {
      session.note("warning: \(path) is not run: \(danger)")
      return
    }
    let runner = CommandRunner(session: session, isTimed: false)
    let text: String
    do { text = try session.files.script(path) } catch {
      session.note("warning: \(path) is not run: \((error as? MemshError)?.message ?? "\(error)")")
      return
    }
    for piece in StartUpScript.pieces(of: text) {
      let loaded = ScriptLoader.load(
        [.excerpt(piece, file: path)], scope: session.scope, settings: session.settings, files: session.files,
        confirmation: .none,
        interruption: session.interruption)
      _ = runner.report(loaded.errors)
      for command in loaded.commands {
        guard let outcome = try? runner.run(command), !outcome.endsSession, outcome.status != .interrupted else {
          return
        }
      }
    }
  }

  /// The commands of a script, each with as many empty lines before it as it takes to stand in its own line. A quote or a
  /// heredoc that is never closed takes its first line only.
  static func pieces(of text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var pieces: [String] = []
    var first = 0
    while first < lines.count {
      let end = lines.indices[first...].first { last in
        Incomplete(lines[first...last].joined(separator: "\n") + "\n") == nil
      }
      let last = end ?? first
      if lines[first...last].contains(where: { $0.contains { !$0.isWhitespace } }) {
        pieces.append(String(repeating: "\n", count: first) + lines[first...last].joined(separator: "\n"))
      }
      first = last + 1
    }
    return pieces
  }
}
