import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@testable import Embeddings

/// Whether a search for something said in other words finds it, over a committed set of queries and memories.
@Suite struct MeaningTests {
  private let pairs: [(query: String, memory: String)]

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/paraphrases.json"
    let rows = try JSONParser.parse(try String(contentsOfFile: path, encoding: .utf8)).arrayValue ?? []
    pairs = rows.compactMap { row in
      guard let query = row.arrayValue?.first?.stringValue, let memory = row.arrayValue?.last?.stringValue else {
        return nil
      }
      return (query, memory)
    }
  }

  /// For every query the numbers of the memories, best first.
  private func semanticRanks(_ embedder: any Embedder) throws -> [[Int]] {
    let memories = try embedder.embed(pairs.map(\.memory))
    return try embedder.embed(pairs.map(\.query)).map { query in
      let similarities = memories.map { memory in
        query.values.withUnsafeBufferPointer { query in
          memory.values.withUnsafeBufferPointer { Cosine.similarityOrNil(query, $0) ?? -1 }
        }
      }
      return similarities.indices.sorted { similarities[$0] > similarities[$1] }
    }
  }

  private func hits(_ ranks: [[Int]], at limit: Int) -> Int {
    ranks.enumerated().count { $0.element.prefix(limit).contains($0.offset) }
  }

  @Test("a search for something said in other words finds it")
  func findsParaphrases() throws {
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    let model = try #require(try ModelFolder(folder: models).inUse())
    let local = try semanticRanks(LocalEmbedder(model))
    let hash = try semanticRanks(HashingEmbedder())
    for (name, ranks) in [("local", local), ("hash", hash)] {
      print("paraphrases, \(name): \(hits(ranks, at: 1)) of \(pairs.count) at 1, \(hits(ranks, at: 3)) at 3")
    }
    #expect(pairs.count >= 40)
    #expect(hits(local, at: 1) > hits(hash, at: 1) * 2)
    #expect(hits(local, at: 3) >= pairs.count / 2)
  }
}
