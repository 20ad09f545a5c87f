import Foundation
import TestSupport
import Testing

/// Scripts that would never end, take all memory or stop half done, and what memsh is started with.
@Suite struct ScriptSafetyTests {
  private let world: World

  init() throws { world = try World() }

  @Test(
    "scripts that include each other for ever are seen",
    arguments: [
      ("a.memsh", ["a.memsh": "include a.memsh"]), ("a.memsh", ["a.memsh": "include ./a.memsh\ninclude ./a.memsh"]),
      ("a.memsh", ["a.memsh": "include ./././b.memsh", "b.memsh": "include ../$FOLDER/a.memsh"]),
      ("a.memsh", ["a.memsh": "include link.memsh\ninclude link.memsh"]),
      ("./a.memsh", ["a.memsh": "include folder/../a.memsh\ninclude folder/../a.memsh"]),
    ])
  func seesCircles(start: String, scripts: [String: String]) throws {
    let folder = URL(fileURLWithPath: world.folder.path)
    try FileManager.default.createDirectory(atPath: world.folder.file("folder"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: world.folder.file("link.memsh"), withDestinationPath: world.folder.file("a.memsh"))
    for (name, text) in scripts {
      _ = try world.script(text.replacing("$FOLDER", with: folder.lastPathComponent), name)
    }
    let result = try world.run("--check", "-f", start)
    #expect(result.status == 2)
    #expect(result.errors.contains("includes itself"))
    // Once for each line that closes the circle, not once for each way around it.
    #expect(result.errors.split(separator: "\n").count < 20)
  }

  @Test("scripts that include each other twice, without a circle, are bounded")
  func boundsIncludes() throws {
    for number in 0..<20 {
      _ = try world.script("include \(number + 1).memsh\ninclude \(number + 1).memsh\n", "\(number).memsh")
    }
    _ = try world.script("echo end", "20.memsh")
    let result = try world.run("--check", "-f", "0.memsh")
    #expect(result.status == 2)
    #expect(result.errors.contains("more than 1000 scripts are included"))
  }

  @Test("a variable that doubles itself is stopped", arguments: ["--check", "-q"])
  func boundsVariables(option: String) throws {
    let script = try world.script(
      "set a xxxxxxxxxxxxxxxx\n" + String(repeating: "set a \"${a}${a}\"\n", count: 40), "double.memsh")
    let result = try world.run(option, "-f", script)
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("\(script):22: error: the command gets longer than 16 MB by its variables\n"))
    #expect(result.errors.contains("hint: `unset a`, or set it to something shorter"))

    let many = "set a \(String(repeating: "x", count: 1 << 20))\n" + (0..<20).map { "set b\($0) ${a}\n" }.joined()
    let together = try world.run(option, "-f", try world.script(many, "many.memsh"))
    #expect(together.status == 2)
    #expect(together.errors.contains(":17: error: the variables are longer than 16 MB together"))
  }

  @Test("more words than the parser can take are refused")
  func boundsWords() throws {
    let words = (1...20_000).map(String.init).joined(separator: " ")
    let result = try world.run("--check", "-f", try world.script("delete --yes \(words)\n"))
    #expect(result.status == 2)
    #expect(result.errors.contains("the command has 20002 words, more than 10000"))
    let arguments = try world.memsh.run(["echo"] + (1...20_000).map(String.init))
    #expect(arguments.status == 2)
    #expect(arguments.errors.contains("there are 20001 arguments, more than 10000"))
  }

  /// Every command that asks, with how it is asked for.
  private static let asking: [(command: String, words: String)] = [
    ("cache clear", "cache clear"), ("decay", "decay"), ("dedup", "dedup --merge"), ("delete", "delete 1"),
    ("doctor", "doctor --fix all"), ("fragments delete", "fragments delete 1"),
    ("import", "import x --on-conflict replace"),
    ("journal prune", "journal prune"), ("merge", "merge 1 2"), ("migrate", "migrate --force-recreate"),
    ("reassign", "reassign --from a --to b"), ("reembed", "reembed"), ("restore", "restore x"),
    ("rollback", "rollback --run last"), ("schema", "schema --layout partitioned"), ("undo", "undo"),
  ]

  @Test("every command with --yes is in the table of those that ask")
  func knowsAsking() throws {
    let table = try CommandTable(world)
    let withYes = table.commands.filter { $0.has("--yes") }.map(\.name)
    #expect(withYes.sorted() == ScriptSafetyTests.asking.map(\.command).sorted())
  }

  @Test("what would have to be asked stops a script before its first command", arguments: asking)
  func demandsYes(command: String, words: String) throws {
    let script = try world.script("echo begun\n\(words)\n")
    for arguments in [["-f", script], ["--check", "-f", script], ["-c", "echo begun; \(words)"]] {
      let result = try world.memsh.run(["-d", world.store] + arguments)
      #expect(result.status == 1)
      #expect(result.output == "")
      #expect(result.errors.contains("error: `\(command)` asks before it changes anything, and a script cannot answer"))
      #expect(result.errors.contains("hint: add `--yes` to go on"))
    }
    let single = try world.memsh.run(["--check", "-d", world.store] + words.split(separator: " ").map(String.init))
    #expect(single.status == 1)
    for confirmed in [["-y", "--check", "-c", words], ["--check", "-c", words + " --yes"]] {
      #expect(try world.memsh.run(confirmed).status == 0)
    }
  }

  @Test("what only looks needs no --yes")
  func looksWithoutYes() throws {
    let words = [
      "dedup", "doctor", "delete 1 --dry-run", "cache", "journal", "reembed --missing", "rollback", "fragments show 1",
      "undo --dry-run", "import x", "migrate", "migrate --force-recreate --dry-run",
    ]
    #expect(try world.run("--check", "-c", words.joined(separator: "; ")).status == 0)
  }

  @Test("~ is $HOME where no quotes are, in every command that takes a path")
  func expandsHome() throws {
    let home = try TestFolder()
    _ = try home.write("echo from home\n", to: "x.memsh")
    try FileManager.default.createDirectory(atPath: world.folder.file("~"), withIntermediateDirectories: true)
    _ = try world.script("echo quoted\n", "~/x.memsh")
    func run(_ commands: String) throws -> Memsh.Result {
      try world.memsh.run(
        ["-q", "-d", world.store, "--embedder", "hash", "-c", commands], environment: ["HOME": home.path])
    }
    #expect(
      try run("include ~/x.memsh; include '~/x.memsh'; echo ~ '~' a~").output == """
        from home
        quoted
        \(home.path) ~ a~

        """)
    let written = try run(
      """
      schema --create --output json; add one --user ada --force
      export ~/out.jsonl; backup ~/out.backup; export '~/quoted.jsonl'; backup "~/quoted.backup"
      import ~/out.jsonl --dry-run; restore ~/out.backup --dry-run; import '~/quoted.jsonl' --dry-run
      fragments export ~/fragments.json; seed --file ~/fragments.json
      """)
    #expect(written.status == 0, "\(written.errors)")
    for name in ["out.jsonl", "out.backup", "fragments.json"] {
      #expect(FileManager.default.fileExists(atPath: home.file(name)), "\(name)")
    }
    for name in ["quoted.jsonl", "quoted.backup"] {
      #expect(FileManager.default.fileExists(atPath: world.folder.file("~/" + name)), "\(name)")
      #expect(!FileManager.default.fileExists(atPath: home.file(name)), "\(name)")
    }
  }

  /// Runs a line of bash, in which `$M` is memsh on the store.
  private func shell(_ line: String) throws -> Memsh.Result {
    try world.memsh.run(
      ["-c", line], environment: ["M": Memsh.binary, "S": world.store], executable: "/bin/bash")
  }

  @Test(
    "closed streams: what cannot be printed is an error, and no file takes their place",
    arguments: [
      ("\"$M\" --version >&-", 1), ("\"$M\" --help >&-", 1), ("\"$M\" --version | true", 0),
      ("\"$M\" -q -d \"$S\" schema --create >&-", 1), ("\"$M\" -q -d \"$S\" users >&- 2>&-", 1),
      ("\"$M\" -d \"$S\" users 0<&- 2>&-", 0), ("\"$M\" -d \"$S\" -f - <&-", 2),
    ])
  func survivesClosedStreams(line: String, status: Int) throws {
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
    let result = try shell(line)
    #expect(Int(result.status) == status, "\(result.errors)")
    #expect(try world.folder.rows("store.db", "PRAGMA integrity_check") == ["ok"])
  }

  @Test(
    "arguments that are not UTF-8, empty or huge",
    arguments: [
      ("\"$M\" add $'\\xff' --user a", 2, "an argument is not UTF-8"), ("\"$M\" -d $'\\xfe.db' users", 2, "not UTF-8"),
      ("\"$M\" ''", 2, "unknown command ''"), ("echo 'echo ok' > ok; \"$M\" -c '' -f ok", 0, ""),
      ("\"$M\" -f ''", 2, "cannot be read"),
      ("\"$M\" -c 'echo a' -f - -c 'echo c' <<< 'echo b' | tr -d '\\n' | grep -qx abc", 0, ""),
      ("\"$M\" -v 1x=2 -c 'echo'", 2, "'1x' is not a name for a variable"), ("\"$M\" -v =2 -c 'echo'", 2, "-v"),
      ("\"$M\" -c \"echo $(head -c 100000 /dev/zero | tr '\\0' x)\" >/dev/null", 0, ""),
      ("\"$M\" \"$(head -c 100000 /dev/zero | tr '\\0' x)\"", 2, "unknown command 'xxx"),
    ])
  func readsArguments(line: String, status: Int, message: String) throws {
    let result = try shell(line)
    #expect(Int(result.status) == status, "\(result.errors.prefix(500))")
    #expect(result.errors.contains(message) || message.isEmpty, "\(result.errors.prefix(500))")
    #expect(result.errors.utf8.count < 2_000)
  }

  @Test("Ctrl-C ends --check, too")
  func interruptsCheck() throws {
    let script = try world.script(String(repeating: "list --limit 5; search x --limit 3\n", count: 300_000))
    let started = ContinuousClock().now
    let result = try shell("\"$M\" --check -f '\(script)' & sleep 0.5; kill -INT $!; wait $!")
    #expect(result.status == 130)
    #expect(ContinuousClock().now - started < .seconds(10))
  }
}
