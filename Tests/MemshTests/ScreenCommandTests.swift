import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What people are shown of commands: nothing cut, why nothing was found, where an error is, and colours on terminals only.
@Suite struct ScreenCommandTests {
  private static func world(_ kind: World.Kind = .sqlite) throws -> World {
    let world = try World(kind)
    let migrated = try world.run("-q", "--embedder", "hash", "migrate", "--from", try world.folder.legacyFile())
    #expect(migrated.status == 0, "\(migrated.errors)")
    return world
  }

  @Test("an error of SQL shows its line with a caret, and its place as the cause", arguments: World.Kind.allCases)
  func showsPlace(kind: World.Kind) throws {
    let world = try ScreenCommandTests.world(kind)
    let failed = try world.run("sql", "SELECT id, 'é'\n  FROM memories WHERE nothing > 1")
    #expect(failed.status == 1)
    #expect(
      failed.errors.contains("\n    FROM memories WHERE nothing > 1\n" + String(repeating: " ", count: 24) + "^\n"),
      "\(failed.errors)")
    #expect(failed.errors.contains("line 2, column 23"))
    #expect(try world.run("sql", "SELECT * FROM nosuch").errors.contains("hint: `show tables` lists the tables"))
    let json = try world.run("--output", "json", "sql", "SELECT nothing FROM memories")
    let error = try JSONParser.parse(json.errors)
    #expect(error[key: "code"] == .string("sql_failed"))
    #expect(error[key: "cause"]?.stringValue?.hasSuffix("line 1, column 8") == true, "\(json.errors)")
  }

  @Test("values in the JSON of sql have the types of their columns", arguments: World.Kind.allCases)
  func typesValues(kind: World.Kind) throws {
    let world = try ScreenCommandTests.world(kind)
    let row = try world.json(
      "sql", "SELECT NULL AS a, 1 AS b, 2.5 AS c, 'NULL' AS d, category FROM memories WHERE id = 2")
    #expect(row.text == #"[{"a":null,"b":1,"c":2.5,"d":"NULL","category":null}]"#)
    guard kind == .postgres else {
      _ = try world.run("sql", "--write", "CREATE TABLE flags (flag BOOLEAN)")
      _ = try world.run("sql", "--write", "INSERT INTO flags VALUES (1), (0), (NULL), (7)")
      let flags = try world.json("sql", "SELECT flag FROM flags ORDER BY rowid")
      #expect(flags.text == #"[{"flag":true},{"flag":false},{"flag":null},{"flag":7}]"#)
      return
    }
    let numbers = try world.json(
      "sql", "SELECT 12345678901234567890.5::numeric AS big, 'NaN'::numeric AS nan, true AS yes, 1e300::float8 AS much")
    #expect(numbers.text == #"[{"big":12345678901234567890.5,"nan":"NaN","yes":true,"much":1e+300}]"#)
  }

  @Test("an empty result says why", arguments: World.Kind.allCases)
  func saysWhy(kind: World.Kind) throws {
    let world = try ScreenCommandTests.world(kind)
    func reason(_ arguments: String...) throws -> String {
      let result = try world.memsh.run(["-d", world.store, "--embedder", "hash", "--output", "json"] + arguments)
      #expect(result.status == 0 && result.output == "[]\n", "\(result)")
      return result.errors.split(separator: "\n").last.map(String.init) ?? ""
    }
    #expect(try reason("list", "--user", "adaa") == "nothing found: there is no user 'adaa'; did you mean 'ada'?")
    #expect(
      try reason("search", "espresso", "--user", "somebody")
        == "nothing found: there is no user 'somebody'; `users` lists them")
    #expect(
      try reason("list", "--user", "ada", "--category", "none")
        == "nothing found: ada has no category 'none'; `categories --user ada` lists them")
    #expect(
      try reason("search", "espresso", "--category", "preference")
        == "nothing found: there is no category 'preference'; did you mean 'preferences'?")
    #expect(
      try reason("list", "--user", "ada", "--category", "preferences", "--min-importance", "1")
        == "nothing found: 2 memories of ada, none passes the filter")
    #expect(
      try reason("list", "--min-importance", "0.99") == "nothing found: 4 memories, none passes the filter")
    #expect(
      try reason("search", "zzzz", "--mode", "lexical")
        == "nothing found: 4 memories searched, none has a word of the query")
    #expect(
      try reason("search", "espresso", "--mode", "semantic", "--threshold", "0.999")
        == "nothing found: 4 memories searched, none is similar to 0.999 or more")
    #expect(
      try reason("search", "espresso", "--offset", "50").hasPrefix("nothing found: there are no results behind"))
    #expect(try world.run("-q", "list", "--user", "adaa").errors.isEmpty)
    _ = try world.run("-q", "delete", "1", "2", "3", "4", "--yes")
    #expect(try reason("list") == "nothing found: the store holds no memories")
    #expect(try reason("search", "espresso") == "nothing found: the store holds no memories")
  }

  @Test("every command that is given a user or category that there is not says so", arguments: World.Kind.allCases)
  func saysWhoIsNobody(kind: World.Kind) throws {
    let world = try ScreenCommandTests.world(kind)
    // Of these the name may be a new one.
    let giving: Set = ["add", "edit", "fragments add", "fragments edit"]
    let needed = ["search": ["tea"], "prompt": ["tea"], "eval": ["--make", "1", "-"], "reassign": ["--to", "eve"]]
    var told = 0
    for command in try CommandTable(world).commands where !giving.contains(command.name) {
      for (option, what) in [("--user", "user"), ("--category", "category")] where command.has(option) {
        // The user whose memories are given away has an option of its own.
        let named = command.name == "reassign" ? ["--from", option == "--user" ? "nobody" : "ada"] : []
        let words = command.words + (needed[command.name] ?? []) + named
        let given = option == "--user" && !named.isEmpty ? [] : [option, "nobody"]
        let result = try world.run(["-y", "--embedder", "hash", "--output", "json"] + words + given)
        let isTold = result.errors.contains("nothing found: ") && result.errors.contains("\(what) 'nobody'")
        let isRefused = result.errors.contains("\"not_found\"")
        #expect(isTold || isRefused, "\(words + given): \(result)")
        told += 1
      }
    }
    #expect(told > 20)
    // What was there is not said to be missing, even where the command has taken it away.
    for line in ["stats --user ada", "export - --user ada", "dedup --user ada", "delete --user ada"] {
      let result = try world.run("-y", "-c", line)
      #expect(result.status == 0 && !result.errors.contains("nothing found"), "\(line): \(result.errors)")
    }
  }

  @Test("memories without embeddings are why a search by meaning finds nothing")
  func missesEmbeddings() throws {
    let world = try World()
    _ = try world.run("-q", "--embedder", "hash", "schema", "--create")
    _ = try world.run("-q", "--embedder", "hash", "add", "a text", "--user", "ada", "--no-embedding")
    let found = try world.run("--embedder", "hash", "search", "text", "--mode", "semantic", "--output", "json")
    #expect(found.output == "[]\n")
    #expect(found.errors.contains("nothing found: 1 memory searched, none has an embedding; `reembed --missing`"))
  }

  @Test("at 80 columns only what people wrote is ever cut, and the lines below say so", arguments: World.Kind.allCases)
  func cutsOnlyTexts(kind: World.Kind) throws {
    let world = try ScreenCommandTests.world(kind)
    let rows = ["ada", "ben"].map { user in
      #"{"user_id":"\#(user)-0b9c6d0e-8f1f-4a5b","category":"a_rather_long_category_of_\#(user)","content":"\#(ScreenCommandTests.long)"}"#
    }
    let imported = try world.run(
      "-q", "--embedder", "hash", "import", "-", "--format", "jsonl", input: rows.joined(separator: "\n") + "\n")
    #expect(imported.status == 0, "\(imported.errors)")
    let others = [
      ["show", "tables"], ["describe", "memories"], ["search", "tea", "--record"], ["analytics"], ["history"],
      ["sql", "SELECT content, user_id, created_at, category AS what FROM memories"],
      ["sql", "SELECT id, content FROM memories"], ["list", "--limit", "1"], ["users", "--limit", "2"],
    ]
    let commands = others + GoldenShapeTests.commands
    let script = commands.map { words in
      "echo '##' \(words[0]); \"$MEMSH\" -q -d '\(world.store)' --embedder hash \(CommandTable.line(words)) < /dev/null"
    }
    _ = try world.folder.write(script.joined(separator: "\n"), to: "commands.sh")
    let terminal = try Terminal(
      "read line; sh commands.sh", in: world.folder, columns: 80, environment: ["PAGER": "cat", "NO_COLOR": "1"])
    try terminal.record(to: world.folder.file("screen"))
    try terminal.press("Enter")
    try terminal.wait(for: "[status ")
    let screen = try String(contentsOfFile: world.folder.file("screen"), encoding: .utf8).replacing("\r\n", with: "\n")
    let sections = screen.split(separator: "\n## ")
    #expect(sections.count == commands.count)
    for section in sections {
      let lines = section.split(separator: "\n")
      let headings = lines.firstIndex { $0.contains("─┼─") }.map { lines[max($0 - 1, 0)].split(separator: "│") } ?? []
      // A vector is summed up, and a long value of a block says itself how long it is.
      for line in lines where line.contains("…") && !line.contains(", …]") && !line.contains(" characters in all)") {
        let cut = zip(headings, line.split(separator: "│")).filter { $0.1.contains("…") }
          .map { $0.0.trimmingCharacters(in: .whitespaces) }
        #expect(cut == ["content"] || cut == ["query_text"], "\(section)")
        #expect(section.replacing("\n", with: " ").contains("\(cut.first ?? "") is cut"), "\(section)")
      }
    }
  }

  private static let long = String(repeating: "espresso and green tea in the morning ", count: 12) + "and the end"

  @Test("prompt: the text alone in a pipe, figures beside it; every format has the parts")
  func printsPrompt() throws {
    let world = try ScreenCommandTests.world()
    let text = try world.json("prompt", "espresso", "--user", "ada")[key: "text"]?.stringValue
    let piped = try world.run("--embedder", "hash", "prompt", "espresso", "--user", "ada")
    #expect(piped.output == (text ?? "") + "\n")
    #expect(piped.errors.contains(" of 4000 tokens (estimated), tier standard, agent general: "))
    let table = try world.run("--embedder", "hash", "prompt", "espresso", "--user", "ada", "--output", "table")
    #expect(table.output == (text ?? "") + "\n")
    let tsv = try world.run("--embedder", "hash", "prompt", "espresso", "--user", "ada", "--output", "tsv")
    #expect(tsv.output.hasPrefix("field\tvalue\nuser\tada\n") && !tsv.errors.contains("estimated"))
  }

  @Test("doctor and dedup end each block in the command to type, which works")
  func showsBlocks() throws {
    let world = try ScreenCommandTests.world()
    _ = try world.run("-q", "--embedder", "hash", "add", "Prefers a double espresso", "--user", "ada", "--force")
    _ = try world.run("-q", "sql", "--write", "UPDATE memories SET access_count = -1 WHERE id = 2")
    let doctor = try world.run("doctor", "--output", "table")
    #expect(
      doctor.output.contains(
        "error  access_negative  1 row of memories\n  the access count is negative\n  for example: memories 2\n"
          + "  a fix would: set it to 0\n  doctor --fix access_negative\n"), "\(doctor.output)")
    #expect(try world.run("doctor", "--fix", "access_negative", "--yes").status == 0)
    let dedup = try world.run("dedup", "--output", "table")
    guard dedup.output.contains("group 1") else { return }
    let line = try #require(dedup.output.split(separator: "\n").first { $0.hasPrefix("  merge ") })
    #expect(try world.run(line.split(separator: " ").map(String.init) + ["--yes"]).status == 0)
  }

  @Test("a terminal sees colours, the footer and the whole of a memory; NO_COLOR and theme none are respected")
  func showsOnTerminal() throws {
    let world = try ScreenCommandTests.world()
    let long = String(repeating: "espresso in the morning ", count: 20) + "and the end"
    _ = try world.run("-q", "--embedder", "hash", "add", long, "--user", "ada")
    let terminal = try Terminal.memsh(
      "-d '\(world.store)' --embedder hash", in: world.folder, columns: 80, rows: 50, environment: ["PAGER": "cat"])
    try terminal.enter("search espresso --limit 2")
    let found = try terminal.wait(for: "(2 results shown; next: search espresso --limit 2 --offset")
    #expect(found.contains("score"))
    #expect(try terminal.screen(withColors: true).contains("\u{1B}[1m\u{1B}[33mespresso"))
    try terminal.enter("show 5")
    let shown = try terminal.wait(for: "nearest")
    #expect(shown.contains("and the end") && shown.split(separator: "\n").allSatisfy { $0.count <= 80 })
    for (typed, told) in [("\\x", "on"), ("\\x", "auto"), ("\\x off", "off")] {
      try terminal.enter(typed)
      try terminal.wait(for: "Expanded display is \(told).")
    }
    try terminal.enter("output json; .mode auto; users --limit 1")
    try terminal.wait(for: "(1 user shown; next: users --limit 2)")
    let plain = try Terminal.memsh(
      "-d '\(world.store)' --embedder hash", in: world.folder, columns: 80, rows: 50,
      environment: ["PAGER": "cat", "NO_COLOR": "1"])
    try plain.enter("search espresso --limit 2")
    try plain.wait(for: "(2 results shown; next: ")
    #expect(!(try plain.screen(withColors: true).contains("\u{1B}[1m")))
  }
}
