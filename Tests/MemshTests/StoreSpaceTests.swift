import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Which embedder a command takes: that of the store's own space where it can be had, unless another was chosen.
@Suite struct StoreSpaceTests {
  /// A key that opens nothing: whoever asks OpenAI's server by mistake fails.
  private static let key = ["OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"]

  /// A world whose store has three memories and its space made with some settings and environment.
  private func filled(
    _ kind: World.Kind, _ settings: String = "", _ environment: [String: String] = [:]
  ) throws -> World {
    let world = try World(kind)
    let source = try world.folder.plainLegacyFile(rows: 3)
    let made = try world.memsh.run(
      ["-d", world.store, "-q", "-c", settings + "\nmigrate --from \(source) --skip-test"], environment: environment)
    #expect(made.status == 0, "\(made.errors)")
    return world
  }

  /// Commands that embed something, each of which must use the store's own embedder.
  private static let embedding = [
    ["search", "memory number", "--mode", "semantic"], ["search", "memory number"],
    ["prompt", "memory number", "--user", "user_1"], ["show", "1"],
    ["add", "Likes green tea a lot", "--user", "ada"], ["edit", "1", "--content", "Changed entirely"],
    ["fragments", "add", "--category", "c", "--content", "Be kind"],
    ["fragments", "edit", "1", "--content", "Be brief"],
    ["reembed", "--missing"], ["reembed", "--user", "user_1", "--yes"],
    ["doctor", "--fix", "embedding_missing", "--yes"],
    ["seed"],
  ]

  @Test(
    "with a key set, a store of the hashing embedder is searched and written with it, whatever its dimensions",
    arguments: World.Kind.allCases, ["", "set dimensions 64"])
  func usesHashing(kind: World.Kind, settings: String) throws {
    let world = try filled(kind, settings)
    for command in StoreSpaceTests.embedding {
      let result = try world.memsh.run(["-d", world.store, "-q"] + command, environment: StoreSpaceTests.key)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
    let source = try world.folder.sqlite(
      "more.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT);
      INSERT INTO memories VALUES ('a', 'ada', 'Collects stamps');
      """)
    let moved = try world.memsh.run(
      ["-d", world.store, "-q", "migrate", "--from", source], environment: StoreSpaceTests.key)
    #expect(moved.status == 0, "\(moved.errors)")
    let stats = try world.json("stats")
    #expect(stats[key: "embeddings"]?[key: "missing"] == .integer(0), "\(stats.text)")
    #expect(stats[key: "memories"]?[key: "total"] == .integer(5))
  }

  @Test("what cannot be embedded is only refused: nothing is said of a ranking that there is not")
  func announcesNothing() throws {
    let server = try EmbeddingServer(dimensions: 12)
    let world = try filled(.sqlite, "set embedder openai\nset dimensions 12", ["OPENAI_BASE_URL": server.url])
    for command in StoreSpaceTests.embedding {
      let result = try world.memsh.run(["-d", world.store] + command)
      #expect(result.status == 0 || !result.errors.contains("ranking by"), "\(command): \(result.errors)")
    }
    let refused = try world.memsh.run(["-d", world.store, "search", "memory number"])
    #expect(refused.status != 0 && !refused.errors.contains("notice"), "\(refused.errors)")
  }

  @Test("a store of another model or length than the default is asked of the server as its space says")
  func usesServer() throws {
    for (model, dimensions) in [("text-embedding-3-small", 12), ("text-embedding-3-large", 8), ("my-own-model", 6)] {
      let server = try EmbeddingServer(dimensions: dimensions)
      let environment = ["OPENAI_BASE_URL": server.url]
      let settings = "set model \(model)" + (model == "my-own-model" ? "" : "\nset dimensions \(dimensions)")
      let world = try filled(.sqlite, "set embedder openai\n" + settings, environment)
      for command in StoreSpaceTests.embedding {
        let result = try world.memsh.run(["-d", world.store, "-q"] + command, environment: environment)
        #expect(result.status == 0, "\(model) \(command): \(result.errors)")
      }
      let bodies = server.received.compactMap { try? JSONParser.parse($0.body) }
      #expect(bodies.allSatisfy { $0[key: "model"] == .string(model) })
      let status = try world.memsh.run(["-d", world.store, "--output", "json", "status"], environment: environment)
      #expect(
        try JSONParser.parse(status.output)[key: "embedder"] == .string("openai/\(model) (\(dimensions))"))
    }
  }

  @Test("a model that is installed is used with a key set; the store of one that is not is refused by its name")
  func usesLocalModel() throws {
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    let world = try World()
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: models + "/wordllama-l2-supercat-256", toPath: folder + "wordllama-l2-supercat-256")
    let source = try world.folder.plainLegacyFile(rows: 3)
    #expect(try world.run("migrate", "--from", source, "--skip-test").status == 0)
    let found = try world.memsh.run(["-d", world.store, "search", "memory"], environment: StoreSpaceTests.key)
    #expect(found.status == 0, "\(found.errors)")
    try FileManager.default.moveItem(atPath: folder + "wordllama-l2-supercat-256", toPath: folder + "other")
    let gone = try world.run("search", "memory")
    #expect(gone.status == 1)
    for part in ["local/wordllama-l2-supercat-256 (256)", "local/other (256)", "`models`", "`reembed`"] {
      #expect(gone.errors.contains(part), "\(part): \(gone.errors)")
    }
  }

  @Test("without its key, a store of OpenAI's is neither searched nor written: the error names OPENAI_API_KEY")
  func namesTheKey() throws {
    let server = try EmbeddingServer(dimensions: 8)
    let world = try filled(.sqlite, "set dimensions 8", ["OPENAI_BASE_URL": server.url])
    let before = try world.json("list").text
    for command in StoreSpaceTests.embedding where !["show", "seed", "doctor"].contains(command[0]) {
      let result = try world.run(command)
      #expect(result.status == 1, "\(command)")
      for part in ["openai/text-embedding-3-large (8)", "hash/word-ngram-v1 (256)", "OPENAI_API_KEY"] {
        #expect(result.errors.contains(part), "\(command): \(result.errors)")
      }
    }
    #expect(try world.json("list").text == before)
    #expect(try world.run("search", "number", "--mode", "lexical").status == 0)
  }

  @Test("an embedder that was chosen is used, whatever the store's is; the way back is said", arguments: [false, true])
  func obeysTheChoice(byLaunchOption: Bool) throws {
    let world = try filled(.sqlite, "set dimensions 64")
    let command = ["search", "memory number"]
    let arguments =
      byLaunchOption
      ? ["--embedder", "hash"] + command : ["-c", "set embedder hash\nsearch 'memory number'"]
    let result = try world.memsh.run(["-d", world.store] + arguments)
    #expect(result.status == 1)
    for part in ["hash/word-ngram-v1 (64)", "hash/word-ngram-v1 (256)", "`set embedder auto`"] {
      #expect(result.errors.contains(part), "\(result.errors)")
    }
  }

  @Test(
    "what cannot be embedded is written only with --no-embedding, and then counted as missing",
    arguments: World.Kind.allCases)
  func writesWithoutEmbedding(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source, "--embeddings", "keep", "--skip-test")
    func missing() throws -> JSON? { try world.json("stats")[key: "embeddings"]?[key: "missing"] }
    #expect(try missing() == .integer(2))
    for command in [
      ["add", "Likes green tea a lot", "--user", "ada"], ["edit", "1", "--content", "Changed entirely"],
      ["fragments", "add", "--category", "c", "--content", "Be kind"],
      ["fragments", "edit", "1", "--content", "Be brief"],
    ] {
      let refused = try world.run(command)
      #expect(refused.status == 1 && refused.errors.contains("--no-embedding"), "\(command): \(refused.errors)")
      let written = try world.run(command + ["--no-embedding"])
      #expect(written.status == 0, "\(command): \(written.errors)")
    }
    #expect(try missing() == .integer(4))
    // The fragment that was changed is missing again; once it is back, nothing needs an embedder.
    #expect(try world.run("seed").status == 1)
    #expect(try world.run("seed", "--no-embedding").status == 0)
    #expect(try world.run("seed").status == 0)
  }
}
