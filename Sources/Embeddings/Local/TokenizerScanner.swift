import MemoryModel

/// Reads a `tokenizer.json` in one pass.
///
/// Such a file is megabytes of vocabulary and merges, which go straight into tables; what else it says is small and
/// kept as JSON. A general JSON tree of the whole would take longer than everything else that a search does.
struct TokenizerScanner {
  private var read = TokenizerTables(vocabulary: Vocabulary(capacity: 32_768))
  private var merges = MergeList()

  /// More tokens than any vocabulary has.
  static let idMaximum: Int32 = 10_000_000

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a whole file.
  ///
  /// - Throws: `UnusableModel`.
  static func tables(_ bytes: [UInt8]) throws -> TokenizerTables {
    var scanner = TokenizerScanner(bytes)
    try scanner.readFile()
    if (scanner.read.model["type"] ?? .string("BPE")) == .string("BPE") {
      scanner.read.pairs = try PairTable(scanner.merges, vocabulary: scanner.read.vocabulary)
    }
    return scanner.read
  }

  private mutating func readFile() throws {
    try object { scanner, key in
      guard key == "model" else { return scanner.read.settings[key] = try scanner.json() }
      try scanner.object { scanner, key in
        switch key {
        case "vocab": try scanner.readVocabulary()
        case "merges": try scanner.readMerges()
        default: scanner.read.model[key] = try scanner.json()
        }
      }
    }
  }

  private mutating func readVocabulary() throws {
    try expect(UInt8(ascii: "{"))
    var token: [UInt8] = []
    while try !ends(with: UInt8(ascii: "}")) {
      try string(into: &token)
      try expect(UInt8(ascii: ":"))
      let id = try integer()
      token.withUnsafeBytes { read.vocabulary.add($0, id: id) }
    }
  }

  /// A merge is written as `"left right"`, or as `["left", "right"]`.
  private mutating func readMerges() throws {
    try expect(UInt8(ascii: "["))
    merges.reserveCapacity(65_536)
    var text: [UInt8] = []
    while try !ends(with: UInt8(ascii: "]")) {
      if peek() == UInt8(ascii: "[") {
        position += 1
        var right: [UInt8] = []
        try string(into: &text)
        try expect(UInt8(ascii: ","))
        try string(into: &right)
        try expect(UInt8(ascii: "]"))
        merges.add(text[...], right[...])
      } else {
        try string(into: &text)
        guard let space = text.firstIndex(of: 0x20) else { throw UnusableModel(reason: "a merge without a space") }
        merges.add(text[..<space], text[(space + 1)...])
      }
    }
  }

  // MARK: JSON

  private mutating func object(_ member: (inout TokenizerScanner, String) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    var key: [UInt8] = []
    while try !ends(with: UInt8(ascii: "}")) {
      try string(into: &key)
      try expect(UInt8(ascii: ":"))
      try member(&self, String(decoding: key, as: UTF8.self))
    }
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  private mutating func expect(_ byte: UInt8) throws {
    skipWhitespace()
    guard peek() == byte else {
      throw UnusableModel(reason: "expected '\(Character(Unicode.Scalar(byte)))' at byte \(position)")
    }
    position += 1
    skipWhitespace()
  }

  /// Whether a list ends here; skips the comma in front of its next element.
  private mutating func ends(with closing: UInt8) throws -> Bool {
    skipWhitespace()
    guard let byte = peek() else { throw UnusableModel(reason: "the file ends too early") }
    if byte == UInt8(ascii: ",") {
      position += 1
      skipWhitespace()
    } else if byte == closing {
      position += 1
      return true
    }
    return false
  }

  private mutating func integer() throws -> Int32 {
    skipWhitespace()
    let start = position
    var value: Int32 = 0
    while let byte = peek(), case let digit = byte &- 48, digit < 10, value < 100_000_000 {
      value = value * 10 + Int32(digit)
      position += 1
    }
    guard position > start, value < TokenizerScanner.idMaximum else {
      throw UnusableModel(reason: "expected a token's number at byte \(start)")
    }
    return value
  }

  /// Reads a string's bytes in UTF-8.
  private mutating func string(into text: inout [UInt8]) throws {
    skipWhitespace()
    guard peek() == UInt8(ascii: "\"") else { throw UnusableModel(reason: "expected a string at byte \(position)") }
    let start = position
    position += 1
    text.removeAll(keepingCapacity: true)
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    if peek() == UInt8(ascii: "\"") {
      text.append(contentsOf: bytes[(start + 1)..<position])
      position += 1
      return
    }
    if peek() != nil {
      // Escapes are rare enough to let the general parser do the whole string.
      position = start
      skipString()
      guard case .string(let value)? = try? JSONParser.parse(String(decoding: bytes[start..<position], as: UTF8.self))
      else { throw UnusableModel(reason: "expected a string at byte \(start)") }
      text.append(contentsOf: value.utf8)
      return
    }
    throw UnusableModel(reason: "the file ends inside a string")
  }

  /// Reads any value with the general parser.
  private mutating func json() throws -> JSON {
    skipWhitespace()
    let start = position
    try skipValue()
    do { return try JSONParser.parse(String(decoding: bytes[start..<position], as: UTF8.self)) } catch {
      throw UnusableModel(reason: "no JSON at byte \(start)")
    }
  }

  private mutating func skipValue() throws {
    var depth = 0
    repeat {
      guard let byte = peek() else { throw UnusableModel(reason: "the file ends too early") }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // The end of what this value stands in.
        if depth == 0 { return }
        depth -= 1
      case UInt8(ascii: ","): if depth == 0 { return }
      case UInt8(ascii: "\""):
        skipString()
        continue
      default: break
      }
      position += 1
    } while depth > 0 || !endsValue()
  }

  private mutating func skipString() {
    position += 1
    while let byte = peek(), byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
    position = min(position + 1, bytes.count)
  }

  /// Whether the value that was just skipped over is complete.
  private func endsValue() -> Bool {
    guard let byte = peek() else { return true }
    return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }
}
