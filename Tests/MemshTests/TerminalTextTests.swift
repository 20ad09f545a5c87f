import Foundation
import TestSupport
import Testing

private let hasScript = FileManager.default.fileExists(atPath: "/usr/bin/script")

/// Text that agents stored reaches no terminal as it is: neither in results nor in questions, errors, logs and progress.
@Suite(.enabled(if: hasScript, "needs script(1), which records what reaches a terminal"))
struct TerminalTextTests {
  /// Sets a window's title, rings, colours by a single byte of C1, and turns the direction of text.
  private static let payload = "x\u{1B}]0;OWNED\u{7}\u{9B}31m\u{202E}y"
  private static let forbidden = ["\u{1B}]", "\u{7}", "\u{9B}", "\u{202E}"]

  private static let commands = [
    "list", "show 1", "users", "categories", "stats", "stats --by user", "search y", "prompt y --user u", "export",
    "export --format csv", "fragments", "fragments show 8", "fragments export", "journal", "journal 1", "duplicates",
    "doctor", "analytics", "list --user \"$X\"", "show 999999", "nothing \"$X\"", "connect \"$X\"",
    "-f \"$X\"",
    "import \"$X\"", "list --where \"$X=1\"", "delete --user \"$X\" --dry-run", "add \"$X\" --user \"$X\"",
    "sql 'select user_id, content from memories'", "sql \"select 1 as \\\"$X\\\"\"",
    "--log-level debug list --user \"$X\"",
    "map", "map \"$X.html\" --overwrite", "recall", "eval --make 3 -", "eval --make 3 drafted.jsonl",
    "eval drafted.jsonl", "eval \"$X\"", "dedup",
    "reembed --dry-run", "edit 1 --content \"$X\" --dry-run",
  ]

  @Test(
    "no command shows a control character of the store's",
    arguments: ["", "csv", "tsv", "json", "jsonl", "markdown", "vertical"])
  func showsControlCharacters(format: String) throws {
    let world = try World()
    let text = TerminalTextTests.payload
    let created = try world.run("-q", "--embedder", "hash", "-c", "schema --create; seed")
    #expect(created.status == 0, "\(created.errors)")
    for arguments in [
      ["add", text, "--user", text, "--category", text, "--metadata", "{\"k\":\"a\\u001b]0;x\\u0007\"}"],
      ["fragments", "add", "--category", text, "--content", text, "--agent", text], ["add", "y", "--user", "u"],
    ] {
      let result = try world.memsh.run(["-q", "-d", world.store, "--embedder", "hash"] + arguments)
      #expect(result.status == 0, "\(result.errors)")
    }
    // One recording for all: each command in a terminal of 100 columns, without a pager.
    let output = format.isEmpty ? "" : "--output \(format)"
    let lines = TerminalTextTests.commands.map {
      "echo \"<$N>\"; N=$((N+1)); \"$MEMSH\" -d store.db --embedder hash \(output) \($0)"
    }
    _ = try world.folder.write(
      "N=0; export PAGER=cat; stty cols 100\n" + lines.joined(separator: "\n") + "\n", to: "all.sh")
    let result = try world.memsh.runShell(
      "script -qec '/bin/bash all.sh' /dev/null < /dev/null",
      environment: ["MEMSH": Memsh.binary, "X": text, "TERM": "xterm"])
    let parts = result.output.split(separator: "<")
    #expect(parts.count >= TerminalTextTests.commands.count)
    for code in TerminalTextTests.forbidden {
      let found = parts.first { $0.unicodeScalars.contains(code.unicodeScalars.last ?? " ") && $0.contains(code) }
      #expect(found == nil, "\(code.debugDescription) in \(found.map { $0.prefix(2_000).debugDescription } ?? "")")
    }
    // Something of it must have been shown, or nothing was tried.
    #expect(result.output.contains("OWNED"))
  }

  @Test("a question shows what it asks about as text")
  func asksInText() throws {
    let world = try World()
    _ = try world.run("-q", "--embedder", "hash", "schema", "--create")
    let name = TerminalTextTests.payload
    for arguments in [["fragments", "add", "--category", name, "--content", "c"], ["add", "y", "--user", name]] {
      _ = try world.memsh.run(["-q", "-d", world.store, "--embedder", "hash"] + arguments)
    }
    let terminal = try Terminal.memsh("-d store.db --embedder hash", in: world.folder)
    try terminal.enter("fragments delete 1")
    let screen = try terminal.wait(for: "Go on? [y/N]")
    #expect(screen.contains("x\\x1b]0;OWNED\\x07"), "\(screen)")
    try terminal.enter("no")
    try terminal.enter("set prompt '{database} {location}> '")
    try terminal.wait(for: "store.db store.db> ")
  }
}
