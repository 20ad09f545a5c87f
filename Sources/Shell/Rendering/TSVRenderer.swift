import Database
import MemoryModel
import MemoryServices

/// Tab-separated values, as PostgreSQL's COPY writes them: a header, `\N` for NULL, `\t`, `\n`, `\r` and `\\` escaped.
///
/// Other characters a terminal might act on are escaped as `\xHH`, so that the format is safe to look at.
struct TSVRenderer: Renderer {
  func render(_ table: ResultTable, to output: inout String) {
    output += table.columns.map { TSVRenderer.escaped(.text($0)) }.joined(separator: "\t") + "\n"
    for row in table.rows { output += row.map(TSVRenderer.escaped).joined(separator: "\t") + "\n" }
  }

  private static func escaped(_ cell: Cell) -> String {
    guard let text = cell.plainText else { return "\\N" }
    return (text.utf8.contains(UInt8(ascii: "\\")) ? text.replacing("\\", with: "\\\\") : text).withVisibleControls
  }
}
