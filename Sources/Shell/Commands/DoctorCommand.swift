import ArgumentParser
import Database
import MemoryModel
import MemoryServices

struct DoctorCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Find out what is wrong with the store, and put it right.",
    discussion: """
      Without names, all checks that apply to the store; `doctor --list` explains them. Examining only reads. --fix puts \
      right what was found: what changes rows is one operation of the journal, so that `undo` takes it back. Running it \
      again finds nothing more to do. `--fix all` leaves alone what loses or guesses something, such as user ids that \
      differ only in case, which may be two people's: such a fix is asked for by its name (`doctor --fix user_variants`), \
      and `doctor --list` says why. Where rows of other tables would go with rows that are deleted, it is refused unless \
      --cascade is given. When something of severity error is there at the end, the command fails with status 1.
      """)

  @Argument(help: "The checks; none are all.")
  var checks: [Fault] = []

  @Option(help: ArgumentHelp("Put a fault right, or all that need no guess.", valueName: "name|all"))
  var fix: [String] = []

  @Flag(help: "Explain the checks.")
  var list = false

  @OptionGroup var cascading: CascadeOptions
  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { fix.isEmpty || options.dryRun }

  private var faultsToFix: [Fault]? {
    if fix.contains("all") { return Fault.allCases }
    return fix.isEmpty ? nil : Fault.allCases.filter { fix.contains($0.rawValue) }
  }

  /// What `all` does not put right, unless it is named, too.
  private var faultsLeft: Set<Fault> {
    fix.contains("all") ? Set(Fault.allCases.filter { $0.needsNameBecause != nil && !fix.contains($0.rawValue) }) : []
  }

  private static let idsShown = 5

  func validate() throws {
    for name in fix where name != "all" && Fault(rawValue: name) == nil {
      throw ValidationError("'--fix' knows no '\(name)': `doctor --list` lists the checks")
    }
    if !checks.isEmpty, !fix.isEmpty { throw ValidationError("'--fix' names what is examined, too") }
  }

  func run(in session: Session) throws -> CommandResult {
    guard !list else { return CommandResult(.table(DoctorCommand.catalogue)) }
    let store = try session.store()
    let service = DoctorService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption)
    let wanted = faultsToFix ?? (checks.isEmpty ? Fault.allCases : checks)
    let report = try session.repaired(options) { (preview: DoctorReport) in
      let changed = preview.findings.filter { !faultsLeft.contains($0.fault) }
      return changed.isEmpty || faultsToFix == nil
        ? nil
        : "This changes \(store.identity.location): "
          + changed.map(DoctorCommand.described).joined(separator: ", ") + "."
          + notUndone(preview.losses.map(\.description))
    } run: { dryRun in
      guard faultsToFix != nil else { return try service.examine(wanted, leaving: faultsLeft) }
      guard !dryRun else { return try service.examineLosses(wanted, leaving: faultsLeft, cascade: cascading.cascade) }
      return try service.fix(
        wanted, leaving: faultsLeft, cascade: cascading.cascade, embedder: { try session.embedder(for: store) })
    }
    let errors = report.standingErrors
    let failure =
      errors.isEmpty
      ? nil
      : MemshError(
        .faultsFound,
        "\(counted(errors.count, "fault")) of severity error: "
          + errors.map(\.rawValue).joined(separator: ", "), hint: hint(errors))
    return CommandResult(.record(record(report)), failure: failure)
  }

  /// What a question says of a finding: for names, which become which, and what that may mean.
  private static func described(_ finding: FaultFinding) -> String {
    let counts = "\(finding.fault.rawValue) (\(finding.count))"
    guard !finding.values.isEmpty else { return counts }
    let shown = finding.values.prefix(valuesShown).map(\.withVisibleControls).joined(separator: "; ")
    let more = finding.values.count > valuesShown ? "; and \(finding.values.count - valuesShown) more" : ""
    return "\(counts): \(shown)\(more); \(finding.fault.needsNameBecause ?? "")"
  }

  private static let valuesShown = 10

  private func hint(_ errors: [Fault]) -> String {
    let plain = errors.filter { $0.needsNameBecause == nil }
    guard let named = errors.first(where: { $0.needsNameBecause != nil }), plain.isEmpty || fix.contains("all") else {
      return "`doctor --fix all` puts right what needs no guess"
    }
    return "`doctor --fix \(named.rawValue)` puts it right: \(named.fix)"
  }

  private func record(_ report: DoctorReport) -> ResultRecord {
    ResultRecord(
      title: options.dryRun ? "Doctor (dry run)" : "Doctor",
      fields: [
        .init("checks", .count(report.checks)), .init("found", .count(report.findings.count)),
        .init("fixed", .count(report.fixed.count)), .init("findings", .list(table(report))),
        .init("operations", .json(.array(report.operations.map { .integer($0) }))),
        .notUndone(report.losses.map(\.description)), .init("dry_run", .boolean(options.dryRun)),
      ])
  }

  private func table(_ report: DoctorReport) -> ResultTable {
    ResultTable(
      columns: ["name", "severity", "count", "state", "what", "examples", "fix"],
      rows: report.findings.map { finding in
        let fault = finding.fault
        let examples =
          finding.objects + finding.values.prefix(DoctorCommand.valuesShown)
          + finding.ids.prefix(DoctorCommand.idsShown).map { "\(fault.table ?? "") \($0)" }
        let state = report.fixed.contains(fault) ? "fixed" : report.unfixed[fault].map { "not fixed: \($0)" } ?? "found"
        return [
          .text(fault.rawValue), .text(fault.severity.rawValue), .count(finding.count), .text(state), .text(fault.what),
          .text(examples.joined(separator: "; ")), .text(fault.fix),
        ]
      }, noun: "fault")
  }

  private static var catalogue: ResultTable {
    ResultTable(
      columns: ["name", "severity", "what", "fix", "only_by_name"],
      rows: Fault.allCases.map {
        [
          .text($0.rawValue), .text($0.severity.rawValue), .text($0.what), .text($0.fix),
          .optional($0.needsNameBecause),
        ]
      },
      noun: "check")
  }
}

extension Fault: ExpressibleByArgument {}
