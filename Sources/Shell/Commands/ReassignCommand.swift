import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct ReassignCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "reassign", abstract: "Give the memories of one user to another.",
    discussion: """
      --category, --min-importance, --since, --until and --where choose some of them. Running it again moves nothing \
      more. `undo` gives them back. Duplicates that come together are found by `dedup --user`.
      """)

  static let examples = [
    "reassign --from ben --to ada --dry-run",
    "reassign --from ada --to ada-lovelace --where metadata.source=chat",
    "reassign --from ben --to ada --category facts",
  ]

  @Option(help: "The user who has them.", completion: .stored)
  var from: String

  @Option(help: "The user who gets them.", completion: .stored)
  var to: String

  @OptionGroup var filter: FilterOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }

  func validate() throws {
    guard filter.user == nil else { throw ValidationError("'--user' does not go here: '--from' names the user") }
    guard (1...MemoryFields.userIDLimit).contains(to.unicodeScalars.count), to.contains(where: { !$0.isWhitespace })
    else { throw ValidationError("'--to' takes a user id of 1 to \(MemoryFields.userIDLimit) characters") }
    guard from != to else { throw ValidationError("'--from' and '--to' are the same user") }
  }

  private func memories(now: Timestamp) throws -> MemoryFilter {
    var chosen = try filter.filter(now: now)
    chosen.userID = from
    return chosen
  }

  func namedMemories(now: Timestamp) throws -> MemoryFilter? { try memories(now: now) }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    let service = RepairService(store: store, author: session.author)
    let chosen = try memories(now: session.clock.now())
    return try carryOut(service.planReassignment(chosen, to: to), in: session) { report in
      report.ids.isEmpty
        ? nil
        : "This gives \(counted(report.ids.count, "memory")) of \(from) to \(to) in \(store.identity.location)."
          + notUndone(report.notUndone)
    } record: {
      $0.record(title: "Reassign", verb: "reassigned", isDryRun: $1)
    }
  }
}
