import ArgumentParser
import Database
import MemoryModel
import MemoryServices

extension JournalCommand {
  struct Prune: ChangingCommand {
    static let declaration = CommandConfiguration(
      commandName: "prune", abstract: "Forget old repairs, which cannot be undone any more.")

    static let examples = [
      "journal prune --older-than 30d"
    ]

    @Option(help: "Forget what is older than this span, or began before this date.")
    var olderThan = "90d"

    @OptionGroup var options: RepairOptions
    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }

    func validate() throws {
      guard Timestamp(dateOrSpan: olderThan, now: Timestamp(microseconds: 0)) != nil else {
        throw ValidationError("'--older-than' takes a span such as 90d or a date, not '\(olderThan)'")
      }
    }

    func run(in session: Session) throws -> CommandResult {
      let store = try session.store()
      try store.requireTables()
      let moment = Timestamp(dateOrSpan: olderThan, now: session.clock.now()) ?? Timestamp(microseconds: 0)
      return try carryOut(store.planPruning(before: moment), in: session) { report in
        report.forgotten == 0
          ? nil : "This forgets \(counted(report.forgotten, "operation")), which cannot be undone any more."
      } record: { report, isPlan in
        ResultRecord(
          title: "Journal", fields: [.init("forgotten", .count(report.forgotten)), .init("dry_run", .boolean(isPlan))])
      }
    }
  }
}
