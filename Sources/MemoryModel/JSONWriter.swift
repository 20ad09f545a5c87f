extension JSON {
  /// The value as compact JSON text.
  ///
  /// Control characters, line separators and bidirectional controls are written as `\uXXXX`, so that the text is
  /// one line and safe on a terminal.
  package var text: String {
    var output = ""
    write(to: &output)
    return output
  }

  /// The value as JSON text over several lines, indented by two spaces a level.
  package var prettyText: String {
    var output = ""
    writePretty(to: &output, indent: "")
    return output
  }

  /// Appends ``text``.
  package func write(to output: inout String) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .number(let text), .nested(let text): output += text
    case .string(let text): JSON.quote(text, into: &output)
    case .array(let items):
      output += "["
      for (index, item) in items.enumerated() {
        if index > 0 { output += "," }
        item.write(to: &output)
      }
      output += "]"
    case .object(let members):
      output += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { output += "," }
        JSON.quote(member.key, into: &output)
        output += ":"
        member.value.write(to: &output)
      }
      output += "}"
    }
  }

  private func writePretty(to output: inout String, indent: String) {
    switch self {
    case .array(let items) where items.contains(where: \.isContainer):
      JSON.writeLines(items, brackets: ("[", "]"), indent: indent, to: &output) { item, inner, output in
        item.writePretty(to: &output, indent: inner)
      }
    case .object(let members) where !members.isEmpty:
      JSON.writeLines(members, brackets: ("{", "}"), indent: indent, to: &output) { member, inner, output in
        JSON.quote(member.key, into: &output)
        output += ": "
        member.value.writePretty(to: &output, indent: inner)
      }
    default: write(to: &output)
    }
  }

  private var isContainer: Bool {
    switch self {
    case .array, .object, .nested: true
    default: false
    }
  }

  private static func writeLines<Item>(
    _ items: [Item], brackets: (open: String, close: String), indent: String, to output: inout String,
    write: (Item, String, inout String) -> Void
  ) {
    let inner = indent + "  "
    output += brackets.open
    for (index, item) in items.enumerated() {
      output += index > 0 ? ",\n" + inner : "\n" + inner
      write(item, inner, &output)
    }
    output += "\n" + indent + brackets.close
  }

  /// Appends the text of a string.
  package static func quote(_ text: String, into output: inout String) {
    guard text.utf8.contains(where: mayNeedEscape) else {
      output += "\""
      output += text
      output += "\""
      return
    }
    var bytes: [UInt8] = []
    quote(text, into: &bytes)
    output += String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the text of a string as UTF-8.
  package static func quote(_ text: String, into output: inout [UInt8]) {
    var text = text
    text.withUTF8 { quote(utf8: $0, into: &output) }
  }

  /// Appends the text of a string that is given as valid UTF-8.
  package static func quote(utf8 text: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var (start, next) = (0, 0)
    while next < text.count {
      guard mayNeedEscape(text[next]) else {
        next += 1
        continue
      }
      let (count, value) = scalar(at: next, of: text)
      if let escape = escape(value) {
        output.append(contentsOf: text[start..<next])
        output.append(contentsOf: escape.utf8)
        start = next + count
      }
      next += count
    }
    output.append(contentsOf: text[start...])
    output.append(UInt8(ascii: "\""))
  }

  /// The bytes and the value of a character of one to three bytes.
  private static func scalar(at index: Int, of text: UnsafeBufferPointer<UInt8>) -> (count: Int, value: UInt32) {
    let byte = UInt32(text[index])
    let count = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : 3
    guard count > 1, index + count <= text.count else { return (1, byte) }
    let first = (byte & (count == 2 ? 0x1F : 0x0F)) << 6 | UInt32(text[index + 1]) & 0x3F
    return (count, count == 2 ? first : first << 6 | UInt32(text[index + 2]) & 0x3F)
  }

  /// What is written for a character; nil for the character itself.
  private static func escape(_ value: UInt32) -> String? {
    switch value {
    case 0x22: return "\\\""
    case 0x5C: return "\\\\"
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x09: return "\\t"
    default:
      guard Unicode.Scalar(value)?.isUnsafeOnTerminal == true else { return nil }
      let digits = String(value, radix: 16)
      return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }

  /// Whether a byte of UTF-8 is, or begins, a character that is escaped.
  private static func mayNeedEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F, 0xC2, 0xD8, 0xE2: true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Whether a terminal might act on the character instead of showing it: C0 and C1 controls, line and paragraph
  /// separators, and the bidirectional controls of Unicode UAX #9.
  package var isUnsafeOnTerminal: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
