import ArgumentParser

struct EchoCommand: ShellCommand {
  static let declaration = CommandConfiguration(commandName: "echo", abstract: "Print text.")

  static let examples = [
    "echo Nightly run",
    "echo \"The memories of ${who}\"",
    "echo",
  ]

  @Argument(parsing: .captureForPassthrough, help: "The words to print.")
  var words: [String] = []

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult { CommandResult(.text(words.joined(separator: " "))) }
}
