import Foundation
import TestSupport
import Testing

/// Every command of the table of commands on every schema: it does its work, or names why it cannot, and leaves what others
/// made as it was.
@Suite struct EveryCommandTests {
  /// What is run for a command, and what must come of it.
  private struct Case {
    let lines: [String]
    /// What a refusal says; nothing for what succeeds.
    var refusal = ""
    /// The exit status of the refusal.
    var status: Int32 = 1
    /// Where it is refused; everywhere else it succeeds.
    var isRefused: @Sendable (SchemaCase) -> Bool = { _ in true }

    init(_ lines: String...) { self.lines = lines }

    func refused(_ text: String, status: Int32 = 1, where isRefused: @escaping @Sendable (SchemaCase) -> Bool) -> Case {
      var copy = self
      (copy.refusal, copy.status, copy.isRefused) = (text, status, isRefused)
      return copy
    }
  }

  private static let cases: KeyValuePairs<String, Case> = [
    "connect": Case("connect 'STORE'", "connect 'STORE' --label test; list"),
    "connections": Case(
      "connections add here 'STORE' --label test; connect @here; connections remove here", "connections"),
    "use": Case("use sqlite"),
    "status": Case("status"),
    "set": Case("set requests 2; set colour blue"),
    "unset": Case("set colour blue; unset colour"),
    "show": Case("show 1", "show 7", "show vars", "show tables"),
    "output": Case("output json; list"),
    "results": Case("results listed.csv; list; results; list"),
    "timing": Case("timing on; list"),
    "watch": Case("watch --count 1 0.1 stats"),
    "history": Case("history"),
    "edit-line": Case("edit-line").refused("for the prompt", status: 2) { _ in true },
    "echo": Case("echo hello"),
    "include": Case("include part.memsh"),
    "alias": Case("alias l='list --limit 1'; l; alias"),
    "unalias": Case("alias l=list; unalias l"),
    "shell": Case("!true"),
    "begin": Case("begin; edit 1 --importance 0.3; rollback; list", "begin; list; rollback"),
    "commit": Case("begin; edit 1 --importance 0.4; edit 2 --importance 0.4; commit", "undo"),
    "assert": Case("stats; assert .memories.total > 1"),
    "help": Case("help", "help migrate"),
    "quit": Case("quit"),
    "ensure-vector": Case("ensure-vector", "ensure-vector --check", "ensure-vector --update"),
    "inspect": Case("inspect legacy.db", "inspect 'STORE'"),
    "migrate": Case(
      "migrate --from legacy.db --dry-run", "migrate --from legacy.db --skip-test", "migrate --from legacy.db"),
    "diff": Case("diff 'STORE'", "diff 'STORE' 'STORE' --limit 2"),
    "rollback": Case("rollback --run last --dry-run", "rollback --run last", "rollback", "rollback --sync")
      .refused("on SQLite already", status: 2) { $0.isSQLite },
    "seed": Case("seed", "seed --no-embedding"),
    "schema": Case("schema", "schema --create"),
    "describe": Case("describe memories", "describe memory_analytics"),
    "doctor": Case("doctor --list", "doctor --fix all", "doctor"),
    "search": Case(
      "search 'green tea'", "search tea --mode lexical", "search tea --mode semantic --exact", "search --similar-to 1",
      "search tea --explain", "search tea --user ada --category preferences --since 2020-01-01 --record"),
    "list": Case("list", "list --user ada --sort importance --descending", "list --sort created --after 1"),
    "prompt": Case("prompt tea --user ben --agent sales --tier full"),
    "users": Case("users"),
    "categories": Case("categories"),
    "fragments": Case(
      "fragments", "fragments add --category c --content 'Be kind.'", "fragments edit 1 --priority 2",
      "fragments disable 1", "fragments delete 1", "undo", "fragments export"),
    "duplicates": Case("duplicates"),
    "analytics": Case("analytics"),
    "stats": Case("stats", "stats --by day", "stats --by user", "stats --index", "stats --latency"),
    "map": Case("map", "map map.html --overwrite", "map --layout neighbours --by user"),
    "recall": Case("recall").refused("no vector index") { $0.isSQLite },
    "eval": Case("eval --make 3 drafted.jsonl --overwrite", "eval drafted.jsonl --user ada"),
    "sql": Case(
      "sql 'SELECT count(*) FROM memories'", "sql --write \"UPDATE memories SET access_count = 1 WHERE id = 2\""),
    "add": Case("add 'Owns a red bicycle' --user ben", "add 'Owns a blue boat' --user ben --metadata '{\"a\": 1}'"),
    "edit": Case(
      "edit 1 --importance 0.9", "edit 1 --content 'Prefers tea' --user eve --category x", "edit 7 --category y"),
    "delete": Case("delete 7 --dry-run", "delete 7", "undo", "delete --user nobody"),
    "merge": Case("merge 3 4", "undo"),
    "reassign": Case("reassign --from ben --to bob", "undo"),
    "decay": Case("decay --unused 0 --half-life 1", "undo"),
    "dedup": Case("dedup", "dedup --record", "dedup --merge", "undo"),
    "reembed": Case("reembed --dry-run", "reembed --missing", "reembed --user ada", "reembed"),
    "undo": Case("edit 2 --importance 0.1; undo", "undo --dry-run"),
    "journal": Case("journal", "edit 2 --importance 0.3; journal show 1", "journal prune --older-than 0d"),
    "export": Case("export", "export all.jsonl", "export all.csv", "export all.db --format sqlite"),
    "import": Case("import some.jsonl", "import some.jsonl", "undo"),
    "backup": Case("backup whole.db"),
    "restore": Case("restore whole.db --dry-run", "restore whole.db"),
    "models": Case("models"),
    "cache": Case("cache", "cache prune"),
  ]

  /// The commands of the article's table.
  private static func documentedCommands() throws -> [String] {
    try Document("\(Document.articleFolder)/Commands.md").prose.matches(of: /(?m)^\| `([a-z-]+)/).map { String($0.1) }
  }

  @Test("every command has a case, in the article and in the binary")
  func isComplete() throws {
    let covered = Self.cases.map(\.key).sorted()
    #expect(try Self.documentedCommands().sorted() == covered)
    #expect(try Set(CommandTable(World()).commands.compactMap(\.words.first)).sorted() == covered)
  }

  @Test("every command works on every schema and changes nothing that others made", arguments: SchemaCase.allCases)
  func works(schema: SchemaCase) throws {
    // Of the application's original store memsh has seen nothing before.
    let world = try schema.filled(isNamed: schema != .originalOnPostgres)
    _ = try world.folder.legacyFile()
    try world.folder.write("list --limit 1\n", to: "part.memsh")
    try world.folder.write(
      #"{"table":"memories","user_id":"cy","content":"Keeps bees","category":"animals"}"# + "\n", to: "some.jsonl")
    var before = try world.schemaText()
    try world.expect("reembed", schema == .originalOnPostgres ? "--no-journal" : "--missing")
    for (name, command) in Self.cases {
      let isRefused = !command.refusal.isEmpty && command.isRefused(schema)
      var refusals = 0
      for line in command.lines {
        let words = line.replacing("STORE", with: world.store)
        let result = try world.unattended(["-c", words])
        if isRefused && result.status == command.status && result.errors.contains(command.refusal) {
          refusals += 1
        } else {
          #expect(result.status == 0, "\(name): \(line): \(result.errors)")
        }
      }
      #expect(!isRefused || refusals > 0, "\(name) is not refused with: \(command.refusal)")
      let after = try world.schemaText()
      let changes = SchemaText.changes(from: before, to: after)
      #expect(changes.isEmpty, "\(name) changed: \(changes.joined(separator: "\n"))")
      before = after
    }
  }
}
