/// A value bound to `$1`, `$2`, … of a statement.
package enum PostgresValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case double(Double)
  case boolean(Bool)
  case text(String)
  case textArray([String])
  case integerArray([Int64])
  case bytes([UInt8])
  /// Microseconds since 1970-01-01, for a `timestamp` column.
  case timestamp(microseconds: Int64)
  /// A type's own binary form; the type is what the statement says (`$1::vector`).
  case binary([UInt8])

  /// Microseconds from 1970-01-01, where Unix counts from, to 2000-01-01, where PostgreSQL does.
  package static let epochOffsetMicroseconds: Int64 = 946_684_800_000_000

  /// A moment as PostgreSQL counts it; the largest number there is stands for 'infinity', the smallest for '-infinity'.
  static func sinceEpoch(_ microseconds: Int64) -> Int64 {
    guard microseconds != .max, microseconds != .min else { return microseconds }
    let (moment, isBeyond) = microseconds.subtractingReportingOverflow(epochOffsetMicroseconds)
    // Beyond what a timestamp holds, so that the server refuses it.
    return isBeyond ? .min + 1 : moment
  }

  /// The type's OID as in `pg_type`; 0 lets the server infer it.
  var oid: UInt32 {
    switch self {
    case .null, .binary: 0
    case .integer: 20
    case .double: 701
    case .boolean: 16
    case .text: 25
    case .textArray: 1009
    case .integerArray: 1016
    case .bytes: 17
    case .timestamp: 1114
    }
  }

  /// The type's binary form, as its `send` function would make it; nil for NULL.
  var bytes: [UInt8]? {
    var writer = BinaryWriter()
    switch self {
    case .null: return nil
    case .integer(let value): writer.append(value)
    case .double(let value): writer.append(value.bitPattern)
    case .boolean(let value): writer.append(value ? UInt8(1) : 0)
    case .text(let value): return Array(value.utf8)
    case .textArray(let values): writer.append(textArray: values)
    case .integerArray(let values): writer.append(integerArray: values)
    case .bytes(let bytes): return bytes
    case .timestamp(let microseconds): writer.append(PostgresValue.sinceEpoch(microseconds))
    case .binary(let bytes): return bytes
    }
    return writer.bytes
  }
}

/// Builds PostgreSQL's binary forms: everything is big-endian.
package struct BinaryWriter: Sendable {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  /// Creates an empty writer.
  package init() {}

  /// Appends an integer.
  package mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends raw bytes.
  package mutating func append(contentsOf other: [UInt8]) {
    bytes.append(contentsOf: other)
  }

  /// Appends text in UTF-8.
  package mutating func append(utf8 text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// Appends floats, four bytes each.
  package mutating func append(floats: [Float]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: floats.count) { swapped in
      for index in floats.indices { swapped.initializeElement(at: index, to: floats[index].bitPattern.bigEndian) }
      bytes.append(contentsOf: UnsafeRawBufferPointer(swapped))
    }
  }

  /// Appends a `text[]` of one dimension.
  mutating func append(textArray values: [String]) {
    append(Int32(values.isEmpty ? 0 : 1))
    append(Int32(0))
    append(Int32(25))
    guard !values.isEmpty else { return }
    append(Int32(clamping: values.count))
    append(Int32(1))
    for value in values {
      append(Int32(clamping: value.utf8.count))
      append(utf8: value)
    }
  }

  /// Appends a `bigint[]` of one dimension.
  mutating func append(integerArray values: [Int64]) {
    append(Int32(values.isEmpty ? 0 : 1))
    append(Int32(0))
    append(Int32(20))
    guard !values.isEmpty else { return }
    append(Int32(clamping: values.count))
    append(Int32(1))
    for value in values {
      append(Int32(8))
      append(value)
    }
  }

  /// Forgets what has been written, but keeps the memory.
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
