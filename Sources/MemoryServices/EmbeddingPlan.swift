import Database
import MemoryModel

/// What a migration does with the vectors that its source brings along.
package enum EmbeddingMode: String, Sendable, CaseIterable {
  /// Take them as they are; they define the space of a fresh store.
  case keep
  /// Compute every one with the configured embedder.
  case regenerate
  /// Keep where the source's space is known to be the store's, otherwise regenerate.
  case auto
}

/// The decision, made once before the first row: which space, and where each vector comes from.
struct EmbeddingPlan {
  /// The space that the store's vectors belong to from now on.
  let space: EmbeddingSpace
  /// Whether the source's vectors are taken over.
  let keepsVectors: Bool
  /// The space of the source's vectors where nobody asked for others, and they are not taken over all the same.
  let spaceNotKept: EmbeddingSpace?
  /// What computes the vectors that are not taken over; nil when nothing of the same space is configured.
  let embedder: (any Embedder)?

  /// Decides by the rules of the mode.
  ///
  /// - Parameters:
  ///   - source: The space of the source's vectors; nil when it has none.
  ///   - recorded: The same, where the source itself has recorded it: a fresh store then takes it over.
  ///   - store: The space of the store; nil for a fresh one.
  ///   - embedder: The one in use.
  ///   - other: Gives the embedder of another space, where it can be had here.
  /// - Throws: `embedding_space_mismatch`.
  init(
    mode: EmbeddingMode, source: EmbeddingSpace?, recorded: EmbeddingSpace? = nil, store: EmbeddingSpace?,
    embedder: any Embedder, other: (EmbeddingSpace) throws -> (any Embedder)? = { _ in nil }
  ) throws {
    let target = store ?? (mode == .auto ? recorded : nil) ?? embedder.space
    switch mode {
    case .keep:
      space = store ?? source ?? embedder.space
      keepsVectors = true
      if let source, source != space { throw source.keptMismatch(storeSpace: space) }
    case .regenerate:
      space = target
      keepsVectors = false
    case .auto:
      space = target
      keepsVectors = source != nil && source == target && (recorded != nil || target.model != "unknown")
    }
    spaceNotKept = mode == .auto && !keepsVectors ? source : nil
    self.embedder = embedder.space == space ? embedder : try other(space)
    if !keepsVectors, self.embedder == nil { throw embedder.space.mismatch(storeSpace: space) }
  }
}

extension EmbeddingSpace {
  fileprivate func keptMismatch(storeSpace: EmbeddingSpace) -> MemshError {
    MemshError(
      .embeddingSpaceMismatch,
      "the source's vectors are \(self); this store's are \(storeSpace)",
      hint: "use `--embeddings regenerate`, name the model with `--source-model`, or migrate into a fresh store")
  }
}
