import Foundation

/// A file without a name that is gone when nobody uses it any more: for what memory has no room for.
package final class TemporaryFile {
  private let descriptor: Int32
  /// How many bytes have been written.
  package private(set) var count: Int64 = 0

  /// Creates an empty file in the folder for such files.
  ///
  /// - Throws: `file_failed`.
  package init() throws {
    var path = Array((NSTemporaryDirectory() + "memsh-XXXXXX").utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else {
      throw MemshError(
        .fileFailed, "no temporary file can be made in \(NSTemporaryDirectory())",
        hint: "export TMPDIR=FOLDER names another folder", cause: String(cString: strerror(errno)))
    }
    unlink(path)
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: `disk_full`, `file_failed`.
  package func append(_ bytes: [UInt8]) throws {
    var written = 0
    while written < bytes.count {
      let step = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written, off_t(count) + off_t(written))
      }
      guard step >= 0 || errno == EINTR else {
        throw MemshError(
          errno == ENOSPC ? .diskFull : .fileFailed, "a temporary file in \(NSTemporaryDirectory()) cannot be written",
          hint: "export TMPDIR=FOLDER names another folder", cause: String(cString: strerror(errno)))
      }
      written += max(0, step)
    }
    count += Int64(bytes.count)
  }

  /// Reads bytes that were written before.
  ///
  /// - Throws: `file_failed`.
  package func read(_ length: Int, at offset: Int64) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    var done = 0
    while done < length {
      let step = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + done }, length - done, off_t(offset) + off_t(done))
      }
      guard step > 0 || step < 0 && errno == EINTR else {
        throw MemshError(.fileFailed, "a temporary file cannot be read", cause: String(cString: strerror(errno)))
      }
      done += max(0, step)
    }
    return bytes
  }
}
