import Database
import MemoryModel
import MemoryServices
import Testing

@testable import Shell

@Suite struct RendererTests {
  private static let table = ResultTable(
    columns: ["id", "text"],
    rows: [
      [.integer(1), .text("plain")], [.integer(-20), .text("wide 毎朝 ☕️")], [.null, .text("a\tb\nc\u{1B}[31m\u{202E}")],
      [.double(0.5, places: 3), .text("quote \" comma, back\\slash |")], [.boolean(true), .text("")],
      [.vector(Vector([0.6, -0.8, 0])), .json(.object([.init("k", .null)]))],
    ])

  private func render(_ format: OutputFormat, isTerminal: Bool = false) -> String {
    format.renderer(Display(columns: isTerminal ? 80 : nil)).text(of: .table(RendererTests.table))
  }

  @Test("table: aligned by display width, nothing that moves the cursor")
  func rendersTable() {
    let expected = [
      "                                 id │ text",
      "────────────────────────────────────┼────────────────────────────",
      "                                  1 │ plain",
      "                                -20 │ wide 毎朝 ☕️",
      "                               NULL │ a\\tb\\nc\\x1b[31m\\u{202e}",
      "                              0.500 │ quote \" comma, back\\slash |",
      "                               true │",
      "vector(3) [0.60, -0.80, …] ‖v‖ 1.00 │ {\"k\":null}",
      "(6 rows)", "",
    ]
    #expect(render(.table).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == expected)
  }

  @Test("tsv: one line a row, NULL as \\N, escapes as COPY has them")
  func rendersTSV() {
    #expect(
      render(.tsv) == "id\ttext\n1\tplain\n-20\twide 毎朝 ☕️\n\\N\ta\\tb\\nc\\x1b[31m\\u{202e}\n"
        + "0.5\tquote \" comma, back\\\\slash |\ntrue\t\n[0.6,-0.8,0.0]\t{\"k\":null}\n")
  }

  @Test("csv: RFC 4180; a terminal gets no control characters, a file gets the data")
  func rendersCSV() {
    #expect(render(.csv).contains("\"a\tb\nc\u{1B}[31m\u{202E}\"\r\n"))
    #expect(render(.csv, isTerminal: true).contains(#",a\tb\nc\x1b[31m\u{202e}"# + "\r\n"))
    #expect(render(.csv).contains("0.5,\"quote \"\" comma, back\\slash |\"\r\ntrue,\"\"\r\n"))
  }

  @Test("json and jsonl hold every value whole")
  func rendersJSON() throws {
    let parsed = try JSONParser.parse(render(.json))
    #expect(parsed == RendererTests.table.json)
    let lines = render(.jsonl).split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[2] == #"{"id":null,"text":"a\tb\nc\u001b[31m\u202e"}"#)
  }

  @Test("markdown: pipes and markup are escaped")
  func rendersMarkdown() {
    let lines = render(.markdown).split(separator: "\n")
    #expect(lines[1] == "| ---: | --- |")
    #expect(lines[5] == #"| 0.500 | quote " comma, back\slash \| |"#)
  }

  @Test("vertical: a block a row")
  func rendersVertical() {
    #expect(render(.vertical).hasPrefix("─[ row 1 ]─\nid   │ 1\ntext │ plain\n─[ row 2 ]─\n"))
  }

  @Test("a megabyte in a cell is cut for people and whole for machines", arguments: OutputFormat.allCases)
  func cutsLongText(format: OutputFormat) {
    let text = String(repeating: "é", count: 1 << 20)
    let table = ResultTable(columns: ["text"], rows: [[.text(text)]])
    let rendered = format.renderer(Display(columns: 80)).text(of: .table(table))
    let isForPeople = format == .table || format == .vertical
    #expect(rendered.contains(text) == !isForPeople)
    if isForPeople { #expect(rendered.utf8.count < (format == .table ? 1_000 : 2_000)) }
  }

  @Test("records: nested in JSON, flat elsewhere")
  func rendersRecords() {
    let record = ResultRecord(
      title: "Totals",
      fields: [
        .init("backend", .text("sqlite")),
        .init("memories", .record([.init("total", .integer(3)), .init("latest", .null)])),
      ])
    func text(_ format: OutputFormat) -> String { format.renderer(Display(columns: nil)).text(of: .record(record)) }
    #expect(text(.jsonl) == #"{"backend":"sqlite","memories":{"total":3,"latest":null}}"# + "\n")
    #expect(text(.tsv) == "field\tvalue\nbackend\tsqlite\nmemories.total\t3\nmemories.latest\t\\N\n")
    #expect(text(.table) == "Totals\n  backend   sqlite\n  memories\n    total   3\n    latest  –\n")
    #expect(text(.vertical) == "backend         │ sqlite\nmemories.total  │ 3\nmemories.latest │ NULL\n")
  }

  @Test(
    "display width",
    arguments: [("abc", 3), ("毎朝", 4), ("☕️", 2), ("🧑🏽‍🚀", 2), ("e\u{301}", 1), ("한글", 4), ("…", 1), ("👍", 2)])
  func measures(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(
    "numbers have exactly the places asked for",
    arguments: [(0.5, 3, "0.500"), (-0.0004, 3, "0.000"), (2.0 / 3, 2, "0.67"), (12, 0, "12"), (-1.25, 1, "-1.3")])
  func fixesPlaces(value: Double, places: Int, text: String) {
    #expect(fixed(value, places: places) == text)
  }

  @Test("any width of a terminal", arguments: [0, 1, 2, 3, 7, 8, 9, 20, 79, 80, 10_000, 65_535])
  func takesWidths(columns: Int) {
    let wide = ResultTable(
      columns: (0..<40).map { "column_\($0)" },
      rows: [(0..<40).map { .text(String(repeating: "👩‍👩‍👧‍👦e\u{301}\u{202E}毎", count: $0)) }])
    let record = ResultRecord(
      title: "T\u{1B}[2J",
      fields: [
        .init("a\u{1B}[2J", .text(String(repeating: "毎", count: 1_000))), .init("t", .list(wide)), .init("n", .null),
        .init("c", .chart(Chart(.bars, key: "k", points: [("\u{1B}", 0), ("b", .max), ("c", -1)]))),
        .init("s", .chart(Chart(.sparkline, key: "k", points: [("\u{1B}", 0), ("b", .max), ("c", -1)]))),
        .init("e", .chart(Chart(.sparkline, key: "k", points: []))),
        .init("d", .double(.nan, places: 2)), .init("i", .double(-.infinity, places: 0)),
        .init("h", .double(1e308, places: 4)), .init("v", .vector(Vector([]))),
      ])
    let empty = ResultTable(columns: [], rows: [])
    for format in OutputFormat.allCases {
      let renderer = format.renderer(Display(columns: columns))
      for output in [CommandResult.Output.table(wide), .table(RendererTests.table), .table(empty), .record(record)] {
        let text = renderer.text(of: output)
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      }
    }
  }

  @Test(
    "counts have the plural of their noun",
    arguments: [
      (0, "memory", "0 memories"), (1, "memory", "1 memory"), (5, "memory", "5 memories"), (2, "day", "2 days"),
      (1, "search", "1 search"), (3, "search", "3 searches"), (2, "row", "2 rows"), (2, "value", "2 values"),
      (2, "index", "2 indexes"), (1, "prompt fragment", "1 prompt fragment"), (2, "other", "2 others"),
    ])
  func counts(count: Int, noun: String, expected: String) {
    #expect(counted(count, noun) == expected)
    let table = ResultTable(columns: ["a"], rows: Array(repeating: [.null], count: count), noun: noun)
    for format in [OutputFormat.table, .vertical] {
      #expect(format.renderer(Display(columns: 80)).text(of: .table(table)).hasSuffix("(\(expected))\n"))
    }
  }
}
