import Foundation
import MemoryModel
import TestSupport
import Testing

/// Whose embedder `search` and `add` take: the store's space, what is at hand, and what somebody chose.
@Suite struct EmbedderChoiceTests {
  /// Whose vectors the store has.
  enum Space: String, CaseIterable, Sendable { case hash, local, openai }

  /// What makes the store's vectors and what is at hand later; nil where there is no local model for the test.
  private func world(_ space: Space, server: EmbeddingServer) throws -> World {
    let world = try World()
    if let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"] {
      let folder = world.folder.file("data/memsh/models/")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: models + "/wordllama-l2-supercat-256", toPath: folder + "wordllama-l2-supercat-256")
    }
    let made = try world.memsh.run(
      [
        "-q", "-d", world.store, "-c",
        "set embedder \(space.rawValue); schema --create; add 'Likes green tea' --user ada",
      ],
      environment: ["OPENAI_BASE_URL": server.url])
    #expect(made.status == 0, "\(made.errors)")
    return world
  }

  @Test(
    "the table: the store's own embedder is taken unasked; a chosen one of another space is refused, never left out",
    .enabled(if: ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"] != nil, "needs the local models"),
    arguments: Space.allCases)
  func table(space: Space) throws {
    let server = try EmbeddingServer(dimensions: 3_072)
    let world = try world(space, server: server)
    /// `withServer`: whether OPENAI_BASE_URL is set; `choice`: what `--embedder` says.
    for (withServer, choice) in [(false, nil), (true, nil), (true, "hash"), (true, "local"), (true, "openai")]
      as [(Bool, String?)]
    {
      let isAtHand = choice == nil ? space != .openai || withServer : choice == space.rawValue
      let environment = withServer ? ["OPENAI_BASE_URL": server.url] : [:]
      let options = ["-q", "-d", world.store, "--output", "json"] + (choice.map { ["--embedder", $0] } ?? [])
      let what = "\(space) store, server \(withServer), chosen \(choice ?? "-")"
      let found = try world.memsh.run(options + ["search", "tea", "--mode", "semantic"], environment: environment)
      #expect(found.status == (isAtHand ? 0 : 1), "\(what): \(found.errors)")
      let added = try world.memsh.run(
        options + ["add", "Drives a car \(what)", "--user", "ada", "--force"], environment: environment)
      #expect(added.status == (isAtHand ? 0 : 1), "\(what): \(added.errors)")
      if isAtHand { #expect(try JSONParser.parse(added.output)[key: "embedded"] == .bool(true), "\(what)") }
    }
    #expect(try world.json("stats")[key: "embeddings"]?[key: "missing"] == .integer(0))
  }

  @Test("a server that fails fails the command: nothing is stored without its vector")
  func failsWithServer() throws {
    let world = try World()
    let server = try EmbeddingServer(dimensions: 3_072)
    let made = try world.memsh.run(
      ["-q", "-d", world.store, "schema", "--create"], environment: ["OPENAI_BASE_URL": server.url])
    #expect(made.status == 0, "\(made.errors)")
    let gone = ["OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"]
    let failed = try world.memsh.run(["-d", world.store, "add", "Likes tea", "--user", "ada"], environment: gone)
    #expect(failed.status == 1 && failed.errors.contains("does not answer"), "\(failed.errors)")
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(0))
    let without = try world.json("add", "Likes tea", "--user", "ada", "--no-embedding")
    #expect(without[key: "embedded"] == .bool(false) && without[key: "added"] == .bool(true), "\(without.text)")
  }
}
