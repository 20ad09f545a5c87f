import Foundation
import MemoryModel

/// The lines of a file, one after the other, whatever the file's size.
struct DocumentLines {
  /// A line as it stands there.
  enum Line {
    /// Without its end.
    case bytes([UInt8])
    /// Longer than ``lineBytesMaximum``: what it begins with.
    case tooLong([UInt8])
  }

  static let lineBytesMaximum = 16 << 20
  private static let chunkBytes = 1 << 18
  private static let excerptBytes = 200
  /// What some editors put in front of a text in UTF-8; it is not part of the text.
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Hands over the lines with their numbers from 1, without a byte order mark in front of the first; `body` throws to end
  /// the reading.
  ///
  /// - Throws: `source_unreadable`.
  static func read(_ path: String, _ body: (Int, Line) throws -> Void) throws {
    let descriptor = try WholeFile.open(path, takesPipes: false, code: .sourceUnreadable)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? handle.close() }
    var line: [UInt8] = []
    var isTooLong = false
    var number = 0
    func end() throws {
      number += 1
      if number == 1, line.starts(with: byteOrderMark) { line.removeFirst(byteOrderMark.count) }
      try body(number, isTooLong ? .tooLong(line) : .bytes(line))
      line.removeAll(keepingCapacity: line.count <= chunkBytes)
      isTooLong = false
    }
    func add(_ bytes: Data) {
      guard !isTooLong else { return }
      line.append(contentsOf: bytes)
      guard line.count > lineBytesMaximum else { return }
      isTooLong = true
      line = Array(line.prefix(excerptBytes))
    }
    while let chunk = try next(handle, path), !chunk.isEmpty {
      var rest = chunk[...]
      while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
        add(rest[..<newline])
        try end()
        rest = rest[(newline + 1)...]
      }
      add(rest)
    }
    if !line.isEmpty || isTooLong { try end() }
  }

  private static func next(_ handle: FileHandle, _ path: String) throws -> Data? {
    do { return try handle.read(upToCount: chunkBytes) } catch {
      throw MemshError(.sourceUnreadable, "\(path) cannot be read", cause: error.localizedDescription)
    }
  }
}
