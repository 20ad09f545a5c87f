import MemoryModel
import MemoryServices

/// What people must know of a change besides what it did.
enum ChangeRemarks {
  /// The commands that undo operations, the newest first: `undo 12, then undo 11, take it back`.
  static func undoing(_ operations: [Int64], _ what: String = "it") -> StyledText {
    let commands = operations.sorted(by: >).map { StyledText("undo \($0)", .command) }
    let rest = commands.dropFirst().reduce(StyledText()) { $0 + StyledText(", then ") + $1 }
    let verb = commands.count > 1 ? ", take" : " takes"
    return (commands.first ?? StyledText()) + rest + StyledText("\(verb) \(what) back")
  }

  /// - Parameters:
  ///   - leftOut: The rows that others changed meanwhile.
  ///   - notUndone: What an undo does not bring back.
  static func lines(leftOut: [RowName], notUndone: [String], _ display: Display) -> [StyledText] {
    var lines: [StyledText] = []
    if !leftOut.isEmpty {
      let rows = leftOut.map(\.description).joined(separator: ", ")
      lines += display.paragraph(
        StyledText("left alone: ", .warning), StyledText("others have changed them meanwhile: " + rows))
    }
    if !notUndone.isEmpty {
      lines += display.paragraph(
        StyledText("not undone: ", .warning),
        StyledText("`undo` does not bring back " + notUndone.joined(separator: "; ")))
    }
    return lines
  }
}
