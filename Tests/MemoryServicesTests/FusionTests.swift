import MemoryModel
import Testing

@testable import MemoryServices

/// How the halves of a hybrid search become one order, rule by rule.
@Suite struct FusionTests {
  private static func hit(_ id: Int64, _ score: Double, similarity: Double? = nil) -> SearchHit {
    let fields = MemoryFields(userID: "ada", content: "\(id)", createdAt: nil, updatedAt: nil)
    return SearchHit(memory: Memory(id: id, fields: fields), similarity: similarity, score: score)
  }

  /// Rows found by meaning: their scores are their similarities.
  private static func meaning(_ rows: KeyValuePairs<Int64, Double>) -> [SearchHit] {
    rows.map { hit($0.key, $0.value, similarity: $0.value) }
  }

  private static func words(_ rows: KeyValuePairs<Int64, Double>) -> [SearchHit] { rows.map { hit($0.key, $0.value) } }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var weight = 0.8
    let meaning: KeyValuePairs<Int64, Double>
    let words: KeyValuePairs<Int64, Double>
    /// Ids and scores, best first.
    let expected: KeyValuePairs<Int64, Double>
  }

  private static let cases = [
    Case(testDescription: "nothing", meaning: [:], words: [:], expected: [:]),
    Case(
      testDescription: "meaning from 0 to 1 for the same, words from 0 to 1 for the best, these squared",
      meaning: [1: 0.9, 2: 0.5, 3: 0.1], words: [2: 8, 4: 6, 5: 0],
      expected: [2: 0.8 + 0.2 * 0.4 / 0.9, 4: 0.64 * 0.5625, 1: 0.2 * 0.8 / 0.9, 3: 0, 5: 0]),
    Case(
      testDescription: "the first by words stays first where meaning prefers another a little", weight: 0.7,
      meaning: [2: 0.6, 1: 0.5, 3: 0.2], words: [1: 8, 2: 8, 3: 0], expected: [1: 0.8125, 2: 0.71, 3: 0]),
    Case(
      testDescription: "and not where it does clearly", weight: 0.7, meaning: [2: 0.95, 1: 0.2, 3: 0.2],
      words: [1: 8, 2: 8, 3: 0], expected: [2: 0.84125, 1: 0.7, 3: 0]),
    Case(
      testDescription: "equal scores are all 1; similarity, then id", weight: 0.5, meaning: [6: 0.4, 5: 0.4],
      words: [1: 2, 2: 2, 3: 2], expected: [5: 0.5, 6: 0.5, 1: 0.5, 2: 0.4, 3: 0.4]),
    Case(
      testDescription: "one row in a half has all of its weight", meaning: [1: -0.2], words: [2: 0.1],
      expected: [2: 0.8, 1: 0.2]),
    Case(
      testDescription: "no weight for the words: what only they found comes last", weight: 0,
      meaning: [1: 0.9, 2: 0.1],
      words: [3: 9, 2: 8], expected: [1: 0.8 / 0.9, 2: 0, 3: 0]),
    Case(
      testDescription: "no weight for the meaning: what only it found comes last", weight: 1,
      meaning: [1: 0.9, 2: 0.1], words: [3: 9, 2: 8], expected: [3: 1, 2: 0, 1: 0]),
    Case(
      testDescription: "negative similarities are scaled as all are", meaning: [1: -0.1, 2: -0.2, 3: -0.3], words: [:],
      expected: [1: 0.04 / 1.3, 2: 0.02 / 1.3, 3: 0]),
  ]

  @Test("the order and the scores", arguments: cases)
  func joins(_ example: Case) {
    let hits = Fusion(wordsWeight: example.weight).joined(
      byMeaning: FusionTests.meaning(example.meaning), byWords: FusionTests.words(example.words))
    #expect(hits.map(\.memory.id) == example.expected.map(\.key))
    for (hit, expected) in zip(hits, example.expected) { #expect(abs(hit.score - expected.value) < 1e-12) }
  }

  @Test("each result tells both scores, both places and what each adds")
  func explains() throws {
    let hits = Fusion(wordsWeight: 0.8).joined(
      byMeaning: FusionTests.meaning([1: 0.9, 2: 0.5]), byWords: FusionTests.words([2: 7]))
    let (both, meant) = (try #require(hits.first), try #require(hits.last))
    #expect((both.vectorRank, both.textRank) == (2, 1))
    #expect((both.similarity, both.textScore) == (0.5, 7))
    #expect((both.vectorPart, both.textPart) == (0, 0.8))
    #expect(meant.textRank == nil && meant.textScore == nil && meant.textPart == nil)
    #expect(meant.vectorPart == meant.score)
  }

  @Test("however many rows the halves give, the first have the same order and scores", arguments: [0, 0.5, 0.8, 1])
  func isTheSameAtEveryDepth(weight: Double) {
    // The halves find 400 rows each, 200 of them in common, with equal scores among them.
    let meaning = (0..<400).map { index -> SearchHit in
      let similarity = 1 - Double(index / 3) / 200
      return FusionTests.hit(Int64(index), similarity, similarity: similarity)
    }
    let words = (0..<400).map { index -> SearchHit in
      let (id, score) = ((index * 7) % 400 + 200, Double(400 - index / 2))
      return FusionTests.hit(Int64(id), score, similarity: 0.1)
    }
    let fusion = Fusion(wordsWeight: weight)
    let all = fusion.joined(byMeaning: meaning, byWords: words)
    #expect(Set(all.map(\.memory.id)).count == all.count)
    for depth in stride(from: 100, through: 390, by: 10) {
      let some = fusion.joined(byMeaning: Array(meaning.prefix(depth)), byWords: Array(words.prefix(depth)))
      #expect(some.prefix(depth).map(\.memory.id) == all.prefix(depth).map(\.memory.id), "\(depth)")
      #expect(some.prefix(depth).map(\.score) == all.prefix(depth).map(\.score), "\(depth)")
    }
  }

  @Test(
    "whether the words in common tell enough",
    arguments: [
      ("where does the user keep the kettle", ["user"], false),
      ("where does the user keep the kettle", ["user", "kettle"], true),
      ("where does the user keep the kettle", ["keep", "keeps"], false),
      ("kettle", ["kettle"], true), ("where are kettles and the kettle", ["kettle"], true),
      ("which film did Ada like", ["Ada"], true), ("Ada likes which film", ["Ada"], false),
      ("WHICH FILM DID ADA LIKE", ["ADA"], false), ("which film did ada like", ["ada"], false),
      ("what did she buy in 2019", ["2019"], true), ("who owns file42 there today", ["file42"], true),
      ("who has ada@example.com there", ["ada@example.com"], true),
      ("who said \"tea\" at lunch", ["tea"], true), ("who said “tea” at lunch", ["tea"], true),
      ("who \"said\" tea at lunch", ["tea"], false), ("who said tea\" at lunch", ["tea"], false),
      ("where does the user keep the zither", ["zither"], true), ("where does the user keep the kettle", [], false),
    ])
  func tells(query: String, shared: [String], expected: Bool) {
    let telling = query.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter {
      !["the", "and", "where", "are"].contains($0.lowercased())
    }
    let words = SharedWords(telling: telling, shared: shared)
    #expect(words.tell(in: query) { $0 == "zither" } == expected)
  }
}
