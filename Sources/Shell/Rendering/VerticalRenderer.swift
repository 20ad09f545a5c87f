import Database
import MemoryModel
import MemoryServices

/// Each row as a block of name and value lines, for rows too wide for a table.
struct VerticalRenderer: Renderer {
  /// The width of the terminal, on which long text is wrapped, and cut after some lines; nil for a file.
  let columns: Int?

  /// A value takes no more lines of a terminal than this.
  private static let linesMaximum = 10
  private static let narrowestValue = 20

  init(columns: Int? = nil) {
    self.columns = columns
  }

  func render(_ table: ResultTable, to output: inout String) {
    let names = table.columns.map(\.withVisibleControls)
    let width = names.map(\.displayWidth).max() ?? 0
    for (number, row) in table.rows.enumerated() {
      output += "─[ \(table.noun) \(number + 1) ]─\n"
      for (name, cell) in zip(names, row) { output += lines(name, cell, width: width) }
    }
    output += "(\(counted(table.rows.count, table.noun)))\n"
  }

  func render(_ record: ResultRecord, to output: inout String) {
    let values = record.flattened.map { (name: $0.name.withVisibleControls, cell: $0.cell) }
    let width = values.map(\.name.displayWidth).max() ?? 0
    for (name, cell) in values { output += lines(name, cell, width: width) }
  }

  private func lines(_ name: String, _ cell: Cell, width: Int) -> String {
    let label = name + String(repeating: " ", count: width - name.displayWidth) + " │ "
    guard let text = cell.displayText else { return label + "NULL\n" }
    guard let columns else { return label + text.withVisibleControls + "\n" }
    let available = max(VerticalRenderer.narrowestValue, columns - width - 3)
    let next = String(repeating: " ", count: width) + " │ "
    return VerticalRenderer.wrapped(text, width: available).enumerated()
      .map { ($0.offset == 0 ? label : next) + $0.element + "\n" }.joined()
  }

  private static func wrapped(_ text: String, width: Int) -> [String] {
    // No more is examined than can be shown.
    let head = text.prefix(width * linesMaximum)
    var rest = String(head).withVisibleControls[...]
    var lines: [String] = []
    while !rest.isEmpty, lines.count < linesMaximum {
      var used = 0
      let line = rest.prefix { character in
        used += character.displayWidth
        return used <= width
      }
      lines.append(String(line))
      rest = rest[line.endIndex...]
    }
    if !rest.isEmpty || head.endIndex != text.endIndex { lines.append("… (\(text.utf8.count) bytes in all)") }
    return lines.isEmpty ? [""] : lines
  }
}
