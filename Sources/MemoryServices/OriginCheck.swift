import Database
import MemoryModel
import MemoryStore

/// Whether an embedder gives the texts of some memories the vectors that are stored with them: then its model made
/// them.
package struct OriginCheck: Sendable, Equatable {
  /// How many memories were compared.
  package private(set) var compared = 0
  /// How many of them have the embedder's vector.
  package private(set) var equal = 0

  /// Whether nearly all have: a text may have been changed, or cut, before it was embedded.
  package var isSame: Bool { compared > 0 && equal * 10 >= compared * 9 }

  /// The most memories that are looked at.
  private static let memoriesMaximum = 20
  /// The most characters that are embedded: every search of such a store waits for it.
  private static let charactersMaximum = 2_000
  /// The least cosine of vectors that one model made of one text, rounded or computed elsewhere.
  private static let sameAtLeast = 0.98

  /// Compares the shorter ones of the first memories that have a vector.
  package init(_ store: MemoryStore, _ embedder: any Embedder) throws {
    var characters = 0
    let memories = try store.memoriesWithVectors(limit: OriginCheck.memoriesMaximum)
      .filter { $0.fields.content.contains { !$0.isWhitespace } }
      .sorted { ($0.fields.content.utf8.count, $0.id) < ($1.fields.content.utf8.count, $1.id) }
      .prefix { memory in
        characters += memory.fields.content.utf8.count
        return characters <= OriginCheck.charactersMaximum || characters == memory.fields.content.utf8.count
      }
    for (memory, vector) in zip(memories, try embedder.embed(memories.map(\.fields.content))) {
      guard let stored = memory.fields.embedding else { continue }
      compared += 1
      if let cosine = stored.cosine(with: vector), cosine >= OriginCheck.sameAtLeast { equal += 1 }
    }
  }
}
