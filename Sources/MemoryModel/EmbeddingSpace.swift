/// What makes two vectors comparable: who computed them, with which model, how long they are.
///
/// A store holds vectors of exactly one space; mixing two would rank noise.
package struct EmbeddingSpace: Sendable, Hashable, CustomStringConvertible {
  /// `openai`, `local`, `hash`, or `unknown` for vectors whose origin nobody recorded.
  package let provider: String
  /// The provider's name of the model, or `unknown`.
  package let model: String
  /// The number of components of every vector.
  package let dimensions: Int

  /// The distance under which every space of memsh is searched.
  package static let distance = "cosine"

  /// Creates a space from its parts.
  package init(provider: String, model: String, dimensions: Int) {
    self.provider = provider
    self.model = model
    self.dimensions = dimensions
  }

  /// `openai/text-embedding-3-large (3072)`
  package var description: String { "\(provider)/\(model) (\(dimensions))" }

  /// The space of vectors that a file brings along, by the name of a model.
  ///
  /// Names that OpenAI publishes get its provider, so that the OpenAI embedder can go on in the same space.
  package init(sourceModel model: String, dimensions: Int) {
    let provider = model.hasPrefix("text-embedding-") ? "openai" : EmbeddingSpace.unknown
    self.init(provider: provider, model: model, dimensions: dimensions)
  }

  /// The error for using this space's vectors in a store of another.
  package func mismatch(storeSpace: EmbeddingSpace) -> MemshError {
    MemshError(
      .embeddingSpaceMismatch,
      "this store's vectors are \(storeSpace); the embedder in use makes \(self)", hint: storeSpace.wayOut)
  }

  /// Whether somebody knows which model made the vectors.
  package var isKnown: Bool { provider != EmbeddingSpace.unknown }

  /// Whether the model that made the vectors has a name.
  package var hasModel: Bool { isKnown || model != EmbeddingSpace.unknown }

  /// The provider of vectors whose origin nobody recorded.
  package static let unknown = "unknown"

  /// How a store's owner records what made its vectors.
  package static let naming = "`schema --space PROVIDER/MODEL` records it, where you know it"

  /// How to come by the embedder of a store of this space. An embedder that was chosen stands in the way of it.
  private var wayOut: String {
    let auto = "`set embedder auto` if another was chosen"
    return switch provider {
    case "openai":
      "export OPENAI_API_KEY or OPENAI_BASE_URL for the store's own embedder, with \(auto); "
        + "or move the store with `reembed`"
    case "local",
      EmbeddingSpace.unknown where hasModel:
      "install the model \(model) for the store's own embedder, with \(auto) (`models` lists what is there); "
        + "or move the store with `reembed`"
    case "hash":
      "`set embedder auto`, `set model auto` and `set dimensions 0` take the store's own embedder; "
        + "or move the store with `reembed`"
    default:
      "nobody recorded which model made the store's vectors, or this role may not read the schema memsh: "
        + "\(EmbeddingSpace.naming); `reembed` computes them anew"
    }
  }
}
