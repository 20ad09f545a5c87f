import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct CategoriesCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "categories", abstract: "List the categories, those with the most memories first.")

  static let examples = [
    "categories",
    "categories --user ada",
    "categories --json",
  ]

  @Option(help: "Only memories of this user.", completion: .stored)
  var user: String?

  @Option(help: "At most so many.")
  var limit = 100

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var chosenUser: String? {
    get { user }
    set { user = newValue }
  }
  var onlyReads: Bool { true }

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
  }

  func run(in session: Session) throws -> CommandResult {
    let totals = try session.store().totals(by: .category, userID: user, limit: Listing.oneMore(than: limit))
    let command = ["categories"] + (user.map { ["--user", $0] } ?? [])
    return CommandResult(.table(ResultTable(totals, by: .category).limited(to: limit, command: command)))
  }
}
