import Database
import Foundation
import MemoryModel
import MemoryServices

/// The commands typed at the prompt, in a file of plain lines.
///
/// A newline inside a command is written behind a backslash, so that every other line is a command; a space is added to
/// a command that ends in a backslash.
package final class History {
  private let path: String
  private let redactor: Redactor
  private var last: String?

  /// No more of the file's end than this is read.
  private static let readBytes: UInt64 = 1 << 20

  /// The history in a file.
  package init(path: String, redactor: Redactor) {
    self.path = path
    self.redactor = redactor
  }

  /// The commands, oldest first; none where there is no file that can be read.
  package func commands() -> [String] {
    guard let descriptor = try? WholeFile.open(path, takesPipes: false) else { return [] }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    let start = size > History.readBytes ? size - History.readBytes : 0
    try? file.seek(toOffset: start)
    var lines = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: true)[...]
    if start > 0 { lines = lines.dropFirst() }
    let commands = History.joined(lines).filter(History.isRecalled)
    last = last ?? commands.last
    return commands
  }

  /// A longer command is not recalled: it was not typed by hand.
  private static let commandBytesMaximum = 64 << 10

  /// Whether a line of the file can have been typed: it has nothing that acts on a terminal.
  private static func isRecalled(_ command: String) -> Bool {
    command.utf8.count <= commandBytesMaximum
      && command.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || !$0.isUnsafeOnTerminal }
  }

  private static func joined(_ lines: ArraySlice<Substring>) -> [String] {
    var commands: [String] = []
    var open = ""
    for line in lines {
      if line.hasSuffix("\\") {
        open += line.dropLast() + "\n"
      } else {
        commands.append(open + line)
        open = ""
      }
    }
    return commands
  }

  /// Appends a command at once, so that it is there whatever happens next. A home that cannot be written is no reason
  /// to disturb anybody.
  package func append(_ command: String) {
    defer { last = command }
    // A command that begins with a space is not to be kept, nor a secret, nor the same again.
    guard !command.hasPrefix(" "), command != last, redactor.redact(command) == command else { return }
    try? NewFile.makeFolder(of: path)
    // A link may lead anywhere, such as to a start-up file of the shell; to /dev/null it turns the history off.
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fchmod(file, 0o600) == 0 else { return }
    let line = command.replacing("\n", with: "\\\n") + (command.hasSuffix("\\") ? " \n" : "\n")
    // One call, so that two sessions do not mix their lines.
    _ = line.withCString { write(file, $0, strlen($0)) }
  }
}
