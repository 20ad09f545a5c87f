import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `fragments`, `users`, `categories`, `analytics`, and `stats` with its options.
@Suite struct ExploreTests {
  private static func list(_ json: JSON?) -> [JSON] {
    guard case .array(let items)? = json else { return [] }
    return items
  }

  @Test("fragments are listed, added, edited, switched off and deleted; prompts follow", arguments: World.Kind.allCases)
  func changesFragments(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("seed")
    #expect(ExploreTests.list(try world.json("fragments")).count == 7)
    #expect(ExploreTests.list(try world.json("fragments", "list", "--agent", "sales")).count == 1)
    let added = try world.json(
      "fragments", "add", "--category", "tone 🙂", "--content", "Say \"du\", not 'Sie'; \\ stays", "--priority", "-3",
      "--tags", "a, b", "--agent", "sales", "--tier", "full")
    #expect(added.text == #"{"inserted":1,"already_present":0}"#)
    let again = try world.json(
      "fragments", "add", "--category", "tone 🙂", "--content", "Say \"du\", not 'Sie'; \\ stays", "--agent", "sales")
    #expect(again.text == #"{"inserted":0,"already_present":1}"#)
    let shown = ExploreTests.list(try world.json("fragments", "show", "8"))[0]
    #expect(shown[key: "content"]?.stringValue == "Say \"du\", not 'Sie'; \\ stays")
    #expect(shown[key: "tags"]?.text == #"["a","b"]"#)
    #expect(shown[key: "embedded"] == .bool(true))
    let edited = ExploreTests.list(
      try world.json("fragments", "edit", "8", "--content", "Other words", "--tier", "core"))[0]
    #expect(edited[key: "content"] == .string("Other words") && edited[key: "priority"] == .integer(-3))
    _ = try world.json("fragments", "disable", "8", "1")
    let prompt = try world.json("prompt", "hello", "--user", "ada", "--agent", "sales", "--tier", "full")
    let categories = ExploreTests.list(prompt[key: "fragments"]).compactMap { $0[key: "category"]?.stringValue }
    #expect(categories == ["sales_guidelines", "communication_style", "error_handling", "memory_usage"])
    _ = try world.json("fragments", "enable", "8")
    #expect(try world.json("fragments", "delete", "8", "--dry-run")[key: "deleted"] == .integer(1))
    let refused = try world.run("fragments", "delete", "8")
    #expect(refused.status == 1 && refused.errors.contains("--yes"))
    _ = try world.json("fragments", "delete", "8", "2", "--yes")
    #expect(ExploreTests.list(try world.json("fragments")).count == 6)
    let missing = try world.run("fragments", "delete", "1", "99", "--yes")
    #expect(missing.status == 1 && missing.errors.contains("there is no fragment 99"))
    #expect(ExploreTests.list(try world.json("fragments")).count == 6)
    for arguments in [
      ["edit", "1"], ["add", "--category", "x"], ["show"], ["show", "x"], ["import"], ["list", "1"],
    ] {
      #expect(try world.memsh.run(["-d", world.store, "fragments"] + arguments).status == 2, "\(arguments)")
    }
  }

  @Test(
    "export and import, as JSON and YAML, are idempotent and refuse what is no fragment", arguments: World.Kind.allCases
  )
  func movesFragments(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("seed")
    let file = world.folder.file("fragments.json")
    #expect(try world.run("fragments", "export", file).status == 0)
    let other = try World()
    #expect(try other.json("seed", "--file", file).text == #"{"inserted":7,"already_present":0}"#)
    #expect(try other.json("fragments", "import", file).text == #"{"inserted":0,"already_present":7}"#)
    #expect(try other.run("fragments", "export").output == (try world.run("fragments", "export").output))
    try world.folder.write(
      """
      - category: yaml
        priority: 9
        content: |
          Two lines,
          "quoted".
        tags: [yes, "no"]
        is_active: false
      - {category: yaml, content: "123", agent_type: sales}
      - {category: yaml, content: "123", agent_type: sales}
      """, to: "more.yaml")
    let dry = try world.json("fragments", "import", "--dry-run", world.folder.file("more.yaml"))
    #expect(dry.text == #"{"inserted":2,"already_present":1}"#)
    #expect(try world.json("seed", "--file", world.folder.file("more.yaml")) == dry)
    let yaml = ExploreTests.list(try world.json("fragments", "list", "--category", "yaml"))
    #expect(yaml.map { $0[key: "content"]?.stringValue } == ["Two lines,\n\"quoted\".\n", "123"])
    #expect(yaml[0][key: "is_active"] == .bool(false))
    for (text, name, reason) in [
      ("[{}]", "a.json", "fragment 1"), ("{", "b.json", "is not the JSON"), ("- x: [", "c.yaml", "is not the JSON"),
      (#"[{"category":"x","content":"y","tier":"core"}]"#, "d.json", "no 'tier'"),
      (#"[{"category":"x","content":"y","context_tier":"big"}]"#, "e.json", "core, standard or full"),
      (#"[{"category":"x","content":"y","priority":1.5}]"#, "f.json", "whole number"), ("3", "g.json", "no list"),
    ] {
      try world.folder.write(text, to: name)
      let result = try world.run("fragments", "import", world.folder.file(name))
      #expect(result.status == 1 && result.errors.contains(reason), "\(name): \(result.errors)")
    }
  }

  @Test("users, categories and stats count by everything there is", arguments: World.Kind.allCases)
  func counts(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.plainLegacyFile(rows: 20))
    let users = ExploreTests.list(try world.json("users"))
    #expect(users.map { $0[key: "user_id"]?.stringValue } == (1...5).map { "user_\($0)" })
    #expect(users.allSatisfy { $0[key: "memories"] == .integer(4) && $0[key: "embedded"] == .integer(4) })
    #expect(ExploreTests.list(try world.json("users", "--limit", "2")).count == 2)
    let categories = ExploreTests.list(try world.json("categories", "--user", "user_1"))
    #expect(categories.map { $0[key: "category"]?.stringValue } == ["facts", "tasks"])
    let days = ExploreTests.list(try world.json("stats", "--by", "day"))
    #expect(days.map { $0[key: "day"]?.stringValue } == ["2025-01-01"])
    #expect(days[0][key: "memories"] == .integer(20))
    let importance = ExploreTests.list(try world.json("stats", "--by", "importance"))
    #expect(importance.map { $0[key: "importance_from"] } == [.number("0.5")])
    #expect(try world.json("stats", "--user", "user_2")[key: "memories"]?[key: "total"] == .integer(4))
    let storage = ExploreTests.list(try world.json("stats", "--index"))
    #expect(storage.contains { ($0[key: "bytes"]?.doubleValue ?? 0) > 8_000 })
    for milliseconds in [5, 1, 9, 100] {
      _ = try world.run(
        "sql", "--write",
        "INSERT INTO memory_analytics (user_id, query_text, response_time_ms) VALUES ('user_1', 'q\(milliseconds)', \(milliseconds))"
      )
    }
    #expect(
      try world.json("stats", "--latency").text == #"{"searches":4,"p50_ms":5,"p95_ms":100,"p99_ms":100,"max_ms":100}"#)
    #expect(
      try world.json("stats", "--latency", "--user", "nobody").text
        == #"{"searches":0,"p50_ms":null,"p95_ms":null,"p99_ms":null,"max_ms":null}"#)
    let analytics = ExploreTests.list(try world.json("analytics", "--limit", "2"))
    #expect(analytics.map { $0[key: "query_text"]?.stringValue } == ["q100", "q9"])
    #expect(try world.run("stats", "--by", "day", "--latency").status == 2)
  }

  @Test("on an empty store every question has an answer, without tables a hint", arguments: World.Kind.allCases)
  func answersOnEmptyStores(kind: World.Kind) throws {
    let world = try World(kind)
    // A file, and nothing in it.
    if kind == .sqlite { try world.folder.write("", to: "store.db") }
    let questions = [
      ["users"], ["categories"], ["analytics"], ["fragments"], ["stats", "--by", "day"], ["stats", "--latency"],
      ["search", "x"], ["prompt", "x", "--user", "u"],
    ]
    for question in questions {
      let result = try world.memsh.run(["-d", world.store] + question)
      #expect(
        result.status == 1 && result.errors.contains("there are no memory tables"), "\(question): \(result.errors)")
    }
    _ = try world.run("-c", "ensure-vector; schema --create")
    for question in questions {
      let result = try world.memsh.run(["-d", world.store] + question)
      #expect(result.status == 0, "\(question): \(result.errors)")
    }
    let recall = try world.run("recall")
    #expect(recall.status == 1 && recall.errors.contains("no vector index"))
  }
}
