/// One row of `COPY … TO STDOUT (FORMAT BINARY)`, with bytes of its own.
package struct CopiedRow: BinaryRow, Sendable {
  private let message: [UInt8]
  /// Where each field's bytes lie; nil for NULL.
  private let fields: [Range<Int>?]

  fileprivate init(message: [UInt8], fields: [Range<Int>?]) {
    self.message = message
    self.fields = fields
  }

  /// Lends the bytes of a column; nil for NULL.
  package func withBytes<Value>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value? {
    guard fields.indices.contains(column) else { throw missingColumn(column, of: fields.count) }
    return try fields[column].map { range in
      try message.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }

  /// COPY does not say the types.
  package func type(of column: Int) -> UInt32? { nil }
}

/// Takes the messages of `COPY … TO STDOUT (FORMAT BINARY)` apart: a header, rows, and a trailer (PostgreSQL manual,
/// COPY, "Binary Format"). The server sends whole rows, with the header in front of the first.
struct BinaryCopyReader {
  private var isPastHeader = false
  private var isPastTrailer = false

  /// What every binary COPY begins with; flags and the length of an extension follow.
  static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]

  /// Hands over the rows of one message.
  ///
  /// - Throws: ``PostgresError`` of kind `malformed` when the message has another form, and what `body` throws.
  mutating func read(_ message: UnsafeRawBufferPointer, _ body: (CopiedRow) throws -> Void) throws {
    var reader = BinaryReader(message)
    if !isPastHeader {
      guard reader.bytes(BinaryCopyReader.signature.count)?.elementsEqual(BinaryCopyReader.signature) == true,
        reader.integer(UInt32.self) == 0, let length = reader.integer(Int32.self), reader.bytes(Int(length)) != nil
      else { throw BinaryCopyReader.malformed("the header") }
      isPastHeader = true
    }
    let bytes = Array(message)
    while !reader.isAtEnd {
      guard !isPastTrailer, let count = reader.integer(Int16.self), count >= -1 else {
        throw BinaryCopyReader.malformed("a row")
      }
      guard count >= 0 else {
        isPastTrailer = true
        continue
      }
      var fields: [Range<Int>?] = []
      fields.reserveCapacity(Int(count))
      for _ in 0..<count {
        guard let length = reader.integer(Int32.self) else { throw BinaryCopyReader.malformed("a row") }
        guard length != -1 else {
          fields.append(nil)
          continue
        }
        let start = reader.offset
        guard reader.bytes(Int(length)) != nil else { throw BinaryCopyReader.malformed("a field") }
        fields.append(start..<reader.offset)
      }
      try body(CopiedRow(message: bytes, fields: fields))
    }
  }

  /// Makes sure that the trailer has come, and with it every row.
  func finish() throws {
    guard isPastTrailer else { throw BinaryCopyReader.malformed("the end") }
  }

  private static func malformed(_ part: String) -> PostgresError {
    PostgresError(kind: .malformed, message: "\(part) of the rows that COPY sends cannot be read")
  }
}
