import Foundation

/// Writes a ``VectorFile`` beside the one in use and puts it in its place when it is complete and on the disk: whoever
/// is killed in between leaves the old file, or none.
final class VectorFileWriter {
  private let layout: VectorFileLayout
  private let path: String
  private let descriptor: Int32
  private var written = 0
  private var isPlaced = false

  // The rows that have not been written yet.
  private var ids: [Int64] = []
  private var tokens: [Int64] = []
  private var scales: [Float] = []
  private var errors: [Float] = []
  private var checks: [UInt64] = []
  /// The check of all ids so far.
  private var idsCheck = VectorFileCheck.seed
  private var signChecks: [UInt64] = []
  private var signs: [UInt64] = []
  private var codes: [Int8] = []

  private static let batchRows = 1_024

  /// Begins a file.
  ///
  /// - Returns: nil when the place cannot be written, or another process is at it.
  static func begin(path: String, layout: VectorFileLayout, mode: mode_t) -> VectorFileWriter? {
    let descriptor = open(path + ".new", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
    guard descriptor >= 0 else { return nil }
    // A dead process gives its lock back, and what it had written is cut off. A process that has just put its file in
    // place gives its lock back, too: then this is the file in use.
    var (opened, named) = (stat(), stat())
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0,
      lstat(path + ".new", &named) == 0, opened.st_ino == named.st_ino,
      // Another program's file may have this name.
      opened.st_size == 0 || hasMagic(descriptor), isOurs(path), ftruncate(descriptor, 0) == 0,
      fchmod(descriptor, mode) == 0, writeMagic(descriptor)
    else {
      Foundation.close(descriptor)
      return nil
    }
    return VectorFileWriter(path: path, layout: layout, descriptor: descriptor)
  }

  private static func hasMagic(_ descriptor: Int32) -> Bool {
    var header = [UInt64](repeating: 0, count: VectorFileLayout.headerBytes / 8)
    guard pread(descriptor, &header, VectorFileLayout.headerBytes, 0) >= 8 else { return false }
    let mask = VectorFileLayout.magicMask
    // A header of zeros is one that the disk has lost.
    return header[0] & mask == VectorFileLayout.magic & mask || header.allSatisfy { $0 == 0 }
  }

  private static func writeMagic(_ descriptor: Int32) -> Bool {
    var magic = VectorFileLayout.magic
    return pwrite(descriptor, &magic, 8, 0) == 8
  }

  /// Whether there is nothing at a path, or something that memsh wrote there or that is empty.
  private static func isOurs(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return errno == ENOENT }
    defer { Foundation.close(descriptor) }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && (status.st_size == 0 || hasMagic(descriptor))
  }

  private init(path: String, layout: VectorFileLayout, descriptor: Int32) {
    self.layout = layout
    self.path = path
    self.descriptor = descriptor
    makeRoom()
  }

  deinit {
    if !isPlaced { unlink(path + ".new") }
    Foundation.close(descriptor)
  }

  /// Adds a row; rows come by ascending id.
  func append(id: Int64, token: Int64, values: UnsafeBufferPointer<Float>?) throws {
    let row = ids.count
    ids.append(id)
    idsCheck = VectorFileCheck.mixed(idsCheck, id)
    tokens.append(token)
    var quantized = Quantizer.Row()
    if let values, values.count == layout.dimensions {
      quantized = codes.withUnsafeMutableBufferPointer { codes in
        signs.withUnsafeMutableBufferPointer { signs in
          guard let codes = codes.baseAddress, let signs = signs.baseAddress else { return Quantizer.Row() }
          return Quantizer.quantize(
            values, codes: codes + row * layout.codeStride, signs: signs + row * layout.signWords)
        }
      }
    }
    scales.append(quantized.scale)
    errors.append(quantized.error)
    codes.withUnsafeBufferPointer { codes in
      guard let codes = codes.baseAddress else { return }
      checks.append(
        VectorFileCheck.row(
          codes + row * layout.codeStride, bytes: layout.codeStride, scale: quantized.scale, error: quantized.error,
          id: id))
    }
    signs.withUnsafeBufferPointer { signs in
      guard let signs = signs.baseAddress else { return }
      signChecks.append(VectorFileCheck.signs(signs + row * layout.signWords, count: layout.signWords))
    }
    if ids.count == VectorFileWriter.batchRows { try flush() }
  }

  /// Ends the file and puts it in its place.
  func place(state: Int64) throws {
    try flush()
    let header = [
      VectorFileLayout.magic, UInt64(layout.dimensions), UInt64(layout.rows), UInt64(bitPattern: state),
      idsCheck,
    ]
    try write((header + [VectorFileCheck.header(header), 0, 0])[...], at: 0)
    guard written == layout.rows, ftruncate(descriptor, off_t(layout.totalBytes)) == 0, fsync(descriptor) == 0,
      rename(path + ".new", path) == 0
    else { throw CannotWrite() }
    isPlaced = true
  }

  /// Thrown when the disk is full, or the file was not what it should be; the store itself is none the worse for it.
  struct CannotWrite: Error {}

  private func flush() throws {
    let rows = ids.count
    try write(ids[...], at: layout.ids + written * 8)
    try write(tokens[...], at: layout.tokens + written * 8)
    try write(scales[...], at: layout.scales + written * 4)
    try write(errors[...], at: layout.errors + written * 4)
    try write(checks[...], at: layout.checks + written * 8)
    try write(signChecks[...], at: layout.signChecks + written * 8)
    try write(signs[..<(rows * layout.signWords)], at: layout.signs + written * layout.signWords * 8)
    try write(codes[..<(rows * layout.codeStride)], at: layout.codes + written * layout.codeStride)
    written += rows
    makeRoom()
  }

  private func makeRoom() {
    for list in [\VectorFileWriter.ids, \.tokens] { self[keyPath: list].removeAll(keepingCapacity: true) }
    for list in [\VectorFileWriter.scales, \.errors] { self[keyPath: list].removeAll(keepingCapacity: true) }
    for list in [\VectorFileWriter.checks, \.signChecks] { self[keyPath: list].removeAll(keepingCapacity: true) }
    signs = [UInt64](repeating: 0, count: VectorFileWriter.batchRows * layout.signWords)
    codes = [Int8](repeating: 0, count: VectorFileWriter.batchRows * layout.codeStride)
  }

  private func write<Value>(_ values: ArraySlice<Value>, at offset: Int) throws {
    try values.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = pwrite(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
        guard count > 0 else { throw CannotWrite() }
        done += count
      }
    }
  }
}
