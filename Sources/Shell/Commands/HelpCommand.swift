import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct HelpCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "help", abstract: "List the commands, or explain one, or a topic.",
    discussion: "Topics: \(HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")).")

  static let examples = [
    "help",
    "help search",
    "help fragments add",
    "help scripts",
  ]

  private static let subjects = CommandRegistry.names + HelpTopic.allCases.map(\.rawValue)

  @Argument(help: "The command or topic to explain: help fragments add.", completion: .list(HelpCommand.subjects))
  var subject: [String] = []

  /// The command that is to be explained, with its subcommand; nil when the words name none.
  private var command: NamedCommand? {
    CommandRegistry.command(named: subject).flatMap { $0.wordCount == subject.count ? $0 : nil }
  }

  /// The topic that is to be explained; of a word of another shell the one about such words.
  private var topic: HelpTopic? {
    guard subject.count == 1, command == nil else { return nil }
    return HelpTopic(rawValue: subject[0]) ?? (FamiliarWords.all.contains { $0.name == subject[0] } ? .words : nil)
  }

  func check() throws {
    guard let first = subject.first, command == nil, topic == nil else { return }
    let parent = CommandRegistry.command(named: [first])
    let candidates = parent.map { CommandRegistry.subcommandNames(of: $0.type) } ?? HelpCommand.subjects
    let nearest = NearestMatch.find(subject.last ?? "", among: candidates)
    let words = subject.joined(separator: " ").prefix(CommandParser.shownCharacters)
    throw MemshError(
      .usage, "help: there is no command and no topic '\(words)'",
      hint: nearest.map { "did you mean '\((subject.dropLast() + [$0]).joined(separator: " "))'?" }
        ?? "`help` lists them")
  }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    CommandResult(.text(topic?.text ?? command?.help ?? CommandOverview.text))
  }
}

/// The list of all commands.
package enum CommandOverview {
  private static let columns = 80

  /// The names of the commands in their groups, and where more is said: all of it fits a terminal of 24 lines.
  package static var text: String {
    let groups = CommandRegistry.groups.map { group in
      let names = group.commands.map { $0.configuration.commandName ?? "" }
      return group.title + ":\n" + names.wrapped(columns: columns, indentation: 2)
    }
    let topics = HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")
    let more = "`help COMMAND` explains one, with examples. `help TOPIC`: \(topics). Tab completes, `exit` leaves."
    return (groups + ["", more.split(separator: " ").map(String.init).wrapped(columns: columns)])
      .joined(separator: "\n")
  }
}

extension [String] {
  /// Words in lines of at most so many columns.
  func wrapped(columns: Int, indentation: Int = 0) -> String {
    let margin = String(repeating: " ", count: indentation)
    return reduce(into: [String]()) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(margin + word)
      }
    }.joined(separator: "\n")
  }
}
