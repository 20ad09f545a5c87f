import Foundation
import Shell

/// Writes to the standard streams of the process.
final class TerminalConsole: Console, Sendable {
  let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Takes secrets out of what goes to standard error.
  let redactor = Redactor()

  func write(_ text: String) throws {
    guard TerminalConsole.writeAll(text, to: STDOUT_FILENO) else { throw ClosedPipe() }
  }

  func writeError(_ text: String) { _ = TerminalConsole.writeAll(redactor.redact(text), to: STDERR_FILENO) }

  func ask(_ question: String) -> String? {
    guard isatty(STDIN_FILENO) == 1, errorIsTerminal else { return nil }
    writeError(question)
    return readLine(strippingNewline: true)
  }

  /// Writes everything; false when the reader has gone or the disk is full.
  private static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }
}
