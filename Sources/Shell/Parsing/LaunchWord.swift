/// What the first word of the command line that is not an option stands for: `memsh agent.db list`, `memsh
/// nightly.memsh`.
package enum LaunchWord {
  /// A store to open, as behind `-d`.
  case store
  /// A script to run, as behind `-f`; the words behind it are its own.
  case script
  /// A command, known or not.
  case command

  /// Tells by the name, and of a file by its first bytes. A command is one whatever files there are.
  package init(_ word: String) {
    if CommandRegistry.has(word) {
      self = .command
    } else if word.hasSuffix(".memsh") {
      self = .script
    } else if word.hasPrefix("@") || word.contains("://") || StoreLocation.postgres(word) != nil
      || LaunchWord.endings.contains(where: word.lowercased().hasSuffix)
      || SQLiteFile.isDatabase(StoreLocation.path(word))
    {
      self = .store
    } else {
      self = .command
    }
  }

  private static let endings = [".db", ".sqlite", ".sqlite3"]
}
