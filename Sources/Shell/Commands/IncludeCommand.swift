import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct IncludeCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "include",
    abstract: "Run the commands of another script here.",
    discussion: "A relative path counts from the folder of the script that includes it.")

  static let examples = [
    "include nightly.memsh",
    "include 'checks of users.memsh'",
    "\\i nightly.memsh",
  ]

  @Argument(help: "The script.", completion: .file(extensions: ["memsh"]))
  var file: String

  /// The loader puts the script's commands in the place of this one, so it never runs itself.
  func run(in session: Session) throws -> CommandResult { .nothing }
}
