import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct HelpCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "List the commands, or explain one, or a topic.",
    discussion: "Topics: \(HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")).")

  private static let subjects = CommandRegistry.names + HelpTopic.allCases.map(\.rawValue)

  @Argument(help: "The command or topic to explain.", completion: .list(HelpCommand.subjects))
  var subject: String?

  func validate() throws {
    guard let subject, !HelpCommand.subjects.contains(subject) else { return }
    let nearest = NearestMatch.find(subject, among: HelpCommand.subjects)
    throw ValidationError(
      "There is no command and no topic '\(subject)'." + (nearest.map { " Did you mean '\($0)'?" } ?? ""))
  }

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    guard let subject else {
      let topics = HelpTopic.allCases.map { $0.rawValue }.joined(separator: ", ")
      return CommandResult(
        .text(CommandOverview.text + "\n\n`help COMMAND` explains one, `help TOPIC` one of \(topics)."))
    }
    return CommandResult(.text(HelpTopic(rawValue: subject)?.text ?? CommandRegistry.help(for: subject)))
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
