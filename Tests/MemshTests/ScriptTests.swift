import TestSupport
import Testing

@Suite struct ScriptTests {
  private let world: World

  init() throws { world = try World() }

  @Test("a typo on the last line runs nothing, and every mistake is reported with its place")
  func checksFirst() throws {
    let script = try world.script("echo never\nsearch x --limt 3\necho ${nope}\nserch x\n")
    let result = try world.run("-f", script)
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(
      result.errors == """
        \(script):2: error: search: unknown option '--limt'
          search x --limt 3
                   ^~~~~~
        hint: did you mean '--limit'?
        \(script):3: error: ${nope} has no value
          echo ${nope}
               ^~~~~~~
        hint: set it with `-v nope=VALUE` or an earlier `set nope VALUE`
        \(script):4: error: unknown command 'serch'
          serch x
          ^~~~~
        hint: did you mean 'search'?

        """)
  }

  @Test("--check stops after checking", arguments: [("echo hello", 0), ("ehco hello", 2)])
  func onlyChecks(text: String, status: Int) throws {
    let result = try world.run("--check", "-f", try world.script(text))
    #expect(Int(result.status) == status)
    #expect(result.output == "")
  }

  @Test("a failing command stops the script with its place and status")
  func stops() throws {
    let script = try world.script("echo before\nmigrate --from /nonexistent.db\necho after")
    let result = try world.run("-f", script)
    #expect(result.status == 1)
    #expect(result.output == "before\n")
    #expect(result.errors.hasPrefix("\(script):2: error: there is no file /nonexistent.db\n"))
  }

  @Test(
    "exit statuses",
    arguments: [
      ("echo ok", 0), ("quit; assert 1 = 2", 0), ("stats", 3), ("migrate --from no.db", 1), ("unknown", 2),
      ("search", 2), ("assert 1 = 2", 4),
      ("connect postgresql://127.0.0.1:1/x", 3), ("set on-error continue; assert 1 = 2; echo on", 4),
      ("set on-error continue; migrate --from no.db; assert 1 = 2; echo on", 1), ("output xml", 2),
      ("set output xml", 2),
      ("set on-eror stop", 2), ("echo -5 --help", 0), ("assert 1 > -5", 0), ("assert 1 = 2 --message no", 4),
      ("assert 1", 2), ("assert length", 2), ("assert .a .b", 2), ("assert .length --message", 2), ("assert 1 ~ 2", 2),
      ("connect mysql://host/x", 2), ("include missing.memsh", 2),
      ("schema --index hnsw", 2),
    ])
  func hasStatus(commands: String, status: Int) throws {
    #expect(Int(try world.run("-c", commands).status) == status)
  }

  @Test("a dead server gives 3")
  func missesServer() throws {
    let result = try world.memsh.run(["-d", "postgresql://ada:hunter22@127.0.0.1:1/x", "stats"])
    #expect(result.status == 3)
    #expect(result.errors.hasPrefix("memsh: error: cannot connect to postgresql://ada@127.0.0.1:1/x\n"))
    #expect(!result.errors.contains("hunter22"))
  }

  @Test("an error inside an included script carries that script's place")
  func includes() throws {
    let inner = try world.script("\n\nassert 1 = 2 --message 'not so'\n", "inner.memsh")
    let outer = try world.script("echo outer\ninclude inner.memsh\necho never", "outer.memsh")
    let result = try world.run("-f", outer)
    #expect(result.status == 4)
    #expect(result.output == "outer\n")
    #expect(result.errors.hasPrefix("\(inner):3: error: not so\n"))
  }

  @Test("a script that includes itself is refused")
  func refusesCircles() throws {
    let script = try world.script("include test.memsh")
    let result = try world.run("-f", script)
    #expect(result.status == 2)
    #expect(result.errors.contains("includes itself"))
  }

  @Test("a variable inserts text that is never split into words")
  func interpolates() throws {
    let result = try world.memsh.run(
      ["-v", "x=a b; echo c", "-c", "set y \"${x}!\"; echo ${y} ${ENV:GREETING} '${x}'"],
      environment: ["GREETING": "hi"])
    #expect(result.output == "a b; echo c! hi ${x}\n")
  }

  @Test("a heredoc is one word")
  func readsHeredocs() throws {
    let script = try world.script("set who ada\necho <<EOF\nfor ${who}\n\n  indented\nEOF\necho <<'E'\n${who}\nE")
    #expect(try world.run("-f", script).output == "for ada\n\n  indented\n${who}\n")
  }

  @Test("-f, -c and standard input, in their order")
  func ordersInputs() throws {
    let script = try world.script("echo file")
    #expect(try world.run("-c", "echo 1; echo 2", "-f", script, "-c", "echo 3").output == "1\n2\nfile\n3\n")
    #expect(try world.run("-f", "-", input: "echo input").output == "input\n")
    #expect(try world.run(input: "echo piped").output == "piped\n")
    #expect(try world.run("-f", "-", input: "bad").errors.hasPrefix("<stdin>:1: error: unknown command 'bad'"))
  }

  @Test(
    "a path by itself holds when what is there is true",
    arguments: [
      ("yes", 0), ("text", 0), ("number", 0), ("list", 0), ("no", 4), ("zero", 4), ("empty", 4), ("none", 4),
      ("nothing", 4), ("missing", 4),
    ])
  func assertsTruth(name: String, status: Int) throws {
    let file = try world.folder.write(
      #"{"user_id":"u","content":"x","metadata":{"yes":true,"text":"a","number":-0.5,"list":[0],"no":false,"zero":0.0,"empty":"","none":null,"nothing":{}}}"#,
      to: "one.jsonl")
    let lines = "import \(file)\nlist\nassert .[0].metadata.\(name)"
    for message in ["", " --message 'not so'"] {
      let result = try world.run("-q", "-f", try world.script(lines + message))
      #expect(Int(result.status) == status, "\(result.errors)")
      #expect(status == 0 || result.errors.contains(".\(name)"), "\(result.errors)")
      #expect(status == 0 || name == "missing" || result.errors.contains("not so") == !message.isEmpty)
    }
  }

  @Test("a reader that goes away ends the script without a word")
  func endsOnClosedPipe() throws {
    let script = try world.script(String(repeating: "help migrate\n", count: 2_000))
    let result = try world.memsh.runShell("\"$MEMSH\" -f \(script) | head -n 1; echo \"${PIPESTATUS[0]}\"")
    #expect(result.output == "OVERVIEW: Bring a memory file or another store into this store.\n0\n")
    #expect(result.errors == "")
  }

  @Test("errors under json are one object on a line of standard error")
  func reportsAsJSON() throws {
    let script = try world.script("stats --output json")
    let result = try world.run("-f", script)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix(#"{"code":"connection_failed","message":"there is no file "#))
    #expect(result.errors.contains(#""file":"\#(script)","line":1,"cause":null}"#))
  }

  @Test("after a connect that failed, a script has no store to do harm to")
  func losesStore() throws {
    let result = try world.run(
      "-c", "schema --create; set on-error continue; connect postgresql://127.0.0.1:1/x; seed; stats")
    #expect(result.status == 3)
    #expect(result.errors.contains("there is no connection: the last `connect` failed"))
    #expect(try world.folder.rows("store.db", "SELECT count(*) FROM prompt_fragments") == ["0"])
  }

  @Test("output that cannot be written is a failure, and a closed pipe hides none")
  func reportsFullDisk() throws {
    let full = try world.memsh.runShell("\"$MEMSH\" help > /dev/full; echo $?")
    #expect(full.output == "1\n")
    #expect(full.errors.contains("the disk is full"))
    let closed = try world.memsh.runShell(
      "\"$MEMSH\" -c 'set on-error continue; assert 1 = 2; \(String(repeating: "help;", count: 500))' | head -n 1 >&2; "
        + "echo \"${PIPESTATUS[0]}\"")
    #expect(closed.output == "4\n")
  }

  @Test("Ctrl-C ends a script with 130 and leaves nothing of a migration")
  func isInterrupted() throws {
    let world = try World(.postgres)
    _ = try world.folder.legacyFile()
    let holder = try world.database?.connect()
    // Another session holds the migration lock, so that memsh waits in the middle of its run.
    try holder?.execute(unsafeSQL: "BEGIN; SELECT pg_advisory_xact_lock(x'6D656D7368'::bigint)")
    let result = try world.memsh.runShell(
      "\"$MEMSH\" -d \(world.store) migrate --from legacy.db & pid=$!; sleep 1; kill -INT $pid; wait $pid; echo $?")
    #expect(result.output == "130\n")
    #expect(try world.database?.value("SELECT to_regclass('memories') IS NULL") == "true")
    withExtendedLifetime(holder) {}
  }

  @Test("what --version and help print, and what a wrong option says")
  func explainsItself() throws {
    #expect(try world.memsh.run(["--version"]).output == "memsh 0.2.0\n")
    let help = try world.memsh.run(["--help"])
    #expect(help.status == 0)
    for word in ["--database", "migrate", "rollback", "USAGE: memsh [OPTIONS]"] { #expect(help.output.contains(word)) }
    #expect(
      try world.memsh.run(["search", "--help"]).output.hasPrefix(
        "OVERVIEW: Find memories by meaning, by words, or by both."))
    #expect(try world.memsh.run(["--wrong"]).status == 2)
    #expect(try world.memsh.run(["stats", "-d", "x"]).errors.hasPrefix("memsh: error: '-d' goes before the command"))
  }
}

extension Memsh {
  /// Runs a line of bash in which `$MEMSH` is the binary.
  func runShell(_ line: String, environment: [String: String] = [:]) throws -> Result {
    try run(
      ["-c", line], environment: environment.merging(["MEMSH": Memsh.binary]) { given, _ in given },
      executable: "/bin/bash")
  }
}
