import Database
import MemoryModel
import MemoryServices

extension ResultTable {
  /// Totals by something, a row for each value.
  init(_ totals: [GroupTotals], by grouping: Grouping) {
    let names: [Grouping: (column: String, noun: String)] = [
      .user: ("user_id", "user"), .category: ("category", "value"), .day: ("day", "day"), .month: ("month", "month"),
      .importance: ("importance_from", "step"),
    ]
    self.init(
      columns: [
        names[grouping]?.column ?? "", "memories", "embedded", "avg_importance", "accesses", "latest",
      ],
      rows: totals.map { total in
        [
          .optional(total.value), .integer(total.memories), .integer(total.embedded),
          total.averageImportance.map { .double($0, places: 3) } ?? .null, .integer(total.accesses),
          total.latest.map(Cell.timestamp) ?? .null,
        ]
      }, noun: names[grouping]?.noun ?? "row")
  }
}
