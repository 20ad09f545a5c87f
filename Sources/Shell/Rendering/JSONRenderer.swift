/// One JSON value a result: an array of objects, or an object.
struct JSONRenderer: Renderer {
  func render(_ table: ResultTable, to output: inout String) { output += table.json.prettyText + "\n" }

  func render(_ record: ResultRecord, to output: inout String) { output += record.json.prettyText + "\n" }
}
