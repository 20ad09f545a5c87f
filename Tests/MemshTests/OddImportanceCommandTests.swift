import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Importances that are infinite or no numbers, through the commands that compare and compute with them.
@Suite struct OddImportanceCommandTests {
  @Test("odd importances decide nothing, stop nothing and are not spread", arguments: World.Kind.allCases)
  func goesOn(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("-q", "schema", "--create").status == 0)
    for importance in ["0.3", "0.4", "0.9", "0.2", "0.5"] {
      _ = try world.json(
        "add", "the very same thing, said again", "--user", "ada", "--force", "--importance", importance)
    }
    // SQLite takes NaN for NULL.
    let (infinite, odd) = kind == .postgres ? ("'Infinity'::float8", "'NaN'::float8") : ("9e999", "-9e999")
    #expect(
      try world.run(
        "sql", "--write",
        "UPDATE memories SET importance_score = CASE id WHEN 1 THEN \(infinite) ELSE \(odd) END WHERE id < 3"
      ).status == 0)
    for command in [["stats"], ["users"], ["categories"], ["list"], ["decay", "--half-life", "1", "--dry-run"]] {
      let result = try world.memsh.run(["-d", world.store, "-q", "--output", "json"] + command)
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect((try? JSONParser.parse(result.output)) != nil, "\(command): \(result.output)")
    }
    let found = try world.json("dedup", "--dry-run")[key: "shown_groups"]?.arrayValue ?? []
    #expect(
      found.first?[key: "id"]?.integerValue == 3 && found.first?[key: "what"] == .string("keep: highest importance"))
    #expect(try world.json("dedup", "--merge", "--yes")[key: "merged"]?.integerValue == 4)
    let left = try world.json("list").arrayValue ?? []
    #expect(left.count == 1 && left[0][key: "importance_score"]?.doubleValue == 0.9, "\(left)")
    #expect(try world.run("-q", "undo", "--yes").status == 0)
    #expect(try world.json("list").arrayValue?.count == 5)
  }
}
