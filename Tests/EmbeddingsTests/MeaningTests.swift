import Database
import Foundation
import GRDB
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

  /// The same by words: SQLite's FTS5 with BM25; memories without any of the words are left out.
  private func lexicalRanks() throws -> [[Int]] {
    let queue = try DatabaseQueue()
    return try queue.write { db in
      try db.execute(sql: "CREATE VIRTUAL TABLE m USING fts5 (content, tokenize = 'porter unicode61')")
      for pair in pairs { try db.execute(sql: "INSERT INTO m (content) VALUES (?)", arguments: [pair.memory]) }
      return try pairs.map { pair in
        let words = pair.query.split { !$0.isLetter }.map { "\"\($0)\"" }.joined(separator: " OR ")
        return try Int.fetchAll(db, sql: "SELECT rowid - 1 FROM m WHERE m MATCH ? ORDER BY rank", arguments: [words])
      }
    }
  }

  /// Reciprocal-rank fusion with k = 60 (Cormack, Clarke, Büttcher, SIGIR 2009).
  private func fused(_ first: [[Int]], _ second: [[Int]]) -> [[Int]] {
    zip(first, second).map { first, second in
      var scores = [Double](repeating: 0, count: pairs.count)
      for ranks in [first, second] {
        for (rank, memory) in ranks.enumerated() { scores[memory] += 1 / Double(61 + rank) }
      }
      return scores.indices.sorted { scores[$0] > scores[$1] }
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
    let hybrid = fused(local, try lexicalRanks())
    for (name, ranks) in [("local", local), ("hash", hash), ("hybrid", hybrid)] {
      print("paraphrases, \(name): \(hits(ranks, at: 1)) of \(pairs.count) at 1, \(hits(ranks, at: 3)) at 3")
    }
    #expect(pairs.count >= 40)
    #expect(hits(local, at: 1) > hits(hash, at: 1) * 2)
    #expect(hits(local, at: 3) >= pairs.count / 2)
  }
}
