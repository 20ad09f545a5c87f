import Database
import Foundation
import LineEditor
import MemoryModel
import MemoryServices
import Shell
import Synchronization

/// Turns Ctrl-C into an interruption of whatever is running.
///
/// The signal is blocked in every thread and taken by one that does nothing else, so that no system call of another
/// thread ends early and no work is done inside a signal handler.
enum Signals {
  /// How long a running command has to notice before a script is ended without it.
  private static let graceSeconds = 2.0
  /// How long the stores have to let go of their files when the process ends.
  private static let closingSeconds = 1.0

  /// The status of a process that a signal ends; nil as long as none has come.
  static var status: Int32? { ended.withLock { $0 } }
  private static let ended = Mutex<Int32?>(nil)

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
    let ending = [SIGTERM, SIGHUP].filter { !isIgnored($0) }
    let stopping = [SIGTSTP].filter { !isIgnored($0) }
    let taken = [SIGINT] + ending + (terminal == nil ? [] : [SIGWINCH, SIGCONT, SIGQUIT] + stopping)
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
          if terminal == nil { endLater(running) }
          // Never on this thread, which must go on taking signals: cancelling on a dead network blocks.
          Thread { running.interruptAll() }.start()
        case SIGWINCH, SIGCONT: terminal?.redraw()
        case SIGTSTP: stop(terminal)
        default:
          terminal?.restoreTerminal()
          ended.withLock { $0 = 128 + number }
          end(running, 128 + number)
        }
      }
    }
    listener.stackSize = 256 << 10
    listener.start()
  }

  /// Stops the process, as Ctrl-Z asks for, with the terminal as memsh found it; returns when it goes on.
  private static func stop(_ terminal: TerminalEvents?) {
    terminal?.restoreTerminal()
    // By the signal itself: the system does not stop a process that could not be continued.
    var stop = set(of: [SIGTSTP])
    raise(SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &stop, nil)
    pthread_sigmask(SIG_BLOCK, &stop, nil)
    var pending = sigset_t()
    if sigpending(&pending) == 0, sigismember(&pending, SIGCONT) == 1 { _ = next(of: [SIGCONT]) }
    terminal?.redraw()
  }

  /// Whether memsh was started with a signal ignored, as nohup does; a blocked signal would arrive all the same.
  private static func isIgnored(_ number: Int32) -> Bool {
    let handler = signal(number, SIG_DFL)
    guard unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else { return false }
    signal(number, SIG_IGN)
    return true
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
  private static func endLater(_ running: RunningStores) {
    let end = Thread {
      Thread.sleep(forTimeInterval: graceSeconds)
      Signals.end(running, ExitStatus.interrupted.rawValue)
    }
    end.start()
  }

  private static func end(_ running: RunningStores, _ status: Int32) {
    running.closeAll(withinSeconds: closingSeconds)
    NewFile.removeUnfinished()
    _exit(status)
  }
}
