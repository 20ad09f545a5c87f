import Dispatch
import Foundation
import MemoryCore
import Shell

/// Turns Ctrl-C into an interruption of whatever is running.
final class Signals {
  private let source: any DispatchSourceSignal

  /// How long a running command has to notice before a script is ended without it.
  private static let graceSeconds = 2.0

  /// Starts listening.
  ///
  /// - Parameter endsProcess: Whether the process ends when the command does not stop in time; what it was doing is
  ///   then undone by the database, because every change is a transaction.
  init(interruption: Interruption, running: RunningStores, endsProcess: Bool) {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    let queue = DispatchQueue(label: "memsh.signals")
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: queue)
    source.setEventHandler {
      interruption.raise()
      if endsProcess {
        // On another queue and first: cancelling on a dead network may block.
        DispatchQueue.global().asyncAfter(deadline: .now() + Signals.graceSeconds) {
          _exit(ExitStatus.interrupted.rawValue)
        }
      }
      running.interruptAll()
    }
    source.resume()
  }
}
