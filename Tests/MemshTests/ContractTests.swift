import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The JSON shapes that automation relies on.
@Suite struct ContractTests {
  private static func keys(_ json: JSON?) -> [String] {
    guard case .object(let members)? = json else { return [] }
    return members.map(\.key)
  }

  @Test("stats, search and migrate keep their shape", arguments: World.Kind.allCases)
  func keepsShapes(kind: World.Kind) throws {
    let world = try World(kind)
    let migrate = try world.json("migrate", "--from", try world.folder.legacyFile())
    #expect(
      ContractTests.keys(migrate) == [
        "run", "source", "target", "memories_migrated", "already_present", "rejected", "reject_file", "embeddings",
        "fragments_inserted", "errors", "system_test", "seconds", "verified", "diff",
      ])
    let stats = try world.json("stats")
    #expect(
      ContractTests.keys(stats) == [
        "backend", "memories", "embeddings", "fragments", "duplicates", "analytics", "cache_hit_rate", "by_user",
        "by_category",
        "by_importance", "growth",
      ])
    #expect(stats[key: "by_user"]?.text == #"[{"user_id":"ada","count":2},{"user_id":"ben","count":2}]"#)
    #expect(stats[key: "backend"] == .string(kind.rawValue))
    #expect(
      ContractTests.keys(stats[key: "memories"])
        == ["total", "users", "categories", "avg_importance", "total_accesses", "latest"])
    #expect(ContractTests.keys(stats[key: "embeddings"]) == ["present", "missing", "space"])
    #expect(ContractTests.keys(stats[key: "embeddings"]?[key: "space"]) == ["provider", "model", "dimensions"])
    #expect(stats[key: "memories"]?[key: "latest"] == .string("2025-01-04T00:00:00.000000Z"))

    guard case .array(let hits) = try world.json("search", "espresso", "--user", "ada") else {
      Issue.record("search printed no array")
      return
    }
    #expect(hits.count == 2)
    #expect(
      ContractTests.keys(hits.first).prefix(8)
        == ["id", "user_id", "content", "category", "importance_score", "similarity", "metadata", "access_count"])
    #expect(hits.first?[key: "content"] == .string("Prefers a double espresso"))
    #expect(hits.first?[key: "metadata"]?[key: "legacy_id"] == .string("mem_1"))
  }

  @Test("both backends find the same, in the same order, with the same similarity")
  func agree() throws {
    let worlds = [try World(.sqlite), try World(.postgres)]
    let results = try worlds.map { world -> [(JSON?, Double)] in
      _ = try world.json("migrate", "--from", try world.folder.legacyFile())
      guard case .array(let hits) = try world.json("search", "espresso in Turin", "--mode", "semantic") else {
        return []
      }
      return hits.map { ($0[key: "content"], $0[key: "similarity"]?.doubleValue ?? .nan) }
    }
    #expect(results[0].count == 4)
    #expect(results[0].map(\.0) == results[1].map(\.0))
    for (left, right) in zip(results[0], results[1]) { #expect(abs(left.1 - right.1) < 1e-5) }
  }

  @Test("searching does not write")
  func readsOnly() throws {
    let world = try World()
    _ = try world.json("migrate", "--from", try world.folder.legacyFile())
    let before = try world.folder.rows("store.db", "SELECT * FROM memories")
    _ = try world.json("search", "espresso")
    #expect(try world.folder.rows("store.db", "SELECT * FROM memories") == before)
    #expect(try world.json("stats")[key: "analytics"] == .integer(0))
  }

  @Test("the session commands move between the stores")
  func moves() throws {
    let world = try World(.postgres)
    let result = try world.memsh.run(
      ["-q", "--output", "jsonl", "-c", "connect \(world.store); use sqlite; use postgres; rollback; status"])
    let backends = try result.output.split(separator: "\n").map {
      try JSONParser.parse(String($0))[key: "backend"]?.stringValue
    }
    #expect(backends == ["postgres", "sqlite", "postgres", "sqlite", "sqlite"])
  }

  @Test("a failed connect in a session without a script keeps the store; DATABASE_URL and MEMORY_TYPE choose it")
  func choosesStore() throws {
    let world = try World(.postgres)
    func backend(_ environment: [String: String]) throws -> String? {
      let result = try world.memsh.run(["-q", "--output", "json", "status"], environment: environment)
      return try JSONParser.parse(result.output)[key: "backend"]?.stringValue
    }
    #expect(try backend([:]) == "sqlite")
    #expect(try backend(["DATABASE_URL": world.store]) == "postgres")
    #expect(try backend(["DATABASE_URL": world.store, "MEMORY_TYPE": "sqlite"]) == "sqlite")
    #expect(try world.memsh.run(["status"], environment: ["MEMORY_TYPE": "postgres"]).status == 2)
    try world.folder.write("# settings\nexport DATABASE_URL='\(world.store)'\nOTHER=1\n", to: ".env")
    #expect(try backend([:]) == "postgres")
    #expect(try backend(["MEMORY_TYPE": "sqlite"]) == "sqlite")
  }

  @Test("an unknown host's password is nowhere to be seen, at any log level")
  func redacts() throws {
    let world = try World()
    let secret = "hunter22-very-secret"
    for location in ["postgresql://ada:\(secret)@127.0.0.1:1/x", "host=127.0.0.1 port=1 password=\(secret)"] {
      let result = try world.memsh.run(
        ["-d", location, "--log-level", "trace", "status"],
        environment: ["OPENAI_API_KEY": "sk-" + secret, "PGPASSWORD": secret])
      #expect(result.status == 3)
      #expect(!(result.output + result.errors).contains(secret))
    }
    // What libpq cannot read, or would read as host and database, is not quoted back.
    for location in ["postgresql://u:hunter%zz2@h/x", "postgresql://u:hun/ter2@h/x", "postgresql://u:hun@ter2@h/x"] {
      let result = try world.memsh.run(["-d", location, "--log-level", "trace", "status"])
      #expect(result.status == 2)
      #expect(!(result.output + result.errors).contains("hun"))
      #expect(!(result.output + result.errors).contains("ter2"))
    }
  }

  @Test("what explores and repairs keeps its shape", arguments: World.Kind.allCases)
  func repairShapes(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile())
    let table: [(arguments: [String], keys: [String])] = [
      (
        ["list", "--limit", "1"],
        [
          "id", "user_id", "content", "category", "importance_score", "metadata", "access_count", "last_accessed_at",
          "created_at", "updated_at",
        ]
      ),
      (
        ["show", "1"],
        [
          "id", "user_id", "content", "content_sha256", "category", "importance_score", "metadata", "access_count",
          "last_accessed_at", "created_at", "updated_at", "embedding", "history", "nearest",
        ]
      ),
      (["edit", "1", "--importance", "0.25"], ["id", "changed", "before", "after", "operation", "dry_run"]),
      (["journal"], ["operation", "at", "rows", "command", "state", "undoes", "undone_by", "author", "run"]),
      (["journal", "show", "1"], ["operation", "table", "id", "what", "columns", "before", "after"]),
      (
        ["undo", "--yes"],
        [
          "undone", "commands", "rows_inserted", "rows_updated", "rows_deleted", "not_restored", "not_undone",
          "operations", "dry_run",
        ]
      ),
      (
        ["add", "quite another thing", "--user", "zoe"],
        ["added", "id", "duplicate_of", "layer", "similarity", "embedded", "operation", "dry_run"]
      ),
      (["delete", "1", "--yes"], ["deleted", "examples", "left_out", "not_undone", "operation", "dry_run"]),
      (
        ["reassign", "--from", "ada", "--to", "ben", "--yes"],
        ["reassigned", "examples", "left_out", "not_undone", "operation", "dry_run"]
      ),
      (["decay", "--yes"], ["lowered", "examples", "left_out", "not_undone", "operation", "dry_run"]),
      (
        ["dedup"],
        [
          "memories", "groups", "duplicates", "shown_groups", "recorded", "merged", "left_out", "not_undone",
          "operation",
          "dry_run",
        ]
      ),
      (
        ["merge", "2", "3", "--dry-run"],
        ["kept", "reason", "removed", "left_out", "not_undone", "operation", "dry_run"]
      ),
      (["doctor"], ["checks", "found", "fixed", "findings", "operations", "left_out", "not_undone", "dry_run"]),
      (
        ["export", world.folder.file("x.jsonl")],
        ["path", "memories", "memory_analytics", "memory_duplicates", "prompt_fragments"]
      ),
      (
        ["import", world.folder.file("x.jsonl")],
        [
          "inserted", "replaced", "replaced_examples", "skipped", "already_present", "missing_embeddings",
          "nul_replaced", "left_out", "not_undone", "operation", "dry_run",
        ]
      ),
      (
        ["backup", world.folder.file("x.db")],
        ["path", "memories", "memory_analytics", "memory_duplicates", "prompt_fragments", "verified", "left_out"]
      ),
      (
        ["restore", world.folder.file("x.db"), "--yes"],
        ["path", "replaced", "restored", "left_out", "backup_of_before", "dry_run"]
      ),
    ]
    for (arguments, keys) in table {
      let result = try world.json(arguments)
      #expect(ContractTests.keys(result.arrayValue?.first ?? result) == keys, "\(arguments)")
    }
  }
}
