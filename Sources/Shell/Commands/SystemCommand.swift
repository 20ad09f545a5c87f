import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct SystemCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "shell", abstract: "Run a command of the system's shell: !COMMAND.",
    discussion: """
      The rest of the line behind ! goes to /bin/sh as it is. memsh's variables are variables there, which the shell \
      puts in by its own rules: quote them, "${name}". Another status than 0 is an error.
      """)

  static let examples = [
    "!date",
    "!ls -l",
    "shell 'sort users.csv | head -n 3'",
  ]

  @Argument(help: "The command, in quotes.")
  var command: String

  func validate() throws {
    guard command.contains(where: { !$0.isWhitespace }) else { throw ValidationError("Write !COMMAND") }
  }

  func run(in session: Session) throws -> CommandResult {
    let status = try session.console.run(SystemCall(command, scope: session.scope))
    guard status == 0 else { throw MemshError.ended(status, "the command") }
    return .nothing
  }
}

extension MemshError {
  /// A program that ended with another status than 0.
  package static func ended(_ status: Int32, _ what: String) -> MemshError {
    MemshError(
      .programFailed, "\(what) ended with status \(status)",
      hint: status == 127 ? "the system's shell did not find a program" : nil)
  }
}
