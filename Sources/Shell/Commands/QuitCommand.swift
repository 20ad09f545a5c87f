import ArgumentParser

struct QuitCommand: ShellCommand {
  static let declaration = CommandConfiguration(commandName: "quit", abstract: "End the session or the script.")

  static let examples = [
    "quit",
    "exit",
    "\\q",
  ]

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult { CommandResult(.none, endsSession: true) }
}
