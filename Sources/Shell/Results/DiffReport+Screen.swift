import Database
import MemoryModel
import MemoryServices

/// What `diff` shows people: what the two places hold, what differs in numbers, and examples.
struct DiffScreen {
  let report: DiffReport
  let examples: [MemoryDifference]
  let a: SourceDescription
  let b: SourceDescription

  func lines(_ display: Display) -> [StyledText] {
    place("A", a, report.memories.a, report.rejected.a, display)
      + place("B", b, report.memories.b, report.rejected.b, display)
      + display.paragraph(StyledText(), summary) + details.flatMap { display.paragraph(StyledText("  "), $0) }
      + examples.flatMap { [StyledText()] + example($0, display) }
  }

  private func place(
    _ name: String, _ description: SourceDescription, _ memories: Int, _ rejected: Int, _ display: Display
  ) -> [StyledText] {
    let refused = rejected == 0 ? "" : ", and \(counted(rejected, "row")) that no store would take"
    return display.paragraph(
      StyledText("\(name)  ", .header),
      StyledText("\(description.location) (\(description.kind)): \(counted(memories, "memory"))\(refused)"))
  }

  private var summary: StyledText {
    guard !report.isEqual else { return StyledText("They hold the same.", .header) }
    let counts = [
      (report.equal, "equal"), (report.changed, "with other values"), (report.onlyA, "only in A"),
      (report.onlyB, "only in B"),
    ]
    return StyledText(counts.map { "\($0.0) \($0.1)" }.joined(separator: ", "), .header)
  }

  private var details: [StyledText] {
    let columns = report.columns.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }
    let vectors = VectorComparison.allCases.compactMap { comparison -> String? in
      guard let count = report.vectors[comparison], count > 0 else { return nil }
      switch comparison {
      case .none: return "\(count) without"
      case .equal: return "\(count) equal"
      case .nearly: return "\(count) nearly equal (at most \(report.largestDifference) apart)"
      case .different: return "\(count) different"
      case .onlyA: return "\(count) only in A"
      case .onlyB: return "\(count) only in B"
      }
    }
    return [("values differ: ", columns), ("vectors: ", vectors)].filter { !$0.1.isEmpty }
      .map { StyledText($0.0 + $0.1.joined(separator: ", ")) }
  }

  private func example(_ difference: MemoryDifference, _ display: Display) -> [StyledText] {
    let ids = [("A ", difference.idA), ("B ", difference.idB)].compactMap { name, id in id.map { name + $0 } }
    let head = StyledText("\(kind(difference))  ", .header)
    var lines = display.paragraph(
      head, StyledText("\(difference.userID ?? "NULL") (\(ids.joined(separator: ", ")))", .dim))
    lines += display.paragraph(StyledText("  "), StyledText(String((difference.content ?? "NULL").prefix(textShown))))
    if let reason = difference.reason { lines += display.paragraph(StyledText("  "), StyledText(reason)) }
    for column in difference.columns {
      lines.append(StyledText("  " + column, .header))
      guard column != Column.embedding.name else {
        lines += display.paragraph(StyledText("    "), StyledText(vectors(difference)))
        continue
      }
      lines += value("    A  ", difference.a?[key: column], display)
      lines += value("    B  ", difference.b?[key: column], display)
    }
    return lines
  }

  private let textShown = 200

  private func kind(_ difference: MemoryDifference) -> String {
    switch difference.kind {
    case .onlyA: "only in A"
    case .onlyB: "only in B"
    case .changed: "other values"
    case .rejectedA: "rejected in A"
    case .rejectedB: "rejected in B"
    }
  }

  private func value(_ name: String, _ value: JSON?, _ display: Display) -> [StyledText] {
    let text = value == .null ? "NULL" : value?.stringValue ?? value?.text ?? "NULL"
    return display.paragraph(StyledText(name, .dim), linesOf: String(text.prefix(textShown)))
  }

  private func vectors(_ difference: MemoryDifference) -> String {
    switch difference.vectors {
    case .onlyA?: "only in A"
    case .onlyB?: "only in B"
    default: difference.largestDifference.map { "up to \($0) apart" } ?? "of another length"
    }
  }
}
