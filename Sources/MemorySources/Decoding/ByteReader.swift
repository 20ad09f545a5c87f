/// Reads numbers and runs of bytes from the front of a buffer; nothing is read behind its end.
struct ByteReader {
  /// The buffer ends before what was asked for.
  struct EndOfBytes: Error {}

  let bytes: UnsafeRawBufferPointer
  /// Where the next byte is read.
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// How many bytes are left.
  var remaining: Int { bytes.count - offset }

  /// Takes a number that stands with its lowest byte first.
  mutating func littleEndian<Number: FixedWidthInteger>(_: Number.Type) throws(EndOfBytes) -> Number {
    Number(littleEndian: try raw(Number.self))
  }

  /// Takes a number that stands with its highest byte first.
  mutating func bigEndian<Number: FixedWidthInteger>(_: Number.Type) throws(EndOfBytes) -> Number {
    Number(bigEndian: try raw(Number.self))
  }

  /// Takes a run of bytes, which is only good as long as the buffer is.
  mutating func take(_ count: Int) throws(EndOfBytes) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else { throw EndOfBytes() }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  private mutating func raw<Number: FixedWidthInteger>(_: Number.Type) throws(EndOfBytes) -> Number {
    guard MemoryLayout<Number>.size <= remaining else { throw EndOfBytes() }
    defer { offset += MemoryLayout<Number>.size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }
}
