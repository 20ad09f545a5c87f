import MemoryModel
import MemoryServices

/// A command that shows a plan and asks before it changes what cannot simply be had again.
///
/// Only such a command can carry a plan out, so none can forget to say that it asks: `--check` and the start of a script
/// refuse it without `--yes`.
protocol ChangingCommand: ShellCommand {
  /// `--dry-run` and `--yes`.
  var options: RepairOptions { get }

  /// Whether it makes a plan at all, with the other options that it was given.
  var asks: Bool { get }
}

extension ChangingCommand {
  var asks: Bool { true }
  var needsConfirmation: Bool { asks && !options.yes && !options.dryRun }
  var onlyReads: Bool { options.dryRun }

  /// Whether the plan will be looked at: by `--dry-run`, or by the person who is asked.
  func isLookedAt(in session: Session) -> Bool {
    options.dryRun || session.mustAsk(isConfirmed: options.yes)
  }

  /// Shows a plan, asks, and carries it out; `--dry-run` ends at the plan.
  ///
  /// - Parameters:
  ///   - target: What a person types to confirm a large change; nil for the store's name.
  ///   - question: What will happen, as a sentence; nil when there is nothing to do, and so nothing to ask.
  ///   - failure: What is wrong although there is something to show.
  ///   - record: The plan, with true, or what was done, as the command shows it.
  /// - Throws: `confirmation_required`.
  func carryOut<Report>(
    _ plan: ChangePlan<Report>, in session: Session, target: String? = nil, question: (Report) -> String?,
    failure: (Report) -> MemshError? = { _ in nil }, record: (Report, _ isPlan: Bool) -> ResultRecord
  ) throws -> CommandResult {
    guard !options.dryRun, let text = question(plan.report) else {
      return CommandResult(.record(record(plan.report, options.dryRun).brief), failure: failure(plan.report))
    }
    if session.mustAsk(isConfirmed: options.yes) {
      let question = Question(
        text: text, extent: plan.extent, target: try target ?? session.chosenStore().identity.name)
      try session.ask(question, showing: record(plan.report, true).asPlan)
    }
    let report = try plan.apply()
    if !report.leftOut.isEmpty {
      let shown = report.leftOut.prefix(leftOutShown).map(\.description).joined(separator: ", ")
      let more = report.leftOut.count - leftOutShown
      session.note(
        "notice: \(counted(report.leftOut.count, "row")) changed since the plan was made and left alone: \(shown)"
          + (more > 0 ? " and \(more) more" : ""))
    }
    var result = CommandResult(.record(record(report, false).brief), failure: failure(report))
    result.isDone = true
    return result
  }
}

/// So many rows that were left out are named for a person; the result names all.
private let leftOutShown = 10

extension ResultRecord {
  /// What a person should see before the question.
  fileprivate var asPlan: ResultRecord {
    var plan = ResultRecord(title: "Plan", fields: fields.filter { !$0.saysNothing })
    plan.screen = screen
    return plan
  }

  /// The record, of which people see what is said in it; machines get all.
  fileprivate var brief: ResultRecord {
    guard screen == nil, line == nil else { return self }
    var brief = self
    let shown = ResultRecord(title: title, fields: fields.filter { !$0.saysNothing })
    brief.screen = { RecordLines($0).lines(of: shown) }
    return brief
  }
}

extension ResultRecord.Field {
  /// Whether it is empty, or said by the title.
  fileprivate var saysNothing: Bool {
    switch value {
    case .cell(let cell): name == "dry_run" || [.null, .array([])].contains(cell.json)
    case .list(let table): table.rows.isEmpty
    case .record, .chart: false
    }
  }
}
