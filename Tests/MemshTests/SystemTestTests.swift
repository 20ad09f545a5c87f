import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The built-in test at the end of `migrate`, with embedding servers that answer anything at all.
@Suite struct SystemTestTests {
  private func migrate(_ server: EmbeddingServer, _ world: World, times: Int = 1) throws -> [Memsh.Result] {
    let source = try world.folder.plainLegacyFile(rows: 3)
    return try (0..<times).map { _ in
      try world.memsh.run(
        ["-d", world.store, "--output", "json", "-c", "set dimensions 16\nmigrate --from \(source)"],
        environment: ["OPENAI_BASE_URL": server.url])
    }
  }

  @Test(
    "a server that gives every text the same vector, or the same text another one each time, fails it",
    arguments: World.Kind.allCases, [EmbeddingServer.Answers.constant, .random])
  func noticesNonsense(kind: World.Kind, answers: EmbeddingServer.Answers) throws {
    let world = try World(kind)
    // The second time the first vector comes from the cache.
    for result in try migrate(EmbeddingServer(dimensions: 16, answers: answers), world, times: 2) {
      #expect(result.status == 1)
      #expect(try JSONParser.parse(result.output)[key: "system_test"] == .string("failed"))
      let reason = answers == .constant ? "different texts the same vector" : "the same text another vector each time"
      #expect(result.errors.contains("the embedder gives \(reason)"), "\(result.errors)")
      #expect(result.errors.contains("`reembed`"))
    }
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(3))
  }

  @Test("a sound one passes, with a cache or without", arguments: World.Kind.allCases)
  func passes(kind: World.Kind) throws {
    let world = try World(kind)
    for result in try migrate(EmbeddingServer(dimensions: 16), world, times: 2) {
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("✅ Embedding service tells texts apart"))
    }
    let hashed = try world.memsh.run(
      ["-d", world.folder.file("hash.db"), "migrate", "--from", world.folder.file("legacy.db")])
    #expect(hashed.status == 0 && hashed.errors.contains("tells texts apart"), "\(hashed.errors)")
  }
}
