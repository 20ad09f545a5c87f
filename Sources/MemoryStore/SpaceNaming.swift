import Database
import MemoryModel

extension MemoryStore {
  /// Records which model made the vectors of a store that others made. The vectors stay as they are.
  ///
  /// - Parameter length: How long the model's vectors are; nil where that is not known.
  /// - Throws: `embedding_space_mismatch` when the store's vectors have another length, or are known to be of another
  ///   model.
  package func nameSpace(provider: String, model: String, length: Int?) throws {
    try transaction(.commit) {
      let current = try requireTables()
      let isRecorded = try state().recordedSpace != nil
      guard !isRecorded || current.provider != provider || current.model != model else { return }
      guard try !isRecorded || !current.isKnown || !hasVectors() else {
        throw MemshError(
          .embeddingSpaceMismatch, "the store's vectors are recorded as \(current), not as \(provider)/\(model)",
          hint: "`reembed` computes them anew with the embedder in use, and records it")
      }
      let space = EmbeddingSpace(
        provider: provider, model: model, dimensions: current.dimensions > 0 ? current.dimensions : length ?? 0)
      guard space.dimensions > 0, length.map({ $0 == space.dimensions }) ?? true else {
        throw MemshError(
          .embeddingSpaceMismatch,
          "the store's vectors have \(current.dimensions) numbers; \(provider)/\(model) makes "
            + "\(length.map { "\($0)" } ?? "vectors of a length that is not known")",
          hint: "name the model that made them, or compute them anew with `reembed`")
      }
      try backend.createLedger()
      forgetState()
      try driver.execute(
        """
        INSERT INTO \(OwnTable.settings) (key, value) VALUES ('embedding_space', \(space.json))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """)
    }
  }

  private func hasVectors() throws -> Bool {
    try driver.exists("SELECT 1 FROM \(Table.memories) WHERE \(name: Column.embedding.name) IS NOT NULL LIMIT 1")
  }
}
