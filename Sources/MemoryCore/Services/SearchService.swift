/// Finds memories by meaning.
public struct SearchService {
  private let store: any MemoryStore
  private let embedder: any Embedder

  /// The longest answer a search gives.
  public static let limitMaximum = 10_000

  /// Sets searching up.
  public init(store: any MemoryStore, embedder: any Embedder) {
    self.store = store
    self.embedder = embedder
  }

  /// Embeds the text and ranks the memories that pass the filter by cosine similarity to it.
  ///
  /// - Throws: `schema_missing`, `embedding_space_mismatch`, and what embedder and store fail with.
  public func search(
    _ text: String, filter: MemoryFilter, limit: Int, threshold: Double?
  ) throws -> [SearchHit] {
    guard let space = try store.embeddingSpace() else { throw MemshError.schemaMissing(store.identity) }
    guard embedder.space == space else { throw embedder.space.mismatch(storeSpace: space) }
    guard limit > 0, let vector = try embedder.embed([text]).first else { return [] }
    return try store.search(VectorQuery(vector: vector, filter: filter, limit: limit, threshold: threshold))
  }
}

extension MemshError {
  /// The error for a store without the tables of the memory system.
  public static func schemaMissing(_ identity: StoreIdentity) -> MemshError {
    MemshError(
      .schemaMissing, "there are no memory tables in \(identity.location)",
      hint: "`migrate --from FILE` brings a memory file in; `schema --create` makes empty tables")
  }
}
