import Foundation
internal import GRDB
import Synchronization

/// The SQLite files of others that are open in this process.
///
/// Reading a file with a write-ahead log makes SQLite create the log's index, `-shm`, where no program has left one, and
/// a connection that only reads leaves it there. What this process made goes with its last connection.
enum OpenedFiles {
  private struct File {
    var connections: [ObjectIdentifier: DatabaseQueue] = [:]
    /// Whether the index came with the first connection.
    let madeIndex: Bool
  }

  private static let files = Mutex<[String: File]>([:])

  /// Opens a connection and knows it from now on.
  static func open(_ path: String, _ body: () throws -> DatabaseQueue) throws -> DatabaseQueue {
    let hadIndex = FileManager.default.fileExists(atPath: path + "-shm")
    let queue = try body()
    files.withLock { $0[path, default: File(madeIndex: !hadIndex)].connections[ObjectIdentifier(queue)] = queue }
    return queue
  }

  /// Closes a connection.
  static func close(_ path: String, _ queue: DatabaseQueue) {
    files.withLock { files in
      // What does not close now does so when nobody holds it any more.
      try? queue.close()
      files[path]?.connections[ObjectIdentifier(queue)] = nil
      guard let file = files[path], file.connections.isEmpty else { return }
      files[path] = nil
      if file.madeIndex { removeIndex(path + "-shm") }
    }
  }

  /// Ends what all of them are doing.
  static func interruptAll() {
    // None of them may be closed meanwhile.
    files.withLock { files in
      for queue in files.values.flatMap(\.connections.values) { queue.interrupt() }
    }
  }

  /// The byte of the index that every connection holds a lock on (SQLite, `UNIX_SHM_DMS`).
  private static let lockedByte = 128

  /// Removes an index that no other program has open.
  private static func removeIndex(_ path: String) {
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { Glibc.close(descriptor) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = lockedByte
    lock.l_len = 1
    // Whoever opens it meanwhile finds it locked, and looks again.
    if fcntl(descriptor, F_SETLK, &lock) == 0 { unlink(path) }
  }
}
