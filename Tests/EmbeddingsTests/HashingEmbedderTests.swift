import Database
import Embeddings
import MemoryModel
import MemoryServices
import Testing

@Suite struct HashingEmbedderTests {
  private let embedder = HashingEmbedder()

  private func similarity(_ left: String, _ right: String) throws -> Double {
    let vectors = try embedder.embed([left, right])
    return vectors[0].values.withUnsafeBufferPointer { left in
      vectors[1].values.withUnsafeBufferPointer { Cosine.similarityOrNil(left, $0) ?? 0 }
    }
  }

  @Test(
    "every text gets a unit vector",
    arguments: ["espresso", "", "?!", "☕️", "毎朝エスプレッソ", "a\0b", String(repeating: "long ", count: 10_000)])
  func hasUnitLength(text: String) throws {
    let vector = try embedder.embed([text])[0]
    #expect(vector.dimensions == 256)
    #expect(abs(vector.norm - 1) < 1e-5)
  }

  @Test("the same text has the same vector in every process")
  func isStable() throws {
    // Recorded once: a change here means that stores made before can no longer be searched.
    let vector = try embedder.embed(["double espresso"])[0]
    let strongest = vector.values.indices.sorted { abs(vector.values[$0]) > abs(vector.values[$1]) }.prefix(2)
    #expect(strongest.sorted() == HashingEmbedderTests.recorded)
  }

  private static let recorded = [19, 244]

  @Test("texts that share words are nearer than texts that do not")
  func ranksBySharedWords() throws {
    let near = try similarity("prefers a double espresso", "a double espresso please")
    let far = try similarity("prefers a double espresso", "the label printer in Osaka")
    #expect(near > 0.5)
    #expect(far < 0.2)
    #expect(try similarity("Espresso", "espresso") > 0.999)
    #expect(try similarity("espresso machine", "espresso machines") > 0.6)
  }
}
