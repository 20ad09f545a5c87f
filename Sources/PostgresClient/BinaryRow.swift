/// A row in PostgreSQL's binary forms. Columns are read by position, with nil for NULL.
///
/// What the server sends is checked like any other input: a value of another form than the asked one is an error, never
/// a guess and never a read past its bytes.
package protocol BinaryRow {
  /// Lends the bytes of a column; nil for NULL.
  ///
  /// - Throws: ``PostgresError`` of kind `malformed` when there is no such column, and what `body` throws.
  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value?

  /// The number of a column's type in pg_type; nil where the protocol does not say.
  func type(of column: Int) -> UInt32?

  /// What is thrown for a value of another form.
  func malformed(_ message: String) -> any Error
}

extension BinaryRow {
  /// A ``PostgresError`` of kind `malformed`.
  package func malformed(_ message: String) -> any Error { PostgresError(kind: .malformed, message: message) }

  /// The error for a column that an answer lacks.
  func missingColumn(_ column: Int, of count: Int) -> any Error {
    malformed("an answer has \(count) columns; column \(column + 1) is missing")
  }

  /// A `smallint`, `integer`, `bigint` or `oid`.
  package func integer(_ column: Int) throws -> Int64? {
    try value(column, "an integer", PostgresType.integers) { bytes in
      switch bytes.count {
      case 2: Int64(bytes.loadBigEndian(as: Int16.self))
      case 4: Int64(bytes.loadBigEndian(as: Int32.self))
      case 8: bytes.loadBigEndian(as: Int64.self)
      default: nil
      }
    }
  }

  /// A `real` or `double precision`.
  package func double(_ column: Int) throws -> Double? {
    try value(column, "a float", PostgresType.floats) { bytes in
      switch bytes.count {
      case 4: Double(Float(bitPattern: bytes.loadBigEndian(as: UInt32.self)))
      case 8: Double(bitPattern: bytes.loadBigEndian(as: UInt64.self))
      default: nil
      }
    }
  }

  /// A `boolean`.
  package func boolean(_ column: Int) throws -> Bool? {
    try value(column, "a boolean", PostgresType.booleans) { $0.count == 1 ? $0[0] != 0 : nil }
  }

  /// A text type, `name`, `char`, `json` or an enumeration; of a `jsonb` select the text (`::text`).
  package func text(_ column: Int) throws -> String? {
    try value(column, "text", PostgresType.texts) { String(decoding: $0, as: UTF8.self) }
  }

  /// A `timestamp` or `timestamptz`, in microseconds since 1970-01-01; 'infinity' is the largest number there is,
  /// '-infinity' the smallest.
  package func timestamp(_ column: Int) throws -> Int64? {
    try value(column, "a timestamp before the year 294247", PostgresType.timestamps) { bytes in
      guard bytes.count == 8 else { return nil }
      let moment = bytes.loadBigEndian(as: Int64.self)
      guard moment != .max, moment != .min else { return moment }
      let (unix, isBeyond) = moment.addingReportingOverflow(PostgresValue.epochOffsetMicroseconds)
      return isBeyond ? nil : unix
    }
  }

  /// Any type's binary form.
  package func bytes(_ column: Int) throws -> [UInt8]? {
    try withBytes(column) { Array($0) }
  }

  /// A `text[]`: its elements in order, whatever its dimensions; NULL elements are left out.
  package func textArray(_ column: Int) throws -> [String]? {
    try value(column, "an array of texts", PostgresType.textArrays) { bytes in
      var reader = BinaryReader(bytes)
      guard let elements = reader.arrayElementCount() else { return nil }
      var texts: [String] = []
      for _ in 0..<elements {
        guard let length = reader.integer(Int32.self) else { return nil }
        guard length != -1 else { continue }
        guard let element = reader.bytes(Int(length)) else { return nil }
        texts.append(String(decoding: element, as: UTF8.self))
      }
      return reader.isAtEnd ? texts : nil
    }
  }

  /// Reads a value whose form is checked; nil for NULL.
  ///
  /// - Parameter types: The types that have the form, and whether those that extensions and users make may have it.
  /// - Parameter read: Gives nil for bytes of another form.
  package func value<Value>(
    _ column: Int, _ what: String, _ types: PostgresType.Family = PostgresType.any,
    _ read: (UnsafeRawBufferPointer) throws -> Value?
  ) throws -> Value? {
    if let type = type(of: column), !types.contains(type) {
      throw malformed("column \(column + 1) of an answer holds type \(type) instead of \(what)")
    }
    return try withBytes(column) { bytes in
      guard let value = try read(bytes) else {
        throw malformed("column \(column + 1) of an answer has \(bytes.count) bytes that are not \(what)")
      }
      return value
    }
  }
}

/// The built-in types by the numbers that pg_type.dat gives them.
package enum PostgresType {
  /// Types with one binary form.
  package struct Family: Sendable {
    /// The built-in ones; nil for all.
    let numbers: Set<UInt32>?
    /// Whether types that extensions and users made may have it, too.
    let allowsOthers: Bool

    func contains(_ type: UInt32) -> Bool {
      guard let numbers else { return true }
      return numbers.contains(type) || allowsOthers && type >= PostgresType.firstOfOthers
    }
  }

  /// Types made after initdb have numbers from here on.
  private static let firstOfOthers: UInt32 = 16_384

  /// Every type.
  package static let any = Family(numbers: nil, allowsOthers: true)
  /// `bigint`.
  package static let int8: UInt32 = 20
  /// `integer`.
  package static let int4: UInt32 = 23
  /// `double precision`.
  package static let float8: UInt32 = 701
  /// `boolean`.
  package static let boolean: UInt32 = 16
  /// `text[]`.
  package static let textArray: UInt32 = 1009
  /// `real`.
  package static let float4: UInt32 = 700
  /// `jsonb`.
  package static let jsonb: UInt32 = 3802

  /// Whether a type is a text, or one that extensions and users made, which may be.
  package static func isText(_ type: UInt32) -> Bool { texts.contains(type) }

  /// Whether a type is one of the system's own texts.
  package static func isBuiltInText(_ type: UInt32) -> Bool { texts.numbers?.contains(type) == true }

  /// Whether a type is a moment.
  package static func isTimestamp(_ type: UInt32) -> Bool { timestamps.contains(type) }

  static let integers = Family(numbers: [20, 21, 23, 26], allowsOthers: false)
  static let floats = Family(numbers: [700, 701], allowsOthers: false)
  static let booleans = Family(numbers: [16], allowsOthers: false)
  /// Enumerations and citext look like text.
  static let texts = Family(numbers: [18, 19, 25, 114, 705, 1042, 1043], allowsOthers: true)
  static let timestamps = Family(numbers: [1114, 1184], allowsOthers: false)
  static let textArrays = Family(numbers: [1003, 1009, 1014, 1015], allowsOthers: true)
}
