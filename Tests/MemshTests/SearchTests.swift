import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `search`, `prompt` and `recall` as a person or a script uses them, on both backends.
@Suite struct SearchTests {
  /// A store with six memories, their metadata, times and importances chosen for the filters.
  private static func filled(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    try world.folder.sqlite(
      "legacy.db",
      """
      CREATE TABLE memories (id TEXT, user_id TEXT, content TEXT, metadata TEXT, created_at TEXT, importance REAL);
      INSERT INTO memories VALUES
        ('1', 'ada', 'Prefers a double espresso', '{"category":"taste","source":"chat","n":{"deep":7}}', '2025-01-01', 0.9),
        ('2', 'ada', 'Works in Turin on weekdays', '{"source":"mail","ok":true}', '2025-02-01', 0.5),
        ('3', 'ben', 'The espresso machine returns to Osaka', '{"source":"chat"}', '2025-03-01', 0.2),
        ('4', 'ben', 'O''Reilly said: "quotes" AND (operators) NEAR* -x ^y', '{}', '2025-04-01', 0.5),
        ('5', 'cem', '毎朝コーヒーを飲む ☕', '{}', '2025-05-01', 0.5),
        ('6', 'cem', 'machines returning espressos', '{"source":"chat"}', '2025-06-01', 0.5);
      """)
    _ = try world.json("migrate", "--from", world.folder.file("legacy.db"))
    return world
  }

  private static func ids(_ world: World, _ arguments: [String]) throws -> [Int64] {
    let result = try world.memsh.run(["-d", world.store, "-q", "--output", "json", "search"] + arguments)
    #expect(result.status == 0, "\(arguments): \(result.errors)")
    guard case .array(let hits) = try JSONParser.parse(result.output) else { return [] }
    return hits.compactMap { $0[key: "id"]?.doubleValue.map { Int64($0) } }
  }

  @Test("modes, filters, offsets and thresholds", arguments: World.Kind.allCases)
  func filters(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    for (arguments, expected) in [
      (["espresso", "--mode", "lexical"], [1, 3, 6]), (["espressos", "--mode", "lexical"], [1, 3, 6]),
      (["the of and", "--mode", "lexical", "--user", "ada"], []),
      (["espresso", "--mode", "lexical", "--user", "ben"], [3]),
      (["espresso", "--mode", "semantic", "--user", "nobody"], []),
      (["espresso", "--user", "ada"], [1, 2]), (["espresso", "--category", "taste"], [1]),
      (["espresso", "--min-importance", "0.6"], [1]), (["x", "--since", "2025-05-01"], [5, 6]),
      (["x", "--until", "2025-01-15"], [1]), (["x", "--since", "2025-02-01", "--until", "2025-03-01"], [2]),
      (["x", "--since", "1d"], []), (["x", "--where", "metadata.source=chat"], [1, 3, 6]),
      (["x", "--where", "metadata.source=chat", "--where", "metadata.n.deep=7"], [1]),
      (["x", "--where", "metadata.ok=true"], [2]), (["x", "--where", "metadata.nothing=1"], []),
      (["espresso", "--limit", "0"], []), (["x", "--limit", "10000"], [1, 2, 3, 4, 5, 6]),
      (["x", "--offset", "6"], []), (["--similar-to", "1", "--user", "ada"], [2]),
      (["--similar-to", "1", "--threshold", "1"], []),
    ] as [([String], [Int64])] {
      #expect(try SearchTests.ids(world, arguments).sorted() == expected, "\(arguments)")
    }
    #expect(
      try SearchTests.ids(world, ["espresso", "--limit", "2", "--offset", "1"])
        == Array(try SearchTests.ids(world, ["espresso"]).dropFirst().prefix(2)))
  }

  @Test("queries that no parser likes find what they say, or nothing", arguments: World.Kind.allCases)
  func awkwardQueries(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    for (query, expected) in [
      ("\"quotes\" AND NOT (operators", [4]), ("O'Reilly", [4]), ("NEAR(quotes) *", [4]), ("content:quotes", [4]),
      ("quotes\\ & | ! <-> ''", [4]), ("☕", []), ("毎朝コーヒーを飲む", [5]), ("'; DROP TABLE memories; --", []),
      (String(repeating: "quotes ", count: 15_000), [4]),
    ] as [(String, [Int64])] {
      #expect(try SearchTests.ids(world, [query, "--mode", "lexical"]) == expected, "\(query.prefix(40))")
      #expect(try SearchTests.ids(world, [query]).count == 6, "\(query.prefix(40))")
    }
    let distinct = (0..<20_000).map { "w\($0)" }.joined(separator: " ")
    #expect(try SearchTests.ids(world, [distinct, "--mode", "lexical"]) == [])
    for (arguments, hint) in [
      (["x", "--where", "source=chat"], "metadata.path=value"), (["x", "--since", "yesterday"], "2026-01-31"),
      (["--similar-to", "1", "x"], "not both"), (["x", "--limit", "10001"], "10000"),
      (["x", "--fields", "nope"], "nope"),
      (["x", "--mode", "lexical", "--threshold", "0.5"], "embeddings"), (["  "], "empty"),
    ] {
      let result = try world.memsh.run(["-d", world.store, "search"] + arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(hint), "\(arguments): \(result.errors)")
    }
    let missing = try world.run("search", "--similar-to", "999")
    #expect(missing.status == 1 && missing.errors.contains("there is no memory 999"))
  }

  @Test("hybrid joins both scores; what one half has not found has none of its", arguments: World.Kind.allCases)
  func fuses(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    guard case .array(let hits) = try world.json("search", "double espresso") else { return }
    #expect(hits.first?[key: "id"] == .integer(1))
    #expect(try #require(hits.first?[key: "score"]?.doubleValue) > 0.7)
    #expect(hits.count == 6)
    #expect(hits.contains { $0[key: "lexical_rank"] == .null })
  }

  @Test(
    "--explain tells the way, --fields chooses, --record writes and nothing else does", arguments: World.Kind.allCases)
  func explains(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    let plan = try world.json("search", "espresso", "--explain")
    #expect(plan[key: "mode"] == .string("hybrid"))
    #expect(plan[key: "step_2"]?[key: "method"] == .string("full text"))
    let index = plan[key: "step_2"]?[key: "index"]?.stringValue ?? ""
    #expect(index.hasPrefix("memsh_memories_text"))
    #expect((plan[key: "store_ms"]?.doubleValue ?? 0) > 0)
    let row = try world.run("--output", "tsv", "search", "double espresso", "--fields", "id,content", "--limit", "1")
    #expect(row.output == "id\tcontent\n1\tPrefers a double espresso\n")
    #expect(try world.json("stats")[key: "analytics"] == .integer(0))
    _ = try world.json("search", "espresso", "--user", "ada", "--limit", "1", "--record")
    let stats = try world.json("stats")
    #expect(stats[key: "analytics"] == .integer(1))
    #expect(stats[key: "memories"]?[key: "total_accesses"] == .integer(1))
    #expect(try world.json("search", "--similar-to", "2", "--user", "ada").text.contains("\"access_count\":1"))
  }

  @Test("both backends rank by meaning alike, filtered or not")
  func ranksAlike() throws {
    let worlds = [try SearchTests.filled(.sqlite), try SearchTests.filled(.postgres)]
    for arguments in [["espresso in Turin"], ["machine", "--user", "ben"], ["毎朝", "--where", "metadata.source=chat"]] {
      let results = try worlds.map { world -> [[Double?]] in
        let answer = try world.json(["search", "--mode", "semantic", "--exact"] + arguments)
        guard case .array(let hits) = answer else { return [] }
        return hits.map { hit in [hit[key: "id"]?.doubleValue, hit[key: "similarity"]?.doubleValue] }
      }
      #expect(results[0].map(\.[0]) == results[1].map(\.[0]))
      for (left, right) in zip(results[0], results[1]) { #expect(abs((left[1] ?? 2) - (right[1] ?? 4)) < 1e-5) }
    }
  }

  @Test("the language of the text index can be chosen", arguments: World.Kind.allCases)
  func knowsLanguages(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    let result = try world.run(
      "-q", "-c", "set text-search-language simple; schema --create; search espressos --mode lexical --fields id")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasSuffix("id\n6\n"))
    // The index tells the next session.
    #expect(try SearchTests.ids(world, ["espressos", "--mode", "lexical"]) == [6])
  }

  @Test("prompt takes fragments and memories as far as the tier goes", arguments: World.Kind.allCases)
  func assembles(kind: World.Kind) throws {
    let world = try SearchTests.filled(kind)
    let prompt = try world.json("prompt", "coffee", "--user", "ada", "--agent", "sales", "--tier", "core")
    guard case .array(let fragments)? = prompt[key: "fragments"], case .array(let memories)? = prompt[key: "memories"]
    else {
      Issue.record("no lists in \(prompt.text)")
      return
    }
    #expect(fragments.map { $0[key: "category"]?.stringValue } == ["sales_guidelines"])
    #expect(memories.count == 2)
    #expect(prompt[key: "text"]?.stringValue?.contains("- Prefers a double espresso") == true)
    #expect(prompt[key: "token_limit"] == .integer(2_000))
    #expect((50...2_000).contains(prompt[key: "tokens"]?.doubleValue ?? 0))
    // A memory larger than the tier is cut, and the next one still fits.
    try world.folder.sqlite(
      "long.db",
      """
      CREATE TABLE memories (id TEXT, user_id TEXT, content TEXT);
      INSERT INTO memories VALUES ('long', 'dee', replace(hex(zeroblob(8000)), '00', 'coffee ')), ('short', 'dee', 'tea');
      """)
    _ = try world.json("migrate", "--from", world.folder.file("long.db"))
    let cut = try world.json("prompt", "coffee", "--user", "dee", "--tier", "core")
    guard case .array(let parts)? = cut[key: "memories"] else { return }
    #expect(parts.map { $0[key: "taken"]?.stringValue } == ["cut", "taken"])
  }
}
