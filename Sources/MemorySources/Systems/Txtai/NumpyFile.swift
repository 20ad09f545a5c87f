import MemoryModel

/// A NumPy file with a matrix of 32-bit floats, read row by row.
final class NumpyFile {
  let rows: Int
  let dimensions: Int
  private let file: RandomAccessFile
  private let start: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let headerBytesMaximum = 65_536
  private static let dimensionsMaximum = 65_536

  /// Opens a file; nil for one that is something else, or holds other numbers.
  ///
  /// - Throws: `source_unreadable`.
  init?(path: String) throws {
    file = try RandomAccessFile(path: path)
    guard file.count >= 12 else { return nil }
    let head = try file.bytes(count: 12)
    guard head.starts(with: NumpyFile.magic) else { return nil }
    let isLong = head[6] > 1
    let length = (8..<(isLong ? 12 : 10)).reversed().reduce(0) { $0 << 8 | Int(head[$1]) }
    let begin = isLong ? 12 : 10
    guard length <= NumpyFile.headerBytesMaximum, file.count - begin >= length else { return nil }
    let header = String(decoding: try file.bytes(at: begin, count: length), as: UTF8.self)
    guard header.contains("'descr': '<f4'"), header.contains("'fortran_order': False"),
      let shape = header.firstMatch(of: /'shape': \((\d+), ?(\d+)\)/), let rows = Int(shape.1),
      let dimensions = Int(shape.2), (1...NumpyFile.dimensionsMaximum).contains(dimensions)
    else { return nil }
    self.rows = rows
    self.dimensions = dimensions
    start = begin + length
  }

  /// The vector of a row, counted from 0.
  func vector(_ row: Int64) -> SourceEmbedding {
    func unreadable(_ reason: String) -> SourceEmbedding {
      .unreadable(reason: reason, value: .text("row \(row) of \(file.path)"))
    }
    let width = dimensions * 4
    guard let row = Int(exactly: row), (0..<rows).contains(row) else {
      return unreadable("\(file.path) has \(rows) rows")
    }
    guard row < (file.count - start) / width else { return unreadable("\(file.path) ends before it") }
    do {
      let bytes = try file.bytes(at: start + row * width, count: width)
      guard let vector = bytes.withUnsafeBytes(Vector.init(littleEndianBytes:)) else {
        return unreadable("it is not a list of 32-bit floats")
      }
      return vector.isFinite ? .vector(vector) : unreadable("it contains NaN or infinity")
    } catch { return unreadable((error as? MemshError)?.message ?? "\(error)") }
  }
}
