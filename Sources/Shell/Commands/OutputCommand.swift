import ArgumentParser

struct OutputCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "output", abstract: "Choose the format of all following results.")

  static let examples = [
    "output json",
    "output vertical",
    "output table",
  ]

  @Argument(help: "The format.")
  var format: OutputFormat

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult {
    session.settings.output = format
    return .nothing
  }
}
