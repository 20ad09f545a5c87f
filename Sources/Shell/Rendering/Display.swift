/// What shows a result to people: a terminal of some width and colours, or a file.
package struct Display: Sendable, Equatable {
  /// The width of the terminal, to which no control character may be sent; nil when none shows it.
  package var columns: Int?
  /// The colours.
  package var theme: Theme
  /// When rows stand one value a line.
  package var expansion: Expansion
  /// Whether a program reads it: nothing is cut, and nothing stands below it.
  package var isForProgram: Bool

  /// Describes what shows a result.
  package init(
    columns: Int? = nil, theme: Theme = .none, expansion: Expansion = .auto, isForProgram: Bool = false
  ) {
    self.columns = columns
    self.theme = theme
    self.expansion = expansion
    self.isForProgram = isForProgram
  }

  /// Lines of text, as they are written.
  func text(_ lines: [StyledText]) -> String { lines.map { $0.text(theme) + "\n" }.joined() }

  /// A paragraph, wrapped at the terminal's width; what does not fit on its first line stands as far to the right as its
  /// beginning, which is never broken.
  func paragraph(_ beginning: StyledText, _ text: StyledText) -> [StyledText] {
    let width = beginning.width
    guard let columns else { return [beginning + text] }
    let indent = StyledText(String(repeating: " ", count: width))
    return text.wrapped(toWidth: max(Display.narrowestText, columns - width)).enumerated()
      .map { ($0.offset == 0 ? beginning : $0.element.isEmpty ? StyledText() : indent) + $0.element }
  }

  /// A text of several lines, wrapped.
  func paragraph(_ beginning: StyledText, linesOf text: String, _ role: TextRole = .plain) -> [StyledText] {
    let indent = StyledText(String(repeating: " ", count: beginning.width))
    return StyledText.lines(of: text, role).enumerated()
      .flatMap { paragraph($0.offset == 0 ? beginning : $0.element.isEmpty ? StyledText() : indent, $0.element) }
  }

  /// No text is wrapped to less, even where the terminal is narrower.
  static let narrowestText = 20
}
