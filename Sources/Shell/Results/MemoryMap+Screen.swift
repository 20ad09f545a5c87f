import MemoryModel
import MemoryServices

/// What `map` shows at the prompt: the points in braille, with a letter in the middle of each of the largest groups, and a
/// legend below.
struct MapScreen {
  let map: MemoryMap
  let grouping: MapGrouping
  /// How high the window is; nil where no terminal shows it.
  let rows: Int?

  private static let (usualColumns, usualRows) = (80, 24)
  private static let columnsMaximum = 200
  private static let groupsMaximum = 12
  private static let letters = Array("ABCDEFGHIJKL")
  /// An entry of the legend takes at least so many columns.
  private static let entryColumns = 38
  private static let mapRowsMinimum = 6

  func lines(_ display: Display) -> [StyledText] {
    let columns = min(MapScreen.columnsMaximum, max(20, display.columns ?? MapScreen.usualColumns))
    let groups = MapGroups(map, by: grouping)
    let largest = groups.counts.indices.filter { groups.counts[$0] > 0 }
      .sorted { (groups.counts[$0], $1) > (groups.counts[$1], $0) }
    let window = rows ?? MapScreen.usualRows
    let across = max(1, min(3, columns / MapScreen.entryColumns))
    // The legend takes a third of the window at the most.
    let shown = Array(largest.prefix(min(MapScreen.groupsMaximum, max(3, window / 3) * across)))
    var below = legend(shown, groups, columns, across)
    if largest.count > shown.count {
      let rest = largest.dropFirst(shown.count).reduce(0) { $0 + groups.counts[$1] }
      below.append(
        StyledText(
          "\(counted(rest, "memory")) in \(counted(largest.count - shown.count, "other")) without a letter", .dim))
    }
    var narrow = display
    narrow.columns = columns
    below += remarks.flatMap { narrow.paragraph(StyledText(), StyledText($0, .dim)) }
    let title = narrow.paragraph(StyledText(), StyledText(headline, .header))
    // The next prompt takes a line of the window, too.
    let mapRows = max(
      MapScreen.mapRowsMinimum, window - title.count - below.count - 1)
    let drawing = BrailleMap(columns: columns, rows: mapRows, map.points)
    return title + drawing.lines(labels: labels(shown, groups)) + below
  }

  /// What everything is, in one line.
  private var headline: String {
    let way: String
    switch map.layout {
    case .pca:
      let shares = map.explained.map { "\(fixed($0 * 100, places: 0)) %" }.joined(separator: " and ")
      way = "across and up by \(shares) of their differences"
    case .neighbours: way = "each near its nearest neighbours"
    }
    return "\(counted(map.points.count, "memory")), \(way)"
  }

  /// What is not on the map, and how more is seen.
  private var remarks: [String] {
    var remarks: [String] = []
    if map.outliers > 0 { remarks.append("\(counted(map.outliers, "memory")) like no cluster") }
    if map.withoutVector > 0 {
      remarks.append("\(counted(map.withoutVector, "memory")) without a vector not drawn: `reembed --missing`")
    }
    if map.notDrawn > 0 { remarks.append("\(counted(map.notDrawn, "memory")) not drawn: too many for a map") }
    return remarks
  }

  private func legend(_ shown: [Int], _ groups: MapGroups, _ columns: Int, _ across: Int) -> [StyledText] {
    let width = columns / across
    let digits = shown.map { String(groups.counts[$0]).count }.max() ?? 1
    let entries = zip(MapScreen.letters, shown).map { letter, group -> StyledText in
      let count = String(groups.counts[group])
      let gap = String(repeating: " ", count: digits - count.count)
      let entry = StyledText(String(letter), .match) + StyledText(" \(gap)\(count)  ") + StyledText(groups.names[group])
      return entry.fitted(toWidth: width - 2)
    }
    // Down one column, then the next.
    let high = (entries.count + across - 1) / across
    return (0..<high).map { row in
      stride(from: row, to: entries.count, by: high).reduce(into: StyledText()) { line, index in
        line += entries[index] + StyledText(String(repeating: " ", count: max(0, width - entries[index].width)))
      }.withoutTrailingSpaces
    }
  }

  /// A letter for each group, at the point of it that has as many to its left as to its right, and above as below.
  private func labels(_ shown: [Int], _ groups: MapGroups) -> [(character: Character, x: Float, y: Float)] {
    var places: [Int: (across: [Float], up: [Float])] = [:]
    for (point, group) in zip(map.points, groups.members) {
      places[group, default: ([], [])].across.append(point.x)
      places[group, default: ([], [])].up.append(point.y)
    }
    return zip(MapScreen.letters, shown).compactMap { letter, group in
      guard let place = places[group] else { return nil }
      return (letter, place.across.sorted()[place.across.count / 2], place.up.sorted()[place.up.count / 2])
    }
  }
}

extension ResultRecord {
  /// A map for machines, and its picture for people.
  init(_ map: MemoryMap, by grouping: MapGrouping, rows: Int?) {
    self.init(
      title: "Map",
      fields: ResultRecord.summary(map) + [
        .init("clusters", .list(ResultRecord.clusters(map))), .init("points", .list(ResultRecord.points(map))),
      ])
    let picture = MapScreen(map: map, grouping: grouping, rows: rows)
    screen = { picture.lines($0) }
    text = picture.lines(Display()).map { $0.text(.none) }.joined(separator: "\n")
  }

  /// What a map shows, in numbers.
  static func summary(_ map: MemoryMap) -> [Field] {
    [
      .init("layout", .text(map.layout.rawValue)), .init("memories", .count(map.points.count)),
      .init("without_vector", .count(map.withoutVector)), .init("not_drawn", .count(map.notDrawn)),
      .init("dimensions", .count(map.dimensions)), .init("outliers", .count(map.outliers)),
      .init("explained", .json(.array(map.explained.map(JSON.double)))),
    ]
  }

  private static func clusters(_ map: MemoryMap) -> ResultTable {
    ResultTable(
      columns: ["cluster", "memories", "words"],
      rows: map.clusters.enumerated().map { number, cluster in
        [.count(number + 1), .count(cluster.count), .text(cluster.words.joined(separator: ", "))]
      }, noun: "cluster")
  }

  private static func points(_ map: MemoryMap) -> ResultTable {
    ResultTable(
      columns: ["id", "x", "y", "cluster", "outlier"],
      rows: map.points.map { point in
        [
          .integer(point.id), .double(Double(point.x), places: 4), .double(Double(point.y), places: 4),
          .count(point.cluster + 1), .boolean(point.isOutlier),
        ]
      }, noun: "memory")
  }
}
