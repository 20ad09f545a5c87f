import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension JournalCommand {
  struct Show: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "show", abstract: "Show the rows that a repair changed, before and after.")

    static let examples = [
      "journal show 2"
    ]

    @Argument(help: "The operation.")
    var operation: Int64

    @OptionGroup var page: LimitOption
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      let store = try session.store()
      try store.requireTables()
      guard try !store.operations(.number(operation), limit: 1).isEmpty else {
        throw MemshError(.notFound, "the journal has no operation \(operation)", hint: "`journal` lists what it has")
      }
      let positions = try store.journalPositions(ofOperation: operation, nil)
      var table = ResultTable(try store.journalRows(at: Array(positions.prefix(page.limit))))
      table.listing.total = positions.count
      if positions.count > page.limit {
        table.listing.next = ["journal", "show", "\(operation)", "--limit", "\(positions.count)"]
      }
      return CommandResult(.table(table))
    }
  }
}
