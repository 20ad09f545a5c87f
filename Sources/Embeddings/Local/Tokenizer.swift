import Foundation
import MemoryModel

/// What turns text into the numbers of a model's tokens.
protocol Tokenizer: AnyObject {
  /// Appends the tokens of a text, without the special ones that a model's own pipeline would add around it.
  func tokens(of text: String, into ids: inout [Int32])
}

/// Reads the tokenizers of models.
enum TokenizerFile {
  /// The largest published ones have about 35 MB.
  private static let bytesMaximum = 256 << 20

  /// Reads Hugging Face's `tokenizer.json`.
  ///
  /// - Parameter prepared: Where a form of it is kept that is quicker to read.
  /// - Throws: `model_unusable` with what is wrong or not supported.
  static func load(path: String, prepared: PreparedTokenizers? = nil) throws -> any Tokenizer {
    do {
      return try tokenizer(
        tables([path], prepared) {
          try TokenizerScanner.tables(WholeFile.bytes(path, limitBytes: bytesMaximum, code: .modelUnusable))
        })
    } catch let failure as UnusableModel {
      throw MemshError(
        .modelUnusable, "\(path) cannot be used: \(failure.reason)",
        hint: "memsh reads BPE with byte fallback, and WordPiece as in BERT")
    }
  }

  /// Reads the tokenizer of a model of BERT's kind, in Hugging Face's form or BERT's own.
  ///
  /// - Parameter settings: What `tokenizer_config.json` says.
  /// - Throws: `UnusableModel`, `model_unusable`.
  static func load(
    encoder folder: String, _ settings: JSON?, prepared: PreparedTokenizers?
  ) throws -> any Tokenizer {
    let path = folder + "/tokenizer.json"
    guard !FileManager.default.fileExists(atPath: path) else { return try load(path: path, prepared: prepared) }
    let vocabulary = folder + "/vocab.txt"
    guard FileManager.default.fileExists(atPath: vocabulary) else {
      throw UnusableModel(reason: "there is no tokenizer.json and no vocab.txt")
    }
    return try tokenizer(
      tables([vocabulary, folder + "/tokenizer_config.json"], prepared) {
        try TokenizerTables(vocabularyFile: vocabulary, settings)
      })
  }

  private static func tables(
    _ sources: [String], _ prepared: PreparedTokenizers?, _ read: () throws -> TokenizerTables
  ) throws -> TokenizerTables {
    guard let prepared else { return try read() }
    return try prepared.tables(of: sources, read)
  }

  private static func tokenizer(_ tables: TokenizerTables) throws -> any Tokenizer {
    let normalizer = try TokenizerNormalizer(tables)
    switch tables.model["type"] ?? .string("BPE") {
    case .string("BPE"):
      if let kind = tables.settings["pre_tokenizer"], kind != .null {
        throw UnusableModel(
          reason: "the pre-tokenizer \(kind[key: "type"]?.stringValue ?? "") is not supported with BPE")
      }
      return try BPETokenizer(tables, normalizer: normalizer)
    case .string("WordPiece"):
      guard tables.settings["pre_tokenizer"]?[key: "type"] == .string("BertPreTokenizer") else {
        throw UnusableModel(reason: "a WordPiece tokenizer without BertPreTokenizer is not supported")
      }
      return try WordPieceTokenizer(tables, normalizer: normalizer)
    case let type: throw UnusableModel(reason: "tokenizers of type \(type.text) are not supported")
    }
  }
}

extension TokenizerTables {
  /// Reads BERT's own form: `vocab.txt`, a token a line, and what `tokenizer_config.json` says of the normalisation.
  ///
  /// - Throws: `model_unusable` for a file that cannot be read.
  fileprivate init(vocabularyFile path: String, _ told: JSON?) throws {
    vocabulary = Vocabulary(capacity: 32_768)
    let bytes = try WholeFile.bytes(path, limitBytes: 64 << 20, code: .modelUnusable)
    var added: [JSON] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where number < TokenizerScanner.idMaximum {
      let token = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard number < lines.count - 1 || !token.isEmpty else { continue }
      token.withUnsafeBytes { vocabulary.add($0, id: Int32(truncatingIfNeeded: number)) }
      if case let name = String(decoding: token, as: UTF8.self), TokenizerTables.special.contains(name) {
        added.append(.object([JSON.Member("id", .integer(number)), JSON.Member("content", .string(name))]))
      }
    }
    func flag(_ name: String, _ key: String) -> JSON.Member { JSON.Member(name, told?[key: key] ?? .null) }
    let type = JSON.Member("type", .string("BertNormalizer"))
    settings = [
      "added_tokens": .array(added),
      "normalizer": .object([
        type, flag("lowercase", "do_lower_case"), flag("strip_accents", "strip_accents"),
        flag("handle_chinese_chars", "tokenize_chinese_chars"),
      ]),
      "pre_tokenizer": .object([JSON.Member("type", .string("BertPreTokenizer"))]),
    ]
    model = ["type": .string("WordPiece")]
  }

  /// The tokens that stand for themselves in a text.
  private static let special: Set = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
}
