/// Reads PostgreSQL's binary forms front to back and never past their end.
struct BinaryReader {
  private let buffer: UnsafeRawBufferPointer
  /// Where the next value begins.
  private(set) var offset = 0

  /// An array has no more dimensions than this (PostgreSQL's MAXDIM).
  private static let dimensionsMaximum: Int32 = 6

  init(_ buffer: UnsafeRawBufferPointer) {
    self.buffer = buffer
  }

  /// Whether everything has been read.
  var isAtEnd: Bool { offset == buffer.count }

  private var remaining: Int { buffer.count - offset }

  /// The next integer; nil when too few bytes are left.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
    let size = MemoryLayout<Integer>.size
    guard remaining >= size else { return nil }
    defer { offset += size }
    return buffer.loadBigEndian(at: offset, as: type)
  }

  /// The next bytes; nil for a negative number, and when too few are left.
  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, remaining >= count else { return nil }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count])
  }

  /// Reads the head of an array: the number of its elements in all dimensions; nil when it is none.
  mutating func arrayElementCount() -> Int? {
    guard let dimensions = integer(Int32.self), (0...BinaryReader.dimensionsMaximum).contains(dimensions),
      // Whether there are NULLs, and the type of the elements.
      integer(Int32.self) != nil, integer(UInt32.self) != nil
    else { return nil }
    guard dimensions > 0 else { return 0 }
    var count = 1
    for _ in 0..<dimensions {
      // The number of elements, and the index of the first.
      guard let length = integer(Int32.self), length >= 0, integer(Int32.self) != nil else { return nil }
      let (product, isBeyond) = count.multipliedReportingOverflow(by: Int(length))
      guard !isBeyond else { return nil }
      count = product
    }
    // Each element has at least its length.
    return count <= remaining / 4 ? count : nil
  }
}

extension UnsafeRawBufferPointer {
  /// An integer in network order. The caller has made sure that it is there.
  func loadBigEndian<Integer: FixedWidthInteger>(at offset: Int = 0, as type: Integer.Type) -> Integer {
    Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}
