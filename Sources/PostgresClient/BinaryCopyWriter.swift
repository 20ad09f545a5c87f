/// Writes the rows of `COPY … (FORMAT BINARY)`: a header, then for each row its number of fields and each field's
/// length and binary form (PostgreSQL manual, COPY, "Binary Format").
package struct BinaryCopyWriter {
  private var buffer = BinaryWriter()
  private let send: (UnsafeBufferPointer<UInt8>) throws -> Void

  /// Bytes gathered before they are handed to libpq.
  static let chunkBytes = 1 << 18

  init(send: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void) {
    self.send = send
    buffer.append(contentsOf: BinaryCopyReader.signature)
    buffer.append(Int32(0))
    buffer.append(Int32(0))
  }

  /// Starts a row.
  package mutating func beginRow(fields: Int) throws {
    if buffer.bytes.count >= BinaryCopyWriter.chunkBytes { try flush() }
    buffer.append(Int16(fields))
  }

  /// Writes NULL.
  package mutating func writeNull() { buffer.append(Int32(-1)) }

  /// Writes an `integer`, or NULL.
  package mutating func write(int32 value: Int32?) {
    guard let value else { return writeNull() }
    buffer.append(Int32(4))
    buffer.append(value)
  }

  /// Writes a `bigint`.
  package mutating func write(int64 value: Int64) {
    buffer.append(Int32(8))
    buffer.append(value)
  }

  /// Writes a `double precision`, or NULL.
  package mutating func write(double value: Double?) {
    guard let value else { return writeNull() }
    buffer.append(Int32(8))
    buffer.append(value.bitPattern)
  }

  /// Writes a `real`, or NULL.
  package mutating func write(float value: Float?) {
    guard let value else { return writeNull() }
    buffer.append(Int32(4))
    buffer.append(value.bitPattern)
  }

  /// Writes a text type, or NULL.
  package mutating func write(text value: String?) {
    guard let value else { return writeNull() }
    buffer.append(Int32(clamping: value.utf8.count))
    buffer.append(utf8: value)
  }

  /// Writes a `boolean`.
  package mutating func write(boolean value: Bool) {
    buffer.append(Int32(1))
    buffer.append(value ? UInt8(1) : 0)
  }

  /// Writes a `bytea`.
  package mutating func write(bytes value: [UInt8]) {
    buffer.append(Int32(clamping: value.count))
    buffer.append(contentsOf: value)
  }

  /// Writes a `text[]`.
  package mutating func write(textArray values: [String]) {
    var array = BinaryWriter()
    array.append(textArray: values)
    write(bytes: array.bytes)
  }

  /// Writes a `jsonb` from JSON text, or NULL.
  package mutating func write(jsonb value: String?) {
    guard let value else { return writeNull() }
    buffer.append(Int32(clamping: value.utf8.count + 1))
    buffer.append(UInt8(1))
    buffer.append(utf8: value)
  }

  /// Writes a `timestamp` from microseconds since 1970-01-01, or NULL.
  package mutating func write(timestamp microseconds: Int64?) {
    guard let microseconds else { return writeNull() }
    write(int64: PostgresValue.sinceEpoch(microseconds))
  }

  /// Writes a pgvector `vector`, or NULL: its number of components, two zero bytes, the components.
  package mutating func write(vector values: [Float]?) {
    guard let values else { return writeNull() }
    buffer.append(Int32(clamping: 4 + 4 * values.count))
    // pgvector has no vectors of more; of a count that does not fit the bytes it says so.
    buffer.append(Int16(clamping: values.count))
    buffer.append(Int16(0))
    buffer.append(floats: values)
  }

  mutating func finish() throws {
    buffer.append(Int16(-1))
    try flush()
  }

  private mutating func flush() throws {
    try buffer.bytes.withUnsafeBufferPointer(send)
    buffer.removeAll()
  }
}
