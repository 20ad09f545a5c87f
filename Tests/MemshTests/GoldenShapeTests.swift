import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The JSON of every command, as keys and types in a golden file: the contract with automation.
@Suite struct GoldenShapeTests {
  /// In their order: what repairs comes last, so that the others see the same store.
  static let commands: [[String]] = [
    ["status"], ["show", "vars"], ["schema"], ["ensure-vector"], ["models"], ["cache"], ["stats"],
    ["stats", "--by", "user"], ["stats", "--by", "importance"], ["stats", "--index"], ["stats", "--latency"],
    ["users"], ["categories"], ["list"], ["list", "--user", "nobody"], ["search", "espresso"],
    ["search", "espresso", "--mode", "semantic", "--record"], ["search", "espresso", "--mode", "lexical"],
    ["search", "espresso", "--explain"],
    ["search", "zzzz", "--mode", "lexical"], ["show", "1"], ["prompt", "espresso", "--user", "ada"], ["fragments"],
    ["fragments", "show", "1"], ["analytics"], ["doctor"], ["doctor", "--list"], ["dedup"], ["map"], ["recall"],
    ["history"], ["rollback"], ["sql", "SELECT 1 AS one, 1.5 AS half, NULL AS empty, 'x' AS text"],
    ["sql", "SELECT id, category, importance_score, created_at FROM memories WHERE id = 3"],
    ["add", "quite another thing", "--user", "zoe"], ["add", "Works in Turin", "--user", "ada", "--dry-run"],
    ["edit", "1", "--importance", "0.25"], ["decay", "--unused", "0", "--dry-run"], ["reembed", "--dry-run"],
    ["merge", "1", "2", "--dry-run"], ["merge", "1", "2", "--yes"], ["dedup", "--record"], ["duplicates"],
    ["show", "2"],
    ["delete", "3", "--yes"], ["reassign", "--from", "ben", "--to", "ada", "--yes"], ["journal"],
    ["journal", "show", "1"], ["undo", "--dry-run"], ["undo", "--yes"], ["seed"],
    ["doctor", "--fix", "all", "--yes"], ["journal", "prune", "--dry-run"], ["fragments", "delete", "1", "--yes"],
    ["rollback", "--run", "last", "--dry-run"], ["set"], ["show", "tables"], ["describe", "memories"],
    ["connections", "add", "here", "store.db"],
  ]

  private static let errors: [[String]] = [
    ["serch", "x"], ["list", "--limit", "x"], ["list", "--usr", "ada"], ["show", "999"],
    ["sql", "SELECT nothing FROM memories"], ["sql", "DELETE FROM memories"], ["delete", "1"],
    ["import", "nowhere.jsonl"], ["assert", "1", "=", "2"],
  ]

  @Test("results: the keys and types of every command", arguments: World.Kind.allCases)
  func keepsShapes(kind: World.Kind) throws {
    let world = try World(kind)
    var sections = [
      try GoldenShapeTests.section(["inspect", "legacy.db"], try world.folder.legacyFile(), world),
      try GoldenShapeTests.section(
        ["migrate", "--from", "legacy.db"], try world.folder.legacyFile("legacy2.db"), world),
    ]
    for command in GoldenShapeTests.commands { sections.append(try GoldenShapeTests.section(command, nil, world)) }
    let file = world.folder.file("memories.jsonl")
    for command in [
      ["export", file], ["import", file, "--dry-run"], ["backup", world.folder.file("a.backup")],
      ["diff", world.folder.file("legacy.db")], ["map", world.folder.file("map.html")],
      ["eval", "--make", "3", world.folder.file("drafted.jsonl")],
      ["eval", world.folder.file("drafted.jsonl")],
    ] {
      sections.append(try GoldenShapeTests.section(command, nil, world))
    }
    let difference = try Golden.difference(sections.joined(separator: "\n"), "shapes-\(kind.rawValue).txt")
    #expect(difference == nil, "\(difference ?? "")")
  }

  @Test("errors: code, message, hint, file, line and cause", arguments: World.Kind.allCases)
  func keepsErrors(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile())
    let lines = try GoldenShapeTests.errors.map { command in
      let result = try world.memsh.run(["-d", world.store, "-q", "--output", "json"] + command)
      let error = try JSONParser.parse(result.errors)
      #expect(result.output.isEmpty && result.status != 0)
      return "## \(command.joined(separator: " "))\nstatus \(result.status)\n\(error.prettyText)\n"
    }
    var text = lines.joined(separator: "\n").replacing(world.folder.path, with: "FOLDER")
    if world.database != nil {
      text = text.replacing(world.store, with: "STORE")
        .replacing(world.store.split(separator: "/").last ?? "", with: "DATABASE")
    }
    let difference = try Golden.difference(text, "errors-\(kind.rawValue).txt")
    #expect(difference == nil, "\(difference ?? "")")
  }

  private static func section(_ command: [String], _ source: String?, _ world: World) throws -> String {
    let words = source.map { path in command.map { $0 == "legacy.db" ? path : $0 } } ?? command
    let result = try world.memsh.run(["-d", world.store, "-q", "--embedder", "hash", "--output", "json"] + words)
    let named = command.map { $0.hasPrefix(world.folder.path) ? String($0.split(separator: "/").last ?? "") : $0 }
    guard !result.output.isEmpty else {
      return "## \(named.joined(separator: " "))\nnothing, status \(result.status): \(result.errors)"
    }
    var shape = JSONShape.text(try JSONParser.parse(result.output))
    // One table has no parts; that `status` has them of every other layout, LayoutTests and CitusTests tell.
    if TestDatabase.layout != nil, command == ["status"] {
      #expect(shape.contains("parts: [{"))
      shape.replace(/parts: \[\{[^\]]*\}\]/, with: "parts: []")
    }
    return "## \(named.joined(separator: " "))\n\(shape)\n"
  }
}
