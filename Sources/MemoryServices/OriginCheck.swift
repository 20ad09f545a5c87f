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
  /// The most characters that are embedded: the first search of such a store waits for it.
  private static let charactersMaximum = 1_000
  /// The least cosine of vectors that one model made of one text, rounded or computed elsewhere.
  private static let sameAtLeast = 0.98

  /// Compares the shorter ones of the first memories that have a vector.
  ///
  /// - Parameters:
  ///   - model: The embedder's model.
  ///   - notes: What was found before.
  package init(_ store: MemoryStore, _ embedder: any Embedder, of model: InstalledModel, notes: OriginNotes) throws {
    var characters = 0
    let memories = try store.memoriesWithVectors(limit: OriginCheck.memoriesMaximum)
      .filter { $0.fields.content.contains { !$0.isWhitespace } }
      .sorted { ($0.fields.content.utf8.count, $0.id) < ($1.fields.content.utf8.count, $1.id) }
      .prefix { memory in
        characters += memory.fields.content.utf8.count
        return characters <= OriginCheck.charactersMaximum || characters == memory.fields.content.utf8.count
      }
      .map(\.fields)
    let fingerprint = OriginCheck.fingerprint(memories, model)
    if let known = notes.result(of: fingerprint) {
      self = known
      return
    }
    for (memory, vector) in zip(memories, try embedder.embed(memories.map(\.content))) {
      guard let stored = memory.embedding else { continue }
      compared += 1
      if let cosine = stored.cosine(with: vector), cosine >= OriginCheck.sameAtLeast { equal += 1 }
    }
    if compared > 0 { notes.note(self, for: fingerprint) }
  }

  /// What was found before; nil for numbers that no comparison finds.
  init?(equal: Int, of compared: Int) {
    guard (1...OriginCheck.memoriesMaximum).contains(compared), (0...compared).contains(equal) else { return nil }
    (self.equal, self.compared) = (equal, compared)
  }

  /// The sha256 of all that a comparison looks at.
  private static func fingerprint(_ memories: [MemoryFields], _ model: InstalledModel) -> String {
    var bytes = Array("1 \(model.folder)\0\(FileStamp(model.files).numbers)\0".utf8)
    for memory in memories {
      let vector = memory.embedding?.littleEndianBytes ?? []
      bytes += Array("\(memory.content.utf8.count) \(vector.count) ".utf8) + Array(memory.content.utf8) + vector
    }
    return ContentHash.bytes(of: [bytes]).hexadecimal
  }
}
