import MemoryModel

/// BERT's WordPiece: words between spaces and punctuation, each cut into the longest tokens that fit from the left.
final class WordPieceTokenizer: Tokenizer {
  private let vocabulary: Vocabulary
  private let normalizer: TokenizerNormalizer
  /// The token for words that cannot be cut.
  let unknown: Int32
  private let prefix: [UInt8]
  private let charactersMaximum: Int
  private var cache = WordCache()

  init(_ file: TokenizerTables, normalizer: TokenizerNormalizer) throws {
    vocabulary = file.vocabulary
    self.normalizer = normalizer
    let name = file.model["unk_token"]?.stringValue ?? "[UNK]"
    guard let unknown = vocabulary.id(of: name) else {
      throw UnusableModel(reason: "the unknown token \(name) is not in the vocabulary")
    }
    self.unknown = unknown
    prefix = Array((file.model["continuing_subword_prefix"]?.stringValue ?? "##").utf8)
    charactersMaximum = file.model["max_input_chars_per_word"]?.integerValue ?? 100
  }

  /// One more than the largest number of a token.
  var idsEnd: Int { max(vocabulary.count, normalizer.idsEnd) }

  /// The number of a token by its name.
  func id(of name: String) -> Int32? { vocabulary.id(of: name) }

  func tokens(of text: String, into ids: inout [Int32]) {
    for piece in normalizer.pieces(of: text) {
      switch piece {
      case .added(let id): ids.append(id)
      case .text(let bytes): for word in WordPieceTokenizer.words(bytes) { append(word, to: &ids) }
      }
    }
  }

  /// Words, and every punctuation character as one of its own.
  private static func words(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start = 0
    var end = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let length = UTF8.width(scalar)
      let isSpace = scalar.properties.isWhitespace
      if isSpace || isPunctuation(scalar) {
        if start < end { words.append(bytes[start..<end]) }
        if !isSpace { words.append(bytes[end..<end + length]) }
        start = end + length
      }
      end += length
    }
    if start < end { words.append(bytes[start..<end]) }
    return words
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch scalar.value {
      case 33...47, 58...64, 91...96, 123...126: return true
      default: return false
      }
    }
    switch scalar.olderCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private func append(_ word: ArraySlice<UInt8>, to ids: inout [Int32]) {
    ids.append(contentsOf: cache.tokens(of: word, cut))
  }

  private func cut(_ word: ArraySlice<UInt8>) -> [Int32] {
    // Where characters begin, and the end.
    var bounds = word.indices.filter { word[$0] & 0xC0 != 0x80 }
    guard bounds.count <= charactersMaximum else { return [unknown] }
    bounds.append(word.endIndex)
    var tokens: [Int32] = []
    var start = 0
    while start < bounds.count - 1 {
      var end = bounds.count - 1
      var found: Int32?
      while end > start, found == nil {
        let part = (start > 0 ? prefix : []) + word[bounds[start]..<bounds[end]]
        found = part.withUnsafeBytes { vocabulary.id(of: $0) }
        if found == nil { end -= 1 }
      }
      guard let found else { return [unknown] }
      tokens.append(found)
      start = end
    }
    return tokens
  }
}
