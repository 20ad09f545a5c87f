import Foundation
import MemoryModel

/// A flat index of FAISS: a header, and the vectors one after the other.
final class FaissIndex {
  /// Why an index cannot be read.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let dimensions: Int
  let count: Int
  private let descriptor: Int32
  /// Where the first vector begins, in bytes.
  private let start: Int

  private static let headerBytesMaximum = 49
  /// No embedding is longer.
  private static let dimensionsMaximum = 65_536

  /// Opens an index and checks that all of its vectors are there.
  init(path: String) throws(Failure) {
    let opened: Int32
    do { opened = try WholeFile.open(path, takesPipes: false, code: .sourceUnreadable) } catch {
      throw Failure(description: error.message)
    }
    let header: (dimensions: Int, count: Int, start: Int)
    do throws(Failure) { header = try FaissIndex.checkedHeader(opened) } catch {
      close(opened)
      throw error
    }
    descriptor = opened
    (dimensions, count, start) = header
  }

  deinit { close(descriptor) }

  /// The vector at a place, from 0.
  func vector(_ place: Int) -> SourceEmbedding {
    guard (0..<count).contains(place) else {
      return .unreadable(reason: "the index has no vector \(place)", value: .null)
    }
    do throws(Failure) {
      let bytes = try FaissIndex.bytes(descriptor, at: start + place * dimensions * 4, upTo: dimensions * 4)
      let vector = bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }
      guard let vector, vector.dimensions == dimensions else { throw Failure(description: "the index was cut off") }
      return vector.isFinite
        ? .vector(vector)
        : .unreadable(reason: "it contains NaN or infinity", value: .bytes(bytes, isText: false))
    } catch {
      return .unreadable(reason: "\(error)", value: .null)
    }
  }

  private static func checkedHeader(
    _ descriptor: Int32
  ) throws(Failure) -> (dimensions: Int, count: Int, start: Int) {
    let header = try header(bytes(descriptor, at: 0, upTo: headerBytesMaximum))
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      (Int(status.st_size) - header.start) / (header.dimensions * 4) >= header.count
    else { throw Failure(description: "it ends before its \(header.count) vectors do") }
    return header
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

  private static func bytes(_ descriptor: Int32, at offset: Int, upTo count: Int) throws(Failure) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let start = buffer.baseAddress {
        let read = pread(descriptor, start + filled, count - filled, off_t(offset + filled))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { return }
        filled += read
      }
    }
    return bytes
  }
}
