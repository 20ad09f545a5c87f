import ArgumentParser
import MemoryCore

struct HelpCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "List the commands, or explain one.")

  @Argument(help: "The command to explain.")
  var command: String?

  func validate() throws {
    guard let command, !CommandRegistry.names.contains(command) else { return }
    let nearest = NearestMatch.find(command, among: CommandRegistry.names)
    throw ValidationError("There is no command '\(command)'." + (nearest.map { " Did you mean '\($0)'?" } ?? ""))
  }

  func run(in session: Session) throws -> CommandResult {
    if let command { return CommandResult(.text(CommandRegistry.help(for: command))) }
    return CommandResult(.text(CommandOverview.text + "\n\n`help COMMAND` explains one."))
  }
}

/// The list of all commands.
public enum CommandOverview {
  /// The commands with what they do, in their groups.
  public static var text: String {
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
