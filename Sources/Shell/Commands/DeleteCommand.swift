import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DeleteCommand: ChangingCommand, Filtering {
  static let declaration = CommandConfiguration(
    commandName: "delete", abstract: "Delete memories, by their ids or by a filter.",
    discussion: """
      The records of their duplicates go with them. `undo` brings all of it back. Where rows of other tables would go or \
      lose their reference, too (ON DELETE CASCADE, SET NULL, SET DEFAULT), which `undo` does not bring back, it is \
      refused unless --cascade is given. Deleting an id that is gone is an \
      error; deleting by a filter again deletes nothing more.
      """)

  static let examples = [
    "delete 12",
    "delete 14 15 --dry-run",
    "delete --user ben --since 1d",
  ]

  @Argument(help: "The ids.")
  var ids: [Int64] = []

  @OptionGroup var filter: FilterOptions
  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var leavesUserOpen: Bool { ids.isEmpty }

  func validate() throws {
    guard ids.isEmpty != filter.isEmpty else {
      throw ValidationError("Give ids, or a filter such as '--user', but not both")
    }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let service = RepairService(store: store, author: session.author)
    let selection: MemorySelection =
      try ids.isEmpty ? .matching(filter.filter(now: session.clock.now())) : .ids(ids)
    return try carryOut(service.planDeletion(selection, cascade: cascading.cascade), in: session) { report in
      report.ids.isEmpty
        ? nil
        : "This deletes \(counted(report.ids.count, "memory")) of \(store.identity.location)."
          + notUndone(report.notUndone)
    } record: {
      $0.record(title: "Delete", verb: "deleted", isDryRun: $1)
    }
  }
}
