import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct DoctorCommand: ChangingCommand {
  static let declaration = CommandConfiguration(
    commandName: "doctor", abstract: "Find out what is wrong with the store, and put it right.",
    discussion: """
      Without names, all checks that apply to the store; `doctor --list` explains them. Examining only reads. --fix puts \
      right what was found: what changes rows is one operation of the journal, so that `undo` takes it back. Running it \
      again finds only what a fix has brought to light. `--fix all` leaves alone what loses or guesses something, such as user ids that \
      differ only in case, which may be two people's: such a fix is asked for by its name (`doctor --fix user_variants`), \
      and `doctor --list` says why. Where rows of other tables would go with rows that are deleted, it is refused unless \
      --cascade is given. When something of severity error is there at the end, the command fails with status 1.
      """)

  static let examples = [
    "doctor",
    "doctor --list",
    "doctor exact_duplicates user_variants",
    "doctor --fix all --dry-run",
    "doctor --fix user_variants",
  ]

  @Argument(help: "The checks; none are all.")
  var checks: [Check] = []

  @Option(help: ArgumentHelp("Put a fault right, or all that need no guess.", valueName: "name|all"))
  var fix: [String] = []

  @Flag(help: "Explain the checks.")
  var list = false

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { fix.isEmpty || options.dryRun }
  var asks: Bool { !fix.isEmpty && !list }

  private var checksToFix: [Check]? {
    if fix.contains("all") { return Check.all }
    return fix.isEmpty ? nil : Check.all.filter { fix.contains($0.name) }
  }

  /// What `all` does not put right, unless it is named, too.
  private var checksLeft: Set<Check> {
    fix.contains("all") ? Set(Check.all.filter { $0.needsNameBecause != nil && !fix.contains($0.name) }) : []
  }

  private static let idsShown = 5

  func validate() throws {
    for name in fix where name != "all" && Check.named(name) == nil {
      throw ValidationError("'--fix' knows no '\(name)': `doctor --list` lists the checks")
    }
    if !checks.isEmpty, !fix.isEmpty { throw ValidationError("'--fix' names what is examined, too") }
  }

  func run(in session: Session) throws -> CommandResult {
    guard !list else { return CommandResult(.table(DoctorCommand.catalogue)) }
    let store = try session.store()
    let service = DoctorService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption)
    let wanted = checksToFix ?? (checks.isEmpty ? Check.all : checks)
    guard asks else {
      let report = try service.examine(wanted, leaving: checksLeft)
      return CommandResult(.record(record(report, isDryRun: options.dryRun)), failure: failure(report))
    }
    let plan = try service.planFix(wanted, leaving: checksLeft, cascade: cascading.cascade) {
      try session.embedder(for: store)
    }
    return try carryOut(plan, in: session) { report in
      let changed = report.findings.filter { !checksLeft.contains($0.check) }
      return changed.isEmpty
        ? nil
        : "This changes \(store.identity.location): "
          + changed.map(DoctorCommand.described).joined(separator: ", ") + "."
          + notUndone(report.losses.map(\.description))
    } failure: {
      failure($0)
    } record: {
      record($0, isDryRun: $1)
    }
  }

  private func failure(_ report: DoctorReport) -> MemshError? {
    let errors = report.standingErrors
    guard !errors.isEmpty else { return nil }
    return MemshError(
      .faultsFound,
      "\(counted(errors.count, "fault")) of severity error: " + errors.map(\.name).joined(separator: ", "),
      hint: hint(errors))
  }

  /// What a question says of a finding: for names, which become which, and what that may mean.
  private static func described(_ finding: Finding) -> String {
    let counts = "\(finding.check.name) (\(finding.count))"
    guard !finding.values.isEmpty else { return counts }
    let shown = finding.values.prefix(valuesShown).map(\.withVisibleControls).joined(separator: "; ")
    let more = finding.values.count > valuesShown ? "; and \(finding.values.count - valuesShown) more" : ""
    return "\(counts): \(shown)\(more); \(finding.check.needsNameBecause ?? "")"
  }

  private static let valuesShown = 10

  private func hint(_ errors: [Check]) -> String {
    let plain = errors.filter { $0.needsNameBecause == nil }
    guard let named = errors.first(where: { $0.needsNameBecause != nil }), plain.isEmpty || fix.contains("all") else {
      return "`doctor --fix all` puts right what needs no guess"
    }
    return "`doctor --fix \(named.name)` puts it right: \(named.fix)"
  }

  private func record(_ report: DoctorReport, isDryRun: Bool) -> ResultRecord {
    var record = ResultRecord(
      title: isDryRun ? "Doctor (dry run)" : "Doctor",
      fields: [
        .init("checks", .count(report.checks)), .init("found", .count(report.findings.count)),
        .init("fixed", .count(report.fixed.count)), .init("findings", .list(table(report))),
        .init("operations", .json(.array(report.operations.map { .integer($0) }))),
        .leftOut(report.leftOut), .notUndone(report.losses.map(\.description)),
        .init("dry_run", .boolean(isDryRun)),
      ])
    let screen = DoctorScreen(
      report: report, idsShown: DoctorCommand.idsShown, valuesShown: DoctorCommand.valuesShown,
      isPlan: isDryRun && !fix.isEmpty)
    record.screen = { screen.lines($0) }
    return record
  }

  private func table(_ report: DoctorReport) -> ResultTable {
    ResultTable(
      columns: ["name", "severity", "count", "state", "what", "examples", "fix", "example_ids"],
      rows: report.findings.map { finding in
        let check = finding.check
        let examples =
          finding.objects + finding.values.prefix(DoctorCommand.valuesShown)
          + finding.ids.prefix(DoctorCommand.idsShown).map { "\(check.table?.name ?? "") \($0)" }
        let state = report.fixed.contains(check) ? "fixed" : report.unfixed[check].map { "not fixed: \($0)" } ?? "found"
        return [
          .text(check.name), .text(check.severity.rawValue), .count(finding.count), .text(state), .text(check.what),
          .text(examples.joined(separator: "; ")), .text(check.fix),
          .json(.array(finding.ids.prefix(DoctorCommand.idsShown).map { .integer($0) })),
        ]
      }, noun: "fault")
  }

  private static var catalogue: ResultTable {
    ResultTable(
      columns: ["name", "severity", "what", "fix", "only_by_name"],
      rows: Check.all.map {
        [
          .text($0.name), .text($0.severity.rawValue), .text($0.what), .text($0.fix),
          .optional($0.needsNameBecause),
        ]
      },
      noun: "check", subject: "what", wrapsSubject: true, yielding: ["only_by_name", "fix"])
  }
}

extension Check: ExpressibleByArgument {
  package init?(argument: String) {
    guard let check = Check.named(argument) else { return nil }
    self = check
  }

  package static var allValueStrings: [String] { all.map(\.name) }
}
