import Foundation
import MemoryModel

/// A NumPy file with a matrix of 32-bit floats, read row by row.
final class NumpyFile {
  let rows: Int
  let dimensions: Int
  private let path: String
  private let handle: FileHandle
  private let start: UInt64

  private static let magic = Data([0x93]) + Data("NUMPY".utf8)
  private static let headerBytesMaximum = 65_536
  private static let dimensionsMaximum = 65_536

  /// Opens a file; nil for one that is something else, or holds other numbers.
  init?(path: String) {
    guard let handle = FileHandle(forReadingAtPath: path), let head = try? handle.read(upToCount: 12), head.count == 12,
      head.starts(with: NumpyFile.magic)
    else { return nil }
    let bytes = [UInt8](head)
    let isLong = bytes[6] > 1
    let length = (8..<(isLong ? 12 : 10)).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    let begin = isLong ? 12 : 10
    guard length <= NumpyFile.headerBytesMaximum, (try? handle.seek(toOffset: UInt64(begin))) != nil,
      let text = try? handle.read(upToCount: length), text.count == length
    else { return nil }
    let header = String(decoding: text, as: UTF8.self)
    guard header.contains("'descr': '<f4'"), header.contains("'fortran_order': False"),
      let shape = header.firstMatch(of: /'shape': \((\d+), ?(\d+)\)/), let rows = Int(shape.1),
      let dimensions = Int(shape.2), (1...NumpyFile.dimensionsMaximum).contains(dimensions)
    else { return nil }
    self.path = path
    self.handle = handle
    self.rows = rows
    self.dimensions = dimensions
    start = UInt64(begin + length)
  }

  deinit { try? handle.close() }

  /// The vector of a row, counted from 0.
  func vector(_ row: Int64) -> SourceEmbedding {
    func unreadable(_ reason: String) -> SourceEmbedding {
      .unreadable(reason: reason, value: .text("row \(row) of \(path)"))
    }
    let width = dimensions * 4
    guard let row = UInt64(exactly: row), row < UInt64(rows) else { return unreadable("\(path) has \(rows) rows") }
    let (offset, isOver) = row.multipliedReportingOverflow(by: UInt64(width))
    guard !isOver, offset <= UInt64(Int64.max) - start, (try? handle.seek(toOffset: start + offset)) != nil,
      let bytes = try? handle.read(upToCount: width), bytes.count == width,
      let vector = bytes.withUnsafeBytes(Vector.init(littleEndianBytes:))
    else { return unreadable("\(path) ends before it") }
    return vector.isFinite ? .vector(vector) : unreadable("it contains NaN or infinity")
  }
}
