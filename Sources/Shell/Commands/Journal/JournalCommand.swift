import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// What was repaired: every repair with its rows before and after.
struct JournalCommand: CommandWithSubcommands {
  static let declaration = CommandConfiguration(
    commandName: "journal", abstract: "List the repairs, show one, or forget old ones.",
    discussion: "`undo NUMBER` takes a repair back.", subcommands: [List.self, Show.self, Prune.self],
    defaultSubcommand: List.self)

  /// The option of both that list something.
  struct LimitOption: ParsableArguments {
    @Option(help: "At most so many.")
    var limit = 20

    func validate() throws {
      guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
    }
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
      }, noun: "change", shownColumns: ["operation", "table", "id", "what", "columns"], subject: "columns",
      wrapsSubject: true)
  }
}
