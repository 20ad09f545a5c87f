import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Commands that embed, with a real model and with a server that speaks OpenAI's protocol on a real socket.
@Suite struct EmbeddingTests {
  private func run(
    _ world: World, _ server: EmbeddingServer?, _ arguments: [String], key: String = "sk-very-secret"
  ) throws -> Memsh.Result {
    let environment = server.map { ["OPENAI_BASE_URL": $0.url, "OPENAI_API_KEY": key] } ?? [:]
    return try world.memsh.run(["-d", world.store, "--output", "json"] + arguments, environment: environment)
  }

  /// A legacy file with so many rows, every tenth content twice.
  private func source(_ world: World, rows: Int) throws -> String {
    try world.folder.sqlite(
      "texts.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
      INSERT INTO memories SELECT 'm' || i, 'ada', 'Remembers number ' || (i - (i % 10 = 0)) FROM n;
      """)
  }

  private static let dimensions = ["set dimensions 8"]

  private func script(_ lines: String...) -> [String] {
    ["-c", (EmbeddingTests.dimensions + lines).joined(separator: "\n")]
  }

  @Test("migrating with a server computes every vector; the same again asks for none", arguments: World.Kind.allCases)
  func migrates(kind: World.Kind) throws {
    let world = try World(kind)
    let server = try EmbeddingServer(milliseconds: 5)
    let file = try source(world, rows: 2_500)
    let dry = try run(world, server, script("migrate --from \(file) --dry-run"))
    #expect(dry.status == 0, "\(dry.errors)")
    let effort = try JSONParser.parse(dry.output)[key: "embedding"]
    // The rows and the seven fragments.
    #expect(effort?[key: "texts"] == .integer(2_507))
    #expect(effort?[key: "cached"] == .integer(0))
    #expect(effort?[key: "dollars"]?.doubleValue ?? 0 > 0)
    #expect(server.requests == 0)

    let first = try run(world, server, script("migrate --from \(file) --embeddings regenerate"))
    #expect(first.status == 0, "\(first.errors)")
    #expect(try JSONParser.parse(first.output)[key: "embeddings"]?[key: "generated"] == .integer(2_500))
    // The test at the end asks for its own texts more than once.
    let asked = server.asked.filter { $0.key.hasPrefix("Remembers") }
    #expect(asked.count == 2_250 && asked.values.allSatisfy { $0 == 1 })
    let requests = server.requests
    let again = try run(
      world, server,
      script("migrate --from \(file) --embeddings regenerate --force-recreate --no-backup --yes --skip-test"))
    #expect(again.status == 0, "\(again.errors)")
    #expect(server.requests == requests)
    let found = try run(world, server, script("search 'Remembers number 77' --limit 1"))
    #expect(try JSONParser.parse(found.output).arrayValue?.first?[key: "content"] == .string("Remembers number 77"))
  }

  @Test("killed in the middle, the next run asks only for what had not been answered", arguments: [0.4, 0.7, 1.0])
  func goesOnAfterKill(seconds: Double) throws {
    let world = try World()
    let server = try EmbeddingServer(milliseconds: 150)
    let file = try source(world, rows: 9_000)
    let command = "set dimensions 8\nset requests 2\nmigrate --from \(file) --embeddings regenerate --skip-test"
    let environment = ["OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "k"]
    let script = try world.script(command)
    let killed = try world.memsh.runShell(
      "timeout -s KILL \(seconds + 0.5) \"$MEMSH\" -q -d \(world.store) -f \(script); echo status=$?",
      environment: environment)
    #expect(killed.output.contains("status=137"), "\(killed.output) \(killed.errors)")
    // What was under way when the process died, or had just arrived, is asked for again: two of two requests each.
    Thread.sleep(forTimeInterval: 0.4)
    let answered = server.asked.count
    let result = try world.memsh.run(["-q", "-d", world.store, "-f", script], environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    #expect(server.asked.count == 8_107)
    let twice = server.asked.values.count { $0 > 1 }
    #expect(twice <= 4 * 128, "\(twice) of \(answered)")
  }

  @Test("a wrong key: the code, the provider's words without the key, and how to check it")
  func reportsWrongKey() throws {
    let world = try World()
    let server = try EmbeddingServer { _ in
      LoopbackServer.response(401, #"{"error": {"message": "Incorrect API key provided: sk-very-secret."}}"#)
    }
    let file = try source(world, rows: 3)
    let result = try run(world, server, ["migrate", "--from", file])
    #expect(result.status == 1)
    #expect(result.errors.contains("\"code\":\"embedder_auth\""), "\(result.errors)")
    #expect(result.errors.contains("Incorrect API key provided"))
    #expect(result.errors.contains("echo $OPENAI_API_KEY"))
    #expect(result.errors.contains("the rows from m1 on have no embedding"))
    #expect(!result.errors.contains("sk-very-secret"))
    #expect(try run(world, nil, ["stats"]).status == 1, "nothing was stored")
  }

  @Test("reembed moves a store to another space and back; rows, times and ids stay", arguments: World.Kind.allCases)
  func moves(kind: World.Kind) throws {
    let world = try World(kind)
    let server = try EmbeddingServer(dimensions: 8)
    #expect(
      try run(world, nil, ["migrate", "--from", world.folder.legacyFile(), "--embeddings", "regenerate"]).status == 0)
    let before = try rows(world)
    let dry = try run(world, server, script("reembed --dry-run"))
    #expect(try JSONParser.parse(dry.output)[key: "embedding"]?[key: "texts"] == .integer(11))
    #expect(server.requests == 0)
    let refused = try run(world, server, script("reembed"))
    #expect(refused.status == 1)
    #expect(refused.errors.contains("confirmation_required"))

    let moved = try run(world, server, script("reembed --yes"))
    #expect(moved.status == 0, "\(moved.errors)")
    let report = try JSONParser.parse(moved.output)
    #expect(report[key: "to"] == .string("openai/text-embedding-3-large (8)"))
    #expect(report[key: "missing"] == .integer(0))
    #expect(try rows(world) == before)
    let hit = try run(world, server, script("search 'Works in Turin' --limit 1"))
    #expect(try JSONParser.parse(hit.output).arrayValue?.first?[key: "similarity"]?.doubleValue ?? 0 > 0.9999)
    let other = try run(world, nil, ["--embedder", "hash", "search", "Turin"])
    #expect(other.errors.contains("embedding_space_mismatch"))
    #expect(other.errors.contains("reembed") && other.errors.contains("`search --mode lexical`"), "\(other.errors)")
    let keyless = try run(world, nil, ["--embedder", "openai", "search", "Turin"])
    #expect(keyless.errors.contains("export OPENAI_API_KEY") && keyless.errors.contains("`search --mode lexical`"))
    #expect(try run(world, nil, ["search", "Turin", "--mode", "lexical"]).output.contains("Turin"))
    #expect(
      try run(world, nil, ["--embedder", "hash", "reembed", "--missing"]).errors.contains("embedding_space_mismatch"))

    #expect(try run(world, nil, ["--embedder", "hash", "reembed", "--yes"]).status == 0)
    #expect(try rows(world) == before)
    let schema = try run(world, nil, ["schema"])
    #expect(!schema.output.contains("missing"), "\(schema.output)")
  }

  /// Everything of the memories but their vectors.
  private func rows(_ world: World) throws -> [String] {
    let columns = "id, user_id, content, category, importance_score, created_at, updated_at"
    if let database = world.database { return try database.dump("(SELECT \(columns) FROM memories)") }
    return try world.folder.rows("store.db", "SELECT \(columns) FROM memories ORDER BY id")
  }

  @Test(
    "reembed fills what is missing, and only that; a failing server changes nothing", arguments: World.Kind.allCases)
  func fills(kind: World.Kind) throws {
    let world = try World(kind)
    let server = try EmbeddingServer(dimensions: 4)
    let file = try world.folder.legacyFile()
    let kept = ["migrate --from \(file) --embeddings keep --source-model text-embedding-3-large --skip-test"]
    let migrated = try run(world, nil, ["-c"] + kept)
    #expect(migrated.status == 0, "\(migrated.errors)")
    let broken = try EmbeddingServer { _ in LoopbackServer.response(400, #"{"error": {"message": "no"}}"#) }
    let failed = try run(world, broken, ["-c", "set dimensions 4\nreembed --missing"])
    #expect(failed.status == 1)
    let filled = try run(world, server, ["-c", "set dimensions 4\nreembed --missing"])
    #expect(filled.status == 0, "\(filled.errors)")
    #expect(try JSONParser.parse(filled.output)[key: "memories"] == .integer(2))
    #expect(try JSONParser.parse(filled.output)[key: "missing"] == .integer(0))
    #expect(server.asked.count == 9)
  }

  @Test("what is embedded comes from the cache, which can be looked at, emptied and shortened")
  func caches() throws {
    let world = try World()
    let server = try EmbeddingServer()
    #expect(try run(world, server, script("migrate --from \(source(world, rows: 30)) --skip-test")).status == 0)
    let statistics = try JSONParser.parse(try run(world, nil, ["cache"]).output)
    #expect(statistics[key: "vectors"] == .integer(27 + 7))
    #expect(statistics[key: "spaces"]?[key: "openai/text-embedding-3-large (8)"]?[key: "vectors"] == .integer(34))
    #expect(try JSONParser.parse(run(world, nil, ["cache", "prune"]).output)[key: "removed"] == .integer(0))
    #expect(try JSONParser.parse(run(world, nil, ["cache", "clear", "--yes"]).output)[key: "removed"] == .integer(34))
    #expect(try run(world, nil, ["cache", "burn"]).status == 2)
  }

  @Test("the local model is listed, chosen, used; what embeds nothing does not open it")
  func usesLocalModel() throws {
    let world = try World()
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["first", "second"] {
      try FileManager.default.copyItem(atPath: models + "/wordllama-l2-supercat-256", toPath: folder + name)
    }
    let listed = try JSONParser.parse(try run(world, nil, ["models"]).output).arrayValue
    #expect(listed?.map { $0[key: "in_use"] } == [.bool(true), .bool(false)])
    #expect(try run(world, nil, ["models", "use", "second"]).status == 0)
    #expect(try run(world, nil, ["models", "use", "third"]).errors.contains("not_found"))
    let migrated = try run(world, nil, ["migrate", "--from", world.folder.legacyFile(), "--embeddings", "regenerate"])
    #expect(migrated.status == 0, "\(migrated.errors)")
    let status = try JSONParser.parse(try run(world, nil, ["status"]).output)
    #expect(status[key: "space"] == .string("local/second (256)"))
    let found = try run(world, nil, ["search", "a strong coffee", "--limit", "1"])
    #expect(found.output.contains("double espresso"))

    try world.folder.write("{", to: "data/memsh/models/second/tokenizer.json")
    for command in ["status", "stats", "models", "schema", "cache"] {
      #expect(try run(world, nil, [command]).status == 0, "\(command)")
    }
    #expect(try run(world, nil, ["search", "x"]).errors.contains("model_unusable"))
  }
}
