import ArgumentParser

struct EchoCommand: ShellCommand {
  static let configuration = CommandConfiguration(commandName: "echo", abstract: "Print text.")

  @Argument(parsing: .captureForPassthrough, help: "The words to print.")
  var words: [String] = []

  var onlyReads: Bool { true }

  func run(in session: Session) throws -> CommandResult { CommandResult(.text(words.joined(separator: " "))) }
}
