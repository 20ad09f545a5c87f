import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension JournalCommand {
  struct List: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "list", abstract: "List the repairs, newest first.")

    static let examples = [
      "journal",
      "journal --limit 5",
    ]

    @OptionGroup var page: LimitOption
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      let store = try session.store()
      try store.requireTables()
      let operations = try store.operations(.all, limit: Listing.oneMore(than: page.limit))
      return CommandResult(.table(List.table(operations).limited(to: page.limit, command: ["journal"])))
    }

    private static func table(_ operations: [OperationRecord]) -> ResultTable {
      ResultTable(
        columns: ["operation", "at", "rows", "command", "state", "undoes", "undone_by", "author", "run"],
        rows: operations.map { operation in
          [
            .integer(operation.id), .timestamp(operation.start.at), .integer(operation.rows),
            .text(operation.start.command), .text(operation.undoneBy == nil ? "stands" : "undone"),
            operation.start.undoes.map(Cell.integer) ?? .null, operation.undoneBy.map(Cell.integer) ?? .null,
            .text(operation.start.author), .text(operation.start.session),
          ]
        }, noun: "operation", shownColumns: ["operation", "at", "rows", "state", "author", "command"],
        subject: "command", wrapsSubject: true, yielding: ["author", "at"])
    }
  }
}
