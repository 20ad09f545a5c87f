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
}

/// One row of an answer.
public struct PostgresRow: BinaryRow {
  fileprivate let result: PostgresResult
  fileprivate let index: Int

  /// Lends the bytes of a column; nil for NULL.
  public func withBytes<Value>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value? {
    try result.withBytes(row: index, column: column, body)
  }
}
