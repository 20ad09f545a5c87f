import Foundation

/// Files that are read as a whole: no more than a limit, and never by waiting for something that is not a file.
package enum WholeFile {
  /// Reads a file's bytes.
  ///
  /// - Parameters:
  ///   - limitBytes: The largest file that is read.
  ///   - takesPipes: Whether a pipe or a device will do, such as bash's `<(…)`.
  ///   - code: The code of the error.
  /// - Throws: An error that names the file and, where it is too large, the limit.
  package static func bytes(
    _ path: String, limitBytes: Int, takesPipes: Bool = false, code: ErrorCode = .fileFailed
  ) throws(MemshError) -> [UInt8] {
    let descriptor = try open(path, takesPipes: takesPipes, code: code)
    defer { close(descriptor) }
    return try bytes(of: descriptor, path, limitBytes: limitBytes, code: code)
  }

  /// Reads a file of UTF-8 text; a byte-order mark in front of it is left out.
  package static func text(
    _ path: String, limitBytes: Int, takesPipes: Bool = false, code: ErrorCode = .fileFailed
  ) throws(MemshError) -> String {
    try text(bytes(path, limitBytes: limitBytes, takesPipes: takesPipes, code: code), path, code: code)
  }

  /// Reads standard input to its end, as text.
  package static func standardInput(limitBytes: Int, code: ErrorCode = .fileFailed) throws(MemshError) -> String {
    try text(bytes(of: STDIN_FILENO, "<stdin>", limitBytes: limitBytes, code: code), "<stdin>", code: code)
  }

  /// Opens a file for reading, without ever waiting for somebody to open its other end.
  package static func open(
    _ path: String, takesPipes: Bool, code: ErrorCode = .fileFailed
  ) throws(MemshError) -> Int32 {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw failure(
        path, String(cString: strerror(errno)).lowercased(), code, hint: "check the path and its permissions")
    }
    var status = stat()
    fstat(descriptor, &status)
    do throws(MemshError) {
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw failure(path, "it is a folder", code, hint: "name a file in it")
      case S_IFIFO where takesPipes: try awaitWriter(descriptor, path, code)
      case S_IFCHR where takesPipes: break
      default: throw failure(path, "it is a pipe or a device, not a file", code, hint: "name a file")
      }
    } catch {
      close(descriptor)
      throw error
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  /// How long somebody may take to open a pipe for writing.
  private static let writerMilliseconds: Int32 = 2_000

  /// Waits for somebody to open a pipe for writing: without anybody there is nothing to read, now or ever.
  private static func awaitWriter(_ descriptor: Int32, _ path: String, _ code: ErrorCode) throws(MemshError) {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, writerMilliseconds) == 0 else { return }
    // Linux tells that nobody is left to write, but only after somebody was there.
    let writer = Foundation.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    if writer >= 0 { close(writer) }
    guard poll(&waiting, 1, 0) > 0, waiting.revents & Int16(POLLHUP | POLLIN) == Int16(POLLHUP) else { return }
    throw failure(path, "nothing writes to this pipe", code, hint: "start what writes to it first")
  }

  private static func bytes(
    of descriptor: Int32, _ path: String, limitBytes: Int, code: ErrorCode
  ) throws(MemshError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(path, String(cString: strerror(errno)).lowercased(), code, hint: nil)
      }
      guard bytes.count + count <= limitBytes else {
        throw failure(
          path, "it is larger than \(size(limitBytes)), the most that is read", code, hint: "is it the right file?")
      }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  private static func text(_ bytes: [UInt8], _ path: String, code: ErrorCode) throws(MemshError) -> String {
    if let encoding = TextEncoding(of: bytes) { throw encoding.refusal(of: path, code) }
    guard let text = String(validating: bytes[TextEncoding.markLength(bytes)...], as: UTF8.self) else {
      throw failure(path, "it is not UTF-8 text", code, hint: "convert it with iconv")
    }
    return text
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MB" : "\(bytes >> 10) kB"
  }

  private static func failure(_ path: String, _ why: String, _ code: ErrorCode, hint: String?) -> MemshError {
    MemshError(code, "\(path) cannot be read: \(why)", hint: hint)
  }
}

/// The encodings of text that memsh does not read, as far as they can be told from the first bytes.
package enum TextEncoding: String {
  case utf16 = "UTF-16"
  case utf32 = "UTF-32"

  /// Looks at the beginning of a text; nil where it may be UTF-8.
  package init?(of bytes: some Collection<UInt8>) {
    let first = Array(bytes.prefix(4))
    switch first.count {
    case 4 where first == [0xFF, 0xFE, 0, 0] || first == [0, 0, 0xFE, 0xFF]: self = .utf32
    case 2... where first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]): self = .utf16
    // Two letters of ASCII without a mark in front of them.
    case 4 where first[0] == 0 && first[1] != 0 && first[2] == 0 && first[3] != 0: self = .utf16
    case 4 where first[0] != 0 && first[1] == 0 && first[2] != 0 && first[3] == 0: self = .utf16
    default: return nil
    }
  }

  /// How many bytes at the beginning are the mark of UTF-8.
  package static func markLength(_ bytes: some Collection<UInt8>) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The error for a text in this encoding.
  package func refusal(of path: String, _ code: ErrorCode) -> MemshError {
    MemshError(
      code, "\(path) cannot be read: it is \(rawValue) text",
      hint: "convert it: iconv -f \(rawValue) -t UTF-8 FILE > NEW-FILE")
  }
}
