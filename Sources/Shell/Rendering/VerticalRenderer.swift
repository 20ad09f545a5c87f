/// Each row as a block of name and value lines, for rows too wide for a table.
struct VerticalRenderer: Renderer {
  func render(_ table: ResultTable, to output: inout String) {
    let width = table.columns.map(\.displayWidth).max() ?? 0
    for (number, row) in table.rows.enumerated() {
      output += "─[ \(table.noun) \(number + 1) ]─\n"
      for (name, cell) in zip(table.columns, row) { output += VerticalRenderer.line(name, cell, width: width) }
    }
    output += "(\(table.rows.count) \(table.noun)\(table.rows.count == 1 ? "" : "s"))\n"
  }

  func render(_ record: ResultRecord, to output: inout String) {
    let width = record.flattened.map(\.name.displayWidth).max() ?? 0
    for (name, cell) in record.flattened { output += VerticalRenderer.line(name, cell, width: width) }
  }

  private static func line(_ name: String, _ cell: Cell, width: Int) -> String {
    let gap = String(repeating: " ", count: width - name.displayWidth)
    return "\(name)\(gap) │ \(cell.displayText?.withVisibleControls ?? "NULL")\n"
  }
}
