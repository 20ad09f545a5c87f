import Foundation
import Shell

/// What the first word of the command line is that is no option: `memsh agent.db list`, `memsh nightly.memsh`.
enum LaunchWord {
  /// A store to open, as behind `-d`.
  case store
  /// A script to run, as behind `-f`; the words behind it are its own.
  case script
  /// A command, known or not.
  case command

  /// Tells by the name, and of a file by its first bytes. A command is one whatever files there are.
  init(_ word: String) {
    if CommandRegistry.names.contains(word) {
      self = .command
    } else if word.hasSuffix(".memsh") {
      self = .script
    } else if word.hasPrefix("@") || word.contains("://") || StoreLocation.postgres(word) != nil
      || LaunchWord.endings.contains(where: word.lowercased().hasSuffix)
      || LaunchWord.isSQLite(StoreLocation.path(word))
    {
      self = .store
    } else {
      self = .command
    }
  }

  private static let endings = [".db", ".sqlite", ".sqlite3"]

  /// The first 16 bytes of every SQLite database (SQLite file format, 1.2).
  private static let header = Data("SQLite format 3\0".utf8)

  private static func isSQLite(_ path: String) -> Bool {
    var status = stat()
    // A pipe would keep the program waiting.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let handle = FileHandle(forReadingAtPath: path)
    else { return false }
    defer { try? handle.close() }
    return (try? handle.read(upToCount: header.count)) == header
  }
}
