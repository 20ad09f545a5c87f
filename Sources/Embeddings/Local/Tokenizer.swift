import Foundation
import MemoryModel

/// What turns text into the numbers of a model's tokens.
protocol Tokenizer: AnyObject {
  /// Appends the tokens of a text, without the special ones that a model's own pipeline would add around it.
  func tokens(of text: String, into ids: inout [Int32])
}

/// Reads tokenizers of Hugging Face's `tokenizer.json`.
enum TokenizerFile {
  /// The largest published ones have about 35 MB.
  private static let bytesMaximum = 256 << 20

  /// Reads a file.
  ///
  /// - Throws: `model_unusable` with what is wrong or not supported.
  static func load(path: String) throws -> any Tokenizer {
    let bytes = try WholeFile.bytes(path, limitBytes: bytesMaximum, code: .modelUnusable)
    do {
      let file = try TokenizerScanner(bytes)
      let normalizer = try TokenizerNormalizer(file)
      switch file.model["type"] ?? .string("BPE") {
      case .string("BPE"):
        try requireNoPreTokenizer(file)
        return try BPETokenizer(file, normalizer: normalizer)
      case .string("WordPiece"):
        guard file.settings["pre_tokenizer"]?[key: "type"] == .string("BertPreTokenizer") else {
          throw UnusableModel(reason: "a WordPiece tokenizer without BertPreTokenizer is not supported")
        }
        return try WordPieceTokenizer(file, normalizer: normalizer)
      case let type: throw UnusableModel(reason: "tokenizers of type \(type.text) are not supported")
      }
    } catch let failure as UnusableModel {
      throw MemshError(
        .modelUnusable, "\(path) cannot be used: \(failure.reason)",
        hint: "memsh reads BPE with byte fallback, and WordPiece as in BERT")
    }
  }

  private static func requireNoPreTokenizer(_ file: TokenizerScanner) throws {
    guard let kind = file.settings["pre_tokenizer"], kind != .null else { return }
    throw UnusableModel(
      reason: "the pre-tokenizer \(kind[key: "type"]?.stringValue ?? "") is not supported with BPE")
  }
}
