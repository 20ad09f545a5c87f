import MemoryModel
import MemoryServices

/// What people must know of a change besides what it did.
enum ChangeRemarks {
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
