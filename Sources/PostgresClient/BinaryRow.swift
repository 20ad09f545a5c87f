/// A row in PostgreSQL's binary forms. Columns are read by position, with nil for NULL.
public protocol BinaryRow {
  /// Lends the bytes of a column; nil for NULL.
  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value?
}

extension BinaryRow {
  /// A `smallint`, `integer` or `bigint`.
  public func integer(_ column: Int) -> Int64? {
    withBytes(column) { bytes in
      switch bytes.count {
      case 2: Int64(bytes.loadBigEndian(as: Int16.self))
      case 4: Int64(bytes.loadBigEndian(as: Int32.self))
      default: bytes.loadBigEndian(as: Int64.self)
      }
    }
  }

  /// A `real` or `double precision`.
  public func double(_ column: Int) -> Double? {
    withBytes(column) { bytes in
      bytes.count == 4
        ? Double(Float(bitPattern: bytes.loadBigEndian(as: UInt32.self)))
        : Double(bitPattern: bytes.loadBigEndian(as: UInt64.self))
    }
  }

  /// A `boolean`.
  public func boolean(_ column: Int) -> Bool? {
    withBytes(column) { $0.first == 1 }
  }

  /// A text type, `name`, `char` or `json`; of a `jsonb` select the text (`::text`).
  public func text(_ column: Int) -> String? {
    withBytes(column) { String(decoding: $0, as: UTF8.self) }
  }

  /// A `timestamp` or `timestamptz`, in microseconds since 1970-01-01.
  public func timestamp(_ column: Int) -> Int64? {
    integer(column).map { value in
      // 'infinity' is the largest number there is, '-infinity' the smallest.
      let (moment, isBeyond) = value.addingReportingOverflow(PostgresValue.epochOffsetMicroseconds)
      return isBeyond ? .max : moment
    }
  }

  /// Any type's binary form.
  public func bytes(_ column: Int) -> [UInt8]? {
    withBytes(column) { Array($0) }
  }

  /// A `text[]` of one dimension; NULL elements are left out.
  public func textArray(_ column: Int) -> [String]? {
    withBytes(column) { bytes in
      guard bytes.count >= 20 else { return [] }
      var values: [String] = []
      var offset = 20
      for _ in 0..<bytes.loadBigEndian(at: 12, as: Int32.self) {
        let length = Int(bytes.loadBigEndian(at: offset, as: Int32.self))
        offset += 4
        guard length >= 0 else { continue }
        values.append(
          String(decoding: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]), as: UTF8.self))
        offset += length
      }
      return values
    }
  }
}

extension UnsafeRawBufferPointer {
  func loadBigEndian<Integer: FixedWidthInteger>(at offset: Int = 0, as type: Integer.Type) -> Integer {
    Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}
