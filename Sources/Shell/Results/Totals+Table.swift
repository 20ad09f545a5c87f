import Database
import MemoryModel
import MemoryServices

extension ResultTable {
  /// Totals by something, a row for each value.
  init(_ totals: [GroupTotals], by grouping: Grouping) {
    let names: [Grouping: (column: String, noun: String)] = [
      .user: ("user_id", "user"), .category: ("category", "category"), .day: ("day", "day"), .month: ("month", "month"),
      .importance: ("importance_from", "step"),
    ]
    self.init(
      columns: [
        names[grouping]?.column ?? "", "memories", "embedded", "avg_importance", "accesses", "latest",
      ],
      rows: totals.map { total in
        [
          ResultTable.value(total.value, of: grouping), .integer(total.memories), .integer(total.embedded),
          total.averageImportance.map { .double($0, places: 3) } ?? .null, .integer(total.accesses),
          total.latest.map(Cell.timestamp) ?? .null,
        ]
      }, noun: names[grouping]?.noun ?? "row", yielding: ["accesses", "embedded"])
  }

  /// What the totals are of; a step of importance is a number.
  private static func value(_ text: String?, of grouping: Grouping) -> Cell {
    guard grouping == .importance, let text, let number = Double(text) else { return .optional(text) }
    return .double(number, places: 1)
  }
}
