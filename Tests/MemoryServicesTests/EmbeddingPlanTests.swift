import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

@Suite struct EmbeddingPlanTests {
  private final class FixedEmbedder: Embedder {
    let space: EmbeddingSpace
    let notice: String? = nil
    init(_ space: EmbeddingSpace) { self.space = space }
    func embed(_ texts: [String]) throws -> [Vector] { [] }
  }

  private static let hash = EmbeddingSpace(provider: "hash", model: "h", dimensions: 256)
  private static let small = EmbeddingSpace(sourceModel: "text-embedding-3-small", dimensions: 1_536)
  private static let unknown = EmbeddingSpace(sourceModel: "unknown", dimensions: 8)

  /// One line of the decision table.
  struct Decision: Sendable {
    let mode: EmbeddingMode
    let source: EmbeddingSpace?
    let store: EmbeddingSpace?
    let embedder: EmbeddingSpace
    /// The space and whether vectors are kept; nil for a refusal.
    let expected: (space: EmbeddingSpace, keeps: Bool)?
  }

  static let decisions = [
    Decision(mode: .keep, source: small, store: nil, embedder: hash, expected: (small, true)),
    Decision(mode: .keep, source: nil, store: nil, embedder: hash, expected: (hash, true)),
    Decision(mode: .keep, source: small, store: small, embedder: hash, expected: (small, true)),
    Decision(mode: .keep, source: small, store: hash, embedder: hash, expected: nil),
    Decision(mode: .regenerate, source: small, store: nil, embedder: hash, expected: (hash, false)),
    Decision(mode: .regenerate, source: small, store: small, embedder: hash, expected: nil),
    Decision(mode: .auto, source: small, store: nil, embedder: hash, expected: (hash, false)),
    Decision(mode: .auto, source: small, store: nil, embedder: small, expected: (small, true)),
    Decision(mode: .auto, source: small, store: small, embedder: hash, expected: (small, true)),
    Decision(mode: .auto, source: unknown, store: unknown, embedder: hash, expected: nil),
    Decision(mode: .auto, source: nil, store: hash, embedder: hash, expected: (hash, false)),
  ]

  @Test("what happens to vectors, by mode, source, store and embedder", arguments: decisions.indices)
  func decides(index: Int) throws {
    let decision = EmbeddingPlanTests.decisions[index]
    func plan() throws -> EmbeddingPlan {
      try EmbeddingPlan(
        mode: decision.mode, source: decision.source, store: decision.store,
        embedder: FixedEmbedder(decision.embedder))
    }
    guard let expected = decision.expected else {
      #expect { try plan() } throws: { ($0 as? MemshError)?.code == .embeddingSpaceMismatch }
      return
    }
    let made = try plan()
    #expect(made.space == expected.space)
    #expect(made.keepsVectors == expected.keeps)
    #expect((made.embedder != nil) == (decision.embedder == expected.space))
  }
}
