/// Aligned columns for people.
struct TableRenderer: Renderer {
  /// A cell wider than this is cut.
  private static let cellWidthMaximum = 60
  private static let null = "NULL"

  func render(_ table: ResultTable, to output: inout String) {
    let table = table.shown
    let cells = table.rows.map { $0.map(TableRenderer.shown) }
    var widths = table.columns.map(\.displayWidth)
    for row in cells {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.displayWidth) }
    }
    let rightAligned = table.columns.indices.map { column in table.rows.contains { $0[column].isNumeric } }
    output += TableRenderer.line(table.columns, widths: widths, rightAligned: rightAligned)
    output += widths.map { String(repeating: "─", count: $0) }.joined(separator: "─┼─") + "\n"
    for row in cells { output += TableRenderer.line(row, widths: widths, rightAligned: rightAligned) }
    output += "(\(table.rows.count) \(table.noun)\(table.rows.count == 1 ? "" : "s"))\n"
  }

  /// A title, then one line for each value, groups indented below their names.
  func render(_ record: ResultRecord, to output: inout String) {
    output += record.title + "\n"
    let rows = TableRenderer.rows(record.fields, indent: "  ")
    let width = rows.map(\.label.displayWidth).max() ?? 0
    for row in rows {
      let gap = String(repeating: " ", count: width - row.label.displayWidth + 2)
      output += row.value.isEmpty ? row.label + "\n" : row.label + gap + row.value + "\n"
    }
  }

  private static func rows(_ fields: [ResultRecord.Field], indent: String) -> [(label: String, value: String)] {
    fields.flatMap { field -> [(label: String, value: String)] in
      let label = indent + field.name.replacing("_", with: " ")
      switch field.value {
      case .cell(let cell): return [(label, cell.displayText?.withVisibleControls ?? "–")]
      case .record(let inner): return [(label, "")] + rows(inner, indent: indent + "  ")
      }
    }
  }

  private static func shown(_ cell: Cell) -> String {
    guard let text = cell.displayText else { return null }
    // Text much longer than the column is cut before it is examined, so that one cell cannot cost a second.
    return String(text.prefix(cellWidthMaximum + 1)).withVisibleControls.fitted(toWidth: cellWidthMaximum)
  }

  private static func line(_ cells: [String], widths: [Int], rightAligned: [Bool]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let gap = String(repeating: " ", count: max(0, widths[column] - cell.displayWidth))
      return rightAligned[column] ? gap + cell : cell + gap
    }
    var line = padded.joined(separator: " │ ")
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }
}
