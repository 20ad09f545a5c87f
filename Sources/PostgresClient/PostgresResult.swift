internal import CLibPQ

/// The rows of an answer, in binary format. Values are copied out when they are read.
public final class PostgresResult {
  private let result: OpaquePointer

  init(owning result: OpaquePointer) {
    self.result = result
  }

  deinit { PQclear(result) }

  /// How many rows there are.
  public var count: Int { Int(PQntuples(result)) }

  /// How many rows a command changed.
  public var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The rows, in order.
  public var rows: [PostgresRow] { (0..<count).map { PostgresRow(result: self, index: $0) } }

  /// The first row; nil when there is none.
  public var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

  func withBytes<Value>(row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value? {
    guard PQgetisnull(result, Int32(row), Int32(column)) == 0 else { return nil }
    let length = Int(PQgetlength(result, Int32(row), Int32(column)))
    return try body(UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: length))
  }

  func type(column: Int) -> UInt32 { UInt32(PQftype(result, Int32(column))) }
}

/// One row. Columns are read by position, with nil for NULL.
public struct PostgresRow {
  fileprivate let result: PostgresResult
  fileprivate let index: Int

  /// A `smallint`, `integer` or `bigint`.
  public func integer(_ column: Int) -> Int64? {
    result.withBytes(row: index, column: column) { bytes in
      switch bytes.count {
      case 2: Int64(bytes.loadBigEndian(as: Int16.self))
      case 4: Int64(bytes.loadBigEndian(as: Int32.self))
      default: bytes.loadBigEndian(as: Int64.self)
      }
    }
  }

  /// A `real` or `double precision`.
  public func double(_ column: Int) -> Double? {
    result.withBytes(row: index, column: column) { bytes in
      bytes.count == 4
        ? Double(Float(bitPattern: bytes.loadBigEndian(as: UInt32.self)))
        : Double(bitPattern: bytes.loadBigEndian(as: UInt64.self))
    }
  }

  /// A `boolean`.
  public func boolean(_ column: Int) -> Bool? {
    result.withBytes(row: index, column: column) { $0.first == 1 }
  }

  /// A text type, `name`, `char`, `json` or `jsonb`.
  public func text(_ column: Int) -> String? {
    // jsonb's binary form is its text behind a version byte.
    let skipped = result.type(column: column) == 3802 ? 1 : 0
    return result.withBytes(row: index, column: column) {
      String(decoding: UnsafeRawBufferPointer(rebasing: $0[skipped...]), as: UTF8.self)
    }
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
    result.withBytes(row: index, column: column) { Array($0) }
  }

  /// A `text[]` of one dimension; NULL elements are left out.
  public func textArray(_ column: Int) -> [String]? {
    result.withBytes(row: index, column: column) { bytes in
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
