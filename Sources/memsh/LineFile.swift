import Database
import Foundation
import MemoryModel
import MemoryServices

/// Text files, read line by line and written piece by piece, whatever their size.
enum LineFile {
  private static let chunkBytes = 1 << 16
  /// A line that is longer is not a row.
  private static let lineBytesMaximum = 256 << 20

  /// Writes a file that is there as a whole, or not at all.
  static func write(
    _ path: String, mayReplace: Bool, _ body: (@escaping (String) throws -> Void) throws -> Void
  ) throws {
    let file = try NewFile(path, mayReplace: mayReplace, takesDevices: true)
    var buffer: [UInt8] = []
    func flush() throws {
      try buffer.withUnsafeBytes(file.write)
      buffer.removeAll(keepingCapacity: true)
    }
    try body { piece in
      buffer.append(contentsOf: piece.utf8)
      if buffer.count >= chunkBytes { try flush() }
    }
    try flush()
    try file.commit()
  }

  /// Reads a file, or standard input for `-`.
  ///
  /// Lines end in a newline, with a carriage return before it or not; the last one needs no end. A byte-order mark in
  /// front of the first is left out.
  static func read<Value>(_ path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value {
    let descriptor =
      path == "-" ? dup(STDIN_FILENO) : try WholeFile.open(path, takesPipes: true, code: .sourceNotFound)
    guard descriptor >= 0 else {
      throw MemshError(.sourceNotFound, "standard input cannot be read", cause: String(cString: strerror(errno)))
    }
    var lines = Lines(descriptor, path)
    defer { close(descriptor) }
    return try body { try lines.next() }
  }

  /// The lines of a file, one after the other.
  private struct Lines {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: chunkBytes)
    /// Where the next line begins, and how far its end has been looked for: a long line is not searched anew with every
    /// piece of it.
    private var (start, searched) = (0, 0)
    private var isAtEnd = false
    private var number = 0

    init(_ descriptor: Int32, _ path: String) {
      (self.descriptor, self.path) = (descriptor, path)
    }

    mutating func next() throws -> String? {
      while true {
        if let end = endOfLine() { return try line(upTo: end, next: end + 1) }
        guard !isAtEnd else { return start < buffer.count ? try line(upTo: buffer.count, next: buffer.count) : nil }
        guard buffer.count - start <= lineBytesMaximum else {
          throw MemshError(
            .importFailed, "\(path):\(number + 1): the line is longer than \(lineBytesMaximum >> 20) MB",
            hint: "is it the right file?")
        }
        try readMore()
      }
    }

    private mutating func endOfLine() -> Int? {
      let place = buffer.withUnsafeBytes { bytes -> Int? in
        guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
        let found = memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched)
        return found.map { UnsafeRawPointer($0) - base }
      }
      if place == nil { searched = buffer.count }
      return place
    }

    private mutating func line(upTo end: Int, next: Int) throws -> String {
      number += 1
      defer { (start, searched) = (next, next) }
      return number == 1 ? try firstLine(buffer[start..<end], path) : try text(buffer[start..<end], path, number)
    }

    private mutating func readMore() throws {
      if start > 0 {
        buffer.removeSubrange(..<start)
        (start, searched) = (0, searched - start)
      }
      var count = 0
      repeat { count = Foundation.read(descriptor, &chunk, chunk.count) } while count < 0 && errno == EINTR
      guard count >= 0 else {
        throw MemshError(.importFailed, "\(path) cannot be read", cause: String(cString: strerror(errno)))
      }
      buffer.append(contentsOf: chunk[..<count])
      isAtEnd = count == 0
    }
  }

  /// The first line tells what kind of text it is.
  private static func firstLine(_ bytes: ArraySlice<UInt8>, _ path: String) throws -> String {
    if let encoding = TextEncoding(of: bytes) { throw encoding.refusal(of: path, .importFailed) }
    let line = try text(bytes.dropFirst(TextEncoding.markLength(bytes)), path, 1)
    let isOldMac = line.utf8.dropLast().contains(UInt8(ascii: "\r"))
    guard !isOldMac else {
      throw MemshError(
        .importFailed, "\(path):1: the lines end in carriage returns alone",
        hint: "convert the file: tr '\\r' '\\n' < FILE > NEW-FILE")
    }
    return line
  }

  private static func text(_ bytes: ArraySlice<UInt8>, _ path: String, _ number: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw MemshError(.importFailed, "\(path):\(number): the line is not UTF-8", hint: "convert it with iconv")
    }
    return text
  }
}
