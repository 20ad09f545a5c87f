import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct CommitCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Store what the commands since `begin` have changed.")

  func run(in session: Session) throws -> CommandResult {
    try session.endTransaction(commits: true)
    return .nothing
  }
}
