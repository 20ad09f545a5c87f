import MemoryModel

/// A flat index of FAISS: a header, and the vectors one after the other.
final class FaissIndex {
  /// Why an index cannot be read.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let dimensions: Int
  let count: Int
  private let file: RandomAccessFile
  /// Where the first vector begins, in bytes.
  private let start: Int

  private static let headerBytesMaximum = 49
  /// No embedding is longer.
  private static let dimensionsMaximum = 65_536

  /// Opens an index and checks that all of its vectors are there.
  init(path: String) throws(Failure) {
    let (file, head) = try FaissIndex.orFailure {
      let file = try RandomAccessFile(path: path)
      return (file, try file.bytes(count: min(FaissIndex.headerBytesMaximum, file.count)))
    }
    let header = try FaissIndex.header(head)
    guard (file.count - header.start) / (header.dimensions * 4) >= header.count else {
      throw Failure(description: "it ends before its \(header.count) vectors do")
    }
    self.file = file
    (dimensions, count, start) = header
  }

  /// The vector at a place, from 0.
  func vector(_ place: Int) -> SourceEmbedding {
    guard (0..<count).contains(place) else {
      return .unreadable(reason: "the index has no vector \(place)", value: .null)
    }
    do throws(Failure) {
      let bytes = try FaissIndex.orFailure {
        try file.bytes(at: start + place * dimensions * 4, count: dimensions * 4)
      }
      guard let vector = bytes.withUnsafeBytes({ Vector(littleEndianBytes: $0) }), vector.dimensions == dimensions
      else { throw Failure(description: "it is not a list of 32-bit floats") }
      return vector.isFinite
        ? .vector(vector)
        : .unreadable(reason: "it contains NaN or infinity", value: .bytes(bytes, isText: false))
    } catch {
      return .unreadable(reason: "\(error)", value: .null)
    }
  }

  /// What reading gives, or in words why it fails.
  private static func orFailure<Value>(_ read: () throws -> Value) throws(Failure) -> Value {
    do { return try read() } catch {
      throw Failure(description: (error as? MemshError)?.message ?? "\(error)")
    }
  }

  /// What `faiss/impl/index_write.cpp` writes in front of the vectors.
  private static func header(_ head: [UInt8]) throws(Failure) -> (dimensions: Int, count: Int, start: Int) {
    let form = String(decoding: head.prefix(4), as: UTF8.self)
    guard ["IxF2", "IxFI", "IxFl"].contains(form) else {
      throw Failure(description: "it is not a flat index (it begins with \(JSON.string(form).text))")
    }
    let read = head.withUnsafeBytes { buffer -> (Int32, Int64, UInt64, Int)? in
      var reader = ByteReader(buffer)
      do {
        _ = try reader.take(4)
        let dimensions = try reader.littleEndian(Int32.self)
        let count = try reader.littleEndian(Int64.self)
        // Two numbers that mean nothing, and whether it was trained.
        _ = try reader.take(17)
        // Metrics above 1 have an argument.
        if try reader.littleEndian(Int32.self) > 1 { _ = try reader.take(4) }
        return (dimensions, count, try reader.littleEndian(UInt64.self), reader.offset)
      } catch { return nil }
    }
    guard let (dimensions, count, floats, start) = read, (1...dimensionsMaximum).contains(Int(dimensions)), count >= 0,
      let count = Int(exactly: count),
      case let (product, false) = count.multipliedReportingOverflow(by: Int(dimensions)),
      UInt64(product) == floats
    else { throw Failure(description: "its header makes no sense") }
    return (Int(dimensions), count, start)
  }
}
