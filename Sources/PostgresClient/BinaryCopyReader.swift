/// One row of `COPY … TO STDOUT (FORMAT BINARY)`, lent while it is handed over.
public struct CopiedRow: BinaryRow {
  private let message: UnsafeRawBufferPointer
  /// Where each field's bytes lie; nil for NULL.
  private let fields: [Range<Int>?]

  fileprivate init(message: UnsafeRawBufferPointer, fields: [Range<Int>?]) {
    self.message = message
    self.fields = fields
  }

  /// Lends the bytes of a column; nil for NULL.
  public func withBytes<Value>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value? {
    try fields[column].map { try body(UnsafeRawBufferPointer(rebasing: message[$0])) }
  }
}

/// Takes the messages of `COPY … TO STDOUT (FORMAT BINARY)` apart: a header, rows, and a trailer (PostgreSQL manual,
/// COPY, "Binary Format"). The server sends whole rows, with the header in front of the first.
struct BinaryCopyReader {
  private var isPastHeader = false

  /// The signature, and behind it four bytes of flags.
  private static let headerBytes = 11 + 4

  /// Hands over the rows of one message.
  ///
  /// - Throws: ``PostgresError`` of kind `unexpected` when the message has another form, and what `body` throws.
  mutating func read(_ message: UnsafeRawBufferPointer, _ body: (CopiedRow) throws -> Void) throws {
    var offset = 0
    func length(_ bytes: Int) throws -> Int {
      guard offset + bytes <= message.count else {
        throw PostgresError(kind: .unexpected, message: "a row of COPY ends too early")
      }
      defer { offset += bytes }
      return bytes == 2
        ? Int(message.loadBigEndian(at: offset, as: Int16.self))
        : Int(message.loadBigEndian(at: offset, as: Int32.self))
    }
    if !isPastHeader {
      offset = BinaryCopyReader.headerBytes
      offset += try length(4)
      isPastHeader = true
    }
    while offset < message.count {
      let count = try length(2)
      guard count >= 0 else { return }
      var fields: [Range<Int>?] = []
      fields.reserveCapacity(count)
      for _ in 0..<count {
        let bytes = try length(4)
        guard offset + max(0, bytes) <= message.count else {
          throw PostgresError(kind: .unexpected, message: "a field of COPY ends too early")
        }
        fields.append(bytes < 0 ? nil : offset..<offset + bytes)
        offset += max(0, bytes)
      }
      try body(CopiedRow(message: message, fields: fields))
    }
  }
}
