import Foundation
import TestSupport
import Testing

/// Values that agents stored, completed on an administrator's line: nothing runs, and each comes out as one word.
///
/// `memsh` is completed on the line; then a program that prints its arguments is put in front, so that the shell itself
/// says what it has read.
@Suite struct CompletedValuesTests {
  private let folder: TestFolder
  private let memsh: Memsh

  /// What an agent may call a user; each is found by a beginning that no other one has.
  private static let values = [
    "a$(touch OWNED)", "b`touch OWNED`", "c;touch OWNED&|x", "d>OWNED <(touch OWNED)", "e${IFS}$HOME", "f'it is",
    "g\"quoted\" \\$(touch OWNED)\\", "h'\"both", "i*?[a-z]{1,2}", "j~ !x !!^a^b", "k#comment %1",
    "l\u{e9}\u{4e16}\u{1f600}", "v@example.com", "w:y:z=1=2",
  ]

  /// Beginnings that mean something to a shell on their own.
  private static let openings = ["$(touch OWNED)", "~root", "!x", "=ls", "'open", "#y"]

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    try FileManager.default.createDirectory(atPath: folder.file("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.file("bin/memsh"), withDestinationPath: Memsh.binary)
    _ = try folder.write("PS1='$ '\n", to: "bashrc")
  }

  private func store(_ users: [String]) throws {
    try store(users.map { ["user_id": $0, "content": "text"] })
  }

  private func store(_ memories: [[String: String]]) throws {
    let lines = try memories.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    let result = try memsh.run(
      ["-q", "-d", folder.file("store.db"), "--embedder", "hash", "import", "-", "--format", "jsonl"],
      input: lines.joined(separator: "\n") + "\n")
    #expect(result.status == 0, "\(result.errors)")
  }

  private func start(_ shell: String) throws -> Terminal {
    let completions = Memsh.package + "/completions"
    let start = [
      "bash": "bash --noprofile --rcfile bashrc -i", "zsh": "zsh -f -i", "fish": "fish --no-config --private -i",
    ]
    let terminal = try Terminal(
      start[shell] ?? "", in: folder, columns: 190, rows: 50,
      environment: ["PATH": folder.file("bin") + ":/usr/bin:/bin", "COMPLETIONS": completions])
    let load = [
      "bash": "source $COMPLETIONS/memsh.bash; clear; echo rea''dy",
      "zsh": "PS1='$ '; fpath=($COMPLETIONS $fpath); autoload -U compinit; compinit -u -D; clear; echo rea''dy",
      "fish": "function fish_prompt; echo '$ '; end; source $COMPLETIONS/memsh.fish; clear; echo rea''dy",
    ]
    Thread.sleep(forTimeInterval: 0.7)
    try terminal.enter(load[shell] ?? "")
    try terminal.wait(for: "ready\n")
    return terminal
  }

  /// Completes what is typed, and has the shell print the last word it reads.
  private func completed(_ typed: String, in terminal: Terminal) throws -> String? {
    let output = folder.file("read-\(UUID().uuidString)")
    try terminal.type("clear; memsh -d store.db list " + typed)
    Thread.sleep(forTimeInterval: 0.15)
    let before = try terminal.screen()
    for _ in 0..<3 {
      try terminal.press("Tab")
      // The answer takes a start of memsh; a line that stays as it is has none.
      let end = Date(timeIntervalSinceNow: 2)
      while try terminal.screen() == before, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
      if try terminal.screen() != before { break }
    }
    Thread.sleep(forTimeInterval: 0.1)
    // In front of the words of memsh's line, behind `clear; `.
    try terminal.press("C-a")
    for _ in 0..<7 { try terminal.press("Right") }
    try terminal.type("python3 -c 'import sys;open(sys.argv[1],\"w\").write(sys.argv[-1])' '\(output)' ")
    try terminal.press("Enter")
    let end = Date(timeIntervalSinceNow: 10)
    while !FileManager.default.fileExists(atPath: output), Date() < end { Thread.sleep(forTimeInterval: 0.05) }
    Thread.sleep(forTimeInterval: 0.05)
    return FileManager.default.contents(atPath: output).map { String(decoding: $0, as: UTF8.self) }
  }

  private func expectNothingRan() {
    #expect(!FileManager.default.fileExists(atPath: folder.file("OWNED")))
  }

  @Test("a stored value lands on a shell's line as one word and as data", arguments: ["bash", "zsh", "fish"])
  func landsAsData(shell: String) throws {
    try store(CompletedValuesTests.values)
    let terminal = try start(shell)
    for value in CompletedValuesTests.values {
      let read = try completed("--user \(value.prefix(1))", in: terminal)
      #expect(read == value, "\(shell): \(value)")
      expectNothingRan()
    }
  }

  @Test("a value that begins like an expansion is completed from nothing", arguments: ["bash", "zsh", "fish"])
  func landsFromNothing(shell: String) throws {
    let terminal = try start(shell)
    for value in CompletedValuesTests.openings {
      try? FileManager.default.removeItem(atPath: folder.file("store.db"))
      try store([value])
      let read = try completed("--user ", in: terminal)
      // fish takes such a word for a home folder, however it came onto the line: it is not offered there.
      #expect(read == (shell == "fish" && value == "~root" ? "--user" : value), "\(shell): \(value)")
      expectNothingRan()
    }
  }

  @Test("listing many values runs none of them", arguments: ["bash", "zsh", "fish"])
  func listsAsData(shell: String) throws {
    try store(
      CompletedValuesTests.values + CompletedValuesTests.openings + ["two\nlines$(touch OWNED)", "--yes", "-y"])
    let terminal = try start(shell)
    try terminal.type("memsh -d store.db list --user ")
    for _ in 0..<3 { try terminal.press("Tab") }
    try terminal.wait(for: "k")
    Thread.sleep(forTimeInterval: 1)
    expectNothingRan()
  }

  @Test("the text beside an id is shown, and not run", arguments: ["bash", "zsh", "fish"])
  func describesAsData(shell: String) throws {
    let contents = ["first $(touch OWNED)", "second `touch OWNED` %F{red}", "third\nlines\t\u{1B}[31m;touch OWNED"]
    try store(contents.map { ["user_id": "ada", "content": $0] })
    let terminal = try start(shell)
    try terminal.type("memsh -d store.db show ")
    // bash has no place for it.
    try terminal.complete(until: shell == "bash" ? "vars" : "touch OWNED")
    Thread.sleep(forTimeInterval: 0.5)
    let screen = try terminal.screen()
    #expect(shell == "bash" || screen.contains("third\\nlines\\t\\x1b[31m"), "\(screen)")
    expectNothingRan()
  }

  @Test("a value that looks like an option is offered only behind --user=", arguments: ["bash", "zsh", "fish"])
  func optionsAreNoValues(shell: String) throws {
    try store(["--yes"])
    let terminal = try start(shell)
    #expect(try completed("--user ", in: terminal) == "--user")
    #expect(try completed("--user=", in: terminal) == "--user=--yes")
  }

  @Test("a quote that is open is kept", arguments: ["bash", "zsh", "fish"])
  func keepsQuotes(shell: String) throws {
    try store(["k two $words", "h'it is"])
    let terminal = try start(shell)
    #expect(try completed("--user 'k", in: terminal) == "k two $words")
    #expect(try completed("--user \"k", in: terminal) == "k two $words")
    #expect(try completed("--user \"h", in: terminal) == "h'it is")
  }
}
