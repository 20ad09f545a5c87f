import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension FragmentsCommand {
  struct Delete: ChangingCommand {
    static let declaration = CommandConfiguration(
      commandName: "delete", abstract: "Delete fragments.",
      discussion: """
        Where rows of other tables would go, too, it is refused unless --cascade is given. `fragments disable` keeps \
        them.
        """)

    static let examples = [
      "fragments delete 3"
    ]

    @Argument(help: "The ids.")
    var ids: [Int64]

    @OptionGroup var cascading: CascadeOptions
    @OptionGroup var options: RepairOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func run(in session: Session) throws -> CommandResult {
      let plan = try session.fragmentService().planDeletion(ids, cascade: cascading.cascade)
      return try carryOut(plan, in: session) { report in
        let names = report.fragments.map { "\($0.id) (\($0.fragment.category))" }.joined(separator: ", ")
        return "This deletes the fragments \(names)." + notUndone(report.losses.map(\.description))
      } record: { report, isPlan in
        ResultRecord(
          title: isPlan ? "Delete fragments (dry run)" : "Delete fragments",
          fields: [
            .init("deleted", .count(report.fragments.count)), .init("fragments", .list(ResultTable(report.fragments))),
            .leftOut(report.leftOut), .notUndone(report.losses.map(\.description)),
            .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isPlan)),
          ])
      }
    }
  }
}
