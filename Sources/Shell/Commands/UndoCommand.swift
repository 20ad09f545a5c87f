import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct UndoCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "undo", abstract: "Take a repair back, exactly or not at all.",
    discussion: """
      Without a number, the last one that stands; again, the one before. The number of an undo does its operation again. \
      --run takes back everything that the same run of memsh did, such as a script. An undo that would overwrite later \
      changes is refused, and says which rows; so is one that would take rows of other tables along, unless --cascade is \
      given. What a trigger of others makes of the rows is named. What agents change by reading (access counts) does not matter and is kept.
      """)

  static let examples = [
    "undo",
    "undo 2",
    "undo --run --dry-run",
  ]

  @Argument(help: "The operation, as `journal` numbers it.")
  var operation: Int64?

  @Flag(help: "Everything that the same run of memsh did.")
  var run = false

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func run(in session: Session) throws -> CommandResult {
    let service = UndoService(store: try session.store(), author: session.author, cascade: cascading.cascade)
    // What is not looked at need not be worked out.
    let plan = try service.plan(operation, wholeSession: run, isPreviewed: isLookedAt(in: session))
    return try carryOut(plan, in: session) { report in
      let commands = report.operations.map { "operation \($0.id) (\($0.start.command))" }.joined(separator: ", ")
      return "This takes back \(commands)." + notUndone(report.losses.map(\.description))
        + UndoCommand.notRestored(report.notRestored)
    } record: { report, isPlan in
      ResultRecord(
        title: isPlan ? "Undo (dry run)" : "Undo",
        fields: [
          .init("undone", .json(.array(report.operations.map { .integer($0.id) }))),
          .init("commands", .json(.array(report.operations.map { .string($0.start.command) }))),
          .init("rows_inserted", .count(report.inserted)), .init("rows_updated", .count(report.updated)),
          .init("rows_deleted", .count(report.deleted)),
          .init("not_restored", .json(.array(report.notRestored.map(JSON.string)))),
          .notUndone(report.losses.map(\.description)),
          .init("operations", .json(.array(report.undos.map { .integer($0) }))),
          .init("dry_run", .boolean(isPlan)),
        ])
    }
  }

  private static let listed = 5

  /// The sentence that says what will not be as it was; empty when all will be.
  private static func notRestored(_ what: [String]) -> String {
    guard !what.isEmpty else { return "" }
    let more = what.count - listed
    return " A trigger of the table sets, and so does not let come back: "
      + what.prefix(listed).joined(separator: "; ") + (more > 0 ? "; and \(more) more." : ".")
  }
}
