import Database
import MemoryModel
import MemoryServices

/// Prints errors: for people with place, caret and hint, for machines as one JSON object.
package struct ErrorRenderer: Sendable {
  /// Whether a machine reads it.
  package let asJSON: Bool
  private let display: Display

  /// Chooses the form: JSON under the formats `json` and `jsonl`.
  package init(format: OutputFormat?, display: Display = Display()) {
    asJSON = format == .json || format == .jsonl
    self.display = display
  }

  /// The error as text that ends in a newline.
  package func text(of located: LocatedError) -> String {
    asJSON ? jsonText(of: located) : plainText(of: located)
  }

  /// A longer line is not shown: finding the place in it would take longer than all the rest.
  private static let shownLineMaximum = 10_000

  private func jsonText(of located: LocatedError) -> String {
    JSON.object([
      JSON.Member("code", .string(located.error.code.rawValue)),
      JSON.Member("message", .string(located.error.message)), JSON.Member("hint", .optional(located.error.hint)),
      JSON.Member("file", .optional(located.position?.file)),
      JSON.Member("line", located.position.map { .integer($0.line) } ?? .null),
      JSON.Member("cause", .optional(located.error.cause)),
    ]).text + "\n"
  }

  private func plainText(of located: LocatedError) -> String {
    let error = located.error
    let place =
      located.position.flatMap { position in position.file.map { "\($0):\(position.line)" } } ?? "memsh"
    var lines = display.paragraph(
      StyledText(), StyledText(place + ": ") + StyledText("error: ", .error) + StyledText(error.message))
    if let source = located.sourceLine, source.utf8.count <= ErrorRenderer.shownLineMaximum,
      let position = located.position, position.file != nil
    {
      lines += ErrorRenderer.caret(below: source, column: position.column, width: located.width)
    }
    if let fault = error.fault, fault.line.utf8.count <= ErrorRenderer.shownLineMaximum {
      lines += ErrorRenderer.caret(below: fault.line, column: fault.column, width: 1)
    }
    if let cause = error.cause, !error.message.contains(cause) {
      lines += display.paragraph(StyledText("cause: ", .header), StyledText(cause))
    }
    if let hint = error.hint { lines += display.paragraph(StyledText("hint: ", .command), StyledText(hint)) }
    return display.text(lines)
  }

  /// The source line with the place underlined; a long line is cut to the part around it.
  private static func caret(below source: String, column: Int, width: Int) -> [StyledText] {
    let start = max(0, column - 60)
    let shown = String(source.dropFirst(start).prefix(100)).withVisibleControls
    let before = String(source.dropFirst(start).prefix(column - 1 - start)).withVisibleControls.displayWidth
    let tail = max(0, min(width, 100) - 1)
    let caret = "  " + String(repeating: " ", count: before) + "^" + String(repeating: "~", count: tail)
    return [StyledText("  " + shown), StyledText(caret, .error)]
  }
}
