import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct JournalCommand: ChangingCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "List the repairs, show one, or forget old ones.",
    discussion: """
      list shows the repairs, newest first; show NUMBER the rows that one changed, before and after; prune forgets those \
      older than --older-than (90d), which cannot be undone any more. `undo NUMBER` takes one back.
      """)

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable { case list, show, prune }

  @Argument(help: "list, show or prune.")
  var action = Action.list

  @Argument(help: "With show: the operation.")
  var operation: Int64?

  @Option(help: "At most so many.")
  var limit = 20

  @Option(help: "With prune: forget what is older than this span, or began before this date.")
  var olderThan = "90d"

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { action != .prune || options.dryRun }
  var asks: Bool { action == .prune }

  func validate() throws {
    guard (action == .show) == (operation != nil) else {
      throw ValidationError("'show' takes the number of an operation, and only that")
    }
    guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
    guard Timestamp(dateOrSpan: olderThan, now: Timestamp(microseconds: 0)) != nil else {
      throw ValidationError("'--older-than' takes a span such as 90d or a date, not '\(olderThan)'")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    try store.requireTables()
    switch action {
    case .list:
      let operations = try store.operations(.all, limit: Listing.oneMore(than: limit))
      return CommandResult(.table(JournalCommand.table(operations).limited(to: limit, command: ["journal"])))
    case .show: return CommandResult(.table(try rows(of: operation ?? 0, store)))
    case .prune:
      let moment =
        Timestamp(dateOrSpan: olderThan, now: session.clock.now()) ?? Timestamp(microseconds: 0)
      return try carryOut(store.planPruning(before: moment), in: session) { report in
        report.forgotten == 0
          ? nil : "This forgets \(counted(report.forgotten, "operation")), which cannot be undone any more."
      } record: { report, isPlan in
        ResultRecord(
          title: "Journal", fields: [.init("forgotten", .count(report.forgotten)), .init("dry_run", .boolean(isPlan))])
      }
    }
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
      subject: "command", yielding: ["author", "at"])
  }

  private func rows(of operation: Int64, _ store: MemoryStore) throws -> ResultTable {
    guard try !store.operations(.number(operation), limit: 1).isEmpty else {
      throw MemshError(.notFound, "the journal has no operation \(operation)", hint: "`journal` lists what it has")
    }
    let positions = try store.journalPositions(ofOperation: operation, nil)
    var table = ResultTable(try store.journalRows(at: Array(positions.prefix(limit))))
    table.listing.total = positions.count
    if positions.count > limit {
      table.listing.next = ["journal", "show", "\(operation)", "--limit", "\(positions.count)"]
    }
    return table
  }
}

extension ResultTable {
  /// Rows of the journal.
  init(_ rows: [JournalRow]) {
    self.init(
      columns: ["operation", "table", "id", "what", "columns", "before", "after"],
      rows: rows.map { row in
        [
          .integer(row.operation), .text(row.table), .integer(row.id), .text(row.kind.rawValue),
          .optional(row.changedColumns.isEmpty ? nil : row.changedColumns.joined(separator: ", ")),
          row.before.map(Cell.json) ?? .null, row.after.map(Cell.json) ?? .null,
        ]
      }, noun: "change", shownColumns: ["operation", "table", "id", "what", "columns"])
  }
}
