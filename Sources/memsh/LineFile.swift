import Foundation
import MemoryCore

/// Text files, read and written line by line, whatever their size.
enum LineFile {
  private static let chunkBytes = 1 << 16
  /// A line that is longer is no row.
  private static let lineBytesMaximum = 256 << 20

  /// Writes beside the file, and renames when all is written and on the disk.
  static func write(_ path: String, _ body: ((String) throws -> Void) throws -> Void) throws {
    let partial = path + ".partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var isDone = false
    defer { if !isDone { unlink(partial) } }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var buffer = Data()
    func flush() throws {
      do { try file.write(contentsOf: buffer) } catch { throw failure(path, errno, cause: error.localizedDescription) }
      buffer.removeAll(keepingCapacity: true)
    }
    try body { line in
      buffer.append(contentsOf: line.utf8)
      buffer.append(UInt8(ascii: "\n"))
      if buffer.count >= chunkBytes { try flush() }
    }
    try flush()
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failure(path, errno) }
    isDone = true
  }

  /// Reads a file, or standard input for `-`.
  static func read<Value>(_ path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw MemshError(
        .sourceNotFound, "\(path) cannot be read", hint: "check the path and its permissions",
        cause: String(cString: strerror(errno)))
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var buffer = Data()
    // How far the buffer has been searched: a long line is not searched anew with every piece of it.
    var (isAtEnd, number, searched) = (false, 0, 0)
    return try body {
      while true {
        if let end = buffer[(buffer.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
          defer {
            buffer = Data(buffer[buffer.index(after: end)...])
            searched = 0
          }
          number += 1
          return try text(buffer[..<end], path, number)
        }
        guard !isAtEnd else {
          guard !buffer.isEmpty else { return nil }
          defer { buffer = Data() }
          return try text(buffer, path, number + 1)
        }
        guard buffer.count <= lineBytesMaximum else {
          throw MemshError(.importFailed, "\(path):\(number + 1): the line is too long", hint: "is it the right file?")
        }
        searched = buffer.count
        let chunk = try file.read(upToCount: chunkBytes) ?? Data()
        isAtEnd = chunk.isEmpty
        buffer.append(chunk)
      }
    }
  }

  private static func text(_ bytes: Data, _ path: String, _ number: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw MemshError(.importFailed, "\(path):\(number): the line is no UTF-8", hint: "convert it with iconv")
    }
    return text
  }

  /// The error for a file that cannot be written.
  static func failure(_ path: String, _ code: Int32, cause: String? = nil) -> MemshError {
    MemshError(
      code == ENOSPC ? .diskFull : .fileFailed, "\(path) cannot be written",
      hint: code == ENOSPC ? "make room" : "check the folder and its permissions",
      cause: cause ?? String(cString: strerror(code)))
  }
}
