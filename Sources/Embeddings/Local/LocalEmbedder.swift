import MemoryModel

/// Embeds with a model on this machine: no network, no other process.
///
/// The model is opened when the first text comes.
package final class LocalEmbedder: Embedder {
  /// The space of the vectors.
  package let space: EmbeddingSpace
  /// Nothing to say: its vectors carry meaning.
  package let notice: String? = nil

  private let folder: String
  private var model: StaticModel?

  /// Names a model; nothing is opened but the header of its weights.
  ///
  /// - Throws: `model_unusable`.
  package init(_ model: InstalledModel) throws {
    folder = model.folder
    space = EmbeddingSpace(provider: "local", model: model.name, dimensions: model.dimensions)
  }

  /// Embeds texts.
  package func embed(_ texts: [String]) throws -> [Vector] {
    let model = try self.model ?? StaticModel(folder: folder)
    self.model = model
    return try texts.map { text in
      let vector = model.vector(of: text)
      guard vector.isFinite else {
        throw MemshError(
          .modelUnusable, "the model in \(folder) holds numbers that are not finite",
          hint: "fetch it again: scripts/fetch-model")
      }
      return vector
    }
  }
}
