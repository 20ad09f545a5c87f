import MemoryModel

/// Aligned columns for people, as wide as the terminal at most; below them what is not shown.
struct TableRenderer: Renderer {
  /// What shows it. In a file, too, the subject is cut, so that rows stay comparable; a program gets it whole.
  let display: Display

  init(_ display: Display = Display()) {
    self.display = display
  }

  func render(_ table: ResultTable, to output: inout String) {
    // Without a subject nothing is cut.
    let shown = display.isForProgram ? table.shown.ordered.wrapping(nil) : table.shown
    let layout = TableLayout(shown, width: display.columns)
    guard display.expansion != .on, display.expansion == .off || isReadable(shown, layout) else {
      return VerticalRenderer(display).render(shown, to: &output)
    }
    output += display.text(lines(of: shown, layout) + footer(of: shown, layout))
  }

  /// Whether the columns fit, and nothing is hidden that a block would show: rows are cut to be compared, one alone
  /// is not.
  private func isReadable(_ table: ResultTable, _ layout: TableLayout) -> Bool {
    guard display.columns != nil, table.rows.count == 1 else { return layout.fits }
    return layout.fits && layout.omitted.isEmpty && !layout.cutsSubject
  }

  func render(_ record: ResultRecord, to output: inout String) {
    if let line = record.line {
      output += display.text(display.paragraph(StyledText(), StyledText(line)))
      return
    }
    output += display.text(record.screen?(display) ?? RecordLines(display).lines(of: record))
  }

  /// The names, a rule, and a line for each row.
  func lines(of table: ResultTable, _ layout: TableLayout) -> [StyledText] {
    let isRight = table.columns.indices.map { column in table.rows.contains { $0[column].isNumeric } }
    func line(_ cells: [StyledText]) -> StyledText {
      TableRenderer.line(
        cells, widths: layout.columns.map { layout.widths[$0] }, isRight: layout.columns.map { isRight[$0] })
    }
    let headings = layout.headings.map { names in
      line(layout.columns.map { StyledText(names[$0] ?? "", .header) })
    }
    let rule = layout.columns.map { String(repeating: "─", count: layout.widths[$0]) }.joined(separator: "─┼─")
    let rows = table.rows.flatMap { row in
      let cells = layout.columns.map { layout.lines(of: row, $0) }
      return (0..<(cells.map(\.count).max() ?? 1)).map { number in
        line(cells.map { $0.indices.contains(number) ? $0[number] : StyledText() })
      }
    }
    return headings + [StyledText(rule, .dim)] + rows
  }

  private static func line(_ cells: [StyledText], widths: [Int], isRight: [Bool]) -> StyledText {
    var line = StyledText()
    for (column, cell) in cells.enumerated() {
      if column > 0 { line += StyledText(" │ ", .dim) }
      let gap = StyledText(String(repeating: " ", count: max(0, widths[column] - cell.width)))
      line += isRight[column] ? gap + cell : column == cells.count - 1 ? cell : cell + gap
    }
    return line.withoutTrailingSpaces
  }

  /// How many rows there are, and what of them is not shown.
  private func footer(of table: ResultTable, _ layout: TableLayout) -> [StyledText] {
    guard !display.isForProgram else { return [] }
    let summary = display.paragraph(StyledText(), table.summary)
    guard let text = layout.remark else { return summary }
    var remark = StyledText("(" + text, .dim)
    if layout.hidesSomething {
      remark += StyledText("; ", .dim) + StyledText(table.wholeWith, .command) + StyledText(" shows all", .dim)
    }
    return summary + display.paragraph(StyledText(), remark + StyledText(")", .dim))
  }
}
