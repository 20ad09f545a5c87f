import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct HelpCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "List the commands, or explain one, or a topic.",
    discussion: "Topics: \(HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")).")

  private static let subjects = CommandRegistry.names + HelpTopic.allCases.map(\.rawValue)

  @Argument(help: "The command or topic to explain: help fragments add.", completion: .list(HelpCommand.subjects))
  var subject: [String] = []

  /// The command that is to be explained, with its subcommand; nil when the words name none.
  private var command: NamedCommand? {
    CommandRegistry.command(named: subject).flatMap { $0.wordCount == subject.count ? $0 : nil }
  }

  private var topic: HelpTopic? { subject.count == 1 ? HelpTopic(rawValue: subject[0]) : nil }

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
    guard !subject.isEmpty else {
      let topics = HelpTopic.allCases.map { $0.rawValue }.joined(separator: ", ")
      return CommandResult(
        .text(CommandOverview.text + "\n\n`help COMMAND` explains one, `help TOPIC` one of \(topics)."))
    }
    return CommandResult(.text(topic?.text ?? command.map(CommandRegistry.help) ?? CommandOverview.text))
  }
}

/// The list of all commands.
package enum CommandOverview {
  /// The commands with what they do, in their groups.
  package static var text: String {
    let groups = CommandRegistry.configuration.groupedSubcommands.map { group in
      let lines = group.subcommands.map { command in
        let name = command.configuration.commandName ?? ""
        return "  \(name)\(String(repeating: " ", count: max(1, 16 - name.count)))\(command.configuration.abstract)"
      }
      return (["\(group.name.uppercased()) COMMANDS:"] + lines).joined(separator: "\n")
    }
    return groups.joined(separator: "\n\n")
  }
}
