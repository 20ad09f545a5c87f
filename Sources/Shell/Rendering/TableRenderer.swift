import Database
import MemoryModel
import MemoryServices

/// Aligned columns for people, as wide as the terminal at most.
struct TableRenderer: Renderer {
  /// The width of the terminal; nil for a file, whose cells are cut all the same so that rows stay comparable.
  let columns: Int?

  /// A cell in a file that is wider than this is cut.
  private static let fileCellWidth = 60
  /// No column is made narrower than this.
  private static let narrowestColumn = 8
  private static let separatorWidth = 3
  private static let null = "NULL"

  init(columns: Int? = nil) {
    self.columns = columns
  }

  func render(_ table: ResultTable, to output: inout String) {
    let table = table.shown
    let widest = columns ?? TableRenderer.fileCellWidth
    let cells = table.rows.map { $0.map { TableRenderer.shown($0, widest: widest) } }
    let names = table.columns.map(\.withVisibleControls)
    var widths = names.map(\.displayWidth)
    for row in cells {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.displayWidth) }
    }
    if let columns {
      let available = columns - TableRenderer.separatorWidth * (widths.count - 1)
      guard let fitted = TableRenderer.fitted(widths, available: available) else {
        // Too many columns to stand side by side.
        return VerticalRenderer(columns: columns).render(table, to: &output)
      }
      widths = fitted
    }
    let rightAligned = table.columns.indices.map { column in table.rows.contains { $0[column].isNumeric } }
    output += TableRenderer.line(names, widths: widths, rightAligned: rightAligned)
    output += widths.map { String(repeating: "─", count: $0) }.joined(separator: "─┼─") + "\n"
    for row in cells { output += TableRenderer.line(row, widths: widths, rightAligned: rightAligned) }
    output += "(\(counted(table.rows.count, table.noun)))\n"
  }

  /// The widths that fit: the widest columns give way first; nil when even that is not enough.
  private static func fitted(_ widths: [Int], available: Int) -> [Int]? {
    guard widths.reduce(0, +) > available else { return widths }
    guard widths.reduce(0, { $0 + min($1, narrowestColumn) }) <= available else { return nil }
    // The largest limit under which the columns fit.
    var limit = widths.max() ?? 0
    while widths.reduce(0, { $0 + min($1, limit) }) > available { limit -= 1 }
    var fitted = widths.map { min($0, limit) }
    var spare = available - fitted.reduce(0, +)
    for column in widths.indices where spare > 0 && fitted[column] < widths[column] {
      fitted[column] += 1
      spare -= 1
    }
    return fitted
  }

  /// A title, then one line for each value, groups indented below their names.
  func render(_ record: ResultRecord, to output: inout String) {
    if let line = record.line {
      output += line.withVisibleControls + "\n"
      return
    }
    output += record.title.withVisibleControls + "\n"
    let rows = TableRenderer.rows(record.fields, indent: "  ")
    let labelWidth = rows.map(\.label.displayWidth).max() ?? 0
    for row in rows {
      guard !row.value.isEmpty else {
        output += row.label + "\n"
        continue
      }
      let gap = String(repeating: " ", count: labelWidth - row.label.displayWidth + 2)
      let value = columns.map { row.value.fitted(toWidth: max(20, $0 - labelWidth - 2)) } ?? row.value
      output += row.label + gap + value + "\n"
    }
  }

  private static func rows(_ fields: [ResultRecord.Field], indent: String) -> [(label: String, value: String)] {
    fields.flatMap { field -> [(label: String, value: String)] in
      let label = indent + field.label.withVisibleControls
      switch field.value {
      case .cell(let cell): return [(label, cell.displayText?.withVisibleControls ?? "–")]
      case .record(let inner): return [(label, "")] + rows(inner, indent: indent + "  ")
      case .chart(let chart):
        return [(label, chart.summary.withVisibleControls)]
          + chart.lines.map { (indent + "  " + $0.label.withVisibleControls.fitted(toWidth: 24), $0.value) }
      case .list(let table): return lines(of: table, label: label, indent: indent + "  ")
      }
    }
  }

  /// A line for the names and one for each row, their first column being the label.
  private static func lines(of table: ResultTable, label: String, indent: String) -> [(label: String, value: String)] {
    let table = table.shown
    guard !table.rows.isEmpty else { return [(label, "–")] }
    let rows =
      [table.columns.map(\.withVisibleControls)] + table.rows.map { $0.map { shown($0, widest: fileCellWidth) } }
    let widths = table.columns.indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
    let rightAligned = table.columns.indices.map { column in table.rows.contains { $0[column].isNumeric } }
    return [(label, "")]
      + rows.map { row in
        let rest = line(
          Array(row.dropFirst()), widths: Array(widths.dropFirst()), rightAligned: Array(rightAligned.dropFirst()))
        return (indent + row[0], String(rest.dropLast()))
      }
  }

  private static func shown(_ cell: Cell, widest: Int) -> String {
    guard let text = cell.displayText else { return null }
    // Text much longer than the column is cut before it is examined, so that one cell cannot cost a second.
    return String(text.prefix(widest + 1)).withVisibleControls.fitted(toWidth: widest)
  }

  private static func line(_ cells: [String], widths: [Int], rightAligned: [Bool]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let cell = cell.fitted(toWidth: widths[column])
      let gap = String(repeating: " ", count: max(0, widths[column] - cell.displayWidth))
      return rightAligned[column] ? gap + cell : cell + gap
    }
    var line = padded.joined(separator: " │ ")
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }
}
