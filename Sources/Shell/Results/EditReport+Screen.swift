import Database
import MemoryModel
import MemoryServices

/// What `edit` shows people: the values that have changed, as they were and as they are.
struct EditScreen {
  let report: EditReport
  /// Whether nothing has been written.
  let isDryRun: Bool

  func lines(_ display: Display) -> [StyledText] {
    let (before, after) = (ResultTable([report.before]), ResultTable([report.after]))
    let changed = before.columns.indices.filter { report.changed.contains(before.columns[$0]) }
    guard !changed.isEmpty else { return [StyledText("Memory \(report.after.id) is as it was.")] }
    let values = changed.flatMap { column -> [StyledText] in
      func line(_ name: String, _ cell: Cell) -> [StyledText] {
        display.paragraph(StyledText(name, .dim), linesOf: cell.displayText ?? "NULL")
      }
      return [StyledText("  " + before.columns[column], .header)]
        + line("    before  ", before.rows[0][column]) + line("    after   ", after.rows[0][column])
    }
    return [StyledText("Memory \(report.after.id)", .header)] + values + display.paragraph(StyledText(), summary)
  }

  private var summary: StyledText {
    guard let operation = report.operation, !isDryRun else { return StyledText("Nothing was written.") }
    return ChangeRemarks.undoing([operation])
  }
}
