import MemoryModel

/// Each row as a block of name and value lines, for rows too wide for a table.
struct VerticalRenderer: Renderer {
  /// What shows it. A terminal gets long text wrapped, and that of tables cut after some lines; a file gets it whole.
  let display: Display

  /// A value of a table takes no more lines of a terminal than this.
  static let linesMaximum = 10
  /// Nor one without a space in it than this.
  private static let linesWithoutWords = 2
  private static let narrowestValue = 20

  init(_ display: Display = Display()) {
    self.display = display
  }

  func render(_ table: ResultTable, to output: inout String) {
    let width = table.columns.map(\.withVisibleControls.displayWidth).max() ?? 0
    for (number, row) in table.rows.enumerated() {
      var lines = [StyledText("─[ \(table.noun) \(number + 1) ]─", .dim)]
      for (name, cell) in zip(table.columns, row) {
        lines += self.lines(
          name, cell, width: width, limit: VerticalRenderer.linesMaximum,
          marked: { name == table.subject ? table.marked($0) : $0 })
      }
      output += display.text(lines)
    }
    if !display.isForProgram { output += display.text(display.paragraph(StyledText(), table.summary)) }
  }

  func render(_ record: ResultRecord, to output: inout String) {
    let values = record.flattened
    let width = values.map(\.name.withVisibleControls.displayWidth).max() ?? 0
    for (name, cell) in values {
      output += display.text(lines(name, cell, width: width, limit: .max, marked: { $0 }))
    }
  }

  private func lines(
    _ name: String, _ cell: Cell, width: Int, limit: Int, marked: (StyledText) -> StyledText
  ) -> [StyledText] {
    let name = StyledText(name, .header)
    let label = name + StyledText(String(repeating: " ", count: width - name.width)) + StyledText(" │ ", .dim)
    guard let text = cell.displayText else { return [label + StyledText("NULL", .dim)] }
    guard let columns = display.columns else { return [label + StyledText(text)] }
    let next = StyledText(String(repeating: " ", count: width)) + StyledText(" │ ", .dim)
    let available = max(VerticalRenderer.narrowestValue, columns - width - TableLayout.separatorWidth)
    // What nobody reads, such as the numbers of a vector, needs no more than to be told from others.
    let hasWords = text.prefix(available * VerticalRenderer.linesWithoutWords).contains(" ")
    let limit = limit == .max || hasWords ? limit : VerticalRenderer.linesWithoutWords
    return StyledText.lines(of: text, width: available, atMost: limit, marked: marked).enumerated().map {
      ($0.offset == 0 ? label : next) + $0.element
    }
  }
}
