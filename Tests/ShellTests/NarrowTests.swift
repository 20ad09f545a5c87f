import Database
import MemoryModel
import MemoryServices
import Testing

@testable import Shell

/// Plans, messages and long values on a terminal of 80 columns: nothing is wider, and nothing that matters is cut.
@Suite struct NarrowTests {
  private static let display = Display(columns: 80)
  private static let text = "Cannot stand green tea; never offer it to her, not even in a small cup after lunch."

  private func lines(_ output: CommandResult.Output) -> [String] {
    OutputFormat.table.renderer(NarrowTests.display).text(of: output).split(separator: "\n").map(String.init)
  }

  private func record(_ columns: [String], _ rows: [[Cell]]) -> CommandResult.Output {
    .record(
      ResultRecord(
        title: "Plan", fields: [.init("examples", .list(ResultTable(columns: columns, rows: rows, noun: "memory")))]))
  }

  @Test("a table in a record wraps its last column, and tells which columns gave way")
  func givesWay() {
    let shown = lines(
      record(
        ["id", "user_id", "a_really_rather_long_name_of_a_column", "change", "content"],
        (1...2).map { [.integer($0), .text("ada"), .text("facts"), .null, .text(NarrowTests.text)] }))
    #expect(shown.allSatisfy { $0.displayWidth <= 80 }, "\(shown)")
    #expect(shown[2] == "    id  content")
    #expect(shown[3].hasPrefix("     1  Cannot stand green tea") && shown[4].hasPrefix("        "))
    #expect(shown.last?.contains("user_id: ada, a_really_rather_long_name_of_a_column: facts in all rows") == true)
    #expect(!shown.joined().contains("change"))
  }

  @Test("where no columns can stand side by side, each row is a block")
  func showsBlocks() {
    let names = (0..<12).map { "column_\($0)" }
    let rows = [0, 1].map { row in names.indices.map { Cell.integer(1_000_000_000 + Int64($0 + row)) } }
    let shown = lines(record(names, rows))
    #expect(shown.allSatisfy { $0.displayWidth <= 80 }, "\(shown)")
    #expect(shown[2] == "    - column_0   1000000000" && shown.count == 2 + 24)
  }

  @Test("a long name stands whole above its value, and moves no other")
  func keepsLongNames() {
    let long = "a_rather_long_name_that_somebody_gave"
    let shown = lines(
      .record(
        ResultRecord(title: "Memory", fields: [.init(named: long, .text("x")), .init("id", .integer(1))])))
    #expect(shown == ["Memory", "  " + long, "      x", "  id  1"])
  }

  @Test("a list of plain values is no JSON to people")
  func showsLists() {
    let shown = lines(
      .record(ResultRecord(title: "Undo", fields: [.init("undone", .json(.array([.integer(1), .string("two")])))])))
    #expect(shown == ["Undo", "  undone  1, two"])
  }

  @Test("errors, causes and hints break between words, on a terminal only")
  func wrapsErrors() {
    let error = MemshError(
      .notFound, String(repeating: "what happened ", count: 8) + "here",
      hint: "type `" + NarrowTests.text + "` to go on", cause: "short")
    let wrapped = ErrorRenderer(format: nil, display: NarrowTests.display).text(of: LocatedError(error))
    let shown = wrapped.split(separator: "\n").map(String.init)
    #expect(shown.count == 5 && shown.allSatisfy { $0.displayWidth <= 80 }, "\(shown)")
    #expect(shown.last == "      cup after lunch.` to go on")
    let whole = ErrorRenderer(format: nil).text(of: LocatedError(error)).split(separator: "\n")
    #expect(whole.count == 3)
  }

  @Test("what nobody reads takes two lines in vertical form, a text ten")
  func shortensVectors() {
    let vector = "[" + String(repeating: "0.125,", count: 500) + "1]"
    let table = ResultTable(
      columns: ["embedding", "content"], rows: [[.text(vector), .text(String(repeating: "word ", count: 500))]])
    let shown = OutputFormat.vertical.renderer(NarrowTests.display).text(of: .table(table)).split(separator: "\n")
    #expect(shown[1].hasPrefix("embedding │ [0.125,") && shown[3].contains("… (\(vector.count) characters in all)"))
    #expect(shown.count == 1 + 3 + 11 + 1, "\(shown)")
  }
}
