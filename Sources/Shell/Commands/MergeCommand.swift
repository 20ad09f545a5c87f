import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct MergeCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "merge", abstract: "Make one memory of several of the same user.",
    discussion: """
      The one of the highest importance stays, else the one read most often, else the oldest, or the one that --keep \
      names. It gets the highest importance, the sum of the accesses, the first creation and what its metadata lacks; \
      the others are deleted and recorded as its duplicates. `undo` takes it apart again; merging again is an error, \
      because the others are gone. Where rows of other tables would go with them, it is refused unless --cascade is \
      given. `dedup` finds what to merge.
      """)

  static let examples = [
    "merge 16 17",
    "merge 18 19 20 --keep 19",
    "merge 21 22 --dry-run",
  ]

  @Argument(help: "The ids, two or more.")
  var ids: [Int64]

  @Option(help: "The memory that stays.")
  var keep: Int64?

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func validate() throws {
    guard Set(ids).count > 1 else { throw ValidationError("Give two different ids or more") }
    if let keep, !ids.contains(keep) { throw ValidationError("'--keep \(keep)' is not one of the memories to merge") }
  }

  func run(in session: Session) throws -> CommandResult {
    let service = RepairService(store: try session.store(), author: session.author)
    return try carryOut(service.planMerge(ids, keeping: keep, cascade: cascading.cascade), in: session) { report in
      "This deletes \(counted(report.plan.removed.count, "memory")) and keeps \(report.plan.kept.id)."
        + notUndone(report.notUndone)
    } record: { report, isPlan in
      ResultRecord(
        title: isPlan ? "Merge (dry run)" : "Merge",
        fields: [
          .init("kept", .integer(report.plan.kept.id)), .init("reason", .text(report.plan.reason)),
          .init("removed", .list(report.plan.removedTable)), .leftOut(report.leftOut), .notUndone(report.notUndone),
          .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isPlan)),
        ])
    }
  }
}

extension MergePlan {
  /// The memories that go.
  var removedTable: ResultTable {
    ResultTable(
      columns: ["id", "method", "similarity", "content"],
      rows: removed.map { memory, similarity, method in
        [.integer(memory.id), .text(method), .double(similarity, places: 3), .text(memory.fields.content)]
      }, noun: "duplicate")
  }
}
