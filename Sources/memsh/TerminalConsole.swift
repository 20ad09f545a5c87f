import Database
import Foundation
import MemoryModel
import MemoryServices
import Shell

/// Writes to the standard streams of the process.
final class TerminalConsole: Console, Sendable {
  let errorIsTerminal = isatty(STDERR_FILENO) == 1
  private let outputIsScreen = isatty(STDOUT_FILENO) == 1
  private let inputIsTerminal = isatty(STDIN_FILENO) == 1

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

  var outputColumns: Int? { outputIsScreen ? TerminalConsole.screenSize.columns : nil }
  var outputRows: Int? { outputIsScreen ? TerminalConsole.screenSize.rows : nil }

  /// The size of the terminal; 80 by 24 where it is unknown.
  private static var screenSize: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  func write(_ text: String, pager: PagerChoice) throws {
    // Before the environment is read, which a script would do for each of its results.
    guard outputIsScreen, inputIsTerminal, isLongerThanScreen(text) else { return try write(text) }
    let command: String
    switch pager {
    case .off: return try write(text)
    case .command(let chosen): command = chosen
    case .automatic: command = ProcessInfo.processInfo.environment["PAGER"] ?? "less"
    }
    // Without being told, less shows the codes of colours instead of the colours.
    let line = "LESS=${LESS-FRX}; export LESS; " + command
    guard try ChildProcess.run(["/bin/sh", "-c", line], input: text) != ChildProcess.notFound else {
      return try write(text)
    }
  }

  private func isLongerThanScreen(_ text: String) -> Bool {
    let rows = TerminalConsole.screenSize.rows
    var lines = 0
    return text.utf8.contains { byte in
      if byte == UInt8(ascii: "\n") { lines += 1 }
      return lines >= rows
    }
  }

  var canAsk: Bool { inputIsTerminal && errorIsTerminal }

  func ask(_ question: String, _ interruption: Interruption) throws -> String? {
    guard canAsk else { return nil }
    writeError(question)
    var answer: [UInt8] = []
    while true {
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let isReady = poll(&waiting, 1, TerminalConsole.interruptionMilliseconds) > 0
      guard !interruption.isRaised else {
        writeError("\n")
        throw MemshError(.interrupted, "interrupted: nothing was done")
      }
      guard isReady else { continue }
      var byte: UInt8 = 0
      guard read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
      if byte == UInt8(ascii: "\n") { return String(decoding: answer, as: UTF8.self) }
      answer.append(byte)
    }
  }

  private static let interruptionMilliseconds: Int32 = 50

  private static let editedBytesMaximum = 64 << 20

  func edit(_ text: String) throws -> String {
    let folder = NSTemporaryDirectory() + "/memsh-\(UUID().uuidString)"
    // Editors write beside the file, too: a folder of its own keeps everybody else out.
    guard mkdir(folder, 0o700) == 0 else {
      throw MemshError(
        .fileFailed, "the folder \(folder) for the editor cannot be made", cause: String(cString: strerror(errno)))
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/edited.memsh"
    let file = try NewFile(path, mayReplace: false)
    try file.write(text)
    try file.commit()
    let environment = ProcessInfo.processInfo.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    let status = try ChildProcess.run(["/bin/sh", "-c", editor + " \"$1\"", "sh", path])
    guard status == 0 else {
      throw MemshError(
        .fileFailed, "the editor '\(editor)' ended with status \(status): what it left is not used",
        hint: "export EDITOR with the editor you like")
    }
    return try WholeFile.text(path, limitBytes: TerminalConsole.editedBytesMaximum).replacing("\r\n", with: "\n")
  }

  func run(_ call: SystemCall) throws -> Int32 {
    ChildProcess.wait(for: try ChildProcess.start(call.words, variables: call.variables))
  }

  func reader(_ call: SystemCall) throws -> any OutputSink {
    try ChildReader(call.words, name: call.command, variables: call.variables)
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
