/// What databases can hold of a value, and what they cannot.
extension JSON {
  /// How many levels of arrays and objects every store takes: SQLite's limit, from version 3.42 on.
  package static let storableNesting = 1_000

  /// How many arrays and objects stand inside each other; 0 for any other value.
  package var nesting: Int {
    switch self {
    case .null, .bool, .number, .string: 0
    case .array(let items): 1 + (items.lazy.map(\.nesting).max() ?? 0)
    case .object(let members): 1 + (members.lazy.map(\.value.nesting).max() ?? 0)
    case .nested(let text): NestedText(text).nesting
    }
  }

  /// Whether every number is one that PostgreSQL's numeric can hold: at most 1,000 digits, written out or as exponent.
  package var hasStorableNumbers: Bool {
    switch self {
    case .null, .bool, .string: true
    case .number(let digits): JSON.isStorable(number: digits)
    case .array(let items): items.allSatisfy(\.hasStorableNumbers)
    case .object(let members): members.allSatisfy { $0.value.hasStorableNumbers }
    case .nested(let text): NestedText(text).numbers.allSatisfy(JSON.isStorable(number:))
    }
  }

  private static func isStorable(number digits: String) -> Bool {
    guard digits.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return digits.utf8.count <= 1_000 }
    return digits.utf8.count <= 1_000
      && digits.lowercased().split(separator: "e").dropFirst().allSatisfy { Int($0).map { abs($0) <= 1_000 } ?? false }
  }

  /// How many NUL characters stand in its strings and keys: PostgreSQL's jsonb can hold none.
  package var nulCount: Int {
    switch self {
    case .null, .bool, .number: 0
    case .string(let text): text.nulCount
    case .array(let items): items.reduce(0) { $0 + $1.nulCount }
    case .object(let members): members.reduce(0) { $0 + $1.value.nulCount + $1.key.nulCount }
    case .nested(let text): NestedText(text).replacingNUL.count
    }
  }

  /// The same value with every NUL replaced by U+FFFD.
  package var replacingNUL: JSON {
    switch self {
    case .null, .bool, .number: self
    case .string(let text): .string(text.replacingNUL)
    case .array(let items): .array(items.map(\.replacingNUL))
    case .object(let members): .object(members.map { Member($0.key.replacingNUL, $0.value.replacingNUL) })
    case .nested(let text): .nested(NestedText(text).replacingNUL.text)
    }
  }
}

/// Looks through the text of ``JSON/nested(_:)`` from its beginning to its end, without going deeper on the stack.
private struct NestedText {
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// Where the bytes stand that are in no string.
  private var structure: [Int] {
    var (positions, isInString, isEscaped): ([Int], Bool, Bool) = ([], false, false)
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isInString: isEscaped = true
      case UInt8(ascii: "\""): isInString.toggle()
      case _ where !isInString: positions.append(index)
      default: break
      }
    }
    return positions
  }

  var nesting: Int {
    var (depth, deepest) = (0, 0)
    for index in structure {
      switch bytes[index] {
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      deepest = max(deepest, depth)
    }
    return deepest
  }

  var numbers: [String] {
    var (numbers, number): ([String], [UInt8]) = ([], [])
    for byte in structure.map({ bytes[$0] }) + [UInt8(ascii: ",")] {
      let isDigit = byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if isDigit
        || !number.isEmpty
          && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+")].contains(byte)
      {
        number.append(byte)
      } else if !number.isEmpty {
        numbers.append(String(decoding: number, as: UTF8.self))
        number = []
      }
    }
    return numbers
  }

  /// The text with U+FFFD for every NUL, which is written as an escape; and how many there were.
  var replacingNUL: (text: String, count: Int) {
    let escape = Array("\\u0000".utf8)
    var (output, count, index): ([UInt8], Int, Int) = ([], 0, 0)
    output.reserveCapacity(bytes.count)
    while index < bytes.count {
      if bytes[index...].starts(with: escape) {
        output += Array("\u{FFFD}".utf8)
        count += 1
        index += escape.count
      } else {
        // An escape is two bytes at least: the second is not the beginning of another.
        let length = bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        output += bytes[index..<min(index + length, bytes.count)]
        index += length
      }
    }
    return (String(decoding: output, as: UTF8.self), count)
  }
}
