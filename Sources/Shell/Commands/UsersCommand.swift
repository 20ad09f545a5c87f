import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct UsersCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "users", abstract: "List the users, those with the most memories first.")

  static let examples = [
    "users",
    "users --limit 5",
    "users --csv > users.csv",
  ]

  @Option(help: "At most so many.")
  var limit = 100

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
  }

  func run(in session: Session) throws -> CommandResult {
    let totals = try session.store().totals(by: .user, userID: nil, limit: Listing.oneMore(than: limit))
    return CommandResult(.table(ResultTable(totals, by: .user).limited(to: limit, command: ["users"])))
  }
}
