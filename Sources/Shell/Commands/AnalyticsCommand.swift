import ArgumentParser
import Database
import Foundation
import MemoryModel
import MemoryServices

struct AnalyticsCommand: UserChoosing {
  static let declaration = CommandConfiguration(
    commandName: "analytics", abstract: "List what agents searched for, newest first.",
    discussion: "`stats --latency` tells how long those searches took.")

  static let examples = [
    "analytics",
    "analytics --user ada",
    "analytics --limit 5 --json",
  ]

  @Option(help: "Only searches in this user's memories.", completion: .stored)
  var user: String?

  @Option(help: "At most so many.")
  var limit = 20

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
    let rows = try session.store().analytics(userID: user, limit: Listing.oneMore(than: limit))
    let table = ResultTable(
      columns: ["id"] + Table.analytics.columns.map(\.name),
      rows: rows.map { [.integer($0.id)] + $0.values.map(Cell.init) }, noun: "search", subject: "query_text",
      yielding: ["context_tier", "response_time_ms", "results_count"])
    let command = ["analytics"] + (user.map { ["--user", $0] } ?? [])
    return CommandResult(.table(table.limited(to: limit, command: command)))
  }
}

extension Cell {
  /// A value of a side table.
  init(_ value: Value) {
    self =
      switch value {
      case .null: .null
      case .integer(let number): .integer(number)
      case .double(let number): .double(number, places: nil)
      case .text(let text): .text(text)
      case .boolean(let flag): .boolean(flag)
      case .texts(let texts): .json(.array(texts.map(JSON.string)))
      case .timestamp(let moment): .timestamp(moment)
      case .vector(let vector): .vector(vector)
      case .json(let json): .json(json)
      case .bytes(let bytes): .text(Data(bytes).base64EncodedString())
      case .integers(let numbers): .json(.array(numbers.map { .integer($0) }))
      }
  }
}
