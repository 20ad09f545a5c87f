/// A JSON value that loses nothing: numbers keep their digits and objects their order.
///
/// Memory metadata passes through this type on its way between stores, so a 20-digit number must come out as it
/// went in; that rules out types that read numbers as doubles.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The number as it was written.
  case number(String)
  case string(String)
  case array([JSON])
  /// Members in their written order; keys are unique (the last one wins, as in jsonb).
  case object([Member])
  /// An array or object that stands deeper than ``JSONParser/depthLimit``, as ``text`` writes it: it is kept, compared
  /// and written, and nobody looks into it, so that no nesting can exhaust the stack.
  case nested(String)

  /// One key of an object with its value.
  package struct Member: Sendable, Hashable {
    /// The key.
    package let key: String
    /// The value.
    package var value: JSON

    /// Creates a member.
    package init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }

    /// Whether the key is this one to the byte; to Swift, canonically equivalent strings are equal.
    package func hasKey(_ other: String) -> Bool { key.utf8.elementsEqual(other.utf8) }
  }

  /// An integer as a JSON number.
  package static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  /// A double as a JSON number: the shortest digits that read back equal, or null when it is not finite.
  package static func double(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    if value == value.rounded(), abs(value) < 1e15 { return .number(String(Int64(value))) }
    return .number("\(value)")
  }

  /// A string, or null.
  package static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }

  /// The member of an object, or nil when there is none or this is no object.
  package subscript(key key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.hasKey(key) }?.value
  }

  /// The object with one member set, in place if the key is there, else at the end. Other values are unchanged.
  package func setting(_ key: String, to value: JSON) -> JSON {
    guard case .object(var members) = self else { return self }
    if let index = members.firstIndex(where: { $0.hasKey(key) }) {
      members[index].value = value
    } else {
      members.append(Member(key, value))
    }
    return .object(members)
  }

  /// Whether two values are the same to the byte; to Swift, canonically equivalent strings are equal.
  package static func areIdentical(_ left: JSON?, _ right: JSON?) -> Bool {
    switch (left, right) {
    case (.string(let left)?, .string(let right)?), (.nested(let left)?, .nested(let right)?):
      left.utf8.elementsEqual(right.utf8)
    case (.array(let left)?, .array(let right)?):
      left.count == right.count && zip(left, right).allSatisfy { areIdentical($0, $1) }
    case (.object(let left)?, .object(let right)?):
      left.count == right.count
        && zip(left, right).allSatisfy { $0.hasKey($1.key) && areIdentical($0.value, $1.value) }
    default: left == right
    }
  }

  /// The string's text, or nil when this is no string.
  package var stringValue: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The items of an array; nil for other values.
  package var arrayValue: [JSON]? {
    if case .array(let items) = self { items } else { nil }
  }

  /// The number as an integer, or nil when this is no whole number.
  package var integerValue: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits)
  }

  /// The number as a double, or nil when this is no number.
  package var doubleValue: Double? {
    guard case .number(let digits) = self else { return nil }
    return Double(digits)
  }
}

extension String {
  /// How many NUL characters it has.
  package var nulCount: Int {
    utf8.withContiguousStorageIfAvailable { bytes in bytes.contains(0) ? bytes.count { $0 == 0 } : 0 }
      ?? utf8.count { $0 == 0 }
  }

  /// The text with every NUL replaced by U+FFFD, the replacement character.
  package var replacingNUL: String {
    nulCount > 0 ? String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })) : self
  }
}
