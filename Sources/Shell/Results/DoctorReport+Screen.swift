import MemoryModel
import MemoryServices
import MemoryStore

/// What `doctor` shows people: a block for each finding, which ends in the command to type, and a line for all.
struct DoctorScreen {
  let report: DoctorReport
  /// How many ids of rows are examples enough.
  let idsShown: Int
  /// How many values are.
  let valuesShown: Int
  /// Whether it tells what is about to be done: then there is nothing else to type.
  var isPlan = false

  func lines(_ display: Display) -> [StyledText] {
    report.findings.flatMap { block($0, display) }
      + ChangeRemarks.lines(leftOut: report.leftOut, notUndone: report.losses.map(\.description), display)
      + display.paragraph(StyledText(), summary)
  }

  private func block(_ finding: Finding, _ display: Display) -> [StyledText] {
    let check = finding.check
    let severity = StyledText(check.severity.rawValue, check.severity == .error ? .error : .warning)
    let rows = check.table.map { "\(counted(finding.count, "row")) of \($0.name)" } ?? counted(finding.count, "object")
    let indent = StyledText("  ")
    var lines = display.paragraph(
      severity + StyledText("  "), StyledText(check.name, .header) + StyledText("  " + rows))
    lines += display.paragraph(indent, StyledText(check.what))
    let examples = examples(of: finding)
    if !examples.isEmpty { lines += display.paragraph(indent, StyledText("for example: " + examples)) }
    if report.fixed.contains(check) {
      lines += display.paragraph(indent, StyledText("fixed: ", .header) + StyledText(DoctorScreen.done(check.fix)))
    } else {
      lines += display.paragraph(indent, StyledText("a fix would: " + check.fix))
      if let reason = report.unfixed[check] {
        lines += display.paragraph(indent, StyledText("not fixed: ", .warning) + StyledText(reason))
      } else if let reason = check.needsNameBecause {
        lines += display.paragraph(indent, StyledText("`--fix all` leaves it alone: " + reason))
      }
      if !isPlan { lines.append(indent + StyledText("doctor --fix \(check.name)", .command)) }
    }
    return lines + [StyledText()]
  }

  /// What a fix does, as what it has done: `built them` of `build them`.
  static func done(_ fix: String) -> String {
    var isVerb = true
    let words = fix.split(separator: " ").map { word -> String in
      defer { isVerb = word == "or" }
      guard isVerb else { return String(word) }
      if word.count > 1, word.allSatisfy(\.isUppercase) { return "ran \(word)" }
      let verb = word.prefix { $0 != "," }
      return (past[String(verb)] ?? String(verb)) + word.dropFirst(verb.count)
    }
    return words.joined(separator: " ")
  }

  /// The verbs of fixes that are other words in the past.
  private static let past = [
    "build": "built", "compute": "computed", "convert": "converted", "create": "created", "delete": "deleted",
    "enable": "enabled", "keep": "kept", "merge": "merged", "move": "moved", "replace": "replaced", "take": "took",
    "turn": "turned", "update": "updated", "use": "used", "write": "wrote",
  ]

  private func examples(of finding: Finding) -> String {
    let named = finding.objects + finding.values.prefix(valuesShown)
    let ids = finding.ids.prefix(idsShown).map(String.init).joined(separator: ", ")
    let rows = ids.isEmpty ? [] : ["\(finding.check.table?.name ?? "") \(ids)"]
    return (named + rows).joined(separator: "; ")
  }

  private var summary: StyledText {
    let standing = report.findings.map(\.check).filter { !report.fixed.contains($0) }
    let errors = standing.count { $0.severity == .error }
    let checks = counted(report.checks, "check")
    guard !report.findings.isEmpty else { return StyledText("\(checks): nothing found") }
    let fixed = report.fixed.isEmpty ? "" : ", \(report.fixed.count) fixed"
    var text = StyledText(
      "\(checks), \(counted(report.findings.count, "finding"))\(fixed); "
        + "left: \(counted(errors, "error")), \(counted(standing.count - errors, "warning"))")
    if !isPlan, standing.contains(where: { $0.needsNameBecause == nil }) {
      text += StyledText("; ") + StyledText("doctor --fix all", .command) + StyledText(" fixes what needs no guess")
    }
    if !report.operations.isEmpty {
      // Indexes and the like that were built are not in the journal.
      let isAll = report.fixed.allSatisfy { !$0.remedy.isRebuilding }
      text += StyledText("; ") + ChangeRemarks.undoing(report.operations, isAll ? "it" : "the changed rows")
    }
    return text
  }
}
