import ArgumentParser
import MemoryCore

struct DoctorCommand: ShellCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Find out what is wrong with the store, and put it right.",
    discussion: """
      Without names, all checks that apply to the store; `doctor --list` explains them. Examining only reads. --fix puts \
      right what was found (with `--fix all`, everything): what changes rows is one operation of the journal, so that \
      `undo` takes it back. Running it again finds nothing more to do. When something of severity error is there at the \
      end, the command fails with status 1.
      """)

  @Argument(help: "The checks; none are all.")
  var checks: [Fault] = []

  @Option(help: ArgumentHelp("Put a fault right, or all.", valueName: "name|all"))
  var fix: [String] = []

  @Flag(help: "Explain the checks.")
  var list = false

  @OptionGroup var options: RepairOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { fix.isEmpty || options.dryRun }

  private var faultsToFix: [Fault]? {
    if fix.contains("all") { return Fault.allCases }
    return fix.isEmpty ? nil : Fault.allCases.filter { fix.contains($0.rawValue) }
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
      preview.findings.isEmpty || faultsToFix == nil
        ? nil
        : "This changes \(store.identity.location): "
          + preview.findings.map { "\($0.fault.rawValue) (\($0.count))" }
          .joined(separator: ", ") + "."
    } run: { dryRun in
      try dryRun || faultsToFix == nil
        ? service.examine(wanted) : service.fix(wanted, embedder: { try session.embedder(for: store) })
    }
    let errors = report.standingErrors
    let failure =
      errors.isEmpty
      ? nil
      : MemshError(
        .faultsFound,
        "\(counted(errors.count, "fault")) of severity error: "
          + errors.map(\.rawValue).joined(separator: ", "), hint: "`doctor --fix all` puts right what it can")
    return CommandResult(.record(record(report)), failure: failure)
  }

  private func record(_ report: DoctorReport) -> ResultRecord {
    ResultRecord(
      title: options.dryRun ? "Doctor (dry run)" : "Doctor",
      fields: [
        .init("checks", .count(report.checks)), .init("found", .count(report.findings.count)),
        .init("fixed", .count(report.fixed.count)), .init("findings", .list(table(report))),
        .init("operations", .json(.array(report.operations.map { .integer($0) }))),
        .init("dry_run", .boolean(options.dryRun)),
      ])
  }

  private func table(_ report: DoctorReport) -> ResultTable {
    ResultTable(
      columns: ["name", "severity", "count", "state", "what", "examples", "fix"],
      rows: report.findings.map { finding in
        let fault = finding.fault
        let examples =
          finding.objects + finding.ids.prefix(DoctorCommand.idsShown).map { "\(fault.table ?? "") \($0)" }
        let state = report.fixed.contains(fault) ? "fixed" : report.unfixed[fault].map { "not fixed: \($0)" } ?? "found"
        return [
          .text(fault.rawValue), .text(fault.severity.rawValue), .count(finding.count), .text(state), .text(fault.what),
          .text(examples.joined(separator: "; ")), .text(fault.fix),
        ]
      }, noun: "fault")
  }

  private static var catalogue: ResultTable {
    ResultTable(
      columns: ["name", "severity", "what", "fix"],
      rows: Fault.allCases.map { [.text($0.rawValue), .text($0.severity.rawValue), .text($0.what), .text($0.fix)] },
      noun: "check")
  }
}

extension Fault: ExpressibleByArgument {}
