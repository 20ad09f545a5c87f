import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DedupCommand: ChangingCommand, Filtering {
  static let declaration = CommandConfiguration(
    commandName: "dedup", abstract: "Find memories that say the same, and record or merge them.",
    discussion: """
      Four layers: exact (the same text), fuzzy (the share of characters in common), key_phrase (of words of four \
      letters or more), semantic (cosine of the embeddings); only memories of the same user are compared. Of texts that \
      are alike, those that differ in a number, a negation, a name, a unit, a day or the like do not say the same. Without \
      --record or --merge it only shows what it found, and which memory of each group would be kept. --record writes \
      memory_duplicates, --merge makes one memory of each group; `undo` takes either back. Where rows of \
      other tables would go with merged memories, it is refused unless --cascade is given. Running it again \
      records and merges nothing twice; of a long chain of likeness it may find more to merge.
      """)

  static let examples = [
    "dedup",
    "dedup --user ada --record",
    "dedup --merge --dry-run",
    "dedup --semantic 0.9 --merge",
    "dedup --limit 500 --html duplicates.html",
  ]

  @OptionGroup var filter: FilterOptions
  @OptionGroup var duplicates: DuplicateOptions

  @Flag(help: "Record the duplicates in memory_duplicates.")
  var record = false

  @Flag(help: "Merge the duplicates of each group into one memory.")
  var merge = false

  @Option(help: "Show at most so many groups.")
  var limit = 20

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { options.dryRun || action == .show }
  var asks: Bool { merge }

  private var action: DeduplicationService.Action { merge ? .merge : record ? .record : .show }

  func validate() throws {
    guard !record || !merge else { throw ValidationError("'--merge' records what it merges: leave '--record' out") }
    guard merge || !cascading.cascade else { throw ValidationError("'--cascade' goes with '--merge'") }
    guard page.html == nil || action == .show else {
      throw ValidationError("'--html' shows what is found: leave '\(merge ? "--merge" : "--record")' out")
    }
    guard limit >= 0 else { throw ValidationError("'--limit' takes 0 or more") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    try page.check(session, store)
    let service = DeduplicationService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption)
    var wanted = DeduplicationOptions()
    wanted.filter = try filter.filter(now: session.clock.now())
    wanted.thresholds = duplicates.thresholds
    let plan = try service.plan(wanted, action, cascade: cascading.cascade)
    if plan.report.tooLong > 0 {
      session.note(
        "notice: \(counted(plan.report.tooLong, "memory")) of \(TextRatio.lengthLimit) characters or more: compared "
          + "by words and meaning, not by characters (fuzzy)")
    }
    guard asks else {
      let report = try options.dryRun ? plan.report : plan.apply()
      let result = CommandResult(.record(record(report, isDryRun: options.dryRun)))
      return try page.write(ReportPage(report, limit: limit), session, result)
    }
    return try carryOut(plan, in: session) { report in
      report.groups.isEmpty
        ? nil
        : "This merges \(counted(report.merged, "memory")) into \(counted(report.groups.count, "other"))."
          + notUndone(report.notUndone)
    } record: {
      record($0, isDryRun: $1)
    }
  }

  private func record(_ report: DeduplicationReport, isDryRun: Bool) -> ResultRecord {
    let found = DuplicateLayer.allCases.map { ResultRecord.Field($0.rawValue, .count(report.count($0))) }
    var record = ResultRecord(
      title: isDryRun ? "Duplicates (dry run)" : "Duplicates",
      fields: [
        .init("memories", .count(report.memories)), .init("groups", .count(report.groups.count)),
        .init("duplicates", .record(found)), .init("shown_groups", .list(table(report.groups))),
        .init("recorded", .count(report.recorded)), .init("merged", .count(report.merged)),
        .leftOut(report.leftOut), .notUndone(report.notUndone),
        .init("operation", report.operation.map(Cell.integer) ?? .null), .init("dry_run", .boolean(isDryRun)),
      ])
    let screen = DeduplicationScreen(report: report, limit: limit, onlyShows: onlyReads, isPlan: isDryRun)
    record.screen = { screen.lines($0) }
    return record
  }

  private func table(_ groups: [MergePlan]) -> ResultTable {
    var rows: [[Cell]] = []
    for (number, group) in groups.prefix(limit).enumerated() {
      func row(_ memory: Memory, _ what: String, _ method: Cell, _ similarity: Cell) -> [Cell] {
        [
          .count(number + 1), .integer(memory.id), .text(what), method, similarity, .text(memory.fields.userID),
          .text(memory.fields.content),
        ]
      }
      rows.append(row(group.kept, "keep: \(group.reason)", .null, .null))
      rows += group.removed.map { row($0, "duplicate", .text($2), .double($1, places: 3)) }
    }
    return ResultTable(
      columns: ["group", "id", "what", "method", "similarity", "user_id", "content"], rows: rows, noun: "memory")
  }
}
