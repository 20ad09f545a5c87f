import Database
import Foundation
import MemoryModel
import MemoryStore

extension MemoryStore {
  /// Runs `body` in a transaction that no migration into this store shares.
  ///
  /// - Parameters:
  ///   - waits: Whether to wait for its turn; otherwise `store_busy` is thrown while another has it.
  ///   - progress: Told when there is something to wait for.
  ///   - interruption: Ends the waiting.
  package func whileMigratingAlone<Value>(
    waits: Bool = true, _ progress: any ProgressReporter, _ interruption: Interruption, _ body: () throws -> Value
  ) throws -> Value {
    var hasSaidSo = false
    while true {
      var isRunning = false
      do {
        return try transaction(.commit) {
          try lockForMigration()
          isRunning = true
          return try body()
        }
      } catch let error as MemshError where error.code == .storeBusy && !isRunning && waits {
        if !hasSaidSo { progress.report(.waiting(.migration)) }
        hasSaidSo = true
        try interruption.check()
        // Tried again and again, because waiting inside a statement holds up index builds.
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
  }
}
