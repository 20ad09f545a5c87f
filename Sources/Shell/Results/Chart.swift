import Database
import MemoryModel
import MemoryServices

/// Counts that people rather see than read: bars or a sparkline in tables, an array of objects in JSON.
package struct Chart: Sendable, Equatable {
  /// How the counts are drawn.
  package enum Style: Sendable {
    /// A bar on a line of its own for each.
    case bars
    /// One character for each, on one line.
    case sparkline
  }

  /// How the counts are drawn.
  package let style: Style
  /// What the labels are, as the key in JSON: `user_id`.
  package let key: String
  /// What is counted, in order; nil is NULL.
  package let points: [(label: String?, count: Int64)]

  /// Whether the labels are numbers in JSON, too.
  package let hasNumbers: Bool

  /// A chart of values in their order.
  package init(_ style: Style, key: String, points: [(label: String?, count: Int64)], hasNumbers: Bool = false) {
    self.style = style
    self.key = key
    self.points = points
    self.hasNumbers = hasNumbers
  }

  /// Whether two charts show the same.
  package static func == (left: Chart, right: Chart) -> Bool { left.json == right.json && left.style == right.style }

  /// `[{"user_id": "ada", "count": 3}]`
  package var json: JSON {
    .array(points.map { .object([JSON.Member(key, json(of: $0.label)), JSON.Member("count", .integer($0.count))]) })
  }

  private func json(of label: String?) -> JSON {
    hasNumbers ? label.flatMap { Double($0) }.map(JSON.double) ?? .optional(label) : .optional(label)
  }

  private static let barWidth = 30

  /// What stands beside the chart's name: the sparkline with its ends, nothing for bars.
  var summary: String {
    guard style == .sparkline, let first = points.first, let last = points.last else {
      return points.isEmpty ? "–" : ""
    }
    let most = points.map(\.count).max() ?? 0
    return "\(Chart.shown(first.label)) \(sparkline) \(Chart.shown(last.label)), at most \(most)"
  }

  /// A line for each bar.
  var lines: [(label: String, value: String)] {
    guard style == .bars else { return [] }
    let most = max(1, points.map(\.count).max() ?? 1)
    let width = points.map { String($0.count).count }.max() ?? 0
    return points.map { point in
      let count = String(point.count)
      return (
        Chart.shown(point.label),
        String(repeating: " ", count: width - count.count) + count + "  " + Chart.bar(point.count, of: most)
      )
    }
  }

  private static func shown(_ label: String?) -> String { label ?? "NULL" }

  /// Eighths of a character make short bars comparable (U+2588 to U+258F).
  private static func bar(_ count: Int64, of most: Int64) -> String {
    let eighths = Int((Double(max(0, count)) / Double(most) * Double(barWidth * 8)).rounded(.up))
    let rest = eighths % 8
    let tail = rest == 0 ? "" : String(UnicodeScalar(UInt32(0x2590 - rest)).map(Character.init) ?? " ")
    return String(repeating: "█", count: eighths / 8) + tail
  }

  private var sparkline: String {
    let most = max(1, points.map(\.count).max() ?? 1)
    return String(
      points.map { point -> Character in
        guard point.count > 0 else { return "·" }
        let level = Int((Double(point.count) / Double(most) * 8).rounded(.up))
        return UnicodeScalar(UInt32(0x2580 + max(1, level))).map(Character.init) ?? "█"
      })
  }
}
