import Foundation
import MemoryModel
import TestSupport
import Testing

/// A plan is shown, asked about in proportion, and applied as it was shown.
@Suite struct PlanPromptTests {
  private func world(memories count: Int) throws -> World {
    let world = try World()
    let lines = (1...count).map { #"{"id":\#($0),"user_id":"ada","content":"fact number \#($0)"}"# }
    let file = try world.folder.write(lines.joined(separator: "\n") + "\n", to: "facts.jsonl")
    let result = try world.run("--embedder", "hash", "import", file)
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  @Test("a few rows take a y; what was changed while the question was open is left out and named")
  func asksForYes() throws {
    let world = try world(memories: 5)
    let terminal = try Terminal.memsh("-d '\(world.store)'", in: world.folder)
    try terminal.enter("delete 1 2")
    let asked = try terminal.wait(for: "Go on? [y/N]")
    #expect(asked.contains("fact number 1") && asked.contains("fact number 2"))
    try terminal.enter("n")
    try terminal.wait(for: "nothing was done")
    try terminal.enter("delete 1 2")
    try terminal.wait { $0.components(separatedBy: "Go on? [y/N]").count == 3 }
    let edited = try world.run("edit", "1", "--importance", "0.9")
    #expect(edited.status == 0, "\(edited.errors)")
    try terminal.enter("y")
    try terminal.wait(for: "1 row changed since the plan was made and left alone: memories 1")
    let left = try world.json("list", "--limit", "10")
    #expect(left.text.contains("fact number 1") && !left.text.contains(#""fact number 2""#), "\(left.text)")
  }

  @Test("a command of the system's shell asks at a terminal, and is refused where nobody can answer")
  func asksInShell() throws {
    let world = try world(memories: 3)
    for (command, question) in [("delete 1", "Go on? [y/N]"), ("undo", "Go on? [y/N]"), ("delete --user ada", "Type ")]
    {
      for (answer, end) in [
        ("n", "nothing was done\n[status 1]"), (command.contains("--") ? "store" : "y", "[status 0]"),
      ] {
        let terminal = try Terminal("\"$MEMSH\" -q -d '\(world.store)' \(command)", in: world.folder)
        try terminal.wait(for: question)
        try terminal.enter(answer == "store" ? "store.db" : answer)
        try terminal.wait(for: end)
      }
    }
    #expect(try world.json("list") == .array([]))
    for command in [["undo"], ["-c", "undo"]] {
      let refused = try world.run(command)
      #expect(refused.status == 1 && refused.errors.contains("add `--yes` to go on"), "\(refused.errors)")
    }
    // A script that runs at a terminal is refused before it begins, as everywhere.
    let script = try world.script("undo\n")
    let terminal = try Terminal("\"$MEMSH\" -d '\(world.store)' -f '\(script)'", in: world.folder)
    try terminal.wait(for: "a script cannot answer")
  }

  @Test("a whole table, and more than 1,000 rows, take the store's name")
  func asksForName() throws {
    let world = try world(memories: 1_500)
    let terminal = try Terminal.memsh("-d '\(world.store)'", in: world.folder)
    try terminal.enter("delete --user ada")
    try terminal.wait(for: "Type store.db to go on:")
    try terminal.enter("y")
    try terminal.wait(for: "nothing was done")
    let all = (2...1_500).map { "DELETE FROM memories WHERE id = \($0);" }.joined()
    try world.folder.sqlite(
      "store.db",
      all + "UPDATE memories SET id = 1; INSERT INTO memories (id, user_id, content) VALUES (2, 'ada', 'other')")
    try terminal.press("C-l")
    try terminal.enter("delete --user ada")
    try terminal.wait { $0.contains("deletes 2 memories") && $0.hasSuffix("Type store.db to go on: ") }
    try terminal.enter("store.db")
    try terminal.wait(for: "operation")
    #expect(try world.folder.rows("store.db", "SELECT count(*) FROM memories") == ["0"])
  }

  @Test("--dry-run ends at the plan, and a script is told what would be done")
  func refusesInScripts() throws {
    let world = try world(memories: 3)
    let looked = try world.json("cache", "clear", "--dry-run")
    #expect(looked[key: "dry_run"] == .bool(true))
    let refused = try world.run("delete", "1")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("error: refused: this deletes 1 memory of \(world.store)\n"), "\(refused.errors)")
    #expect(refused.errors.contains("hint: add `--yes` to go on"))
  }
}
