import Foundation

/// What other threads tell a ``LineEditor`` that waits for a key: signals are not taken by handlers, which could hit
/// libedit in the middle of anything.
package final class TerminalEvents: Sendable {
  enum Event: UInt8 {
    case interrupt = 3
    case redraw = 12
  }

  let reading: Int32
  private let writing: Int32
  /// The terminal as memsh found it.
  private let modes: termios

  /// Opens a pipe to the editor; nil when the system has none left.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    (reading, writing) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    var modes = termios()
    tcgetattr(STDIN_FILENO, &modes)
    self.modes = modes
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Ctrl-C was pressed.
  package func interrupt() { send(.interrupt) }

  /// The window was resized, or the process goes on after it was stopped.
  package func redraw() { send(.redraw) }

  /// Gives the terminal back as it was, before the process ends or stops.
  package func restoreTerminal() {
    guard TerminalEvents.isInForeground else { return }
    var modes = modes
    tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    LineEditor.show(LineEditor.pasteMarksOff)
  }

  /// Whether the terminal is this process's to change; while another job has it, changing it would stop the process. One
  /// that is gone is nobody else's.
  static var isInForeground: Bool {
    let owner = tcgetpgrp(STDIN_FILENO)
    return owner < 0 || owner == getpgrp()
  }

  private func send(_ event: Event) {
    var byte = event.rawValue
    _ = write(writing, &byte, 1)
  }

  /// The next event; nil when there is none.
  func next() -> Event? {
    var byte: UInt8 = 0
    guard read(reading, &byte, 1) == 1 else { return nil }
    return Event(rawValue: byte)
  }
}
