import Database
import MemoryModel
import MemoryStore

/// Puts prompt fragments into a store, each one once.
package struct SeedingService {
  private let store: MemoryStore
  private let embedder: (any Embedder)?

  /// Sets seeding up.
  ///
  /// - Parameter embedder: Computes the fragments' vectors; must be of the store's space. nil leaves them NULL.
  package init(store: MemoryStore, embedder: (any Embedder)?) {
    self.store = store
    self.embedder = embedder
  }

  /// Inserts those fragments that the store does not have: the same category, agent and content counts as the same.
  ///
  /// - Returns: How many were inserted.
  package func seed(_ fragments: [PromptFragment]) throws -> Int {
    try store.transaction(.commit) { try seedReturningIDs(fragments).count }
  }

  /// Those fragments that the store does not have.
  package func missing(_ fragments: [PromptFragment]) throws -> [PromptFragment] {
    var known = try store.fragmentKeys()
    return fragments.filter { known.insert($0.key).inserted }
  }

  /// The same inside a transaction of the caller's.
  ///
  /// - Returns: The id and the content's sha256 of each fragment inserted.
  func seedReturningIDs(_ fragments: [PromptFragment]) throws -> [(id: Int64, contentHash: String)] {
    var missing = try missing(fragments)
    guard !missing.isEmpty else { return [] }
    if let embedder {
      for (index, vector) in try embedder.embed(missing.map(\.content)).enumerated() {
        missing[index].embedding = vector
      }
    }
    return zip(try store.insert(missing), missing).map { ($0, ContentHash.hex(of: $1.content)) }
  }
}
