import Foundation
import MemoryModel
import TestSupport
import Testing

/// The prompt under a shell that stops it and lets it go on: the terminal is each time whose it should be.
@Suite(.serialized) struct JobControlTests {
  private let world: World
  private let terminal: Terminal

  init() throws {
    world = try World()
    let result = try world.run("schema", "--create")
    #expect(result.status == 0, "\(result.errors)")
    // Not bash, which mends the terminal's modes itself.
    terminal = try Terminal("PS1='$ ' sh -i", in: world.folder)
    try terminal.wait(for: "$")
    try terminal.enter("sh -c 'echo $$ > pid; exec \"$MEMSH\" -d store.db --embedder hash'")
    try terminal.wait(for: "\nsqlite:store.db> ")
  }

  private func process() throws -> pid_t {
    let text = try String(contentsOfFile: world.folder.file("pid"), encoding: .utf8)
    return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  private func waitForPrompt(_ line: String = "") throws {
    try terminal.wait { screen in
      // tmux keeps the spaces behind a line, or not.
      screen.split(separator: "\n").last?.trimmingCharacters(in: .whitespaces)
        == "sqlite:store.db> \(line)".trimmingCharacters(in: .whitespaces)
    }
  }

  @Test("Ctrl-C ends a migration whose condition never would")
  func interruptsEndlessConditions() throws {
    _ = try world.folder.sqlite(
      "endless.db", "CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('Likes tea');")
    try terminal.enter(
      "migrate --from endless.db --table notes --map content=body --live "
        + "\"EXISTS (WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 FROM n WHERE i < 0)\" --dry-run")
    // The statement may not have begun yet.
    for _ in 0..<50 where try !terminal.screen().contains("error: interrupted") {
      try terminal.press("C-c")
      Thread.sleep(forTimeInterval: 0.2)
    }
    try terminal.wait(for: "error: interrupted")
  }

  /// The line is memsh's to edit: keys move in it, Ctrl-C throws it away.
  private func expectEditing(_ begun: String = "") throws {
    try terminal.type(begun.isEmpty ? "echo ac" : "ac")
    try terminal.press("Left")
    try terminal.type("b")
    try terminal.press("Enter")
    try terminal.wait(for: "\nabc\n")
    try terminal.type("echo gone")
    try terminal.press("C-c")
    try terminal.wait(for: "> echo gone^C\n")
    #expect(!(try terminal.screen()).contains("\ngone"))
  }

  @Test("Ctrl-Z gives the shell its terminal, and fg memsh the line as it was")
  func stops() throws {
    try terminal.type("echo ")
    try terminal.press("C-z")
    try terminal.wait(for: "Stopped")
    try terminal.enter("clear; stty -a")
    let modes = try terminal.wait(for: "iexten")
    for mode in [" icanon", " echo ", "intr = ^C", " ixon", " icrnl"] { #expect(modes.contains(mode), "\(modes)") }
    try terminal.enter("fg")
    try waitForPrompt("echo")
    try expectEditing("echo ")
  }

  @Test("Ctrl-Z while a command runs stops it, too; it goes on, and Ctrl-C ends it")
  func stopsCommand() throws {
    try terminal.enter(
      "sql 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n'")
    Thread.sleep(forTimeInterval: 0.5)
    try terminal.press("C-z")
    try terminal.wait(for: "Stopped")
    try terminal.enter("fg")
    Thread.sleep(forTimeInterval: 0.5)
    try terminal.press("C-c")
    try terminal.wait(for: "memsh: error: interrupted")
    try expectEditing()
  }

  @Test("what stops memsh from outside, and lets it go on, leaves a terminal to type in")
  func isStopped() throws {
    kill(try process(), SIGSTOP)
    try terminal.wait(for: "Stopped")
    try terminal.enter("fg")
    try waitForPrompt()
    try expectEditing()
  }

  @Test("in the background memsh keeps off the terminal")
  func staysInBackground() throws {
    try terminal.press("C-z")
    try terminal.wait(for: "Stopped")
    try terminal.enter("bg")
    try terminal.enter("clear; stty -a")
    let modes = try terminal.wait(for: "iexten")
    #expect(modes.contains("intr = ^C") && !modes.contains("sqlite:"), "\(modes)")
    Thread.sleep(forTimeInterval: 0.5)
    try terminal.enter("jobs")
    try terminal.wait(for: "Running")
    try terminal.enter("fg")
    try waitForPrompt()
    try expectEditing()
  }

  @Test("a terminal that goes away ends memsh, and what was typed is not run", arguments: [false, true])
  func losesTerminal(ignoresHangup: Bool) throws {
    if ignoresHangup {
      try terminal.press("C-d")
      try terminal.wait { $0.hasSuffix("$ ") }
      try terminal.enter("trap '' HUP; sh -c 'echo $$ > pid; exec \"$MEMSH\" -d store.db --embedder hash'")
      try waitForPrompt()
    }
    let process = try process()
    try terminal.type("add 'never asked for' --user ada")
    try terminal.wait(for: "--user ada")
    try terminal.close()
    let end = Date(timeIntervalSinceNow: 10)
    while kill(process, 0) == 0, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
    #expect(kill(process, 0) != 0)
    #expect(try world.json("list") == .array([]))
  }
}
