import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DuplicatesCommand: ShellCommand {
  static let declaration = CommandConfiguration(
    commandName: "duplicates", abstract: "List the recorded duplicates.",
    discussion: "`dedup --record` records duplicates, `dedup --merge` and `merge` record what they merged.")

  static let examples = [
    "duplicates",
    "duplicates --of 12",
    "duplicates --limit 5 --json",
  ]

  @Option(help: "Only duplicates of this memory.")
  var of: Int64?

  @Option(help: "At most so many, the newest.")
  var limit = 100

  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    try store.requireTables()
    var rows: [Record] = []
    try store.readRows(of: .duplicates, batchSize: 1_000) { batch in
      let wanted = of.map { original in batch.filter { $0.values[0] == .integer(original) } } ?? batch
      rows = (rows + wanted).suffix(Listing.oneMore(than: limit))
    }
    let table = ResultTable(
      columns: ["id"] + Table.duplicates.columns.map(\.name),
      rows: rows.reversed().map { [.integer($0.id)] + $0.values.map(Cell.init) }, noun: "duplicate",
      yielding: ["duplicate_hash"])
    let command = ["duplicates"] + (of.map { ["--of", "\($0)"] } ?? [])
    return CommandResult(.table(table.limited(to: limit, command: command)))
  }
}
