/// A value of a column, or one that is bound to a statement.
package enum Value: Sendable, Hashable {
  case null
  case integer(Int64)
  case double(Double)
  case text(String)
  case boolean(Bool)
  case texts([String])
  case timestamp(Timestamp)
  case json(JSON)
  case vector(Vector)
  case bytes([UInt8])
  /// Numbers for a condition on many rows at once; no column holds them.
  case integers([Int64])

  /// Whether another value is the same to the byte: `==` takes texts for equal that are written with other characters.
  package func isSame(as other: Value) -> Bool {
    switch (self, other) {
    case (.text(let value), .text(let other)): value.utf8.elementsEqual(other.utf8)
    case (.double(let value), .double(let other)): value.bitPattern == other.bitPattern
    case (.texts(let values), .texts(let others)):
      values.elementsEqual(others) { $0.utf8.elementsEqual($1.utf8) }
    default: self == other
    }
  }

  /// How many NUL characters it has, which not every database's text can hold.
  package var nulCount: Int {
    switch self {
    case .text(let text): text.utf8.count { $0 == 0 }
    case .texts(let texts): texts.reduce(0) { $0 + $1.utf8.count { $0 == 0 } }
    case .json(let json): json.nulCount
    default: 0
    }
  }

  /// The value with every NUL replaced by U+FFFD.
  package var replacingNUL: Value {
    guard nulCount > 0 else { return self }
    return switch self {
    case .text(let text): .text(text.replacingNUL)
    case .texts(let texts): .texts(texts.map(\.replacingNUL))
    case .json(let json): .json(json.replacingNUL)
    default: self
    }
  }
}

/// A row of an answer. Values are read by position, with nil for NULL.
///
/// A value of another type than the asked one is an error, never a guess.
package protocol ValueReading {
  /// A whole number.
  func integer(_ column: Int) throws -> Int64?
  /// A number.
  func double(_ column: Int) throws -> Double?
  /// A truth value.
  func boolean(_ column: Int) throws -> Bool?
  /// A text.
  func text(_ column: Int) throws -> String?
  /// A list of texts.
  func texts(_ column: Int) throws -> [String]?
  /// A moment.
  func timestamp(_ column: Int) throws -> Timestamp?
  /// JSON, from the text of it.
  func json(_ column: Int) throws -> JSON?
  /// A vector.
  func vector(_ column: Int) throws -> Vector?
  /// The error for NULL in a column that every row must have.
  func missing(_ column: Int) -> MemshError
}

/// What a column can hold: how values go in and out of a typed property.
package protocol ColumnValue {
  /// The value for the column.
  var columnValue: Value { get }

  /// Reads it; nil for NULL and for a value of another type.
  init?(columnValue: Value)

  /// Reads it from a row; nil for NULL, unless the property can be nil itself.
  static func read(_ column: Int, of row: any ValueReading) throws -> Self?
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
  package var columnValue: Value { self?.columnValue ?? .null }

  package init?(columnValue: Value) {
    if case .null = columnValue {
      self = .none
      return
    }
    guard let value = Wrapped(columnValue: columnValue) else { return nil }
    self = value
  }

  package static func read(_ column: Int, of row: any ValueReading) throws -> Wrapped?? {
    .some(try Wrapped.read(column, of: row))
  }
}

extension Int64: ColumnValue {
  package var columnValue: Value { .integer(self) }
  package init?(columnValue: Value) {
    guard case .integer(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Int64? { try row.integer(column) }
}

extension Int: ColumnValue {
  package var columnValue: Value { .integer(Int64(self)) }
  package init?(columnValue: Value) {
    guard case .integer(let value) = columnValue, let fitting = Int(exactly: value) else { return nil }
    self = fitting
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Int? {
    try row.integer(column).flatMap(Int.init(exactly:))
  }
}

extension Double: ColumnValue {
  package var columnValue: Value { .double(self) }
  package init?(columnValue: Value) {
    guard case .double(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Double? { try row.double(column) }
}

extension Bool: ColumnValue {
  package var columnValue: Value { .boolean(self) }
  package init?(columnValue: Value) {
    guard case .boolean(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Bool? { try row.boolean(column) }
}

extension String: ColumnValue {
  package var columnValue: Value { .text(self) }
  package init?(columnValue: Value) {
    guard case .text(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> String? { try row.text(column) }
}

extension [String]: ColumnValue {
  package var columnValue: Value { .texts(self) }
  package init?(columnValue: Value) {
    guard case .texts(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> [String]? { try row.texts(column) }
}

extension Timestamp: ColumnValue {
  package var columnValue: Value { .timestamp(self) }
  package init?(columnValue: Value) {
    guard case .timestamp(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Timestamp? { try row.timestamp(column) }
}

extension JSON: ColumnValue {
  package var columnValue: Value { .json(self) }
  package init?(columnValue: Value) {
    guard case .json(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> JSON? { try row.json(column) }
}

extension Vector: ColumnValue {
  package var columnValue: Value { .vector(self) }
  package init?(columnValue: Value) {
    guard case .vector(let value) = columnValue else { return nil }
    self = value
  }
  package static func read(_ column: Int, of row: any ValueReading) throws -> Vector? { try row.vector(column) }
}
