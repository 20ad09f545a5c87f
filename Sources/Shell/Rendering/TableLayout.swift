import MemoryModel

/// Which columns of a table a terminal shows, and how wide each is.
///
/// What people came for is the content: it gets the width. Columns that say the same in every row, or nothing, give way
/// first and are told below the table; then those that the command can do without. Numbers and moments are never cut.
struct TableLayout {
  /// The columns that are shown, as indexes of the table's.
  private(set) var columns: [Int]
  /// The width of each of the table's columns.
  private(set) var widths: [Int]
  /// Whether moments are shown without their time.
  private(set) var hasShortMoments = false
  /// Whether names of columns stand on several lines, broken at underscores.
  private(set) var hasBrokenNames = false
  /// The columns that say the same in every row.
  private(set) var constant: [Int] = []
  /// The columns that there is no room for.
  private(set) var omitted: [Int] = []

  private let table: ResultTable
  private let available: Int
  /// The column that gets the width.
  private let subject: Int?

  static let separatorWidth = 3
  /// No column of text is made narrower than this.
  private static let narrowestText = 8
  /// Nor is one beside the content cut to less.
  private static let narrowestBesideContent = 16
  private static let narrowestContent = 30
  private static let widestInFile = 60
  private static let dateWidth = 10
  /// A name is broken only if that makes it so much narrower.
  private static let savingMinimum = 4

  /// Fits a table into a width; nil for a file, where only long texts are cut.
  init(_ table: ResultTable, width: Int?) {
    self.table = table
    available = width ?? .max
    columns = Array(table.columns.indices)
    widths = []
    subject = table.subject.flatMap { name in table.columns.firstIndex(of: name) }
    let widest = width ?? TableLayout.widestInFile
    widths = columns.map { naturalWidth(of: $0, widest: widest) }
    guard !fits else { return }
    giveWay()
  }

  /// Whether the columns fit side by side.
  var fits: Bool { total <= available }

  private var total: Int {
    columns.reduce(0) { $0 + widths[$1] } + TableLayout.separatorWidth * max(0, columns.count - 1)
  }

  private mutating func giveWay() {
    leaveOutConstantColumns()
    guard !fits else { return }
    hasShortMoments = true
    hasBrokenNames = true
    for column in columns { widths[column] = naturalWidth(of: column, widest: available) }
    guard !fits else { return }
    for name in table.yielding where !hasRoomForContent {
      guard let column = table.columns.firstIndex(of: name), columns.contains(column) else { continue }
      columns.removeAll { $0 == column }
      omitted.append(column)
    }
    cutTexts()
  }

  /// Whether the content gets half of the screen, or all that it needs.
  private var hasRoomForContent: Bool {
    guard let subject, columns.contains(subject) else { return fits }
    let wanted = min(widths[subject], max(TableLayout.narrowestContent, available / 2))
    return total - widths[subject] + wanted <= available
  }

  private mutating func leaveOutConstantColumns() {
    for column in columns where column != subject && columns.count > 1 && isConstant(column) {
      constant.append(column)
      columns.removeAll { $0 == column }
    }
  }

  private func isConstant(_ column: Int) -> Bool {
    guard let first = table.rows.first?[column] else { return false }
    let isEmpty = (first.plainText ?? "").isEmpty
    return (isEmpty || table.rows.count > 1) && table.rows.allSatisfy { $0[column] == first }
  }

  /// Cuts the widest columns of text to what is left, the content last.
  private mutating func cutTexts() {
    let texts = columns.filter { isText($0) }
    if let subject, texts.contains(subject) {
      let others = texts.filter { $0 != subject }
      let wanted = min(widths[subject], max(TableLayout.narrowestContent, available / 2))
      shrink(others, by: total - widths[subject] + wanted - available, to: TableLayout.narrowestBesideContent)
      shrink(
        [subject], by: total - available,
        to: min(TableLayout.narrowestContent, max(available / 3, TableLayout.narrowestText)))
    } else {
      shrink(texts, by: total - available, to: TableLayout.narrowestText)
    }
  }

  /// Takes so many columns of the terminal from the widest ones.
  private mutating func shrink(_ texts: [Int], by excess: Int, to narrowest: Int) {
    var excess = excess
    while excess > 0, let widest = texts.max(by: { widths[$0] < widths[$1] }), widths[widest] > narrowest {
      // Down to the next widest one at once, so that a cell of a megabyte does not take a million steps.
      let next = texts.filter { widths[$0] < widths[widest] }.map { widths[$0] }.max() ?? narrowest
      let step = min(excess, max(1, (widths[widest] - max(next, narrowest))))
      widths[widest] -= step
      excess -= step
    }
  }

  private func isText(_ column: Int) -> Bool {
    table.rows.contains { row in
      switch row[column] {
      case .text, .json, .vector: true
      case .null, .boolean, .integer, .double, .number, .timestamp: false
      }
    }
  }

  private func naturalWidth(of column: Int, widest: Int) -> Int {
    let name = names(of: column).map(\.displayWidth).max() ?? 0
    return table.rows.reduce(name) { max($0, shown($1[column], widest: widest).width) }
  }

  /// The lines of a column's name.
  func names(of column: Int) -> [String] {
    let name = table.columns[column].withVisibleControls
    guard hasBrokenNames else { return [name] }
    let words = name.split(separator: "_", omittingEmptySubsequences: false)
    let parts = words.enumerated().map { $0.offset < words.count - 1 ? $0.element + "_" : String($0.element) }
    let isWorthIt = name.displayWidth - (parts.map(\.displayWidth).max() ?? 0) >= TableLayout.savingMinimum
    return isWorthIt ? parts : [name]
  }

  /// The names of the columns, in lines, short ones at the bottom; by the table's indexes.
  var headings: [[Int: String]] {
    let names = columns.map { (column: $0, parts: self.names(of: $0)) }
    let height = names.map(\.parts.count).max() ?? 0
    return (0..<height).map { line in
      let parts = names.compactMap { column, parts -> (Int, String)? in
        let index = line - (height - parts.count)
        return parts.indices.contains(index) ? (column, parts[index]) : nil
      }
      return Dictionary(uniqueKeysWithValues: parts)
    }
  }

  /// What is not shown: columns that say the same in all rows, or nothing, and those that there is no room for; nil when
  /// all are shown.
  var remark: String? {
    var remarks: [String] = []
    let values = constant.filter { !(table.rows[0][$0].plainText ?? "").isEmpty }
    if !values.isEmpty {
      let same = values.map { "\(table.columns[$0]): \(table.rows[0][$0].displayText ?? "")" }
      remarks.append(same.joined(separator: ", ") + " in all rows")
    }
    let empty = constant.filter { !values.contains($0) }
    if !empty.isEmpty { remarks.append("nothing in " + empty.map { table.columns[$0] }.joined(separator: ", ")) }
    if !omitted.isEmpty { remarks.append("no room for " + omitted.map { table.columns[$0] }.joined(separator: ", ")) }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  /// A cell as it is shown in so many columns.
  func shown(_ cell: Cell, widest: Int) -> StyledText {
    guard let text = cell.displayText else { return StyledText("NULL", .dim) }
    if case .timestamp = cell, hasShortMoments { return StyledText(String(text.prefix(TableLayout.dateWidth))) }
    // Text much longer than the column is cut before it is examined, so that one cell cannot cost a second.
    let isLong = text.utf8.count > widest && widest < .max
    return StyledText(isLong ? String(text.prefix(widest + 1)) : text).fitted(toWidth: widest)
  }
}
