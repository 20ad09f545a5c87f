extension JSON {
  /// Reads what a store holds.
  ///
  /// - Throws: `store_corrupt` for text that is no JSON.
  package init(stored text: String) throws {
    do { self = try JSONParser.parse(text) } catch {
      throw MemshError(
        .storeCorrupt, "a row's metadata cannot be read: \(error)", hint: "it begins with \(text.prefix(60))")
    }
  }
}

/// Reads strict JSON (RFC 8259) from UTF-8.
package struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let takesNaN: Bool
  private var valuesLeft: Int
  private var position = 0
  private var depth = 0
  private var vectorMember: VectorMember?

  /// Arrays and objects nested deeper than this become ``JSON/nested(_:)``, so that no text can exhaust the stack: not
  /// while it is parsed, nor of whoever works on the value, nor when it goes.
  package static let depthLimit = 256

  fileprivate static let tooManyValues = "too many values"

  /// What is wrong with a text that is not JSON, and where.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    /// What was expected or found.
    package let reason: String
    /// The byte it was found at, from 0.
    package let offset: Int
    /// Whether the text holds more values than it may.
    package var isTooLarge: Bool { reason == JSONParser.tooManyValues }
    /// `expected a value at byte 12`
    package var description: String { "\(reason) at byte \(offset)" }
  }

  /// Parses a whole text: one value, white space around it allowed.
  ///
  /// - Parameters:
  ///   - takesNaN: Whether `NaN` and `Infinity`, which Python writes for numbers that are not finite, are read: as the
  ///     texts that ``SourceValue/json`` makes of such numbers.
  ///   - valuesMaximum: How many values the text may hold: each takes far more memory than the two bytes it can be
  ///     written in.
  package static func parse(
    _ text: String, takesNaN: Bool = false, valuesMaximum: Int = .max
  ) throws(Failure) -> JSON {
    var text = text
    let result: Result<JSON, Failure> = text.withUTF8 { bytes in
      var parser = JSONParser(bytes: bytes, takesNaN: takesNaN, valuesLeft: valuesMaximum)
      do throws(Failure) { return .success(try parser.document()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Parses an object, of which one member may be a vector: that is read as one, without a value for each of its numbers.
  ///
  /// - Parameters:
  ///   - key: The member's.
  ///   - dimensions: How many numbers to expect.
  /// - Returns: The object, in which the member is an empty array where it was read as a vector; and the vector, nil where
  ///   the member is anything else.
  package static func parse(
    _ text: String, vector key: String, dimensions: Int
  ) throws(Failure) -> (json: JSON, vector: Vector?) {
    var text = text
    let result: Result<(JSON, Vector?), Failure> = text.withUTF8 { bytes in
      var parser = JSONParser(bytes: bytes, takesNaN: false, valuesLeft: .max)
      let member = VectorMember(key: key, dimensions: dimensions)
      parser.vectorMember = member
      do throws(Failure) { return .success((try parser.document(), member.vector)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, takesNaN: Bool, valuesLeft: Int) {
    self.bytes = bytes
    self.takesNaN = takesNaN
    self.valuesLeft = valuesLeft
  }

  private mutating func document() throws(Failure) -> JSON {
    let value = try value()
    skipWhitespace()
    guard position == bytes.count else { throw failure("unexpected text after the value") }
    return value
  }

  private func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(Failure) -> JSON {
    skipWhitespace()
    if readsVector() { return .array([]) }
    guard valuesLeft > 0 else { throw failure(JSONParser.tooManyValues) }
    valuesLeft -= 1
    switch next {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < JSONParser.depthLimit else { return .nested(try nestedText()) }
      depth += 1
      let value = try next == UInt8(ascii: "{") ? object() : array()
      depth -= 1
      return value
    default: return try scalar()
    }
  }

  private mutating func scalar() throws(Failure) -> JSON {
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "N") where takesNaN: return try literal("NaN", SourceValue.real(.nan).json)
    case UInt8(ascii: "I") where takesNaN: return try literal("Infinity", SourceValue.real(.infinity).json)
    case UInt8(ascii: "-") where takesNaN && bytes[(position + 1)...].first == UInt8(ascii: "I"):
      return try literal("-Infinity", SourceValue.real(-.infinity).json)
    default: return .number(try number())
    }
  }

  /// Reads an array or object, however deep, and writes it as ``JSON/text`` does.
  private mutating func nestedText() throws(Failure) -> String {
    var text = ""
    // What ends each of the arrays and objects that are open.
    var ends: [Unicode.Scalar] = []
    func key(_ parser: inout JSONParser) throws(Failure) {
      guard ends.last == "}" else { return }
      JSON.string(try parser.key()).write(to: &text)
      text += ":"
    }
    repeat {
      skipWhitespace()
      if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
        ends.append(next == UInt8(ascii: "{") ? "}" : "]")
        text += ends.last == "}" ? "{" : "["
        position += 1
        skipWhitespace()
        if let end = ends.last, next != UInt8(ascii: end) {
          try key(&self)
          continue
        }
      } else {
        try scalar().write(to: &text)
      }
      while let end = ends.last, accept(end) {
        text.unicodeScalars.append(end)
        ends.removeLast()
      }
      guard let end = ends.last else { return text }
      guard accept(",") else { throw failure("expected ',' or '\(end)'") }
      text += ","
      try key(&self)
    } while true
  }

  private mutating func literal(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: expected) else { throw failure("expected a value") }
    position += expected.count
    return value
  }

  private mutating func array() throws(Failure) -> JSON {
    position += 1
    var items: [JSON] = []
    if accept("]") { return .array(items) }
    repeat { items.append(try value()) } while accept(",")
    guard accept("]") else { throw failure("expected ',' or ']'") }
    return .array(items)
  }

  private mutating func object() throws(Failure) -> JSON {
    position += 1
    var members = Members()
    if accept("}") { return .object([]) }
    repeat {
      let key = try key()
      expect(valueOf: key)
      members.set(key, to: try value())
    } while accept(",")
    guard accept("}") else { throw failure("expected ',' or '}'") }
    return .object(members.list)
  }

  /// The members of an object, of which the last with a key counts.
  private struct Members {
    private(set) var list: [JSON.Member] = []
    /// The places of all members by their keys, once there are many.
    private var indexes: [[UInt8]: Int] = [:]

    /// So many members are compared one by one.
    private static let comparedMembers = 24

    mutating func set(_ key: String, to value: JSON) {
      let member = JSON.Member(key, value)
      if let index = index(of: key) { list[index] = member } else { list.append(member) }
    }

    /// Where a member of the same key is, to the byte; nil where there is none.
    private mutating func index(of key: String) -> Int? {
      guard list.count >= Members.comparedMembers else {
        return list.firstIndex { $0.key.utf8.count == key.utf8.count && $0.key.utf8.elementsEqual(key.utf8) }
      }
      if indexes.isEmpty {
        for (index, member) in list.enumerated() { indexes[Array(member.key.utf8)] = index }
      }
      let bytes = Array(key.utf8)
      if let index = indexes[bytes] { return index }
      indexes[bytes] = list.count
      return nil
    }
  }

  /// The member of the outermost object that may be a vector. An object, because what the parser holds is copied in every
  /// frame of the functions that call themselves.
  private final class VectorMember {
    let key: String
    let dimensions: Int
    /// Whether its value comes next.
    var isNext = false
    var vector: Vector?

    init(key: String, dimensions: Int) {
      self.key = key
      self.dimensions = dimensions
    }
  }

  private func expect(valueOf key: String) {
    guard let vectorMember else { return }
    vectorMember.isNext = depth == 1 && key == vectorMember.key
  }

  /// Reads what may be a vector; changes nothing where it is anything else.
  private mutating func readsVector() -> Bool {
    guard let vectorMember, vectorMember.isNext else { return false }
    vectorMember.isNext = false
    vectorMember.vector = nil
    guard next == UInt8(ascii: "["), let end = bytes[position...].firstIndex(of: UInt8(ascii: "]")),
      let numbers = try? FloatParser.parseArray(
        UnsafeBufferPointer(rebasing: bytes[position...end]), capacity: vectorMember.dimensions)
    else { return false }
    vectorMember.vector = Vector(numbers)
    position = end + 1
    return true
  }

  /// Reads a key and the colon behind it.
  private mutating func key() throws(Failure) -> String {
    skipWhitespace()
    guard next == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
    let key = try string()
    guard accept(":") else { throw failure("expected ':'") }
    return key
  }

  private mutating func digits() throws(Failure) {
    guard let first = next, (48...57).contains(first) else { throw failure("expected a value") }
    while let byte = next, (48...57).contains(byte) { position += 1 }
  }

  private mutating func number() throws(Failure) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text = ""
    var start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        text += try decoded(start..<position)
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text += try decoded(start..<position)
        position += 1
        text.unicodeScalars.append(try escape())
        start = position
      case 0..<0x20: throw failure("a control character must be escaped in a string")
      default: position += 1
      }
    }
    throw failure("a string does not end")
  }

  private func decoded(_ range: Range<Int>) throws(Failure) -> String {
    guard let text = String(utf8: UnsafeBufferPointer<UInt8>(rebasing: bytes[range])) else {
      throw failure("invalid UTF-8")
    }
    return text
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard let byte = next else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
    let high = try fourHexDigits()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, next == UInt8(ascii: "\\") else { throw failure("half of a surrogate pair") }
    position += 1
    guard next == UInt8(ascii: "u") else { throw failure("half of a surrogate pair") }
    position += 1
    let low = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw failure("half of a surrogate pair") }
    return scalar
  }

  private mutating func fourHexDigits() throws(Failure) -> UInt32 {
    guard position + 4 <= bytes.count, bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-"),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    position += 4
    return value
  }
}
