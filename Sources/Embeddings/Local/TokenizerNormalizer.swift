import Foundation
import MemoryModel

/// What a tokenizer does to text before it looks for tokens: it takes out added tokens, and normalises the rest.
struct TokenizerNormalizer {
  /// A part of a text.
  enum Piece {
    /// A token that stands in the text by name, such as `</s>`.
    case added(Int32)
    /// Normalised text in UTF-8.
    case text([UInt8])
  }

  private enum Step {
    case prepend([UInt8])
    case replace(pattern: [UInt8], content: [UInt8])
    case unicode((String) -> String)
    case bert(BertNormalizer)
  }

  private var added: [(name: [UInt8], id: Int32)] = []
  private var steps: [Step] = []

  init(_ file: TokenizerTables) throws {
    for token in file.settings["added_tokens"]?.arrayValue ?? [] {
      for flag in ["single_word", "lstrip", "rstrip", "normalized"] where token[key: flag] == .bool(true) {
        throw UnusableModel(reason: "added tokens with \(flag) are not supported")
      }
      guard let name = token[key: "content"]?.stringValue, let id = token[key: "id"]?.integerValue, !name.isEmpty,
        (0..<Int(TokenizerScanner.idMaximum)).contains(id)
      else {
        throw UnusableModel(reason: "an added token without content or id")
      }
      added.append((Array(name.utf8), Int32(truncatingIfNeeded: id)))
    }
    // Of several that begin at one place the longest counts.
    added.sort { $0.name.count > $1.name.count }
    if let normalizer = file.settings["normalizer"], normalizer != .null { try add(normalizer) }
  }

  /// One more than the largest number of an added token.
  var idsEnd: Int { added.map { Int($0.id) + 1 }.max() ?? 0 }

  private mutating func add(_ normalizer: JSON) throws {
    switch normalizer[key: "type"]?.stringValue {
    case "Sequence": for part in normalizer[key: "normalizers"]?.arrayValue ?? [] { try add(part) }
    case "Prepend": steps.append(.prepend(Array((normalizer[key: "prepend"]?.stringValue ?? "").utf8)))
    case "Replace":
      guard let pattern = normalizer[key: "pattern"]?[key: "String"]?.stringValue, !pattern.isEmpty else {
        throw UnusableModel(reason: "replacing by a regular expression is not supported")
      }
      let content = normalizer[key: "content"]?.stringValue ?? ""
      steps.append(.replace(pattern: Array(pattern.utf8), content: Array(content.utf8)))
    case "Lowercase": steps.append(.unicode { $0.lowercased() })
    case "NFC": steps.append(.unicode(\.precomposedStringWithCanonicalMapping))
    case "NFD": steps.append(.unicode(\.decomposedStringWithCanonicalMapping))
    case "NFKC": steps.append(.unicode(\.precomposedStringWithCompatibilityMapping))
    case "NFKD": steps.append(.unicode(\.decomposedStringWithCompatibilityMapping))
    case "BertNormalizer": steps.append(.bert(BertNormalizer(normalizer)))
    case let type:
      throw UnusableModel(reason: "the normalizer \(type ?? "without a type") is not supported")
    }
  }

  /// The parts of a text, in order.
  func pieces(of text: String) -> [Piece] {
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      guard let token = added.first(where: { bytes[index...].starts(with: $0.name) }) else {
        index += 1
        continue
      }
      if start < index { pieces.append(.text(normalized(Array(bytes[start..<index])))) }
      pieces.append(.added(token.id))
      index += token.name.count
      start = index
    }
    if start < bytes.count { pieces.append(.text(normalized(start == 0 ? bytes : Array(bytes[start...])))) }
    return pieces
  }

  private func normalized(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for step in steps {
      switch step {
      case .prepend(let prefix): if !bytes.isEmpty { bytes = prefix + bytes }
      case .replace(let pattern, let content): bytes = TokenizerNormalizer.replace(pattern, content, in: bytes)
      case .unicode(let function): bytes = Array(function(String(decoding: bytes, as: UTF8.self)).utf8)
      case .bert(let normalizer): bytes = normalizer.normalized(bytes)
      }
    }
    return bytes
  }

  private static func replace(_ pattern: [UInt8], _ content: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 2)
    var index = 0
    while index < bytes.count {
      if bytes[index] == pattern[0], bytes[index...].starts(with: pattern) {
        output.append(contentsOf: content)
        index += pattern.count
      } else {
        output.append(bytes[index])
        index += 1
      }
    }
    return output
  }
}

/// BERT's normalisation: without control characters, spaces around Chinese characters, no accents, lower case
/// (Hugging Face `tokenizers`, normalizers/bert.rs).
struct BertNormalizer {
  private let cleansText: Bool
  private let separatesChinese: Bool
  private let stripsAccents: Bool
  private let lowercases: Bool

  init(_ settings: JSON) {
    cleansText = settings[key: "clean_text"] != .bool(false)
    separatesChinese = settings[key: "handle_chinese_chars"] != .bool(false)
    lowercases = settings[key: "lowercase"] != .bool(false)
    // Unless it says otherwise, accents go when capitals go.
    if case .bool(let strips)? = settings[key: "strip_accents"] {
      stripsAccents = strips
    } else {
      stripsAccents = lowercases
    }
  }

  func normalized(_ bytes: [UInt8]) -> [UInt8] {
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if cleansText {
        if scalar.value == 0 || scalar.value == 0xFFFD || BertNormalizer.isControl(scalar) { continue }
        if scalar.properties.isWhitespace {
          scalars.append(" ")
          continue
        }
      }
      if separatesChinese, BertNormalizer.isChinese(scalar) {
        scalars.append(contentsOf: [" ", scalar, " "])
      } else {
        scalars.append(scalar)
      }
    }
    var text = String(scalars)
    if stripsAccents, !isASCII {
      let decomposed = text.decomposedStringWithCanonicalMapping.unicodeScalars
      text = String(String.UnicodeScalarView(decomposed.filter { $0.olderCategory != .nonspacingMark }))
    }
    if lowercases { text = text.lowercased() }
    return Array(text.utf8)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
    switch scalar.olderCategory {
    case .control, .format, .surrogate, .privateUse: return true
    default: return false
    }
  }

  /// The blocks that BERT takes for Chinese; the gap before U+2B920 is its own.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
