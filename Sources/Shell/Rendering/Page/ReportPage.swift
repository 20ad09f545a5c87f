import MemoryModel
import MemoryServices

/// Results of a command as a page for a browser: values, tables, bars and curves, one below the other.
struct ReportPage {
  /// One part of the page.
  enum Section {
    /// Names with their values.
    case values(title: String, [(name: String, value: String)])
    /// Rows with named columns.
    case table(title: String, ResultTable)
    /// A bar for each count, side by side for what follows in time.
    case bars(title: String, [(label: String, count: Int64)], inTime: Bool)
    /// Points joined in their order.
    case curve(Curve)
    /// Texts that belong together, one block for each group.
    case groups(title: String, [(name: String, lines: [(mark: String, text: String)])])
  }

  /// Points of two measures.
  struct Curve {
    let title: String
    /// What lies across and up.
    let (across, up): (String, String)
    /// The points, each with what stands beside it.
    let points: [(x: Double, y: Double, label: String)]
    /// A point beside the curve, to compare it with.
    let reference: (x: Double, y: Double, label: String)?
  }

  /// What the page is about: constant text.
  let title: String
  /// A sentence about what was found.
  let summary: String
  let sections: [Section]

  func write(_ output: (String) throws -> Void) throws {
    let page = HTMLPage(
      title: "memsh: \(title)", body: ReportPage.body(title), script: PageCode.common + ReportPage.script,
      style: PageCode.style + ReportPage.style)
    try output(page.beginning)
    try output(HTMLPage.embedded(json.text))
    try output(page.end)
  }

  private var json: JSON {
    .object([.init("summary", ReportPage.text(summary)), .init("sections", .array(sections.map(ReportPage.json)))])
  }

  private static func text(_ text: String) -> JSON { .string(text.withVisibleControlsInLines) }

  private static func json(_ section: Section) -> JSON {
    switch section {
    case .values(let title, let values):
      object("values", title, [.init("rows", .array(values.map { .array([text($0.name), text($0.value)]) }))])
    case .table(let title, let table):
      object(
        "table", title,
        [
          .init("columns", .array(table.columns.map(text))),
          .init(
            "numeric",
            .array(
              table.columns.indices.map { column in
                .bool(table.rows.contains { $0[column].isNumeric })
              })),
          .init("rows", .array(table.rows.map { row in .array(row.map { $0.displayText.map(text) ?? .null }) })),
        ])
    case .bars(let title, let counts, let inTime):
      object(
        "bars", title,
        [
          .init("inTime", .bool(inTime)),
          .init("rows", .array(counts.map { .array([text($0.label), .integer($0.count)]) })),
        ])
    case .curve(let curve):
      object(
        "curve", curve.title,
        [
          .init("across", text(curve.across)), .init("up", text(curve.up)),
          .init("points", .array(curve.points.map(point))),
          .init("reference", curve.reference.map(point) ?? .null),
        ])
    case .groups(let title, let groups):
      object(
        "groups", title,
        [
          .init(
            "groups",
            .array(
              groups.map { name, lines in
                .object([
                  .init("name", text(name)),
                  .init("lines", .array(lines.map { .array([text($0.mark), text($0.text)]) })),
                ])
              }))
        ])
    }
  }

  private static func point(_ point: (x: Double, y: Double, label: String)) -> JSON {
    .object([.init("x", .double(point.x)), .init("y", .double(point.y)), .init("label", text(point.label))])
  }

  private static func object(_ kind: String, _ title: String, _ members: [JSON.Member]) -> JSON {
    .object([.init("kind", .string(kind)), .init("title", text(title))] + members)
  }
}
