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
  private let prepared: PreparedTokenizers?
  private let withoutBLAS: (String) -> Void
  private var opened: (any TextModel)?

  /// Names a model; nothing is opened.
  ///
  /// - Parameters:
  ///   - space: The space that its vectors belong to, where a store calls it otherwise than memsh does.
  ///   - prepared: Where a form of its tokenizer is kept that is quicker to read.
  ///   - withoutBLAS: Takes the reason why a long work takes longer than it must, once.
  package init(
    _ model: InstalledModel, as space: EmbeddingSpace? = nil, prepared: PreparedTokenizers? = nil,
    withoutBLAS: @escaping (String) -> Void = { _ in }
  ) {
    self.model = model
    self.prepared = prepared
    self.space = space ?? model.space
    self.withoutBLAS = withoutBLAS
  }

  /// Embeds texts that are stored.
  package func embed(_ texts: [String]) throws -> [Vector] { try vectors(of: texts, as: .passage) }

  /// Embeds texts that are looked for.
  package func embedQueries(_ texts: [String]) throws -> [Vector] { try vectors(of: texts, as: .query) }

  /// Embeds batch after batch; between parts of a long one it asks whether it is to go on.
  package func embed(_ next: (TextDemand) throws -> TextSupply, _ hand: ([Vector]) throws -> Void) throws {
    while case .texts(let texts) = try next(.now) {
      var vectors: [Vector] = []
      while vectors.count < texts.count {
        if !vectors.isEmpty { _ = try next(.none) }
        vectors += try embed(Array(texts[vectors.count...].prefix(LocalEmbedder.textsAtATime)))
      }
      try hand(vectors)
    }
  }

  /// A second's work, so that Ctrl-C is heard.
  private static let textsAtATime = 256

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
    case .fixed: try StaticModel(folder: model.folder, prepared: prepared)
    case .encoder: try EncoderModel(folder: model.folder, prepared: prepared, withoutBLAS: withoutBLAS)
    }
  }
}
