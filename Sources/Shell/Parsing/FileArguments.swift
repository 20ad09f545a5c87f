import Database
import MemoryModel
import MemoryServices

/// Which words of a command are the paths of files.
enum FileArguments {
  /// The words of a command, its paths checked.
  ///
  /// A path that begins with `~` all the same, though the home folder has taken its place where no quotes were, is that
  /// of a file or folder with this name.
  ///
  /// - Throws: A ``LocatedError`` with `usage` for an empty path.
  static func checked(_ words: [String], of command: ScriptCommand) throws -> [String] {
    guard words.dropFirst().contains(where: { $0.isEmpty || $0.hasPrefix("~") }) else { return words }
    var checked = words
    for index in words.indices.dropFirst() where words[index].isEmpty || words[index].hasPrefix("~") {
      guard let argument = path(index, in: words) else { continue }
      guard !words[index].isEmpty else {
        throw LocatedError(
          MemshError(
            .usage, "\(words[0]): the path of '\(argument)' is empty", hint: "`help \(words[0])` shows how it is used"),
          at: command.tokens[index], of: command)
      }
      let isQuoted = !command.isSplitByShell && command.tokens[index].pieces.first != .home
      if isQuoted { checked[index] = "./" + words[index] }
    }
    return checked
  }

  /// The name of the option, or of the positional argument, that a word is the value of; nil when that takes no file.
  private static func path(_ index: Int, in words: [String]) -> String? {
    guard let named = CommandRegistry.command(named: words), let type = named.runs, index >= named.wordCount else {
      return nil
    }
    let command = CommandDescription.of(type)
    var positionals = 0
    var option: CommandDescription.Argument?
    for word in words[named.wordCount..<index] {
      if option != nil {
        option = nil
      } else if word.hasPrefix("-") {
        option = command.options.first { $0.takesValue && $0.names.contains(word) }
      } else {
        positionals += 1
      }
    }
    let argument = option ?? command.positionals.dropFirst(positionals).first ?? command.positionals.last
    guard let argument, argument.fileExtensions != nil else { return nil }
    return argument.names.first { $0.hasPrefix("--") } ?? argument.valueName
  }
}
