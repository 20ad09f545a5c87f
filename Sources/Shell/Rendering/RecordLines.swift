import MemoryModel

/// A record for people: a title, then a line for each value, groups indented below their names. Nothing is cut: what is
/// wider than the terminal is wrapped.
struct RecordLines {
  private let display: Display

  /// Groups in a JSON value are shown as groups down to this depth.
  private static let depthMaximum = 3
  /// What has a longer name stands below it.
  private static let widestLabel = 28

  init(_ display: Display) {
    self.display = display
  }

  /// One value with its name, or a name alone above a group.
  private enum Line {
    case value(label: String, StyledText)
    /// A text of several lines.
    case text(label: String, String)
    case list(label: String, ResultTable, indent: Int)

    var label: String {
      switch self {
      case .value(let label, _), .text(let label, _), .list(let label, _, _): label
      }
    }
  }

  func lines(of record: ResultRecord) -> [StyledText] {
    let lines = lines(of: record.fields, indent: 2)
    let width = lines.map(\.label.displayWidth).filter { $0 <= RecordLines.widestLabel }.max() ?? 0
    return [StyledText(record.title, .header)] + lines.flatMap { styled($0, width: width) }
  }

  private func styled(_ line: Line, width: Int) -> [StyledText] {
    let name = StyledText(line.label, .header)
    let isLong = name.width > width
    let gap = StyledText(String(repeating: " ", count: width + 2 - (isLong ? 0 : name.width)))
    let beginning = isLong ? gap : name + gap
    let above = isLong ? display.paragraph(StyledText(), name) : []
    switch line {
    case .value(_, let value): return value.isEmpty ? [name] : above + display.paragraph(beginning, value)
    case .text(_, let text): return above + display.paragraph(beginning, linesOf: text)
    case .list(_, let table, let indent): return [name] + lines(of: table, indent: indent)
    }
  }

  private func lines(of fields: [ResultRecord.Field], indent: Int) -> [Line] {
    fields.flatMap { field -> [Line] in
      let label = String(repeating: " ", count: indent) + field.label.withVisibleControls
      switch field.value {
      // A list of memsh's own; what is in the metadata of a memory stays JSON.
      case .cell(.json(.array(let items))) where !items.isEmpty && items.allSatisfy(\.isScalar):
        return [.text(label: label, items.map { $0.stringValue ?? $0.text }.joined(separator: ", "))]
      case .cell(let cell): return lines(of: cell, label: label, indent: indent)
      case .record(let inner): return [.value(label: label, StyledText())] + lines(of: inner, indent: indent + 2)
      case .chart(let chart):
        let bars = chart.lines.map { label, value in
          Line.value(
            label: String(repeating: " ", count: indent + 2) + label.withVisibleControls, StyledText(value))
        }
        return [.value(label: label, StyledText(chart.summary))] + bars
      case .list(let table):
        guard !table.rows.isEmpty else { return [.value(label: label, RecordLines.nothing)] }
        return [.list(label: label, table, indent: indent + 2)]
      }
    }
  }

  private func lines(of cell: Cell, label: String, indent: Int) -> [Line] {
    switch cell {
    case .text(let text): [.text(label: label, text)]
    case .json(.object(let members)) where !members.isEmpty && indent <= 2 * RecordLines.depthMaximum:
      [.value(label: label, StyledText())]
        + members.flatMap { member in
          lines(
            of: RecordLines.cell(member.value),
            label: String(repeating: " ", count: indent + 2) + member.key.withVisibleControls, indent: indent + 2)
        }
    case .json(.array(let items)) where items.isEmpty: [.value(label: label, RecordLines.nothing)]
    default: [.value(label: label, cell.displayText.map { StyledText($0) } ?? RecordLines.nothing)]
    }
  }

  private static func cell(_ json: JSON) -> Cell {
    switch json {
    case .null: .null
    case .string(let text): .text(text)
    default: .json(json)
    }
  }

  /// A table within a record: the last column is wrapped, the others stand as they are; in a narrow terminal columns
  /// that say the same in every row give way. Where there is still no room, each row is a block of values.
  private func lines(of table: ResultTable, indent: Int) -> [StyledText] {
    let kept = table.shown.withoutEmptyColumns
    let table = kept.wrapping(kept.columns.last)
    let layout = TableLayout(
      table, width: display.columns.map { max(1, $0 - indent) }, gap: RecordLines.gap)
    guard layout.fits else { return blocks(of: table, indent: indent) }
    guard let last = layout.columns.last else { return [] }
    func beginning(_ cells: (Int) -> StyledText) -> StyledText {
      layout.columns.dropLast().reduce(StyledText(String(repeating: " ", count: indent))) { line, column in
        let cell = cells(column)
        let gap = StyledText(String(repeating: " ", count: max(0, layout.widths[column] - cell.width)))
        return line + (table.rows.contains { $0[column].isNumeric } ? gap + cell : cell + gap)
          + StyledText(String(repeating: " ", count: RecordLines.gap))
      }
    }
    let headings = layout.headings.map { names in
      (beginning { StyledText(names[$0] ?? "", .dim) } + StyledText(names[last] ?? "", .dim)).withoutTrailingSpaces
    }
    let rows = table.rows.flatMap { row in
      let start = beginning { layout.text(row[$0]) }
      return row[last].displayText.map { display.paragraph(start, linesOf: $0) } ?? [start + RecordLines.nothing]
    }
    guard let remark = layout.remark else { return headings + rows }
    let space = StyledText(String(repeating: " ", count: indent))
    return headings + rows + display.paragraph(space, StyledText("(\(remark))", .dim))
  }

  /// What stands between two columns.
  private static let gap = 2

  private func blocks(of table: ResultTable, indent: Int) -> [StyledText] {
    let width = table.columns.map(\.displayWidth).max() ?? 0
    return table.rows.flatMap { row in
      zip(table.columns, row).enumerated().flatMap { number, value in
        let (name, cell) = value
        let gap = String(repeating: " ", count: width - name.displayWidth + 2)
        let beginning =
          StyledText(String(repeating: " ", count: indent) + (number == 0 ? "- " : "  "))
          + StyledText(name + gap, .dim)
        return cell.displayText.map { display.paragraph(beginning, linesOf: $0) } ?? [beginning + RecordLines.nothing]
      }
    }
  }

  private static let nothing = StyledText("–", .dim)
}

extension JSON {
  /// Whether it is one value, and holds no others.
  fileprivate var isScalar: Bool {
    switch self {
    case .object, .array: false
    default: true
    }
  }
}

extension ResultTable {
  /// The table without the columns that are NULL in all rows.
  fileprivate var withoutEmptyColumns: ResultTable {
    let kept = columns.indices.filter { column in rows.contains { $0[column] != .null } }
    return with(kept.map { columns[$0] })
  }
}
