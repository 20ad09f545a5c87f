import Foundation
import MemoryModel
import TestSupport
import Testing

/// Stores that came with vectors of a sentence-transformers model, and the model on this machine: a text query works at
/// once, without a setting, where the model made the vectors; else words answer.
@Suite struct MigratedModelTests {
  private static let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"]
  static let hasMiniLM =
    models.map { FileManager.default.fileExists(atPath: $0 + "/all-MiniLM-L6-v2/model.safetensors") } ?? false

  /// What made the vectors of a source.
  enum Maker: Sendable { case miniLM, somebodyElse }

  /// A store with the memories of a source, vectors kept, and both models installed.
  private func migrated(
    _ maker: Maker, _ kind: World.Kind = .sqlite, options: [String] = [], models: [String] = ["all-MiniLM-L6-v2"]
  ) throws -> World {
    let world = try World(kind)
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in models + ["wordllama-l2-supercat-256"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder + name, withDestinationPath: try #require(Self.models) + "/" + name)
    }
    let result = try world.run(
      ["migrate", "--from", try source(maker, in: world.folder), "--embeddings", "keep", "--skip-test"] + options)
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  /// A memory file with texts and vectors that `scripts/make-embedding-fixtures` wrote down.
  private func source(_ maker: Maker, in folder: TestFolder) throws -> String {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../EmbeddingsTests/Fixtures/minilm.json")
    let rows = try JSONParser.parse(try String(contentsOf: fixture, encoding: .utf8)).arrayValue ?? []
    let texts = rows.map { $0[key: "text"]?.stringValue ?? "" }
    let usable = texts.indices.filter { place in
      texts[place].contains { $0.isLetter } && texts[place].unicodeScalars.allSatisfy { $0.value >= 32 }
    }
    #expect(usable.count > 25)
    let values = try usable.map { place in
      let bytes = try #require(Data(base64Encoded: rows[place][key: "vector"]?.stringValue ?? ""))
      let vector = try #require(bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) })
      let numbers = maker == .miniLM ? vector.values : vector.values.indices.map { sin(Float($0 * (place + 1))) }
      let content = texts[place].replacingOccurrences(of: "'", with: "''")
      return "('m\(place)', 'ada', '\(content)', '\(numbers)', '{}', '2025-01-01', '2025-01-01')"
    }
    return try folder.sqlite(
      "source.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      INSERT INTO memories VALUES \(values.joined(separator: ","));
      """)
  }

  private func first(_ result: Memsh.Result) throws -> JSON? {
    #expect(result.status == 0, "\(result.errors)")
    return try JSONParser.parse(result.output).arrayValue?.first
  }

  private static let query = ["search", "a strong coffee", "--limit", "1", "--mode", "semantic", "--output", "json"]

  @Test(
    "vectors of an unknown model that are seen to be MiniLM's are searched with it; that is said once",
    .enabled(if: hasMiniLM, "needs the model all-MiniLM-L6-v2"), arguments: World.Kind.allCases)
  func recognises(kind: World.Kind) throws {
    let world = try migrated(.miniLM, kind)
    let found = try world.run(Self.query)
    #expect(try first(found)?[key: "content"] == .string("Prefers a double espresso in the morning."))
    #expect(found.errors.contains("19 of 19 memories have those of all-MiniLM-L6-v2"), "\(found.errors)")
    let line = "search 'a strong coffee'; add 'Likes green tea' --user ada; prompt tea --user ada"
    let more = try world.run(["-c", line])
    #expect(more.status == 0, "\(more.errors)")
    #expect(more.errors.components(separatedBy: "all-MiniLM-L6-v2's").count <= 2)
    #expect(more.errors.components(separatedBy: "which is used").count == 2, "\(more.errors)")
    #expect(
      try world.json("models").arrayValue?.map { $0[key: "fits_store"] } == [.string("by length"), .string("no")])
    // What the notice says settles it.
    #expect(try world.run(["schema", "--space", "local/all-MiniLM-L6-v2"]).status == 0)
    let settled = try world.run(Self.query)
    #expect(try first(settled)?[key: "content"] == .string("Prefers a double espresso in the morning."))
    #expect(settled.errors.isEmpty, "\(settled.errors)")
  }

  @Test(
    "vectors that it did not make are left to words, and that is said",
    .enabled(if: hasMiniLM, "needs the model all-MiniLM-L6-v2"), arguments: World.Kind.allCases)
  func fallsBack(kind: World.Kind) throws {
    let world = try migrated(.somebodyElse, kind)
    let found = try world.run(["search", "espresso", "--output", "json"])
    #expect(try first(found)?[key: "content"] == .string("Prefers a double espresso in the morning."))
    for part in ["it was not all-MiniLM-L6-v2", "0 of 19 memories", "searched by words only"] {
      #expect(found.errors.contains(part), "\(part): \(found.errors)")
    }
    let semantic = try world.run(Self.query)
    #expect(semantic.status == 1 && semantic.errors.contains("unknown/unknown (384)"), "\(semantic.errors)")
    // Whoever names the model takes the answer for it.
    let chosen = try world.run([
      "-c", "set model minilm; " + Self.query.dropLast(2).map { "'\($0)'" }.joined(separator: " "),
    ])
    #expect(chosen.status == 0, "\(chosen.errors)")
    #expect(chosen.errors.contains("taken for those of all-MiniLM-L6-v2, which was chosen"), "\(chosen.errors)")
  }

  @Test(
    "a model that was named is taken without comparing, whatever it is called",
    .enabled(if: hasMiniLM, "needs the model all-MiniLM-L6-v2"),
    arguments: [
      "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "all-minilm-l6-v2", "onnx_mini_lm_l6_v2", "minilm",
    ])
  func takesNamed(name: String) throws {
    let world = try migrated(.miniLM, options: ["--source-model", name])
    let found = try world.run(Self.query)
    #expect(try first(found)?[key: "content"] == .string("Prefers a double espresso in the morning."))
    #expect(found.errors.isEmpty, "\(found.errors)")
    #expect(try world.json("models").arrayValue?.map { $0[key: "fits_store"] } == [.string("yes"), .string("no")])
    #expect(try world.run(["-c", "set model minilm; search coffee --mode semantic"]).status == 0)
    let other = try world.run(["-c", "set model wordllama; search coffee --mode semantic"])
    #expect(other.status == 1 && other.errors.contains("wordllama-l2-supercat-256 (256)"), "\(other.errors)")
  }

  @Test(
    "without a model that makes such vectors, the store is refused with the way out",
    .enabled(if: hasMiniLM, "needs the local models"))
  func namesTheWay() throws {
    let unknown = try migrated(.miniLM, models: []).run(["search", "espresso"])
    #expect(unknown.status == 1 && unknown.errors.contains("--mode lexical"), "\(unknown.errors)")
    let named = try migrated(.miniLM, options: ["--source-model", "all-MiniLM-L6-v2"], models: [])
    let refused = try named.run(["search", "espresso"])
    #expect(refused.status == 1 && refused.errors.contains("install the model all-MiniLM-L6-v2"), "\(refused.errors)")
  }

  @Test(
    "with both models installed the instant one is the default, and `models test` passes both",
    .enabled(if: hasMiniLM, "needs the local models"))
  func testsModels() throws {
    let world = try migrated(.miniLM)
    let listed = try world.json("models").arrayValue
    #expect(listed?.map { $0[key: "kind"] } == [.string("encoder"), .string("static")])
    #expect(listed?.map { $0[key: "in_use"] } == [.bool(false), .bool(true)])
    for (name, dimensions) in [("minilm", 384), ("wordllama-l2-supercat-256", 256)] {
      let test = try world.json("models", "test", name)
      #expect(
        test[key: "passed"] == .bool(true) && test[key: "dimensions"] == .integer(Int64(dimensions)), "\(test.text)")
      let (meaning, other) = (test[key: "same_meaning"]?.doubleValue, test[key: "other_text"]?.doubleValue)
      #expect((meaning ?? 0) > (other ?? 1) + 0.2, "\(test.text)")
    }
    #expect(try world.run(["--output", "json", "models", "test", "no-such-model"]).errors.contains("not_found"))
  }

  @Test(
    "`models test` notices a server that answers anything at all",
    arguments: [EmbeddingServer.Answers.constant, .random])
  func noticesNonsense(answers: EmbeddingServer.Answers) throws {
    let world = try World()
    let server = try EmbeddingServer(dimensions: 16, answers: answers)
    let result = try world.memsh.run(
      ["-d", world.store, "--output", "json", "-c", "set dimensions 16\nmodels test"],
      environment: ["OPENAI_BASE_URL": server.url])
    #expect(result.status == 1 && result.errors.contains("embedder_failed"), "\(result.errors)")
    let reason = answers == .constant ? "different texts the same vector" : "the same text another vector each time"
    #expect(result.errors.contains("gives \(reason)"), "\(result.errors)")
  }
}
