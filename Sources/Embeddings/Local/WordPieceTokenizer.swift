import Foundation
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

  private init(_ vocabulary: Vocabulary, _ settings: [String: JSON], _ normalizer: TokenizerNormalizer) throws {
    self.vocabulary = vocabulary
    self.normalizer = normalizer
    let name = settings["unk_token"]?.stringValue ?? "[UNK]"
    guard let unknown = vocabulary.id(of: name) else {
      throw UnusableModel(reason: "the unknown token \(name) is not in the vocabulary")
    }
    self.unknown = unknown
    prefix = Array((settings["continuing_subword_prefix"]?.stringValue ?? "##").utf8)
    charactersMaximum = settings["max_input_chars_per_word"]?.integerValue ?? 100
  }

  convenience init(_ file: TokenizerScanner, normalizer: TokenizerNormalizer) throws {
    try self.init(file.vocabulary, file.model, normalizer)
  }

  /// Reads BERT's own form: `vocab.txt`, a token a line, and what `tokenizer_config.json` says of the normalisation.
  ///
  /// - Throws: `UnusableModel`, or `model_unusable` for a file that cannot be read.
  convenience init(vocabularyFile path: String, _ settings: JSON?) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw UnusableModel(reason: "there is no tokenizer.json and no vocab.txt")
    }
    var vocabulary = Vocabulary(capacity: 32_768)
    let bytes = try WholeFile.bytes(path, limitBytes: 64 << 20, code: .modelUnusable)
    var added: [(name: [UInt8], id: Int32)] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where number < TokenizerScanner.idMaximum {
      let token = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard number < lines.count - 1 || !token.isEmpty else { continue }
      let id = Int32(truncatingIfNeeded: number)
      token.withUnsafeBytes { vocabulary.add($0, id: id) }
      if ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].contains(String(decoding: token, as: UTF8.self)) {
        added.append((Array(token), id))
      }
    }
    func flag(_ key: String) -> JSON { settings?[key: key] ?? .null }
    let normalizer = BertNormalizer(
      .object([
        JSON.Member("lowercase", flag("do_lower_case")), JSON.Member("strip_accents", flag("strip_accents")),
        JSON.Member("handle_chinese_chars", flag("tokenize_chinese_chars")),
      ]))
    try self.init(vocabulary, [:], TokenizerNormalizer(added: added, normalizer))
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
