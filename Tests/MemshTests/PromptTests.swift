import Foundation
import TestSupport
import Testing

/// The prompt in a real pseudo-terminal; every test looks at what is on the screen.
@Suite(.serialized) struct PromptTests {
  /// A folder with the sample memories in a SQLite store.
  private static func world() throws -> World {
    let world = try World()
    let source = try world.folder.plainLegacyFile(rows: 40)
    let result = try world.run("-q", "--embedder", "hash", "migrate", "--from", source)
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  private func terminal(_ world: World, rows: Int = 30, environment: [String: String] = [:]) throws -> Terminal {
    try Terminal.memsh(
      "-d '\(world.store)' --embedder hash", in: world.folder, rows: rows, environment: environment)
  }

  private func history(_ world: World) throws -> String {
    try String(contentsOfFile: world.folder.file("state/memsh/history"), encoding: .utf8)
  }

  @Test("UTF-8 is typed, edited and run; keys move and delete whole characters")
  func edits() throws {
    let terminal = try terminal(World())
    try terminal.type("echo wörld 日本 ☕ x")
    try terminal.press("BSpace", "BSpace", "BSpace", "Left", "Left", "BSpace", "C-a", "Right", "C-e")
    try terminal.press("Enter")
    try terminal.wait(for: "\nwörld 本")
    try terminal.press("C-d")
    try terminal.wait(for: "[status 0]")
  }

  @Test("vi keys by .editrc")
  func viKeys() throws {
    let world = try World()
    _ = try world.folder.write("bind -v\n", to: ".editrc")
    let terminal = try terminal(world)
    try terminal.type("echo abc")
    try terminal.press("Escape")
    try terminal.type("0cwexho")
    try terminal.press("Escape")
    try terminal.type("0lrc")
    try terminal.press("Enter")
    try terminal.wait(for: "\nabc\n")
    try terminal.type("echo gone")
    try terminal.press("C-c")
    try terminal.wait(for: "gone^C\n")
  }

  @Test("what was typed is recalled by arrow and by Ctrl-R, in the next session, too")
  func recalls() throws {
    let world = try World()
    var terminal = try terminal(world)
    try terminal.enter("echo first of all")
    try terminal.wait(for: "\nfirst of all")
    try terminal.enter(" echo kept from the history")
    try terminal.wait(for: "\nkept from")
    try terminal.enter("echo second")
    try terminal.wait(for: "\nsecond")
    try terminal.enter("echo second")
    try terminal.wait { $0.components(separatedBy: "\nsecond").count == 3 }
    #expect(try history(world) == "echo first of all\necho second\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file("state/memsh/history"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)

    terminal = try self.terminal(world)
    try terminal.press("Up", "Up")
    try terminal.wait(for: "> echo first of all")
    try terminal.press("C-c")
    try terminal.press("C-r")
    try terminal.type("first")
    try terminal.wait(for: "bck:first")
    try terminal.press("Enter")
    try terminal.wait(for: "\nfirst of all")
  }

  @Test("a home that cannot be written does not disturb")
  func toleratesUnwritableHome() throws {
    let world = try World()
    _ = try world.folder.write("a file, no folder", to: "blocked")
    let terminal = try terminal(world, environment: ["XDG_STATE_HOME": world.folder.file("blocked")])
    try terminal.enter("echo fine")
    let screen = try terminal.wait(for: "\nfine")
    #expect(!screen.contains("error"))
  }

  @Test("a command goes on over lines, and the prompt says what is missing")
  func continues() throws {
    let world = try World()
    let terminal = try terminal(world)
    try terminal.enter("echo 'one")
    try terminal.wait(for: "(quote ') > ")
    try terminal.enter("two'")
    try terminal.wait(for: "\none\ntwo")
    try terminal.enter("echo three \\")
    try terminal.wait(for: "(\\) > ")
    try terminal.enter("four")
    try terminal.wait(for: "\nthree four")
    try terminal.enter("echo <<END")
    try terminal.wait(for: "(END) > ")
    try terminal.enter("five")
    try terminal.enter("END")
    try terminal.wait(for: "\nfive\n")
    try terminal.enter("echo \"six")
    try terminal.press("C-c")
    try terminal.enter("echo seven")
    try terminal.wait(for: "\nseven")
    // Whole commands, one entry each.
    #expect(try history(world) == "echo 'one\\\ntwo'\necho three \\\\\nfour\necho <<END\\\nfive\\\nEND\necho seven\n")
  }

  @Test("200 pasted lines run when Enter is pressed, not before")
  func pastes() throws {
    let terminal = try terminal(World())
    try terminal.paste((1...200).map { "echo pasted \($0)\n" }.joined())
    let before = try terminal.wait(for: "echo pasted 200")
    #expect(!before.contains("\npasted"))
    try terminal.press("Enter")
    let after = try terminal.wait(for: "\npasted 200\n")
    #expect(after.contains("\npasted 199\n"))
  }

  @Test("Tab completes commands, options, values, files, variables and what the store holds")
  func completes() throws {
    let world = try PromptTests.world()
    _ = try world.folder.write("", to: "an odd name.db")
    _ = try world.folder.write("", to: "at home.memsh")
    let edited = try world.run("-q", "edit", "1", "--importance", "0.9")
    #expect(edited.status == 0, "\(edited.errors)")
    let terminal = try terminal(world)
    let cases = [
      ("mig", "> migrate "), ("search x --thr", "--threshold "), ("stats --output mark", "--output markdown "),
      ("output ver", "output vertical "), ("set tim", "set timing "), ("set timing of", "set timing off "),
      ("help exi", "help exit-statuses "), ("connect an", "connect 'an odd name.db' "),
      ("include ~/at", "include ~/'at home.memsh' "),
      ("echo ${ENV:XDG_DATA", "${ENV:XDG_DATA_HOME}"), ("search x --user us", "--user user_"),
      ("search x --category fac", "--category facts "), ("rollback --run la", "--run last "),
      ("undo ", "undo 1 "), ("journal show ", "journal show 1 "), ("doctor user_v", "doctor user_variants "),
      ("search x --user=\"user_", "--user='user_"), ("connect --label=\"prod", "--label='production' "),
    ]
    for (typed, expected) in cases {
      try terminal.type(typed)
      try terminal.press("Tab")
      let screen = try terminal.wait { $0.components(separatedBy: "\n").last?.contains(expected.dropLast()) == true }
      #expect(screen.contains("> "), "\(typed)")
      try terminal.press("C-c")
    }
    try terminal.type("search x --user ")
    try terminal.press("Tab")
    try terminal.wait(for: "user_")
    try terminal.press("C-c")
    try terminal.type("sta")
    try terminal.press("Tab", "Tab")
    try terminal.wait(for: "\nstats   Count what is in the store.")
  }

  @Test("Tab does not wait for a server that does not answer")
  func doesNotWaitForCompletion() throws {
    let world = try World()
    // Takes connections and never answers.
    let listener = try SilentServer()
    let terminal = try Terminal.memsh(
      "-d 'postgresql://ada@127.0.0.1:\(listener.port)/agents'", in: world.folder)
    try terminal.type("search x --user ")
    let began = Date()
    try terminal.press("Tab")
    try terminal.type("mine")
    try terminal.wait(for: "--user mine")
    // 150 ms for memsh; the rest is the way through the terminal and back.
    #expect(Date().timeIntervalSince(began) < 1)
  }

  @Test("Ctrl-C throws away a line, twice does not end memsh; Ctrl-D and quit do")
  func interruptsLine() throws {
    let terminal = try terminal(World())
    try terminal.type("echo never")
    try terminal.press("C-c", "C-c", "C-c")
    try terminal.enter("echo alive")
    let screen = try terminal.wait(for: "\nalive\n")
    #expect(screen.contains("echo never^C\n") && !screen.contains("\nnever"))
    try terminal.enter("quit")
    try terminal.wait(for: "[status 0]")
  }

  @Test("Ctrl-C cancels a statement on the server, and the session goes on")
  func interruptsPostgres() throws {
    let world = try World(.postgres)
    let terminal = try terminal(world)
    try terminal.enter("sql 'select pg_sleep(30)'")
    Thread.sleep(forTimeInterval: 0.5)
    let began = Date()
    try terminal.press("C-c", "C-c")
    try terminal.wait(for: "memsh: error: interrupted")
    #expect(Date().timeIntervalSince(began) < 5)
    try terminal.enter("sql 'select 40 + 2 as answer'")
    try terminal.wait(for: "answer\n──────\n    42\n(1 row)")
  }

  @Test("Ctrl-C ends a long statement of SQLite")
  func interruptsSQLite() throws {
    let terminal = try terminal(PromptTests.world())
    try terminal.enter("sql 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n'")
    Thread.sleep(forTimeInterval: 0.5)
    try terminal.press("C-c")
    try terminal.wait(for: "memsh: error: interrupted")
    try terminal.enter("echo alive")
    try terminal.wait(for: "\nalive")
  }

  @Test("Ctrl-C gives up a slow answer of the embedding server")
  func interruptsHTTP() throws {
    let world = try World()
    let listener = try SilentServer()
    let server = ["OPENAI_BASE_URL": "http://127.0.0.1:\(listener.port)/v1"]
    let arguments = ["-d", world.store, "--embedder", "openai", "-c", "set dimensions 8; schema --create"]
    #expect(try world.memsh.run(arguments, environment: server).status == 0)
    let terminal = try Terminal.memsh("-d '\(world.store)' --embedder openai", in: world.folder, environment: server)
    try terminal.enter("set dimensions 8")
    try terminal.wait { $0.components(separatedBy: "> ").count > 2 }
    try terminal.enter("search espresso")
    Thread.sleep(forTimeInterval: 0.5)
    try terminal.press("C-c")
    try terminal.wait(for: "error: interrupted")
    try terminal.enter("echo alive")
    try terminal.wait(for: "\nalive")
  }

  @Test("Ctrl-C during a migration leaves nothing of it", arguments: [World.Kind.sqlite, .postgres])
  func interruptsMigration(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.plainLegacyFile(rows: 30_000)
    let terminal = try terminal(world)
    try terminal.enter("migrate --from \(source)")
    try terminal.wait(for: "Found 30000 memories")
    try terminal.press("C-c")
    try terminal.wait(for: "error: interrupted")
    try terminal.enter("sql 'select count(*) as memories from memories'")
    try terminal.wait { $0.contains("\n       0\n") || $0.contains("no such table") || $0.contains("does not exist") }
  }

  @Test("the window can be made narrower and wider; tables follow")
  func resizes() throws {
    let terminal = try terminal(PromptTests.world(), rows: 40)
    try terminal.type("search memory --limit 3")
    try terminal.resize(columns: 80, rows: 40)
    #expect(try terminal.screen().hasSuffix("\nsqlite:store.db> search memory --limit 3"))
    try terminal.press("Enter")
    let narrow = try terminal.wait(for: "(3 results shown; next: search memory --limit 3 --offset 3)")
    #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try terminal.resize(columns: 40, rows: 40)
    // Too narrow for columns side by side, and numbers are not cut.
    try terminal.enter("sql 'select id, user_id, created_at, updated_at, content from memories limit 1'")
    try terminal.wait(for: "─[ row 1 ]─")
  }

  @Test("long results go through the pager, which Ctrl-C and q leave; set pager off turns it off")
  func pages() throws {
    let terminal = try terminal(PromptTests.world(), rows: 12)
    try terminal.enter("sql 'select id, content from memories order by id'")
    let first = try terminal.wait { $0.hasSuffix("\n:") }
    #expect(first.contains("id │ content"))
    try terminal.press("C-c")
    // less drops what is typed while it still handles the interrupt, which takes a while on a busy machine.
    var hasLeft = false
    for _ in 0..<3 where !hasLeft {
      try terminal.press("q")
      hasLeft = (try? terminal.wait { $0.components(separatedBy: "\n").last?.hasPrefix("sqlite:") == true }) != nil
    }
    #expect(hasLeft)
    try terminal.press("C-u")
    try terminal.enter("set pager off")
    try terminal.enter("sql 'select id from memories order by id'")
    try terminal.wait(for: "(40 rows)")
    // Not `tr a-z A-Z`, which would make other controls of the colours.
    try terminal.enter("set pager 'head -n 1 | sed s/shouted/SHOUTED/'")
    try terminal.enter("sql 'select id as shouted from memories'")
    try terminal.wait(for: "\nSHOUTED\n")
  }

  @Test("production is red and asks for the name, --yes or not; the label comes back with use")
  func labels() throws {
    let world = try World(.postgres)
    #expect(try world.run("-q", "--embedder", "hash", "seed").status == 0)
    let name = try #require(world.store.split(separator: "/").last)
    let terminal = try Terminal.memsh("--embedder hash", in: world.folder)
    try terminal.enter("connect \(world.store) --label production")
    try terminal.wait(for: "production postgres:\(name)> ")
    #expect(try terminal.screen(withColors: true).contains("\u{1B}[1m\u{1B}[31mproduction postgres:\(name)>"))
    try terminal.enter("reembed --yes")
    try terminal.wait(for: "Type \(name) to go on: ")
    try terminal.enter("yes")
    try terminal.wait(for: "\nnothing was done")
    try terminal.enter("reembed --yes")
    try terminal.wait { $0.hasSuffix("Type \(name) to go on: ") }
    try terminal.press("C-c")
    try terminal.wait(for: "error: interrupted: nothing was done")
    try terminal.enter("reembed --yes")
    try terminal.wait { $0.hasSuffix("Type \(name) to go on: ") }
    try terminal.enter("\(name)")
    try terminal.wait(for: "seconds")
    try terminal.enter("use sqlite")
    try terminal.wait(for: "\nsqlite:memory.db> ")
    try terminal.enter("use postgres")
    try terminal.wait { $0.hasSuffix("production postgres:\(name)> ") }
    try terminal.enter("set prompt '{backend} # '")
    try terminal.wait(for: "\npostgres # ")
    try terminal.enter("connect postgresql://nobody@127.0.0.1:1/none")
    try terminal.wait(for: "error: cannot connect")
    try terminal.enter("echo still here")
    try terminal.wait(for: "postgres # echo still here\nstill here\n")
  }

  @Test("edit-line runs what the editor leaves; timing and watch")
  func editsInEditor() throws {
    let world = try PromptTests.world()
    let calm = world.folder.file("calm")
    let editor = try world.folder.write(
      "#!/bin/sh\n[ -e '\(calm)' ] || sed -i s/first/second/ \"$1\"\n", to: "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor)
    let terminal = try terminal(world, environment: ["EDITOR": editor])
    try terminal.enter("echo first")
    try terminal.wait(for: "\nfirst\n")
    // The editor gets the last command again, not the words that opened it.
    try world.folder.write("", to: "calm")
    try terminal.enter("\\e")
    try terminal.wait(for: "nothing was changed, so nothing is run")
    try FileManager.default.removeItem(atPath: calm)
    try terminal.enter("edit-line")
    try terminal.wait(for: "\necho second\nsecond\n")
    #expect(try history(world).hasSuffix("edit-line\necho second\n"))
    try terminal.enter("timing on")
    try terminal.enter("echo timed")
    try terminal.wait(for: "\ntimed\nTime: ")
    // Nobody works while a person thinks.
    try terminal.enter("clear")
    try terminal.enter("reembed; echo done")
    try terminal.wait(for: "Type ")
    Thread.sleep(forTimeInterval: 4)
    try terminal.enter(world.store.split(separator: "/").last.map(String.init) ?? "")
    let timed = try terminal.wait(for: "\ndone\n")
    let seconds = timed.firstMatch(of: /seconds +([0-9.]+)/).flatMap { Double($0.1) }
    let milliseconds = timed.firstMatch(of: /Time: ([0-9.]+) ms/).flatMap { Double($0.1) }
    #expect(try #require(seconds) < 4 && #require(milliseconds) < 4_000, "\(timed)")
    try terminal.enter("timing off")
    try terminal.enter("watch 0.2 sql 'select count(*) as watched from memories'")
    try terminal.wait(for: "watched\n───────\n     40")
    try terminal.press("C-c")
    try terminal.enter("select count(*) + 1 as again from memories;")
    try terminal.wait(for: "again\n─────\n   41")
    try terminal.enter("\\watch 0.2")
    try terminal.wait(for: "every 0.2 s")
    try terminal.wait(for: "again\n─────\n   41")
    try terminal.press("C-c")
    try terminal.enter("echo after")
    try terminal.wait(for: "\nafter")
  }

  @Test(
    "edit-line runs nothing that was left unchanged, or with a status, or empty",
    arguments: [
      ("exit 0", "nothing was changed, so nothing is run"),
      ("sed -i s/once/twice/ \"$1\"; exit 1", "what it left is not used"),
      ("echo >> \"$1\"", "nothing was changed, so nothing is run"), (": > \"$1\"", "nothing was left"),
    ])
  func leavesEditor(script: String, seen: String) throws {
    let world = try PromptTests.world()
    let editor = try world.folder.write("#!/bin/sh\n\(script)\n", to: "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor)
    let terminal = try terminal(world, environment: ["EDITOR": editor])
    try terminal.enter("sql --write \"update memories set access_count = access_count + 1 where id = 1 -- once\"")
    try terminal.wait(for: "\n1 row changed")
    try terminal.enter("edit-line")
    try terminal.wait(for: seen)
    try terminal.enter("sql 'select access_count as accesses from memories where id = 1'")
    let screen = try terminal.wait(for: "(1 row)")
    #expect(screen.contains("accesses\n────────\n       1\n"), "\(screen)")
  }

  @Test("the next page's command stands below the table, and goes on")
  func showsNextPage() throws {
    let world = try PromptTests.world()
    let terminal = try terminal(world)
    try terminal.enter("list --user user_1 --limit 2")
    let screen = try terminal.wait(for: "; next: ")
    let footer = try #require(screen.split(separator: "\n").first { $0.contains("; next: ") })
    #expect(footer.hasPrefix("(") && footer.contains(" memories, 2 shown; next: "), "\(footer)")
    let next = try #require(footer.split(separator: ": ").last).dropLast()
    #expect(next.hasPrefix("list --user user_1 --limit 2 --after "))
    try terminal.enter(String(next))
    try terminal.wait { $0.split(separator: " 2 shown; next: ", omittingEmptySubsequences: false).count == 3 }
  }

  @Test("a history file of anything does not keep the prompt from coming", arguments: ["binary", "lines", "pipe"])
  func readsHistory(kind: String) throws {
    let world = try World()
    let path = world.folder.file("state/memsh/history")
    try FileManager.default.createDirectory(atPath: world.folder.file("state/memsh"), withIntermediateDirectories: true)
    switch kind {
    case "pipe": mkfifo(path, 0o600)
    case "binary":
      var bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })
      bytes.append(Data("\necho fine\n".utf8))
      try bytes.write(to: URL(fileURLWithPath: path))
    default:
      let handle = try #require(
        FileManager.default.createFile(atPath: path, contents: nil) ? FileHandle(forWritingAtPath: path) : nil)
      // Two gigabytes of nothing, then a line of a megabyte, then a command.
      try handle.seek(toOffset: 2 << 30)
      try handle.write(contentsOf: Data((String(repeating: "x", count: 1 << 19) + "\necho fine\n").utf8))
      try handle.close()
    }
    let terminal = try terminal(world)
    try terminal.press("Up", "Enter")
    if kind != "pipe" { try terminal.wait(for: "\nfine\n") }
    try terminal.press("C-c", "C-d")
    try terminal.wait(for: "[status 0]")
  }

  @Test("any size of a terminal", arguments: [(1, 1), (2, 2), (19, 5), (400, 3), (10_000, 100)])
  func takesSize(columns: Int, rows: Int) throws {
    let world = try PromptTests.world()
    let script = try world.script(
      "set pager off\nlist\nstats\nstats --by user\nshow 1\nlist --output vertical\nwatch --count 1 0.1 users\necho end"
    )
    let terminal = try Terminal(
      "sh -c 'stty cols \(columns) rows \(rows); \"$MEMSH\" -d \"\(world.store)\" --embedder hash -f \(script) > /dev/tty; "
        + "echo $? > done; stty cols 0 rows 0; \"$MEMSH\" -d \"\(world.store)\" -f \(script); echo $? >> done'",
      in: world.folder)
    try terminal.wait(for: "[status 0]")
    #expect(try String(contentsOfFile: world.folder.file("done"), encoding: .utf8) == "0\n0\n")
  }

  @Test("the start-up file runs first; progress is drawn on the terminal and leaves nothing behind")
  func startsUp() throws {
    let world = try World()
    try FileManager.default.createDirectory(
      atPath: world.folder.file("config/memsh"), withIntermediateDirectories: true)
    _ = try world.folder.write("echo hello from rc\nset prompt 'mine> '\n", to: "config/memsh/rc.memsh")
    let source = try world.folder.plainLegacyFile(rows: 20_000)
    let terminal = try terminal(world)
    try terminal.wait(for: "hello from rc")
    try terminal.wait(for: "\nmine> ")
    try terminal.enter("migrate --from \(source)")
    try terminal.wait { $0.contains("█") && $0.contains(" of 20000") }
    let end = try terminal.wait(for: "Migration completed successfully")
    #expect(!end.contains("█"))
  }

  @Test("control characters of the store cannot reach the terminal", arguments: ["table", "vertical", "tsv", "json"])
  func staysSafe(format: String) throws {
    let world = try World()
    let terminal = try terminal(world, rows: 40)
    let evil =
      "select 'safe' || char(27) || '[31mred' || char(13) || 'over' || char(8238) || 'bidi' || char(155) || '2J' as t"
    try terminal.enter("schema --create --output tsv")
    try terminal.enter("set pager off")
    try terminal.enter("sql \"\(evil)\" --output \(format)")
    let screen = try terminal.wait { $0.contains("bidi") && $0.hasSuffix("> ") }
    #expect(screen.contains("safe"))
    #expect(!screen.unicodeScalars.contains("\u{202E}"))
    #expect(!(try terminal.screen(withColors: true)).contains("\u{1B}[31mred"))
    try terminal.enter("sql \"select printf('%.*c', 1000000, 'x') as long\" --output \(format) --limit 1")
    guard ["table", "vertical"].contains(format) else { return }
    let long = try terminal.wait { $0.contains("xxxxxxxx") && $0.hasSuffix("> ") }
    #expect(long.contains("…") && long.contains("safe"))
  }
}
