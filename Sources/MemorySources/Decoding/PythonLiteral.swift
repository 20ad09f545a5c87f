import MemoryModel

/// Reads what Python's `repr` writes for a dict of plain values: dicts, lists, texts, numbers, True, False and None.
///
/// It is strict: whatever `repr` does not write is refused, and nothing is ever evaluated.
struct PythonLiteral {
  private let bytes: [UInt8]
  private var position = 0

  private static let depthLimit = 64

  private struct Refusal: Error {}

  /// The value as JSON; nil when the text is anything else.
  static func parse(_ text: String) -> JSON? {
    var literal = PythonLiteral(bytes: Array(text.utf8))
    guard let value = try? literal.value(depth: 0), literal.position == literal.bytes.count else { return nil }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func accept(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws(Refusal) -> JSON {
    guard depth < PythonLiteral.depthLimit, let next else { throw Refusal() }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try text())
    default:
      if accept("None") { return .null }
      if accept("True") { return .bool(true) }
      if accept("False") { return .bool(false) }
      return try number()
    }
  }

  private mutating func object(depth: Int) throws(Refusal) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    var keys: Set<String> = []
    if accept("}") { return .object([]) }
    repeat {
      guard next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") else { throw Refusal() }
      let key = try text()
      guard keys.insert(key).inserted, accept(": ") else { throw Refusal() }
      members.append(JSON.Member(key, try value(depth: depth)))
    } while accept(", ")
    guard accept("}") else { throw Refusal() }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(Refusal) -> JSON {
    position += 1
    var items: [JSON] = []
    if accept("]") { return .array([]) }
    repeat { items.append(try value(depth: depth)) } while accept(", ")
    guard accept("]") else { throw Refusal() }
    return .array(items)
  }

  private mutating func number() throws(Refusal) -> JSON {
    let start = position
    while let next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= next || "+-.e".utf8.contains(next) { position += 1 }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    // What Python writes for a number is one in JSON, too; `nan` and `inf` are not.
    guard case .number? = try? JSONParser.parse(digits) else { throw Refusal() }
    return .number(digits)
  }

  private mutating func text() throws(Refusal) -> String {
    guard let quote = next else { throw Refusal() }
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      if byte == quote {
        guard let text = String(validating: text, as: UTF8.self) else { throw Refusal() }
        return text
      }
      if byte == UInt8(ascii: "\\") {
        text += try String(escaped()).utf8
      } else if byte < 0x20 {
        throw Refusal()
      } else {
        text.append(byte)
      }
    }
    throw Refusal()
  }

  /// What an escape stands for, of those that `repr` writes.
  private mutating func escaped() throws(Refusal) -> Unicode.Scalar {
    guard let letter = next else { throw Refusal() }
    position += 1
    switch letter {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return Unicode.Scalar(letter)
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "x"): return try scalar(digits: 2)
    case UInt8(ascii: "u"): return try scalar(digits: 4)
    case UInt8(ascii: "U"): return try scalar(digits: 8)
    default: throw Refusal()
    }
  }

  private mutating func scalar(digits: Int) throws(Refusal) -> Unicode.Scalar {
    guard bytes.count - position >= digits else { throw Refusal() }
    let text = String(decoding: bytes[position..<position + digits], as: UTF8.self)
    guard text.allSatisfy(\.isHexDigit), let code = UInt32(text, radix: 16), let scalar = Unicode.Scalar(code) else {
      throw Refusal()
    }
    position += digits
    return scalar
  }
}
