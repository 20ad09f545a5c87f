import Foundation

/// Files that memsh keeps for itself, to be quicker the next time. Nothing is lost without them, so that one that cannot be
/// read or written is no error; and since memsh believes what stands in them, nobody else may have written it.
package enum OwnFile {
  /// Reads a file that nobody else can have written; nil where there is none, or it is too large.
  package static func bytes(_ path: String, limitBytes: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, isOwn(status),
      let size = Int(exactly: status.st_size), size <= limitBytes
    else { return nil }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let part = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if part < 0, errno == EINTR { continue }
        guard part > 0 else { return }
        count += part
      }
    }
  }

  /// Of this user or the administrator, and writable by nobody else.
  private static func isOwn(_ status: stat) -> Bool {
    (status.st_uid == geteuid() || status.st_uid == 0) && status.st_mode & (S_IWGRP | S_IWOTH) == 0
  }

  /// Writes a file whole, if it can be written, and the folder that it is in.
  package static func write(_ bytes: [UInt8], to path: String) {
    try? NewFile.makeFolder(of: path)
    guard let file = try? NewFile(path, mayReplace: true) else { return }
    try? bytes.withUnsafeBytes {
      try file.write($0)
      try file.commit()
    }
  }
}
