import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DecayCommand: ChangingCommand, Filtering {
  static let declaration = CommandConfiguration(
    commandName: "decay", abstract: "Lower the importance of memories unused for long.",
    discussion: """
      The importance of a memory that was neither read nor changed for --unused days halves with every --half-life days \
      since then. What is lowered counts as changed now: run every night, the importance falls as if it had been run \
      once, and running it twice at once lowers nothing more. `undo` brings the old importance back.
      """)

  static let examples = [
    "decay --dry-run",
    "decay --unused 90 --half-life 365",
    "decay --user ada --category facts",
  ]

  @Option(help: "After so many days half of the importance is left.")
  var halfLife = 180.0

  @Option(help: "Only memories unused for so many days.")
  var unused = 30.0

  @OptionGroup var filter: FilterOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func validate() throws {
    guard halfLife > 0, halfLife.isFinite else { throw ValidationError("'--half-life' takes days above 0") }
    guard unused >= 0, unused.isFinite else { throw ValidationError("'--unused' takes 0 days or more") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let service = RepairService(store: store, author: session.author)
    let chosen = try filter.filter(now: session.clock.now())
    let plan = try service.planDecay(chosen, halfLifeDays: halfLife, unusedDays: unused)
    return try carryOut(plan, in: session) { report in
      report.ids.isEmpty
        ? nil
        : "This lowers the importance of \(counted(report.ids.count, "memory")) of \(store.identity.location)."
          + notUndone(report.notUndone)
    } record: {
      $0.record(title: "Decay", verb: "lowered", isDryRun: $1)
    }
  }
}
