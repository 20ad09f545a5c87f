import MemoryModel
import MemoryServices

/// What `dedup` shows people: a block for each group of memories that say the same, which ends in the command to type,
/// and a line for all.
struct DeduplicationScreen {
  let report: DeduplicationReport
  /// How many groups are shown.
  let limit: Int
  /// Whether nothing has been written yet.
  let onlyShows: Bool
  /// Whether what is told has yet to be done.
  let isPlan: Bool

  func lines(_ display: Display) -> [StyledText] {
    report.groups.prefix(limit).enumerated().flatMap { block($0.element, number: $0.offset + 1, display) }
      + ChangeRemarks.lines(leftOut: report.leftOut, notUndone: report.notUndone, display)
      + display.paragraph(StyledText(), summary)
  }

  private func block(_ group: MergePlan, number: Int, _ display: Display) -> [StyledText] {
    let memories = [group.kept] + group.removed.map(\.memory)
    let width = memories.map { String($0.id).count }.max() ?? 0
    func beginning(_ what: String, _ id: Int64) -> StyledText {
      let number = String(id)
      return StyledText("  \(what)  " + String(repeating: " ", count: width - number.count))
        + StyledText(number, .header) + StyledText("  ")
    }
    var lines = display.paragraph(
      StyledText(),
      StyledText("group \(number)", .header)
        + StyledText(": \(counted(memories.count, "memory")) of \(group.kept.fields.userID)"))
    lines += display.paragraph(
      beginning("keep", group.kept.id), linesOf: "(\(group.reason)) " + group.kept.fields.content)
    for (memory, similarity, method) in group.removed {
      let likeness = "(\(method), \(fixed(similarity, places: 3))) "
      lines += display.paragraph(beginning("drop", memory.id), linesOf: likeness + memory.fields.content)
    }
    if onlyShows {
      let ids = memories.map { String($0.id) }.joined(separator: " ")
      lines.append(StyledText("  ") + StyledText("merge \(ids) --keep \(group.kept.id)", .command))
    }
    return lines + [StyledText()]
  }

  private var summary: StyledText {
    let duplicates = report.groups.reduce(0) { $0 + $1.removed.count }
    let memories = counted(report.memories, "memory")
    guard duplicates > 0 else { return StyledText("\(memories) compared: no duplicates found") }
    let layers = DuplicateLayer.allCases.compactMap { layer in
      let count = report.count(layer)
      return count == 0 ? nil : "\(count) \(layer.rawValue)"
    }
    var text = StyledText(
      "\(memories) compared, \(counted(duplicates, "duplicate")) (\(layers.joined(separator: ", "))) "
        + "in \(counted(report.groups.count, "group"))")
    if report.recorded > 0 { text += StyledText(", \(report.recorded) \(isPlan ? "to record" : "recorded")") }
    if report.merged > 0 { text += StyledText(", \(report.merged) \(isPlan ? "to merge" : "merged")") }
    if let operation = report.operation {
      text += StyledText("; ") + ChangeRemarks.undoing([operation])
    }
    if report.groups.count > limit {
      text +=
        StyledText(", \(limit) shown; ") + StyledText("--limit \(report.groups.count)", .command)
        + StyledText(" shows all")
    }
    if onlyShows {
      text += StyledText("; ") + StyledText("--merge", .command) + StyledText(" merges all groups")
    }
    return text
  }
}
