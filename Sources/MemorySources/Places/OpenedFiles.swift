internal import GRDB
import Synchronization

/// The SQLite files of others that are open in this process, so that what they are doing can be ended.
enum OpenedFiles {
  private static let queues = Mutex<[ObjectIdentifier: DatabaseQueue]>([:])

  /// Knows a connection from now on.
  static func note(_ queue: DatabaseQueue) { queues.withLock { $0[ObjectIdentifier(queue)] = queue } }

  /// Closes a connection.
  static func close(_ queue: DatabaseQueue) {
    queues.withLock { queues in
      // What does not close now does so when nobody holds it any more.
      try? queue.close()
      queues[ObjectIdentifier(queue)] = nil
    }
  }

  /// Ends what all of them are doing.
  static func interruptAll() {
    // None of them may be closed meanwhile.
    queues.withLock { for queue in $0.values { queue.interrupt() } }
  }
}
