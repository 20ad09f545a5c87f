import Foundation
import MemorySources
import MemoryStore
import Synchronization

/// How to stop what the open stores are doing; used by the signal handler's thread.
final class RunningStores: Sendable {
  private let stores = Mutex<[(interrupt: @Sendable () -> Void, close: @Sendable () -> Void)]>([])

  func add(_ store: MemoryStore) {
    let handles = (store.interruptHandle, store.closeHandle)
    stores.withLock { $0.append(handles) }
  }

  func interruptAll() {
    for store in stores.withLock({ $0 }) { store.interrupt() }
    SourceCatalog.interruptAll()
  }

  /// Closes them all, as far as they let go in time.
  func closeAll(withinSeconds seconds: Double) {
    let isDone = DispatchSemaphore(value: 0)
    Thread { [self] in
      for store in stores.withLock({ $0 }) { store.close() }
      isDone.signal()
    }.start()
    _ = isDone.wait(timeout: .now() + seconds)
  }
}
