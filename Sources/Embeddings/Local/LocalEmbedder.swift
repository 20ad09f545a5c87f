import MemoryModel

/// Embeds with a model on this machine: no network, no other process.
///
/// The model is opened when the first text comes.
package final class LocalEmbedder: Embedder {
  /// The space of the vectors.
  package let space: EmbeddingSpace
  /// Nothing to say: its vectors carry meaning.
  package let notice: String? = nil

  private let model: InstalledModel
  private let withoutBLAS: (String) -> Void
  private var opened: (any TextModel)?

  /// Names a model; nothing is opened.
  ///
  /// - Parameters:
  ///   - space: The space that its vectors belong to, where a store calls it otherwise than memsh does.
  ///   - withoutBLAS: Takes the reason why a long work takes longer than it must, once.
  package init(
    _ model: InstalledModel, as space: EmbeddingSpace? = nil, withoutBLAS: @escaping (String) -> Void = { _ in }
  ) {
    self.model = model
    self.space = space ?? model.space
    self.withoutBLAS = withoutBLAS
  }

  /// Embeds texts that are stored.
  package func embed(_ texts: [String]) throws -> [Vector] { try vectors(of: texts, as: .passage) }

  /// Embeds a text that is looked for.
  package func embedQuery(_ text: String) throws -> Vector? { try vectors(of: [text], as: .query).first }

  /// Texts longer than the model reads, whose beginning was embedded, so far.
  package var cutTexts: Int64 { opened?.cutTexts ?? 0 }

  private func vectors(of texts: [String], as role: TextRole) throws -> [Vector] {
    let opened = try self.opened ?? open()
    self.opened = opened
    let vectors = opened.vectors(of: texts, as: role)
    guard vectors.allSatisfy(\.isFinite) else {
      throw MemshError(
        .modelUnusable, "the model in \(model.folder) holds numbers that are not finite",
        hint: "fetch it again: scripts/fetch-model")
    }
    return vectors
  }

  private func open() throws -> any TextModel {
    switch model.kind {
    case .fixed: try StaticModel(folder: model.folder)
    case .encoder: try EncoderModel(folder: model.folder, withoutBLAS: withoutBLAS)
    }
  }
}
