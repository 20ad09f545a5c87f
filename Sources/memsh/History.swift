import Foundation
import LineEditor

/// The commands typed at the prompt, in a file of plain lines.
///
/// A newline inside a command is written behind a backslash, so that every other line is a command; a space is added to
/// a command that ends in a backslash.
final class History {
  let path: String
  private let redactor: Redactor
  private var last: String?

  /// No more of the file's end than this is read.
  private static let readBytes: UInt64 = 1 << 20

  init(path: String, redactor: Redactor) {
    self.path = path
    self.redactor = redactor
  }

  /// The newest commands, oldest first; none where there is no file that can be read.
  func commands() -> [String] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    let start = size > History.readBytes ? size - History.readBytes : 0
    try? file.seek(toOffset: start)
    var lines = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: true)[...]
    if start > 0 { lines = lines.dropFirst() }
    let commands = History.joined(lines)
    last = last ?? commands.last
    return Array(commands.suffix(LineEditor.historyLines))
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
  func append(_ command: String) {
    defer { last = command }
    // A command that begins with a space is not to be kept, nor a secret, nor the same again.
    guard !command.hasPrefix(" "), command != last, redactor.redact(command) == command else { return }
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    fchmod(file, 0o600)
    let line = command.replacing("\n", with: "\\\n") + (command.hasSuffix("\\") ? " \n" : "\n")
    // One call, so that two sessions do not mix their lines.
    _ = line.withCString { write(file, $0, strlen($0)) }
  }
}
