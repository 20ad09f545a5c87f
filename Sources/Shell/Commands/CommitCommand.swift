import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct CommitCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "commit", abstract: "Store what the commands since `begin` have changed.")

  static let examples = [
    "begin; reassign --from ben --to ada; commit",
    "begin; edit 12 --category work; edit 14 --category work; commit",
    "begin; delete --user ben; users; commit",
  ]

  func run(in session: Session) throws -> CommandResult {
    try session.endTransaction(commits: true)
    return .nothing
  }
}
