import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What people know from other shells, in the binary: words, aliases, SQL, pipes and files.
@Suite struct FamiliarTests {
  private static func world() throws -> World {
    let world = try World()
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
    for text in ["green tea", "coffee", "it's a 'quoted' word"] {
      #expect(try world.run("-q", "--embedder", "hash", "add", text, "--user", "ada").status == 0)
    }
    return world
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("words of other shells do what they do there")
  func takesWords() throws {
    let world = try FamiliarTests.world()
    _ = try world.script("echo included", "part.memsh")
    let ran = try world.run(
      "-c", "\\dt\n\\d memories\n\\i part.memsh\n\\conninfo\n\\timing off\n\\x\n\\echo out\nexit\necho never")
    #expect(ran.status == 0, "\(ran.errors)")
    for text in ["memory_analytics", "memories_user_idx", "included\n", "store.db", "out\n"] {
      #expect(ran.output.contains(text), "\(text)")
    }
    #expect(!ran.output.contains("never"))
    let unknown = try world.run("-c", "echo first\n\\nothing")
    #expect(unknown.status == 2 && unknown.output.isEmpty && unknown.errors.contains("\\dt"), "\(unknown.errors)")
  }

  @Test("SQL runs as it is, with -c, as a word and in scripts, and changes nothing")
  func runsSQL() throws {
    let world = try FamiliarTests.world()
    let rows = "content\ncoffee\n"
    #expect(try world.run("-c", "SELECT content FROM memories WHERE content = 'coffee';").output == rows)
    #expect(try world.run("select content from memories where content = 'coffee'").output == rows)
    let script = try world.script(
      """
      set who ada
      select content
        from memories -- all; of them
        where user_id = :who and content <> ';'
        order by id desc limit 1 offset 1;
      assert .[0].content = coffee
      with x as (select 1 as n) select n from x; values (2);
      """)
    let ran = try world.run("-f", script)
    #expect(ran.status == 0 && ran.output == rows + "n\n1\ncolumn1\n2\n", "\(ran.errors)")
    let refused = try world.run("-c", "echo first; update memories set access_count = 9;")
    #expect(refused.status == 2 && refused.output.isEmpty, "\(refused.output)")
    #expect(refused.errors.contains("hint: sql --write 'update memories set access_count = 9'"), "\(refused.errors)")
    #expect(try world.run("-c", "with x as (select 1) delete from memories").status != 0)
    #expect(try world.run("-c", "select count(*) as n from memories").output == "n\n3\n")
    let open = try world.run("-f", try world.script("select 1\nlist\n", "open.memsh"))
    #expect(open.status == 2 && open.errors.contains("put ; behind it"), "\(open.errors)")
  }

  @Test("aliases are made, listed, used in scripts and the start-up file, and taken away")
  func usesAliases() throws {
    let world = try FamiliarTests.world()
    let ran = try world.run(
      "-c", "alias one='list --limit 1 --csv'\none --user ada\nalias n='select 5 as five'\nn\nalias --json\nunalias n")
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(ran.output.contains("1,ada,green tea") && ran.output.contains("five\n5\n"), "\(ran.output)")
    #expect(ran.output.contains("\"name\": \"one\""))
    let wrong = try world.run("-c", "alias few='list --limit'; few many")
    #expect(wrong.status == 2 && wrong.errors.contains("'many'"), "\(wrong.errors)")
    for (text, message) in [
      ("alias list=stats", "is a command"), ("alias exit=stats", "has a meaning already"),
      ("unalias nothing", "no alias"),
      ("alias x=list; unalias x; x", "unknown command 'x'"), ("alias x=x; x", "unknown command 'x'"),
    ] {
      let refused = try world.run("-c", text)
      #expect(refused.status != 0 && refused.errors.contains(message), "\(text): \(refused.errors)")
    }
  }

  @Test(
    "a word that is right elsewhere has the line that is meant",
    arguments: [
      ("list|wc -l", "`list | wc`"), ("users>u.txt", "`users > u.txt`"), ("users>>u.txt", "`users >> u.txt`"),
      ("memsh list --user ada", "type `list --user ada` alone"), ("memsh", "this is memsh already"),
      ("memsh new.db first.memsh", "type `connect new.db --create`, then `include first.memsh`"),
      ("memsh store.db list --limit 3", "type `connect store.db`, then `list --limit 3`"),
      ("memsh @prod", "type `connect @prod` alone"), ("memsh job.memsh ada", "type `include job.memsh` alone"),
      ("memsh --version", "already; `help` lists"),
      ("SELECT 1; | wc -l", "`sql 'SELECT …' | …`"), ("list; > u.txt", "`list > …`"),
    ])
  func corrects(text: String, hint: String) throws {
    let world = try FamiliarTests.world()
    let refused = try world.run("-c", text)
    #expect(refused.status == 2 && refused.errors.contains("unknown command"), "\(refused.errors)")
    #expect(refused.errors.contains(hint), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("u.txt")))
  }

  @Test("watch without a command repeats what was shown last, and changes nothing")
  func repeatsLast() throws {
    let world = try FamiliarTests.world()
    let rows = try world.run(
      "-c", "select 5 as five; set x 1; echo x > /dev/null; \\watch --count 2 0.1\nwatch --count 1")
    #expect(rows.output == String(repeating: "five\n5\n", count: 4), "\(rows.output)\(rows.errors)")
    let alias = try world.run("-c", "alias w='select 5 as five'; watch --count 2 0.1 w --output jsonl")
    #expect(alias.output == "{\"five\":5}\n{\"five\":5}\n", "\(alias.output)\(alias.errors)")
    let nothing = try world.run("-c", "\\watch")
    #expect(nothing.status == 2 && nothing.errors.contains("write watch SECONDS COMMAND"), "\(nothing.errors)")
    let changes = try world.run("-c", "edit 1 --importance 0.25; watch 1")
    #expect(changes.status == 2 && changes.errors.contains("'edit' does not only read"), "\(changes.errors)")
  }

  @Test("rows that a default limit leaves out are told where nobody sees them counted")
  func tellsOfRowsLeftOut() throws {
    let world = try FamiliarTests.world()
    let lines = (1...130).map { #"{"user_id":"user \#($0)","content":"note \#($0)","category":"kind \#($0)"}"# }
    let file = try world.folder.write(lines.joined(separator: "\n"), to: "many.jsonl")
    let edits = (100..<125).map { "edit 1 --importance 0.\($0)" }.joined(separator: "; ")
    #expect(try world.run("-q", "-c", edits).status == 0)
    #expect(try world.run("-q", "import", file).status == 0)
    for (command, shown) in [
      ("list", "20 memories"), ("list --user 'user 1'", nil), ("list --after 3", "20 memories"), ("users", "100 users"),
      ("categories", "100 categories"), ("journal", "20 operations"), ("fragments", nil), ("search note", nil),
    ] as [(String, String?)] {
      let told = shown.map { "notice: there are more than \($0): `--limit N`" }
      for place in ["", " --json", " --csv", " > rows.jsonl", " | cat > rows.txt"] {
        let errors = try world.run("-c", command + place).errors
        #expect(errors.contains("there are more than") == (told != nil), "\(command)\(place): \(errors)")
        if let told { #expect(errors.contains(told), "\(errors)") }
      }
      for quiet in [["-q", "-c", command], ["-c", command + " --output table"]] {
        #expect(try !world.run(quiet).errors.contains("there are more than"), "\(quiet)")
      }
    }
    // A program that finds nothing among those rows tells less than it seems to.
    let unfound = try world.run("-c", "list | grep 'note 129'").errors
    #expect(unfound.hasPrefix("notice: there are more") && unfound.contains("ended with status 1"), "\(unfound)")
    for limit in ["list --limit 20", "list --limit=5", "users --limit 3", "list --limit 0"] {
      #expect(try world.run("-c", limit).errors.isEmpty, "\(limit)")
    }
  }

  @Test("results go into files that only their owner reads")
  func writesFiles() throws {
    let world = try FamiliarTests.world()
    let ran = try world.run(
      "-v", "name=b c", "-c",
      "list > a.json; list --csv > \"${name}.txt\"; stats >> more; echo end >> more; users | cat > u; export > all.jsonl"
    )
    #expect(ran.status == 0 && ran.output.isEmpty, "\(ran.errors)")
    func text(_ name: String) throws -> String { try String(contentsOfFile: world.folder.file(name), encoding: .utf8) }
    #expect(try JSONParser.parse(text("a.json")).text.contains("green tea"))
    #expect(try text("b c.txt").hasPrefix("id,user_id") && text("more").hasSuffix("\nend\n"))
    #expect(try text("u").hasPrefix("user_id\t") && text("all.jsonl").hasPrefix("{\"memsh_export\""))
    for name in ["a.json", "b c.txt", "more"] { #expect(try mode(world.folder.file(name)) == 0o600, "\(name)") }
    // What fails leaves the file as it was, and a link is not followed.
    _ = try world.run("-c", "show 99 > a.json")
    #expect(try text("a.json").hasPrefix("["))
    try FileManager.default.createSymbolicLink(
      atPath: world.folder.file("link"), withDestinationPath: world.folder.file("u"))
    let before = try text("u")
    #expect(try world.run("-c", "echo x >> link").status == 1)
    #expect(try world.run("-c", "echo x > link").status == 0)
    #expect(try text("u") == before && text("link") == "x\n")
    let store = world.store
    let bytes = try Data(contentsOf: URL(fileURLWithPath: store))
    let places = [
      "list > '\(store)'", "list >> '\(store)'", "list > '\(store)-wal'", "fragments export '\(store)-wal'",
    ]
    for place in places {
      let refused = try world.run("-c", place)
      #expect(refused.status == 1 && refused.errors.contains("a SQLite database"), "\(place): \(refused.errors)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == bytes)
    #expect(try world.run("-c", "echo x > /dev/null; echo y >> /dev/null; echo z").output == "z\n")
    for place in ["/nothing/x", ".", "''"] { #expect(try world.run("-c", "echo x > \(place)").status != 0, "\(place)") }
  }

  @Test("results of all commands go to a file until they are shown again; help, errors and other places do not")
  func sendsResults() throws {
    let world = try FamiliarTests.world()
    func text(_ name: String) throws -> String { try String(contentsOfFile: world.folder.file(name), encoding: .utf8) }
    let ran = try world.run(
      "-c",
      """
      echo old > a.csv; \\o a.csv; list; echo x; show 1 > b.json; help echo; users | wc -l; watch --count 1 0.1 users
      list > a.csv; echo never
      """)
    #expect(ran.status == 2 && ran.errors.contains("a.csv is where all results go"), "\(ran.errors)")
    #expect(ran.errors.contains("Results go to a.csv; `results` shows them here again."), "\(ran.errors)")
    #expect(
      ran.output.contains("echo [") && ran.output.contains("\n2\n") && ran.output.contains("\nada\t"), "\(ran.output)")
    #expect(try text("a.csv").hasPrefix("id,user_id") && text("a.csv").hasSuffix("\r\nx\n"))
    #expect(try text("b.json").contains("green tea") && mode(world.folder.file("a.csv")) == 0o600)
    let refused = try world.run(
      "-c", "set on-error continue; results r.md; results /nothing/x; users; users; echo >> r.md")
    #expect(try refused.status == 1 && text("r.md").split(separator: "\n\n| user").count == 2, "\(refused.errors)")
    // The script that is included goes on sending them, and what has come before an error stays.
    let script = try world.folder.write("results c; echo first\n", to: "sends.memsh")
    let failed = try world.run("-c", "include '\(script)'; echo second; show 99; echo third")
    #expect(try failed.status == 1 && failed.output.isEmpty && text("c") == "first\nsecond\n", "\(failed.errors)")
    let again = try world.run("-c", ".output c; .output d; echo d; \\o; echo here; \\o /dev/stdout; echo there")
    #expect(try again.output == "here\nthere\n" && text("c").isEmpty && text("d") == "d\n", "\(again.errors)")
    for (place, code) in [
      ("\\o | cat", "results takes the name of a file"), ("\\o > x", "results takes the name of a file"),
      ("\\o '\(world.store)'", "a SQLite database"), ("\\o /nothing/x", "cannot be written"), ("\\o ''", "is empty"),
    ] {
      let refused = try world.run("-c", place + "; echo never")
      #expect(
        refused.status != 0 && refused.output.isEmpty && refused.errors.contains(code), "\(place): \(refused.errors)")
    }
  }

  @Test("results go through programs, whose status counts, and who may have seen enough")
  func pipes() throws {
    let world = try FamiliarTests.world()
    #expect(try world.run("-c", "list --csv | grep -c ,ada,; echo next").output == "3\nnext\n")
    // No form loses anything on its way, at whatever width.
    let long = String(repeating: "a long memory ", count: 20) + "ends in oat milk"
    #expect(try world.run("-q", "add", long, "--user", "ada").status == 0)
    for form in ["", " --output table", " --output vertical", " --output markdown"] {
      let found = try world.run(
        "-c",
        "set expanded auto; list\(form) | grep -c 'oat milk$\\|oat milk\t\\|oat milk [|│]'; list\(form) | grep -c memories"
      )
      #expect(
        found.output == "1\n0\n" && found.errors.contains("`grep -c memories` ended with status 1"), "\(form): \(found)"
      )
    }
    let failed = try world.run("-c", "list | grep nothing; echo never")
    #expect(failed.status == 1 && failed.output.isEmpty && failed.errors.contains("`grep nothing` ended with status 1"))
    let goesOn = try world.run("-c", "set on-error continue; list | exit 7; echo on")
    #expect(goesOn.status == 1 && goesOn.output == "on\n")
    #expect(try world.run("-c", "list | nosuchprogram").errors.contains("did not find a program"))
    let many = try world.run(
      "-c",
      "sql 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i FROM n' | head -1 > x; export | true; echo on"
    )
    #expect(many.status == 0 && many.output == "on\n", "\(many.errors)")
    #expect(try world.run("-c", "watch --count 1 0.1 stats | cat").status == 2)
    #expect(
      try world.run("-c", "watch --count 2 0.1 sql 'select 1 as n' --output jsonl").output == "{\"n\":1}\n{\"n\":1}\n")
    let shell = try world.run("-c", "!echo \"$0\" | tr a-z A-Z; echo $((1+1))\n\\! exit 3\necho never")
    #expect(shell.status == 1 && shell.output.hasSuffix("2\n") && shell.errors.contains("status 3"), "\(shell.errors)")
    // What stands in a variable may come from anywhere.
    let variable = try world.run("-v", "x=$(touch made)", "-c", "shell \"echo ${x}\"")
    #expect(variable.status == 2 && !FileManager.default.fileExists(atPath: world.folder.file("made")))
    #expect(try world.run("-v", "x=a;touch made", "-c", "echo ${x} | cat").output == "a;touch made\n")
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("made")))
    // The system's shell puts it in, by its own rules.
    let known = try world.run(
      "-v", "x=a b;touch made", "-c", "!printf '<%s>' \"${x}\" \"$x\"\necho ignored | printf '<%s>' \"${x}\"")
    #expect(known.output == "<a b;touch made><a b;touch made><a b;touch made>", "\(known.output) \(known.errors)")
    let script = try world.script("!printf '<%s>' \"$1\" \"${2}\"\necho ignored | printf '<%s>' \"${2}\"")
    #expect(try world.run(script, "one two", "$(touch made)").output == "<one two><$(touch made)><$(touch made)>")
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("made")))
  }

  @Test(
    "at the prompt SQL goes on to its ;, less shows a result and gives it back, and the start-up file keeps aliases")
  func worksAtThePrompt() throws {
    let world = try FamiliarTests.world()
    try FileManager.default.createDirectory(
      atPath: world.folder.file("config/memsh"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try world.folder.write("alias mine='list --user ada'\n", to: "config/memsh/rc.memsh")
    chmod(world.folder.file("config/memsh/rc.memsh"), 0o600)
    let terminal = try Terminal.memsh("-d '\(world.store)' --embedder hash", in: world.folder)
    try terminal.enter("select content")
    try terminal.wait(for: "(;) > ")
    try terminal.enter("from memories where content = 'coffee';")
    try terminal.wait(for: "(1 row)")
    try terminal.enter("mine | cat -A | head -3; echo shown")
    let screen = try terminal.wait(for: "\nshown")
    #expect(screen.contains("$\n"), "\(screen)")
    try terminal.enter("add '\(String(repeating: "a long memory ", count: 20))ends in oat milk' --user ada")
    try terminal.wait(for: "oat milk")
    try terminal.enter("clear")
    try terminal.enter("mine | grep -c '│' | sed 's/^/rows: /'; mine | grep -c 'oat milk │' | sed 's/^/found: /'")
    try terminal.wait(for: "rows: 5\nfound: 1")
    try terminal.enter("mine | grep -c memor | sed 's/^/below: /'")
    try terminal.wait(for: "below: 1")
    try terminal.enter("search don't --mode lexical")
    try terminal.wait(for: "(0 results)")
    try terminal.enter("!printf 'sys%s\\n' tem")
    try terminal.wait(for: "\nsystem")
    try terminal.enter("list | more > seen")
    try terminal.enter("!cat seen | head -1")
    try terminal.wait(for: "user_id")
    try terminal.enter("\\q")
    try terminal.wait(for: "[status 0]")
  }
}
