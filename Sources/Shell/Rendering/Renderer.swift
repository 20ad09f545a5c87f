import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The ways to print a result.
package enum OutputFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
  case table, tsv, json, jsonl, csv, markdown, vertical

  /// Whether people read it, on whose screen not everything may fit.
  var isForPeople: Bool { self == .table || self == .vertical }

  /// The renderer of this format.
  func renderer(_ display: Display) -> any Renderer {
    switch self {
    case .table: TableRenderer(display)
    case .tsv: TSVRenderer()
    case .json: JSONRenderer()
    case .jsonl: JSONLinesRenderer()
    case .csv: CSVRenderer(isTerminal: display.columns != nil)
    case .markdown: MarkdownRenderer()
    case .vertical: VerticalRenderer(display)
    }
  }
}

/// Turns results into text of one format.
protocol Renderer {
  func render(_ table: ResultTable, to output: inout String)
  func render(_ record: ResultRecord, to output: inout String)
}

extension Renderer {
  /// A record as rows of field and value, for formats that only know rows.
  func render(_ record: ResultRecord, to output: inout String) {
    let rows = record.flattened.map { [Cell.text($0.name), $0.cell] }
    render(ResultTable(columns: ["field", "value"], rows: rows), to: &output)
  }

  func text(of result: CommandResult.Output) -> String {
    var output = ""
    switch result {
    case .none: break
    case .text(let text): output = text + "\n"
    case .table(let table): render(table, to: &output)
    case .record(let record): render(record, to: &output)
    }
    return output
  }
}
