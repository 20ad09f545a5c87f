internal import CLibPQ

/// The rows of an answer, in binary format. Values are copied out when they are read.
package final class PostgresResult {
  private let result: OpaquePointer
  /// Makes the error for a value of another form than the asked one.
  private var translation: (PostgresError) -> any Error = { $0 }

  init(owning result: OpaquePointer) {
    self.result = result
  }

  deinit { PQclear(result) }

  /// Lets the errors of its rows, which may be read long after the statement, be another module's.
  package func translatingErrors(_ translation: @escaping (PostgresError) -> any Error) -> PostgresResult {
    self.translation = translation
    return self
  }

  /// How many rows there are.
  package var count: Int { Int(PQntuples(result)) }

  /// How many rows a command changed.
  package var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The rows, in order.
  package var rows: [PostgresRow] { (0..<count).map { PostgresRow(result: self, index: $0) } }

  /// The first row; nil when there is none.
  package var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

  /// How many columns there are.
  fileprivate var columnCount: Int { Int(PQnfields(result)) }

  fileprivate func isBinary(column: Int) -> Bool { PQfformat(result, Int32(column)) == 1 }

  fileprivate func malformed(_ message: String) -> any Error {
    translation(PostgresError(kind: .malformed, message: message))
  }

  /// Lends the bytes of a value that is there; nil for NULL.
  fileprivate func withBytes<Value>(
    row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value? {
    let (row, column) = (Int32(row), Int32(column))
    guard PQgetisnull(result, row, column) == 0 else { return nil }
    let length = max(0, Int(PQgetlength(result, row, column)))
    return try body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length))
  }

  fileprivate func type(of column: Int) -> UInt32? {
    (0..<columnCount).contains(column) ? PQftype(result, Int32(column)) : nil
  }
}

/// One row of an answer.
package struct PostgresRow: BinaryRow {
  fileprivate let result: PostgresResult
  fileprivate let index: Int

  /// Lends the bytes of a column; nil for NULL.
  package func withBytes<Value>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value? {
    guard (0..<result.columnCount).contains(column) else { throw missingColumn(column, of: result.columnCount) }
    guard result.isBinary(column: column) else {
      throw malformed("column \(column + 1) of an answer is not in binary form")
    }
    return try result.withBytes(row: index, column: column, body)
  }

  /// What is thrown for a value of another form.
  package func malformed(_ message: String) -> any Error { result.malformed(message) }

  /// The number of a column's type in pg_type.
  package func type(of column: Int) -> UInt32? { result.type(of: column) }
}
