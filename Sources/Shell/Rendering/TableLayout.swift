import MemoryModel

/// Which columns of a table a terminal shows, and how wide each is.
///
/// What people came for, the subject, gets the width, and it alone is ever narrower than what stands in it: it is cut,
/// which is told below the table, or wrapped. Names, types, ids, commands, numbers and moments stand whole. Columns that
/// say the same in every row, or nothing, give way first and are told below the table; then those that the command can
/// do without. What does not fit then is shown otherwise: a block for each row.
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
  private let gap: Int
  /// The column that gets the width.
  private let subject: Int?

  static let separatorWidth = 3
  private static let narrowestText = 8
  private static let narrowestSubject = 30
  private static let widestInFile = 60
  /// A cell of a file that is wider stands whole, but what comes after it out of line.
  private static let widestAligned = 1000
  private static let dateWidth = 10
  /// A name is broken only if that makes it so much narrower.
  private static let savingMinimum = 4

  /// Fits a table into a width; nil for a file, where only long subjects are cut.
  ///
  /// - Parameter gap: What stands between two columns, in columns of the terminal.
  init(_ table: ResultTable, width: Int?, gap: Int = TableLayout.separatorWidth) {
    self.table = table
    self.gap = gap
    available = width ?? .max
    columns = Array(table.columns.indices)
    widths = []
    subject = table.subject.flatMap { name in table.columns.firstIndex(of: name) }
    widths = columns.map { naturalWidth(of: $0) }
    guard !fits else { return }
    giveWay()
  }

  /// Whether the columns fit side by side.
  var fits: Bool { total <= available }

  private var total: Int {
    columns.reduce(0) { $0 + widths[$1] } + gap * max(0, columns.count - 1)
  }

  private mutating func giveWay() {
    // What is wrapped hides nothing, so that all else can stay beside it.
    if table.wrapsSubject, hasRoomForSubject { return narrowSubject() }
    leaveOutConstantColumns()
    guard !fits else { return }
    hasShortMoments = true
    hasBrokenNames = true
    for column in columns { widths[column] = naturalWidth(of: column) }
    for name in table.yielding where !hasRoomForSubject {
      guard let column = table.columns.firstIndex(of: name), columns.contains(column) else { continue }
      columns.removeAll { $0 == column }
      omitted.append(column)
    }
    narrowSubject()
  }

  /// Whether the subject gets enough of the screen: all that it needs, or most of the screen, if it would be cut.
  private var hasRoomForSubject: Bool {
    guard let subject, columns.contains(subject) else { return fits }
    let enough = table.wrapsSubject ? 0 : available / 5 * 3
    return total - widths[subject] + min(widths[subject], max(TableLayout.narrowestSubject, enough)) <= available
  }

  private mutating func narrowSubject() {
    guard let subject, columns.contains(subject), !fits else { return }
    let least = table.wrapsSubject ? Display.narrowestText : TableLayout.narrowestSubject
    let narrowest = min(least, max(available / 3, TableLayout.narrowestText))
    widths[subject] = max(min(narrowest, widths[subject]), widths[subject] - (total - available))
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

  /// The width of what stands in a column. A subject needs no more than there can be, and of anything else that is wider
  /// than the terminal no more is to be known.
  private func naturalWidth(of column: Int) -> Int {
    let name = names(of: column).map(\.displayWidth).max() ?? 0
    let widest: Int
    switch (column == subject, available < .max) {
    case (true, true): widest = available
    case (true, false): widest = table.wrapsSubject ? TableLayout.widestAligned : TableLayout.widestInFile
    case (false, true): widest = available + 1
    case (false, false): widest = TableLayout.widestAligned
    }
    return table.rows.reduce(name) { max($0, text($1[column], widest: widest).width) }
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

  /// The columns whose moments are shown without their time.
  private var shortened: [Int] {
    guard hasShortMoments else { return [] }
    return columns.filter { column in
      table.rows.contains { if case .timestamp = $0[column] { true } else { false } }
    }
  }

  /// Whether the rows hold more than is shown.
  var hidesSomething: Bool { !omitted.isEmpty || !shortened.isEmpty || cutsSubject }

  /// Whether a part of the subject is not shown.
  var cutsSubject: Bool {
    guard let subject, !table.wrapsSubject, columns.contains(subject) else { return false }
    return table.rows.contains { row in
      guard let text = row[subject].displayText?.withVisibleControls else { return false }
      return text.cut(toWidth: widths[subject]).utf8.count < text.utf8.count
    }
  }

  /// What is not shown: columns that say the same in all rows, or nothing, those that there is no room for, times of day,
  /// and the ends of the subject; nil when all is shown.
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
    if !shortened.isEmpty {
      remarks.append("no time of day in " + shortened.map { table.columns[$0] }.joined(separator: ", "))
    }
    if cutsSubject, let subject { remarks.append("\(table.columns[subject]) is cut") }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  /// The cell of a row in a column, in the lines that it takes.
  func lines(of row: [Cell], _ column: Int) -> [StyledText] {
    guard column == subject else { return [text(row[column])] }
    let width = widths[column]
    if table.wrapsSubject, available < .max {
      guard let text = row[column].displayText else { return [TableLayout.null] }
      return StyledText.lines(of: text, width: width, atMost: VerticalRenderer.linesMaximum)
    }
    guard !table.wrapsSubject else { return [text(row[column])] }
    guard !table.words.isEmpty else { return [text(row[column], widest: width)] }
    return [table.marked(text(table.excerpt(row[column], width: width), widest: width))]
  }

  /// A cell as it is shown, whole or in so many columns.
  func text(_ cell: Cell, widest: Int = .max) -> StyledText {
    guard let text = cell.displayText else { return TableLayout.null }
    if case .timestamp = cell, hasShortMoments { return StyledText(String(text.prefix(TableLayout.dateWidth))) }
    guard widest < .max else { return StyledText(text) }
    // Text much longer than the column is cut before it is examined, so that one cell cannot cost a second.
    return StyledText(text.utf8.count > widest ? String(text.prefix(widest + 1)) : text).fitted(toWidth: widest)
  }

  private static let null = StyledText("NULL", .dim)
}
