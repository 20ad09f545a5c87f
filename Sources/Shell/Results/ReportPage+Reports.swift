import MemoryModel
import MemoryServices
import MemoryStore

extension ReportPage {
  /// What `recall` measured: how much of the truth is found against the time that it takes.
  init(_ report: RecallReport, recommendation: String, steps: ResultTable) {
    let curve = Curve(
      title: "Recall against time", across: "median milliseconds of a search", up: "recall",
      points: report.steps.map { ($0.median.milliseconds, $0.recall, "\($0.breadth)") },
      reference: (report.exactMedian.milliseconds, 1, "exact"))
    self.init(
      title: "recall", summary: recommendation,
      sections: [
        .curve(curve), .table(title: report.breadths.parameter, steps),
        .values(
          title: "Measured",
          [
            ("index", report.breadths.index), ("memories sampled", String(report.sampled)),
            ("neighbours of each", String(report.neighbours)),
            ("median milliseconds of an exact search", fixed(report.exactMedian.milliseconds, places: 2)),
          ]),
      ])
  }

  /// What `dedup` found: the duplicates of each layer, how large the groups are, and the groups.
  ///
  /// - Parameter limit: How many groups are shown.
  init(_ report: DeduplicationReport, limit: Int) {
    let sizes = report.groups.reduce(into: [Int: Int64]()) { $0[$1.removed.count + 1, default: 0] += 1 }
    let shown = report.groups.prefix(limit)
    let groups = shown.enumerated().map { number, group in
      (
        name: "group \(number + 1): \(group.kept.fields.userID)",
        lines: [(mark: "keep \(group.kept.id): \(group.reason)", text: group.kept.fields.content)]
          + group.removed.map { memory, similarity, method in
            (mark: "\(memory.id): \(method) \(fixed(similarity, places: 3))", text: memory.fields.content)
          }
      )
    }
    let duplicates = report.groups.reduce(0) { $0 + $1.removed.count }
    let rest = report.groups.count - shown.count
    self.init(
      title: "dedup",
      summary: "\(counted(report.memories, "memory")): \(counted(duplicates, "duplicate")) in "
        + counted(report.groups.count, "group"),
      sections: [
        .bars(
          title: "Duplicates by what found them",
          DuplicateLayer.allCases.map { ($0.rawValue, Int64(report.count($0))) }, inTime: false),
        .bars(
          title: "Groups by size", sizes.sorted { $0.key < $1.key }.map { (counted($0.key, "memory"), $0.value) },
          inTime: false),
        .groups(title: rest > 0 ? "The first \(counted(shown.count, "group"))" : "Groups", groups),
      ])
  }

  /// What `stats` counted: growth month by month, months without a memory included, and who and what there is most of.
  init(_ statistics: StoreStatistics, _ record: ResultRecord) {
    func counts(_ counts: [StoreStatistics.Count]) -> [(label: String, count: Int64)] {
      counts.map { ($0.value ?? "NULL", $0.memories) }
    }
    let values = record.fields.flatMap { field -> [(name: String, value: String)] in
      switch field.value {
      case .cell(let cell): [(field.label, cell.displayText ?? "–")]
      case .record(let inner):
        inner.compactMap { part in
          guard case .cell(let cell) = part.value else { return nil }
          return ("\(field.label): \(part.label)", cell.displayText ?? "–")
        }
      case .chart, .list: []
      }
    }
    self.init(
      title: "stats",
      summary: "\(counted(statistics.memories, "memory")) of \(counted(statistics.users, "user"))",
      sections: [
        .bars(title: "Growth: memories created each month", statistics.growth, inTime: true),
        .bars(title: "Users", counts(statistics.byUser), inTime: false),
        .bars(title: "Categories", counts(statistics.byCategory), inTime: false),
        .bars(title: "Importance, from", counts(statistics.byImportance), inTime: false),
        .values(title: "Totals", values),
      ])
  }
}

extension StoreStatistics {
  /// More months are not filled up: a single wrong date would make thousands of years.
  private static let monthsMaximum = 1_200

  /// Memories by the month they were created in, months without any included.
  var growth: [(label: String, count: Int64)] {
    let known = byMonth.map { (label: $0.value ?? "NULL", count: $0.memories) }
    let months = byMonth.compactMap { $0.value.flatMap(StoreStatistics.month) }
    guard let first = months.min(), let last = months.max(), last - first < StoreStatistics.monthsMaximum else {
      return known
    }
    let counts = Dictionary(known, uniquingKeysWith: { $0 + $1 })
    let without = known.filter { StoreStatistics.month($0.label) == nil }
    return (first...last).map { month in
      let name = StoreStatistics.name(ofMonth: month)
      return (name, counts[name] ?? 0)
    } + without
  }

  /// The number of a month: `2026-11` is 2026 · 12 + 10.
  private static func month(_ name: String) -> Int? {
    let parts = name.split(separator: "-").map { Int($0) }
    guard name.utf8.count == 7, parts.count == 2, let year = parts[0], let month = parts[1], (1...12).contains(month)
    else { return nil }
    return year * 12 + month - 1
  }

  private static func name(ofMonth month: Int) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(month / 12, 4))-\(padded(month % 12 + 1, 2))"
  }
}
