import Database
import MemoryModel
import MemoryServices

/// One JSON object a line: a row, or a record.
struct JSONLinesRenderer: Renderer {
  func render(_ table: ResultTable, to output: inout String) {
    guard case .array(let rows) = table.json else { return }
    for row in rows { output += row.text + "\n" }
  }

  func render(_ record: ResultRecord, to output: inout String) { output += record.json.text + "\n" }
}
