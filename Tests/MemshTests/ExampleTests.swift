import Foundation
import TestSupport
import Testing

/// Every example of `help COMMAND` is run, on a store and with files that have what it names.
@Suite struct ExampleTests {
  /// What cannot be run here, and why; it is checked only.
  private static let onlyChecked: [String: String] = [
    "watch 5 stats": "runs until Ctrl-C", "edit-line": "is for the prompt", "\\e": "is for the prompt",
    "set timing on; edit-line": "is for the prompt",
    "migrate --from espressobot_memory.db --layout partitioned --shards 12":
      "is for a PostgreSQL store without memories, see LayoutTests",
    "edit 12": "opens an editor, which needs a terminal",
  ]

  /// What must have been done before a command's first example, or before one example.
  private static let preparations: [String: String] = [
    "undo": "edit 12 --importance 0.1; edit 14 --importance 0.1; edit 16 --importance 0.1",
    "journal": "edit 12 --importance 0.1; edit 14 --importance 0.1",
    "export": "connections add prod 'POSTGRES'",
    "diff": "export before.db; export after.db; connections add prod agents.db",
    "diff espressobot_memory.db --no-embeddings":
      "connect --create migrated.db; migrate --from espressobot_memory.db --skip-test",
    "rollback": "migrate --from espressobot_memory.db --skip-test", "restore": "backup agents.backup",
    "import": "export memories.jsonl; export ada.csv --user ada; export copy.db",
    "connect": "connections add prod 'POSTGRES'", "unset": "set user ada; set who ada; output json",
    "unalias": "alias nd='dedup --record'; alias mine='list --user ada'", "echo": "set who ada",
    "inspect": "connections add prod 'POSTGRES'", "shell": "users --csv > users.csv", "recall": "connect 'POSTGRES'",
    "eval": "eval --make 20 queries.jsonl",
    "migrate --from @prod --embeddings keep": "connections add prod 'POSTGRES'",
    "rollback --sync": "connect 'POSTGRES'", "schema --layout partitioned --shards 12 --dry-run": "connect 'POSTGRES'",
  ]

  private let prepared: TestFolder

  /// Makes the store and the files once.
  init() throws {
    prepared = try TestFolder()
    let rows = (1...60).map { number in
      let content = number % 7 == 0 ? "Drinks a double espresso" : "Drinks green tea number \(number * number)"
      return """
        {"table": "memories", "user_id": "\(number > 40 ? "ben" : "ada")", "content": "\(content)", \
        "category": "\(number % 3 == 0 ? "facts" : "drink")", "metadata": {"source": "\(number % 2 == 0 ? "chat" : "mail")"}}
        """
    }
    try prepared.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    let made = try Memsh(in: prepared).run(
      ["-q", "-d", "agents.db", "--embedder", "hash"]
        + ["seed", "import rows.jsonl", "reembed --missing"].flatMap { ["-c", $0] })
    #expect(made.status == 0, "\(made.errors)")
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    try FileManager.default.createDirectory(atPath: prepared.file("data/memsh"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: prepared.file("data/memsh/models"), withDestinationPath: models)
    _ = try prepared.plainLegacyFile(rows: 5, "espressobot_memory.db")
    _ = try prepared.sqlite(
      "notes.db",
      "CREATE TABLE notes (body TEXT, owner TEXT, deleted_at TEXT); INSERT INTO notes VALUES ('x', 'ada', NULL)")
    try prepared.write("- category: tone\n  content: Be brief.\n", to: "fragments.yaml")
    for script in ["nightly.memsh", "checks of users.memsh"] { try prepared.write("users\n", to: script) }
  }

  /// A folder with copies of what was prepared.
  private func copy() throws -> TestFolder {
    let folder = try TestFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: prepared.path) {
      try FileManager.default.copyItem(atPath: prepared.file(name), toPath: folder.file(name))
    }
    return folder
  }

  /// The examples that the help of a command shows.
  private func examples(of command: String) throws -> [String] {
    let help = try Memsh(in: prepared).run(["help", command]).output
    let lines = help.components(separatedBy: "\nEXAMPLES:\n").last?.split(separator: "\n") ?? []
    #expect(lines.allSatisfy { $0.hasPrefix("  ") }, "\(command): \(help)")
    return lines.map { String($0.dropFirst(2)) }
  }

  @Test("every example of every command runs")
  func run() throws {
    let world = try World(folder: prepared, database: TestDatabase())
    let filled = try world.run("-q", "--embedder", "hash", "-c", "import rows.jsonl; reembed --missing")
    #expect(filled.status == 0, "\(filled.errors)")
    for command in try Set(CommandTable(world).commands.compactMap(\.words.first)).sorted() {
      try run(command, world)
    }
  }

  private func run(_ command: String, _ postgres: World) throws {
    let folder = try copy()
    let memsh = Memsh(in: folder)
    let examples = try examples(of: command)
    #expect(examples.count >= 3, "\(command)")
    var lines: [String] = []
    for example in examples {
      if Self.onlyChecked[example] != nil {
        let result = try memsh.run(["--check", "-c", example])
        #expect(result.status == 0, "\(example): \(result.errors)")
        continue
      }
      lines += [Self.preparations[example], example].compactMap(\.self)
    }
    lines.insert(Self.preparations[command] ?? "", at: 0)
    // What ends a session leaves nothing to run behind it.
    let scripts = command == "quit" ? lines.map { [$0] } : [lines]
    for lines in scripts {
      let text = lines.joined(separator: "\n").replacing("POSTGRES", with: postgres.store)
        .replacing("postgresql://ada@db.example/agents", with: "'\(postgres.store)'")
      try folder.write(text + "\n", to: "examples.memsh")
      let result = try memsh.run(
        ["-y", "-d", "agents.db", "-f", "examples.memsh"],
        environment: ["DATABASE_URL": command == "use" ? postgres.store : "agents.db"])
      #expect(result.status == 0, "\(command): \(result.errors)\n\(text)")
    }
  }
}
