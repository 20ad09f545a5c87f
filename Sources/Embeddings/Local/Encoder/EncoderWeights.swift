import MemoryModel

/// The numbers of a BERT network, each tensor checked against the model's settings.
///
/// Unchecked, because nothing changes after it is made: any thread may read.
final class EncoderWeights: @unchecked Sendable {
  /// A matrix and what is added to its products.
  struct Linear {
    let weights: FloatTensor
    let bias: FloatTensor
    let inputs: Int
    let outputs: Int
  }

  /// What a normalised row is multiplied with, and what is added to it.
  struct Norm {
    let scale: FloatTensor
    let shift: FloatTensor
  }

  /// One layer: attention, then each token by itself.
  struct Layer {
    let query: Linear
    let key: Linear
    let value: Linear
    let attended: Linear
    let attendedNorm: Norm
    let widening: Linear
    let narrowing: Linear
    let norm: Norm
  }

  /// A vector for each token of the vocabulary.
  let words: FloatTensor
  /// A vector for each place in a text, and in each that of the only type of token that a single text has.
  let positions: FloatTensor
  /// What normalises their sums.
  let norm: Norm
  /// The layers, first to last.
  let layers: [Layer]
  /// How many tokens have a vector.
  let tokens: Int

  /// The name of the tensor of the tokens' vectors, behind what the names of a file begin with.
  static let wordsName = "embeddings.word_embeddings.weight"

  /// What the names of an encoder's tensors begin with; nil for a file that holds another kind of model.
  static func prefix(in file: TensorFile) -> String? {
    ["", "bert."].first { file[$0 + wordsName] != nil }
  }

  /// Takes the tensors of a file.
  ///
  /// - Throws: `UnusableModel` for one that is missing or of another shape than the settings say.
  init(_ file: TensorFile, _ settings: EncoderSettings) throws {
    let prefix = EncoderWeights.prefix(in: file) ?? ""
    let width = settings.width
    func norm(_ name: String) throws -> Norm {
      Norm(
        scale: try file.floats(prefix + name + ".weight", [width]),
        shift: try file.floats(prefix + name + ".bias", [width]))
    }
    func linear(_ name: String, from inputs: Int, to outputs: Int) throws -> Linear {
      Linear(
        weights: try file.floats(prefix + name + ".weight", [outputs, inputs]),
        bias: try file.floats(prefix + name + ".bias", [outputs]), inputs: inputs, outputs: outputs)
    }
    tokens = file[prefix + EncoderWeights.wordsName]?.shape.first ?? 0
    words = try file.floats(prefix + EncoderWeights.wordsName, [tokens, width])
    positions = try file.floats(prefix + "embeddings.position_embeddings.weight", [settings.positions, width])
      .adding(file.floats(prefix + "embeddings.token_type_embeddings.weight", firstRowOf: width))
    self.norm = try norm("embeddings.LayerNorm")
    layers = try (0..<settings.layers).map { number in
      let layer = "encoder.layer.\(number)."
      return Layer(
        query: try linear(layer + "attention.self.query", from: width, to: width),
        key: try linear(layer + "attention.self.key", from: width, to: width),
        value: try linear(layer + "attention.self.value", from: width, to: width),
        attended: try linear(layer + "attention.output.dense", from: width, to: width),
        attendedNorm: try norm(layer + "attention.output.LayerNorm"),
        widening: try linear(layer + "intermediate.dense", from: width, to: settings.innerWidth),
        narrowing: try linear(layer + "output.dense", from: settings.innerWidth, to: width),
        norm: try norm(layer + "output.LayerNorm"))
    }
  }
}
