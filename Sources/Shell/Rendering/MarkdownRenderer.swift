/// A Markdown table, for tickets and wikis.
struct MarkdownRenderer: Renderer {
  func render(_ table: ResultTable, to output: inout String) {
    let table = table.shown
    output += MarkdownRenderer.line(table.columns.map(MarkdownRenderer.escaped))
    output += MarkdownRenderer.line(
      table.columns.indices.map { column in table.rows.contains { $0[column].isNumeric } ? "---:" : "---" })
    for row in table.rows {
      output += MarkdownRenderer.line(row.map { MarkdownRenderer.escaped($0.displayText ?? "NULL") })
    }
  }

  private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

  private static func escaped(_ text: String) -> String {
    text.withVisibleControls.replacing("|", with: "\\|").replacing("<", with: "&lt;")
  }
}
