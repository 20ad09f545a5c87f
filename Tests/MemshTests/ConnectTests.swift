import Foundation
import MemoryModel
import TestSupport
import Testing

/// What `connect` says of what it finds, and of what is not there.
@Suite struct ConnectTests {
  private let folder: TestFolder
  private let memsh: Memsh

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
  }

  private func connect(_ words: String, _ more: String = "") throws -> Memsh.Result {
    try memsh.run(["--output", "table", "-c", "connect \(words)\(more)"])
  }

  /// The object that `connect` gives to programs.
  private func found(_ words: String) throws -> JSON {
    let result = try memsh.run(["-q", "--output", "json", "-c", "connect \(words)"])
    #expect(result.status == 0, "\(words): \(result.errors)")
    return try JSONParser.parse(result.output)
  }

  @Test(
    "a file that is not there is an error, unless somebody asks for it; then it is there with what is written first")
  func refusesAbsentFile() throws {
    let refused = try connect("nosuch.db")
    #expect(refused.status == 3 && refused.errors.contains("there is no file nosuch.db"), "\(refused.errors)")
    #expect(refused.errors.contains("`memsh -d nosuch.db schema --create`") && refused.output.isEmpty)
    let script = try memsh.run(["-f", folder.write("connect nosuch.db", to: "connect.memsh")])
    #expect(script.errors.contains("`connect --create nosuch.db`, then `schema --create`"), "\(script.errors)")
    let created = try connect("--create nosuch.db", "; schema --create; connect nosuch.db")
    #expect(created.status == 0, "\(created.errors)")
    #expect(created.output.contains("Connected to nosuch.db: SQLite, no file yet\n"), "\(created.output)")
    #expect(created.output.contains("Connected to nosuch.db: SQLite, a memsh store, 0 memories\n"))
    // The configured store may be one that is to be made.
    #expect(try connect("").output.contains("no file yet"))
  }

  @Test("a folder that is not there is an error, and is not made", arguments: ["nowhere/x.db", "localhost/agents"])
  func refusesAbsentFolder(location: String) throws {
    for arguments in [["-c", "connect --create '\(location)'"], ["-d", location, "schema", "--create"]] {
      let result = try memsh.run(arguments)
      #expect(result.status == 3 && result.errors.contains("there is no folder"), "\(result.errors)")
      #expect(result.errors.contains("postgresql://"))
    }
    let name = String(location.prefix { $0 != "/" })
    #expect(!FileManager.default.fileExists(atPath: folder.file(name)))
  }

  @Test(
    "after a connect that failed, whatever the reason, a script has no store to do harm to",
    arguments: [
      "@nobody", "nosuch.db", "nowhere/x.db", "ada:secret@db/x", "mysql://db/x", "e.db --schema x", "text.db",
    ])
  func losesStore(words: String) throws {
    try folder.write("not a database", to: "text.db")
    let result = try memsh.run(
      ["-d", "e.db", "--embedder", "hash", "-c", "schema --create; set on-error continue; connect \(words); seed"])
    #expect(result.status != 0 && result.errors.contains("the last `connect` failed"), "\(result.errors)")
    #expect(try folder.rows("e.db", "SELECT count(*) FROM prompt_fragments") == ["0"])
  }

  @Test("one line says what was found; programs get it in parts", arguments: World.Kind.allCases)
  func greets(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.plainLegacyFile(rows: 3), "--skip-test")
    let result = try world.memsh.run(["--output", "table", "-c", "connect '\(world.store)' --label staging"])
    let backend = kind == .sqlite ? "SQLite" : "PostgreSQL"
    #expect(result.output.hasSuffix(" (staging): \(backend), a memsh store, 3 memories\n"), "\(result.output)")
    #expect(result.output.split(separator: "\n").count == 1 && result.errors.isEmpty)
    let status = try JSONParser.parse(
      world.memsh.run(["-q", "--output", "jsonl", "-c", "connect '\(world.store)' --label staging; status"])
        .output.split(separator: "\n").last.map(String.init) ?? "")
    for (key, value) in [("kind", "memsh"), ("label", "staging"), ("backend", kind.rawValue)] {
      #expect(status[key: key] == .string(value), "\(status.text)")
    }
    #expect(status[key: "memories"] == .integer(3) && status[key: "connection"] == .null)
  }

  @Test("an application's tables, an empty file and another program's database are told apart")
  func tellsKinds() throws {
    try folder.sqlite("other.db", "CREATE TABLE t (a)")
    try folder.write("", to: "empty.db")
    for name in ["other.db", "empty.db"] {
      #expect(try found(name)[key: "kind"] == .string("empty"))
      #expect(try connect(name).errors.contains("`schema --create`"))
    }
    let world = try World(.postgres)
    #expect(try found("'\(world.store)'")[key: "kind"] == .string("empty"))
    let application = try SchemaCase.originalOnPostgres.filled(isNamed: false)
    #expect(try found("'\(application.store)'")[key: "kind"] == .string("application"))
    #expect(try connect("'\(application.store)'").output.contains("an application's memory tables, "))
  }

  @Test("who may not read the memories is connected all the same")
  func goesOnWithoutRight() throws {
    let world = try World(.postgres)
    _ = try world.json("migrate", "--from", try world.folder.plainLegacyFile(rows: 3), "--skip-test")
    let role = "r" + UUID().uuidString.prefix(8).lowercased()
    let owner = try #require(world.database).connect()
    try owner.execute(unsafeSQL: "CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA memsh TO \(role)")
    defer { try? owner.execute(unsafeSQL: "DROP OWNED BY \(role); DROP ROLE \(role)") }
    let url = world.store.replacing("postgres@", with: "\(role)@")
    let result = try world.memsh.run(["--output", "table", "-c", "connect '\(url)'"])
    #expect(result.status == 0 && result.output.hasSuffix(": PostgreSQL, a memsh store\n"), "\(result)")
  }

  @Test("a file to migrate from is refused, with the line that migrates it; the line works")
  func refusesLegacyFile() throws {
    let source = try folder.plainLegacyFile(rows: 3)
    let refused = try connect("'\(source)'")
    #expect(refused.status == 1 && refused.errors.contains("not a memsh store"), "\(refused.errors)")
    let migrate = "migrate --from \(source)"
    // A line for the system's shell where that is what was typed, a line of a script in a script.
    let line = "memsh NEW.db \(migrate)"
    #expect(refused.errors.contains("`\(line)` brings its 3 memories"), "\(refused.errors)")
    #expect(try memsh.run(["-d", source, "list"]).errors.contains("`\(line)` brings its 3 memories"))
    let done = try memsh.run(["-q"] + line.split(separator: " ").dropFirst().map(String.init) + ["--skip-test"])
    #expect(done.status == 0, "\(done.errors)")
    for text in ["connect '\(source)'", "list"] {
      let script = try memsh.run(["-d", source, "-f", folder.write(text, to: "connect.memsh")])
      #expect(
        script.errors.contains("`connect --create NEW.db`, then `\(migrate)`, brings its 3 memories"),
        "\(script.errors)")
    }
    let second = try memsh.run(["-q", "-y", "-c", "connect --create second.db; \(migrate) --skip-test; stats"])
    #expect(second.status == 0 && second.output.contains("memories.total\t3"), "\(second.errors)")
  }

  @Test("at the prompt the store in use stays, and the hint can be typed as it stands")
  func keepsStoreAtPrompt() throws {
    _ = try folder.plainLegacyFile(rows: 3)
    let terminal = try Terminal.memsh("-d new.db --embedder hash", in: folder, columns: 200)
    #expect(try terminal.screen().contains("new.db is not there yet: `schema --create` or `migrate --from FILE`"))
    try terminal.enter("connect legacy.db")
    try terminal.wait(for: "`migrate --from legacy.db` brings its 3 memories into the store in use, new.db")
    try terminal.enter("migrate --from legacy.db")
    try terminal.enter("connect new.db")
    try terminal.wait(for: "Connected to new.db: SQLite, a memsh store, 3 memories")
    try terminal.enter("connect nosuch.db")
    try terminal.wait(for: "there is no file nosuch.db")
    try terminal.wait(for: "sqlite:new.db>")
  }

  /// Stores of other systems in SQLite files.
  private static let files = ForeignFixture.all.filter {
    FileManager.default.contents(atPath: $0.store)?.starts(with: Data("SQLite format 3".utf8)) == true
  }

  /// Every command with what it needs, and those that make tables.
  private func everyLine() throws -> [[String]] {
    _ = try folder.plainLegacyFile(rows: 1)
    try folder.write(#"{"table":"memories","user_id":"ada","content":"tea"}"#, to: "some.jsonl")
    let every = try CommandTable(World()).commands.map { command in
      command.words + (CommandTable.needed[command.name] ?? []) + (command.has("--yes") ? ["--yes"] : [])
    }
    return every + [
      ["schema", "--create"], ["migrate", "--from", "legacy.db"], ["import", "some.jsonl"], ["seed", "--no-embedding"],
    ]
  }

  @Test("no command takes another system's file for an empty store, nor changes it", arguments: files)
  func refusesForeignFile(fixture: ForeignFixture) throws {
    let path = folder.file("theirs")
    try FileManager.default.copyItem(atPath: fixture.store, toPath: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    // One whose table is called as memsh's is told by the columns that are wrong.
    func isNamed(_ text: String) -> Bool {
      text.contains("theirs is a store of \(fixture.system)") || text.contains("a memory file of another system")
    }
    let connected = try connect("theirs")
    #expect(connected.status == 1 && isNamed(connected.errors), "\(connected.errors)")
    for arguments in [["theirs", "list"], ["-d", "theirs", "list"]] {
      #expect(try memsh.run(arguments).errors == connected.errors, "\(arguments)")
    }
    let byVariable = try memsh.run(["stats"], environment: ["DATABASE_URL": path])
    #expect(byVariable.status == 1 && isNamed(byVariable.errors), "\(byVariable.errors)")
    for words in try everyLine() {
      let result = try memsh.run(["-q", "-d", "theirs", "--embedder", "hash"] + words)
      #expect(!result.errors.contains("no memory tables"), "\(words): \(result.errors)")
    }
    for words in [
      "list", "status", "schema", "schema --create", "migrate --from legacy.db", "import some.jsonl", "seed",
    ] {
      let refused = try memsh.run(["-d", "theirs", "-c", words])
      #expect(refused.status == 1 && isNamed(refused.errors), "\(words): \(refused.errors)")
    }
    #expect(try connect("--create theirs").status == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
  }

  @Test("no command takes a file that was named and is not there for an empty store; those that make it go on")
  func refusesAbsentStore() throws {
    let making = [["schema", "--create"], ["migrate", "--from", "legacy.db"], ["import", "some.jsonl"]]
    let goingOn: Set = ["seed", "ensure-vector", "migrate"]
    for words in try everyLine() where !goingOn.contains(words[0]) && !making.contains(words) {
      let result = try memsh.run(["-q", "-d", "nosuch.db", "--embedder", "hash"] + words)
      #expect(!result.errors.contains("no memory tables"), "\(words): \(result.errors)")
      let isRefused = result.errors.contains("there is no file nosuch.db")
      #expect((result.status == 3) == isRefused, "\(words): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("nosuch.db")), "\(words)")
    }
    for words in ["list", "stats", "schema", "doctor", "export", "sql 'SELECT 1'", "delete 1 --yes"] {
      #expect(try memsh.run(["-d", "nosuch.db", "-c", words]).status == 3, "\(words)")
    }
    let status = try JSONParser.parse(memsh.run(["--json", "nosuch.db", "status"]).output)
    #expect(status[key: "kind"] == .string("absent"))
    let script = try memsh.run(["-d", "nosuch.db", "-f", folder.write("list", to: "list.memsh")])
    #expect(script.errors.contains("hint: `schema --create` or `migrate --from FILE` makes"), "\(script.errors)")
    let error = try JSONParser.parse(memsh.run(["--json", "nosuch.db", "list"]).errors)
    #expect(error[key: "code"] == .string("connection_failed"))
    // The store that nobody has named is made by the first command that writes.
    let own = try memsh.run(["list"])
    #expect(own.status == 1 && own.errors.contains("`schema --create` makes empty tables"), "\(own.errors)")
    for (number, words) in making.enumerated() {
      let made = try memsh.run(["-q", "-d", "made\(number).db", "--embedder", "hash"] + words)
      #expect(made.status == 0 && made.errors.isEmpty, "\(words): \(made.errors)")
    }
    #expect(try memsh.run(["-q", "-d", "made0.db", "backup", "b.db"]).status == 0)
    #expect(try memsh.run(["-q", "-y", "-d", "made9.db", "restore", "b.db"]).status == 0)
  }

  @Test("an application's own tables may have memsh's beside them")
  func takesApplication() throws {
    try folder.sqlite("other.db", "CREATE TABLE t (a)")
    #expect(try memsh.run(["-q", "other.db", "--embedder", "hash", "schema", "--create"]).status == 0)
    #expect(try memsh.run(["-q", "other.db", "list"]).status == 0)
  }

  @Test("a database with another system's tables is connected to, and what inspect finds there is named")
  func namesForeignTables() throws {
    let fixture = try #require(ForeignFixture.all.first { $0.isDump && $0.system.hasPrefix("mem0") })
    let world = try World(.postgres)
    try fixture.load(into: try #require(world.database))
    let named = "\(fixture.system) keeps memories here: `memsh inspect "
    let connected = try connect("'\(world.store)'")
    #expect(connected.status == 0 && connected.errors.contains("`schema --create`"), "\(connected.errors)")
    #expect(connected.errors.contains("keeps memories here: `memsh inspect "), "\(connected.errors) \(named)")
    #expect(try world.run("list").errors.contains("keeps memories here: `memsh inspect "))
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
    #expect(try !connect("'\(world.store)'").errors.contains("inspect"))
  }

  @Test("at the prompt the store that memsh was started with is told apart at once")
  func greetsForeignFile() throws {
    let fixture = try #require(ConnectTests.files.first { $0.name.hasPrefix("agno") })
    try FileManager.default.copyItem(atPath: fixture.store, toPath: folder.file("theirs.db"))
    let terminal = try Terminal.memsh("theirs.db", in: folder, columns: 200)
    let hint = "`connect --create NEW.db`, then `migrate --from theirs.db`"
    try terminal.wait(for: "theirs.db is a store of Agno, not a memsh store\nhint: \(hint)")
    try terminal.press("C-l")
    try terminal.enter("list")
    try terminal.wait(for: hint)
  }

  private static let stores = Memsh.package + "/../shared/stores"

  @Test(
    "every store of another system is named for what it is",
    .enabled(if: FileManager.default.fileExists(atPath: ConnectTests.stores), "needs the folder of foreign stores"))
  func namesForeignStores() throws {
    for (path, name, way) in [
      ("agno-sqlite/agno.db", "Agno", "migrate --from theirs`"),
      ("letta-0.16.8-sqlite/sqlite.db", "Letta", "migrate --from theirs`"),
      ("mem0-ts/vector_store.db", "mem0 (TypeScript)", "migrate --from theirs`"),
      ("mem0-chroma/chroma", "Chroma", "migrate --from theirs`"),
      ("mcp-server-memory/memory.jsonl", "MCP reference server", "migrate --from theirs`"),
      ("llm/embeddings.db", "llm", "migrate --from theirs`"),
      ("mem0-ts/memory.db", "mem0 (TypeScript; its history)", "it is mem0's log, not its store"),
      ("langchain-pgvector/dump.sql", "LangChain's PGVector", "`import` that file"),
    ] {
      try FileManager.default.copyItem(atPath: ConnectTests.stores + "/" + path, toPath: folder.file("theirs"))
      let result = try connect("theirs")
      #expect(result.status == 1, "\(path): \(result.errors)")
      #expect(result.errors.contains(name), "\(path): \(result.errors)")
      #expect(result.errors.contains(way), "\(path): \(result.errors)")
      try FileManager.default.removeItem(atPath: folder.file("theirs"))
    }
  }
}
