import Database
import MemoryModel
import MemoryServices

/// Comma-separated values (RFC 4180): a header, quotes where needed, lines that end in CR LF; NULL is empty.
struct CSVRenderer: Renderer {
  /// A terminal gets control characters made visible; a file gets them as they are.
  let isTerminal: Bool

  func render(_ table: ResultTable, to output: inout String) {
    output += table.columns.map(quoted).joined(separator: ",") + "\r\n"
    for row in table.rows {
      output += row.map { $0.plainText.map(quoted) ?? "" }.joined(separator: ",") + "\r\n"
    }
  }

  private func quoted(_ text: String) -> String { (isTerminal ? text.withVisibleControls : text).csvField }
}
