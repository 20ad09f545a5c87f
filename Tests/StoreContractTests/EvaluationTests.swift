import Database
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// What `eval` asks of embedders and stores, on both backends.
@Suite struct EvaluationTests {
  /// Notes what it is asked for.
  private final class NotingEmbedder: Embedder {
    let space: EmbeddingSpace
    let notice: String? = nil
    var asked: [[String]] = []
    var atQueries: () -> Void = {}

    init(_ space: EmbeddingSpace = Fixture.space) { self.space = space }

    func embed(_ texts: [String]) throws -> [Vector] { try LetterEmbedder(space).embed(texts) }

    func embedQueries(_ texts: [String]) throws -> [Vector] {
      asked.append(texts)
      atQueries()
      return try embed(texts)
    }
  }

  private static func evaluated(
    _ store: MemoryStore, _ lines: [String], _ embedders: [EvaluationService.NamedEmbedder],
    _ options: EvaluationOptions = EvaluationOptions(), _ interruption: Interruption = Interruption()
  ) throws -> Evaluation {
    let service = EvaluationService(
      store: store, embedders: embedders, options, progress: NoProgress(), interruption: interruption,
      name: "queries.jsonl")
    var rest = lines[...]
    return try service.evaluate(total: 0) { rest.popFirst() }
  }

  private static let tea = #"{"query": "green tea", "user_id": "ada", "expect": [1]}"#

  @Test("a query is embedded once, whatever the modes, and not at all for words", arguments: StoreKind.allCases)
  func embedsOnce(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let embedder = NotingEmbedder()
    let lines = (0..<250).map { #"{"query": "green tea \#($0)", "expect": [1]}"# }
    let evaluation = try EvaluationTests.evaluated(fixture.store, lines, [("test", embedder)])
    #expect(evaluation.queries == 250 && evaluation.measured == 250)
    #expect(evaluation.results.map(\.mode) == SearchMode.allCases)
    #expect(embedder.asked.map(\.count) == [100, 100, 50])
    #expect(embedder.asked.joined().elementsEqual((0..<250).map { "green tea \($0)" }))
    var words = EvaluationOptions()
    words.modes = [.lexical]
    #expect(try EvaluationTests.evaluated(fixture.store, lines, [], words).results.map(\.embedder) == [nil])
  }

  @Test("embedders are compared where they may have made the store's vectors", arguments: StoreKind.allCases)
  func comparesEmbedders(kind: StoreKind) throws {
    let unknown = try Fixture(kind)
    _ = try unknown.store.vectorSupport(.ensure)
    _ = try unknown.store.createSchema(
      space: EmbeddingSpace(provider: EmbeddingSpace.unknown, model: EmbeddingSpace.unknown, dimensions: 3))
    let made = LetterEmbedder()
    let contents = ["green tea", "a red bicycle", "the invoice is overdue"]
    _ = try unknown.store.insert(contents.map { memory($0, vector: try made.embed([$0])[0].values) })
    _ = try unknown.store.buildIndexes(nil, NoProgress())
    /// Turns the vectors round, so that the nearest is the farthest.
    final class OtherEmbedder: Embedder {
      let space = EmbeddingSpace(provider: "test", model: "other", dimensions: 3)
      let notice: String? = nil
      func embed(_ texts: [String]) throws -> [Vector] {
        try LetterEmbedder().embed(texts).map { Vector($0.values.map { -$0 }) }
      }
    }
    let lines = contents.enumerated().map { #"{"query": "\#($0.element)", "expect": [\#($0.offset + 1)]}"# }
    let evaluation = try EvaluationTests.evaluated(
      unknown.store, lines, [("made", made), ("other", OtherEmbedder())])
    #expect(evaluation.results.map(\.embedder) == ["made", nil, "made", "other", "other"])
    #expect(evaluation.results.map(\.mode) == [.semantic, .lexical, .hybrid, .semantic, .hybrid])
    #expect(evaluation.results[0].estimates[.recallAt1]?.value == 1)
    #expect(evaluation.results[3].estimates[.recallAt1]?.value ?? 1 < 1)
    let named = try Fixture.filled(kind)
    #expect {
      try EvaluationTests.evaluated(named.store, lines, [("made", made), ("other", OtherEmbedder())])
    } throws: {
      ($0 as? MemshError)?.code == .embeddingSpaceMismatch
    }
  }

  @Test("what is not there, or another user's, is missing and not counted", arguments: StoreKind.allCases)
  func countsMissing(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    // The fixture's memory 4 is ben's.
    let lines = [
      EvaluationTests.tea, #"{"query": "green tea", "user_id": "ada", "expect": [999, 9223372036854775807, -1]}"#,
      #"{"query": "green tea", "user_id": "ada", "expect": [4, 1]}"#,
      #"{"query": "e\u0301", "user_id": "ada", "expect_content": ["\u00e9 and \u00e9", "something else"]}"#,
    ]
    let evaluation = try EvaluationTests.evaluated(fixture.store, lines, [("test", LetterEmbedder())])
    #expect(evaluation.queries == 4 && evaluation.measured == 2 && evaluation.missing == 6)
    #expect(evaluation.firstMissing.map(\.line) == [2, 2, 2, 3, 4, 4])
    #expect(evaluation.firstMissing.map(\.owner) == [nil, nil, nil, "ben", nil, nil])
    #expect(evaluation.results[1].estimates[.recallAt5]?.value == 1)
  }

  @Test("of several memories with the expected content any is right, and counts once", arguments: StoreKind.allCases)
  func takesTwins(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let twins = #"["Likes green tea in the morning", "Likes green tea in the morning"]"#
    let evaluation = try EvaluationTests.evaluated(
      fixture.store,
      [
        #"{"query": "green tea morning", "expect_content": \#(twins)}"#,
        #"{"query": "green tea morning", "expect": [3], "expect_content": \#(twins)}"#,
      ], [("test", LetterEmbedder())])
    #expect(evaluation.missing == 0 && evaluation.measured == 2)
    // The first query is content with memory 1, the second wants memory 3.
    #expect(evaluation.results[1].estimates[.reciprocalRank]?.value ?? 1 < 1)
    #expect(evaluation.results[1].estimates[.recallAt5]?.value == 1)
    #expect(evaluation.weakest.allSatisfy { $0.expected == [3] })
  }

  @Test("it stops when the user asks to", arguments: StoreKind.allCases)
  func stops(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let (interruption, embedder) = (Interruption(), NotingEmbedder())
    embedder.atQueries = { interruption.raise() }
    #expect {
      try EvaluationTests.evaluated(
        fixture.store, [EvaluationTests.tea], [("test", embedder)], EvaluationOptions(), interruption)
    } throws: {
      ($0 as? MemshError)?.code == .interrupted
    }
  }

  @Test("drafts name each text once, with all memories that have it", arguments: StoreKind.allCases)
  func drafts(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let service = DraftingService(store: fixture.store, progress: NoProgress(), interruption: Interruption())
    let all = try service.draft(100, userID: nil)
    #expect(try service.draft(100, userID: nil) == all)
    #expect(try service.draft(3, userID: nil).map(\.ids) == all.prefix(3).map(\.ids))
    #expect(all.contains { $0.ids == [1, 3] } && all.contains { $0.ids == [2] })
    #expect(all.allSatisfy { $0.userID != nil && !$0.text.isEmpty && $0.text.split(separator: " ").count <= 3 })
    // Blank and empty memories have no words.
    #expect(Set(all.flatMap(\.ids)).isDisjoint(with: [4, 5]))
    #expect(try service.draft(100, userID: "ben").allSatisfy { $0.userID == "ben" })
    #expect(try service.draft(100, userID: "nobody").isEmpty)
  }
}
