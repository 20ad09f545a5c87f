import ArgumentParser
import MemoryCore

struct UndoCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Take a repair back, exactly or not at all.",
    discussion: """
      Without a number, the last one that stands; again, the one before. The number of an undo does its operation again. \
      --run takes back everything that the same run of memsh did, such as a script. An undo that would overwrite later \
      changes is refused, and says which rows. What agents change by reading (access counts) is no obstacle and is kept.
      """)

  @Argument(help: "The operation, as `journal` numbers it.")
  var operation: Int64?

  @Flag(help: "Everything that the same run of memsh did.")
  var run = false

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { options.dryRun }

  func run(in session: Session) throws -> CommandResult {
    let service = UndoService(store: try session.store(), author: session.author)
    var chosen = operation
    let report = try session.repaired(options) { (preview: UndoReport) in
      // What was looked at is what is undone, even if somebody else repairs meanwhile.
      chosen = preview.operations.first?.id ?? chosen
      let commands = preview.operations.map { "\($0.id) (\($0.start.command))" }.joined(separator: ", ")
      return "This takes back \(commands)."
    } run: {
      try service.undo(chosen, wholeSession: run, dryRun: $0)
    }
    return CommandResult(
      .record(
        ResultRecord(
          title: options.dryRun ? "Undo (dry run)" : "Undo",
          fields: [
            .init("undone", .json(.array(report.operations.map { .integer($0.id) }))),
            .init("commands", .json(.array(report.operations.map { .string($0.start.command) }))),
            .init("rows_inserted", .count(report.inserted)), .init("rows_updated", .count(report.updated)),
            .init("rows_deleted", .count(report.deleted)),
            .init("operations", .json(.array(report.undos.map { .integer($0) }))),
            .init("dry_run", .boolean(options.dryRun)),
          ])))
  }
}
