import Foundation
import MemoryCore
import Shell

/// Writes to the standard streams of the process.
final class TerminalConsole: Console, Sendable {
  let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Takes secrets out of what goes to standard error.
  let redactor = Redactor()

  func write(_ text: String) throws {
    switch TerminalConsole.writeAll(text, to: STDOUT_FILENO) {
    case nil: return
    case EPIPE: throw ClosedPipe()
    case ENOSPC: throw MemshError(.diskFull, "standard output cannot be written: the disk is full")
    case let code?:
      throw MemshError(.fileFailed, "standard output cannot be written", cause: String(cString: strerror(code)))
    }
  }

  func writeError(_ text: String) { _ = TerminalConsole.writeAll(redactor.redact(text), to: STDERR_FILENO) }

  func ask(_ question: String) -> String? {
    guard isatty(STDIN_FILENO) == 1, errorIsTerminal else { return nil }
    writeError(question)
    return readLine(strippingNewline: true)
  }

  /// Writes everything, waiting for a slow reader; returns the errno of what cannot be written.
  private static func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&waiting, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return nil
    }
  }
}
