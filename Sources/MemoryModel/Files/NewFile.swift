import Foundation
import Synchronization

/// A file that comes into being whole or not at all, readable by its owner only.
///
/// It is written beside its name, under a random one, and gets its own name when everything is on the
/// disk. A link of that name is replaced, not followed, and so is a file of other rights: what is written for one reader
/// never reaches another one through what was there before. What is not a file, such as `/dev/stdout`, is written to
/// directly by whoever writes text.
package final class NewFile {
  /// Where it is until ``commit()``.
  package let partialPath: String

  private let path: String
  private let mayReplace: Bool
  private let isDirect: Bool
  private var descriptor: Int32
  private var isCommitted = false

  /// Creates an empty file beside a path.
  ///
  /// - Parameters:
  ///   - mayReplace: Whether a file that is there already makes way.
  ///   - takesDevices: Whether a device or a pipe of that name gets what is written.
  /// - Throws: `file_failed`, `disk_full`.
  package init(_ path: String, mayReplace: Bool, takesDevices: Bool = false) throws {
    self.path = path
    self.mayReplace = mayReplace
    isDirect = takesDevices && NewFile.isDevice(path)
    guard !isDirect else {
      (partialPath, descriptor) = (path, try NewFile.openDevice(path))
      return
    }
    try NewFile.check(path, mayReplace: mayReplace)
    let random =
      String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    partialPath = "\(NewFile.folder(of: path))/.memsh-\(random).partial"
    descriptor = open(partialPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw NewFile.failure(path, errno) }
    NewFile.unfinished.withLock { _ = $0.insert(partialPath) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    guard !isDirect else { return }
    if !isCommitted { unlink(partialPath) }
    NewFile.unfinished.withLock { _ = $0.remove(partialPath) }
  }

  private static let unfinished = Mutex<Set<String>>([])

  /// Deletes all files that have not got their names, and what a database has beside them: for a process that ends.
  package static func removeUnfinished() {
    for path in unfinished.withLock({ $0 }) {
      for suffix in [""] + DatabaseFiles.suffixes { unlink(path + suffix) }
    }
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      guard count >= 0 || errno == EINTR else { throw NewFile.failure(path, errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
    }
  }

  /// Appends text.
  package func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  /// Gives the file its name once it is on the disk.
  package func commit() throws {
    guard !isDirect else { return }
    guard fsync(descriptor) == 0 else { throw NewFile.failure(path, errno) }
    if mayReplace {
      try NewFile.check(path, mayReplace: true)
      guard rename(partialPath, path) == 0 else { throw NewFile.failure(path, errno) }
    } else {
      try link()
    }
    isCommitted = true
    let folder = open(NewFile.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// Gives the name without taking it from a file that has come meanwhile.
  private func link() throws {
    if Foundation.link(partialPath, path) == 0 {
      unlink(partialPath)
      return
    }
    guard [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(errno) else {
      throw errno == EEXIST ? NewFile.present(path) : NewFile.failure(path, errno)
    }
    // A file system without links.
    try NewFile.check(path, mayReplace: false)
    guard rename(partialPath, path) == 0 else { throw NewFile.failure(path, errno) }
  }

  /// Makes sure that a name may be given to a new file.
  private static func check(_ path: String, mayReplace: Bool) throws {
    guard path != "-" else {
      throw MemshError(.fileFailed, "- is not the name of a file", hint: "write ./- for a file of that name")
    }
    var (entry, target) = (stat(), stat())
    guard lstat(path, &entry) == 0 else { return }
    // What a link leads to is not written; but who names /dev/stdout wants no file in its place.
    let kind = stat(path, &target) == 0 ? target.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR { throw MemshError(.fileFailed, "\(path) is a folder", hint: "name a file in it") }
    guard kind == S_IFREG, openFile(path) == nil else {
      throw MemshError(.fileFailed, "\(path) is a pipe or a device, not a file", hint: "name a file")
    }
    guard mayReplace else { throw present(path) }
  }

  /// Whether a path is a device, a pipe of this user, or one of the process's own open files: what can be written to, and
  /// must not be replaced by a file.
  package static func isDevice(_ path: String) -> Bool {
    if openFile(path) != nil { return true }
    var entry = stat()
    guard lstat(path, &entry) == 0 else { return false }
    let kind = entry.st_mode & S_IFMT
    // Whoever leaves a pipe where somebody else will write wants to read it.
    return kind == S_IFCHR || kind == S_IFIFO && entry.st_uid == geteuid()
  }

  /// The number of the open file that a path such as `/dev/stdout` or `/dev/fd/3` names; nil for any other path.
  private static func openFile(_ path: String) -> Int32? {
    guard let resolved = realpath(folder(of: path), nil) else { return nil }
    defer { free(resolved) }
    let name = String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    switch String(cString: resolved) {
    case "/dev": return ["stdin": STDIN_FILENO, "stdout": STDOUT_FILENO, "stderr": STDERR_FILENO][name]
    case "/dev/fd", "/proc/\(getpid())/fd": return Int32(name)
    default: return nil
    }
  }

  /// How long somebody may take to open a pipe for reading, in steps of so many microseconds.
  private static let (readerSteps, stepMicroseconds) = (40, UInt32(50_000))

  private static func openDevice(_ path: String) throws -> Int32 {
    if let number = openFile(path) {
      let copy = dup(number)
      guard copy >= 0 else { throw failure(path, errno) }
      return copy
    }
    for _ in 0..<readerSteps {
      let descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor < 0 else {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      guard errno == ENXIO else { throw failure(path, errno) }
      usleep(stepMicroseconds)
    }
    throw MemshError(.fileFailed, "nothing reads from the pipe \(path)", hint: "start what reads it first")
  }

  private static func present(_ path: String) -> MemshError {
    MemshError(.fileFailed, "\(path) is there already", hint: "name another file")
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes the folder of a path and those above it, for their owner only.
  package static func makeFolder(of path: String) throws {
    let folder = folder(of: path)
    guard mkdir(folder, 0o700) != 0, errno != EEXIST else { return }
    guard errno == ENOENT else { throw failure(folder, errno) }
    try makeFolder(of: folder)
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(folder, errno) }
  }

  /// The error for a file that cannot be written.
  static func failure(_ path: String, _ code: Int32) -> MemshError {
    MemshError(
      code == ENOSPC || code == EDQUOT ? .diskFull : .fileFailed, "\(path) cannot be written",
      hint: code == ENOSPC || code == EDQUOT ? "make room" : "check the folder and its permissions",
      cause: String(cString: strerror(code)))
  }
}
