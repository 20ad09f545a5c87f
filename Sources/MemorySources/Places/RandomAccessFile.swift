import Foundation
import MemoryModel

/// A file of which pieces are read, wherever they stand: what a large file needs that does not fit into memory.
///
/// Nothing is mapped, so that a file which shrinks meanwhile is an error and not the end of the process.
final class RandomAccessFile {
  let path: String
  /// Its length at the first look, in bytes.
  let count: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `source_unreadable`.
  init(path: String) throws {
    self.path = path
    descriptor = try WholeFile.open(path, takesPipes: false, code: .sourceUnreadable)
    var status = stat()
    fstat(descriptor, &status)
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with what stands from an offset on.
  ///
  /// - Throws: `source_unreadable`, also where the file ends before the buffer is full.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let got = pread(descriptor, part.baseAddress, part.count, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        let cause = got < 0 ? String(cString: strerror(errno)).lowercased() : "it ends too early"
        throw MemshError(.sourceUnreadable, "\(path) cannot be read: \(cause)")
      }
      done += got
    }
  }

  /// The bytes from an offset on.
  ///
  /// - Throws: `source_unreadable`, also where the file ends before.
  func bytes(at offset: Int = 0, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      initialized = count
    }
  }
}
