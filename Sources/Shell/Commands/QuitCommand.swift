import ArgumentParser

struct QuitCommand: ShellCommand {
  static let configuration = CommandConfiguration(commandName: "quit", abstract: "End the session or the script.")

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult { CommandResult(.none, endsSession: true) }
}
