import MemoryModel

/// Turns text into a vector without a model: each word and each run of 3 to 5 characters is hashed onto one of the
/// components and added there with a sign from the hash (feature hashing; Weinberger et al., "Feature Hashing for
/// Large Scale Multitask Learning", ICML 2009, https://arxiv.org/abs/0902.2206).
///
/// Texts that share words or parts of words come out near each other; meaning beyond that is not seen.
package final class HashingEmbedder: Embedder {
  /// The space of the vectors: the model's name changes whenever the features do.
  package let space: EmbeddingSpace

  /// The name of what it does.
  package static let model = "word-ngram-v1"
  /// The number of components by default.
  package static let defaultDimensions = 256

  private static let wordWeight: Float = 1
  /// Words of up to three characters are mostly grammar.
  private static let shortWordWeight: Float = 0.25
  private static let partWeight: Float = 0.25
  private static let partLengths = 3...5

  /// Creates an embedder; there is nothing to load.
  package init(dimensions: Int = HashingEmbedder.defaultDimensions) {
    space = EmbeddingSpace(provider: "hash", model: HashingEmbedder.model, dimensions: dimensions)
  }

  /// What its results are worth.
  package var notice: String? {
    "ranking by shared words only; `help models` says how to rank by meaning"
  }

  /// Embeds texts; every vector has length one.
  package func embed(_ texts: [String]) throws -> [Vector] { texts.map(embed) }

  private func embed(_ text: String) -> Vector {
    var components = [Float](repeating: 0, count: space.dimensions)
    for word in HashingEmbedder.words(text) {
      let isShort = word.count <= 3
      let weight = isShort ? HashingEmbedder.shortWordWeight : HashingEmbedder.wordWeight
      add(Array(String(String.UnicodeScalarView(word)).utf8), weight: weight, to: &components)
      addParts(of: word, to: &components)
    }
    // Text without any letter or digit, such as "?!", still gets a direction of its own.
    if components.allSatisfy({ $0 == 0 }) { add(Array(text.utf8), weight: 1, to: &components) }
    return Vector(components).normalized
  }

  /// Runs of letters, digits, marks and symbols such as emoji, in lower case.
  private static func words(_ text: String) -> [ArraySlice<Unicode.Scalar>] {
    Array(text.lowercased().unicodeScalars).split { scalar in
      let properties = scalar.properties
      return
        !(properties.isAlphabetic || properties.numericType != nil || properties.isEmoji
        || properties.generalCategory == .nonspacingMark)
    }
  }

  private func addParts(of word: ArraySlice<Unicode.Scalar>, to components: inout [Float]) {
    let framed: [Unicode.Scalar] = ["<"] + word + [">"]
    for length in HashingEmbedder.partLengths where framed.count > length {
      for start in 0...(framed.count - length) {
        let part = String(String.UnicodeScalarView(framed[start..<start + length]))
        add(Array(part.utf8), weight: HashingEmbedder.partWeight, to: &components)
      }
    }
  }

  private func add(_ feature: [UInt8], weight: Float, to components: inout [Float]) {
    let hash = HashingEmbedder.hash(feature)
    let index = Int(hash % UInt64(components.count))
    components[index] += hash >> 63 == 0 ? weight : -weight
  }

  /// FNV-1a over the bytes, then the finishing steps of MurmurHash3, which spread every bit over the whole word.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ (hash >> 33)
  }
}
