import Foundation
import MemoryModel

/// The vectors that Chroma keeps in the files of an hnswlib index, one folder a collection; read from the disk one at a time.
final class ChromaIndex {
  /// The beginning of `header.bin`, all numbers checked against each other and against the length of the file of vectors.
  private struct Header {
    let count: Int
    let elementSize: Int
    let labelOffset: Int
    let vectorOffset: Int

    static let bytes = 52
    static let version: Int32 = 1
    private static let labelBytes = 8
    private static let elementBytesMaximum = 16 << 20

    init(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.EndOfBytes) {
      var reader = ByteReader(bytes)
      func number() throws(ByteReader.EndOfBytes) -> Int { Int(exactly: try reader.littleEndian(UInt64.self)) ?? -1 }
      guard try reader.littleEndian(Int32.self) == Header.version, try number() == 0 else {
        throw ByteReader.EndOfBytes()
      }
      let capacity = try number()
      count = try number()
      elementSize = try number()
      labelOffset = try number()
      vectorOffset = try number()
      guard (0...max(0, capacity)).contains(count), count <= Int(Int32.max),
        (1...Header.elementBytesMaximum).contains(elementSize), vectorOffset >= 4, vectorOffset < labelOffset,
        labelOffset <= elementSize - Header.labelBytes, (labelOffset - vectorOffset) % 4 == 0
      else { throw ByteReader.EndOfBytes() }
    }

    var dimensions: Int { (labelOffset - vectorOffset) / 4 }
  }

  private let header: Header
  private let elements: RandomAccessFile
  /// The lengths of the vectors, where the index holds them scaled to one; nil where it holds them as they were given.
  private let lengths: RandomAccessFile?

  /// How much of the file is read at a time to find the labels, in bytes.
  private static let chunkBytes = 1 << 20

  /// Opens the files of an index.
  ///
  /// - Parameter isScaled: Whether its vectors are scaled to length one: under cosine they are.
  /// - Throws: `source_unreadable` for files that are missing or do not fit together.
  init(folder: String, isScaled: Bool) throws {
    let file = try RandomAccessFile(path: folder + "/header.bin")
    let bytes = try file.bytes(count: min(file.count, Header.bytes))
    do { header = try bytes.withUnsafeBytes { bytes throws(ByteReader.EndOfBytes) in try Header(bytes) } } catch {
      throw MemshError.chromaIndex(file.path, "it is not the header of an index, or it is damaged")
    }
    elements = try RandomAccessFile(path: folder + "/data_level0.bin")
    guard header.count * header.elementSize <= elements.count else {
      throw MemshError.chromaIndex(
        elements.path, "it ends before the \(header.count) vectors that \(file.path) counts")
    }
    lengths = isScaled ? try RandomAccessFile(path: folder + "/length.bin") : nil
    if let lengths, lengths.count < header.count * MemoryLayout<Float>.size {
      throw MemshError.chromaIndex(lengths.path, "it ends before the lengths of \(header.count) vectors")
    }
  }

  /// The places of the elements that are not deleted, by their labels.
  func places() throws -> [UInt64: Int] {
    var places: [UInt64: Int] = [:]
    places.reserveCapacity(header.count)
    let perChunk = max(1, ChromaIndex.chunkBytes / header.elementSize)
    for first in stride(from: 0, to: header.count, by: perChunk) {
      let number = min(perChunk, header.count - first)
      let chunk = try elements.bytes(at: first * header.elementSize, count: number * header.elementSize)
      chunk.withUnsafeBytes { bytes in
        for place in 0..<number {
          let start = place * header.elementSize
          // The two lowest bytes count an element's links, the next one is a flag.
          guard bytes[start + 2] & 1 == 0 else { continue }
          let label = bytes.loadUnaligned(fromByteOffset: start + header.labelOffset, as: UInt64.self)
          places[UInt64(littleEndian: label)] = first + place
        }
      }
    }
    return places
  }

  /// The vector of an element, as it was given; where the index holds it scaled, to within the precision of a float.
  func vector(at place: Int) throws -> Vector {
    let dimensions = header.dimensions
    var values = try [Float](unsafeUninitializedCapacity: dimensions) { buffer, initialized in
      try elements.read(
        into: UnsafeMutableRawBufferPointer(buffer), at: place * header.elementSize + header.vectorOffset)
      initialized = dimensions
    }
    guard let lengths else { return Vector(values) }
    var length: Float = 1
    try withUnsafeMutableBytes(of: &length) { try lengths.read(into: $0, at: place * MemoryLayout<Float>.size) }
    for index in values.indices { values[index] *= length }
    return Vector(values)
  }
}

extension MemshError {
  /// The error for a file of an index that cannot be used.
  static func chromaIndex(_ path: String, _ why: String) -> MemshError {
    MemshError(.sourceUnreadable, "\(path) cannot be used: \(why)")
  }
}
