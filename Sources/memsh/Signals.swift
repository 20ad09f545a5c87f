import Foundation
import LineEditor
import MemoryCore
import Shell

/// Turns Ctrl-C into an interruption of whatever is running.
///
/// The signal is blocked in every thread and taken by one that does nothing else, so that no system call of another
/// thread ends early and no work is done inside a signal handler.
enum Signals {
  /// How long a running command has to notice before a script is ended without it.
  private static let graceSeconds = 2.0

  /// Starts listening. To be called before the first thread is started, which inherits what is blocked.
  ///
  /// A script ends when its command does not stop in time; what it was doing is then undone by the database, because
  /// every change is a transaction.
  ///
  /// - Parameters:
  ///   - interruption: Raised by Ctrl-C.
  ///   - running: What Ctrl-C cancels.
  ///   - terminal: The terminal of a person; nil for scripts.
  static func listen(interruption: Interruption, running: RunningStores, terminal: TerminalEvents?) {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT, SIG_DFL)
    let taken = terminal == nil ? [SIGINT] : [SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGQUIT]
    var blocked = set(of: taken)
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    // A signal whose default is to be ignored is not kept for sigwait.
    for number in [SIGWINCH, SIGCONT] where taken.contains(number) { signal(number) { _ in } }
    let listener = Thread {
      while let number = next(of: taken) {
        switch number {
        case SIGINT:
          interruption.raise()
          terminal?.interrupt()
          if terminal == nil { endLater() }
          // Never on this thread, which must go on taking signals: cancelling on a dead network blocks.
          Thread { running.interruptAll() }.start()
        case SIGWINCH, SIGCONT: terminal?.redraw()
        default:
          terminal?.restoreTerminal()
          _exit(128 + number)
        }
      }
    }
    listener.stackSize = 256 << 10
    listener.start()
  }

  private static func next(of signals: [Int32]) -> Int32? {
    var waited = set(of: signals)
    var number: Int32 = 0
    return sigwait(&waited, &number) == 0 ? number : nil
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    return set
  }

  /// Ends the process soon; on another thread, because cancelling on a dead network may block.
  private static func endLater() {
    let end = Thread {
      Thread.sleep(forTimeInterval: graceSeconds)
      _exit(ExitStatus.interrupted.rawValue)
    }
    end.start()
  }
}
