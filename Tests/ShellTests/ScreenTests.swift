import Database
import MemoryModel
import TestSupport
import Testing

@testable import MemoryServices
@testable import MemoryStore
@testable import Shell

/// What people see at 80 and 140 columns, as golden files.
@Suite struct ScreenTests {
  private static let moment = Timestamp(microseconds: 1_735_689_600_000_000)

  private static func memory(_ id: Int64, _ user: String, _ category: String?, _ content: String) -> Memory {
    let created = Timestamp(microseconds: moment.microseconds + id * 86_400_000_000)
    var fields = MemoryFields(userID: user, content: content, createdAt: created, updatedAt: created)
    fields.category = category
    fields.importanceScore = 0.5
    return Memory(id: id, fields: fields)
  }

  private static let long =
    "Prefers green tea in the morning, and asks for it with a glass of water; never before nine, and never at the "
    + "weekend, when it is coffee: 毎朝コーヒー ☕️ and the same for guests."

  private static var memories: [Memory] {
    [
      memory(1, "ada", "preferences", long), memory(2, "ben", nil, "Short."),
      memory(300, "chiara", "problem_solving", "Line one\nline two\tand \u{1B}[31mred\u{202E}"),
    ]
  }

  private static func listing(_ memories: [Memory]) -> ResultTable {
    var table = ResultTable(memories)
    table.listing = Listing(total: 497, next: ["list", "--user", "a b", "--after", "300"])
    return table
  }

  private static var ofOneUser: ResultTable {
    listing(
      [1, 2, 3].map { memory($0, "ada", nil, String(repeating: "The same words again. ", count: Int($0) * 3)) })
  }

  private static let totals = ResultTable(
    [
      GroupTotals(
        value: "ada", memories: 12_345, embedded: 12_000, averageImportance: 0.5, accesses: 3, latest: moment),
      GroupTotals(value: nil, memories: 1, embedded: 0, averageImportance: nil, accesses: 0, latest: nil),
    ], by: .user)

  private static let record = ResultRecord(
    title: "Memory 1",
    fields: [
      .init("id", .integer(1)), .init("content", .text(long + "\n\nA second paragraph.")), .init("category", .null),
      .init(
        "metadata",
        .json(
          .object([
            .init("source", .string("chat")), .init("turn", .integer(2)),
            .init("deep", .object([.init("list", .array([.integer(1), .null])), .init("empty", .object([]))])),
          ]))),
      .init("history", .list(ResultTable(columns: ["operation", "what"], rows: []))),
      .init(
        "nearest",
        .list(
          ResultTable(
            columns: ["id", "similarity", "content"],
            rows: [
              [.integer(2), .double(0.75, places: 3), .text(long)], [.integer(300), .null, .text("Short.")],
            ]))),
    ])

  private static var doctor: DoctorReport {
    var report = DoctorReport()
    report.checks = 44
    let duplicates = Check.all.first { $0.name == "exact_duplicates" }
    report.findings =
      [
        Finding(check: .userBlank, ids: [7]), Finding(check: .accessNegative, ids: Array(1...12)),
      ] + (duplicates.map { [Finding(check: $0, ids: [5, 6])] } ?? [])
    report.fixed = [.accessNegative]
    report.operations = [11, 12]
    return report
  }

  private static var screens: [(name: String, output: CommandResult.Output)] {
    var found = listing(memories)
    found.words = SearchedWords.words(of: "green tea")
    func screen(_ lines: @escaping @Sendable (Display) -> [StyledText]) -> CommandResult.Output {
      var record = ResultRecord(title: "", fields: [])
      record.screen = lines
      return .record(record)
    }
    let doctor = DoctorScreen(report: doctor, idsShown: 5, valuesShown: 10)
    let nothing = DoctorScreen(report: DoctorReport(), idsShown: 5, valuesShown: 10)
    return [
      ("memories", .table(found)), ("memories of one user", .table(ofOneUser)), ("totals", .table(totals)),
      ("nothing", .table(ResultTable([Memory]()))), ("record", .record(record)),
      ("doctor", screen { doctor.lines($0) }),
      ("doctor, nothing found", screen { nothing.lines($0) }),
    ]
  }

  @Test("what a fix has done is told in the past, for every check")
  func tellsWhatWasDone() {
    let unchanged = Set(["set", "put", "let", "nothing:"])
    for check in Check.all {
      let first = check.fix.prefix { $0 != " " }
      let isPast = DoctorScreen.done(check.fix) != check.fix || unchanged.contains(String(first))
      #expect(isPast, "\(check.name): \(DoctorScreen.done(check.fix))")
    }
    #expect(DoctorScreen.done("create or enable them") == "created or enabled them")
    #expect(DoctorScreen.done("merge, as dedup does") == "merged, as dedup does")
    #expect(DoctorScreen.done("let them take it") == "let them take it" && DoctorScreen.done("VACUUM") == "ran VACUUM")
  }

  @Test("how to undo is told with all operations, the newest first")
  func tellsHowToUndo() {
    #expect(ChangeRemarks.undoing([3]).text(.none) == "undo 3 takes it back")
    #expect(ChangeRemarks.undoing([11, 12]).text(.none) == "undo 12, then undo 11, take it back")
  }

  private static func text(_ format: OutputFormat, _ display: Display) -> String {
    screens.map { name, output in "## \(name)\n" + format.renderer(display).text(of: output) }.joined(separator: "\n")
  }

  @Test("tables and records, as wide as the terminal", arguments: [40, 80, 140])
  func showsTables(columns: Int) throws {
    let text = ScreenTests.text(.table, Display(columns: columns))
    // A command that can be typed is not broken, and no text is made narrower than 20.
    for line in text.split(separator: "\n") where columns > 40 {
      #expect(String(line).displayWidth <= columns, "\(line)")
    }
    let difference = try Golden.difference(text, "tables-\(columns).txt")
    #expect(difference == nil, "\(difference ?? "")")
  }

  @Test("one value a line, and what a file gets", arguments: [("vertical", 80), ("table", nil)])
  func showsOthers(format: String, columns: Int?) throws {
    let text = ScreenTests.text(OutputFormat(rawValue: format) ?? .table, Display(columns: columns))
    let difference = try Golden.difference(text, "\(format)-\(columns.map(String.init) ?? "file").txt")
    #expect(difference == nil, "\(difference ?? "")")
  }

  @Test("colours add nothing but their codes", arguments: [ColorTheme.dark, .light])
  func colors(theme: ColorTheme) throws {
    for format in [OutputFormat.table, .vertical] {
      let plain = ScreenTests.text(format, Display(columns: 80))
      let colored = ScreenTests.text(format, Display(columns: 80, theme: Theme(theme)))
      #expect(colored.contains(theme == .dark ? "\u{1B}[1;33mgreen\u{1B}[0m" : "\u{1B}[1;35mgreen\u{1B}[0m"))
      #expect(colored.contains("\u{1B}[2mNULL\u{1B}[0m") && colored.contains("\u{1B}[1mid\u{1B}[0m"))
      #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    }
  }
}

/// The columns that a table gives up, and those that it keeps.
@Suite struct TableLayoutTests {
  private func lines(_ table: ResultTable, _ columns: Int, _ expansion: Expansion = .auto) -> [String] {
    OutputFormat.table.renderer(Display(columns: columns, expansion: expansion)).text(of: .table(table))
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static let text = String(repeating: "word ", count: 40)

  @Test("what fits is shown as it is, constant columns too")
  func keepsWhatFits() {
    let table = ResultTable(columns: ["a", "b"], rows: [[.text("x"), .null], [.text("x"), .null]])
    #expect(lines(table, 80) == ["a │ b", "──┼─────", "x │ NULL", "x │ NULL", "(2 rows)", ""])
  }

  @Test("columns that say the same or nothing give way to the content, and are told")
  func leavesOutConstants() {
    let table = ResultTable(
      columns: ["id", "user_id", "category", "content"],
      rows: (1...2).map { [.integer($0), .text("ada"), .null, .text(TableLayoutTests.text)] })
    let shown = lines(table, 40)
    #expect(shown[0] == "id │ content")
    #expect(shown[2].displayWidth == 40 && shown[2].hasSuffix("…"))
    let footer = [
      "(2 rows)", "(user_id: ada in all rows; nothing in", "category; content is cut; --output", "vertical shows all)",
      "",
    ]
    #expect(shown.suffix(5) == footer)
  }

  @Test("one row gives up only what is empty, and is not cut: it becomes a block")
  func keepsValuesOfOneRow() {
    func table(_ content: String) -> ResultTable {
      ResultTable(
        columns: ["id", "user_id", "category", "content"], rows: [[.integer(1), .text("ada"), .null, .text(content)]])
    }
    #expect(lines(table(String(repeating: "x", count: 40)), 60)[0].hasPrefix("id │ user_id │ content"))
    let block = lines(table(TableLayoutTests.text), 60)
    #expect(block[0] == "─[ row 1 ]─" && !block.joined().contains("…"))
    #expect(lines(table(TableLayoutTests.text), 60, .off)[0].hasPrefix("id │ user_id │ content"))
  }

  /// What a table shows of a subject of this kind, in each of which every other column stands whole.
  enum Subject: CaseIterable { case none, cut, wrapped }

  @Test(
    "only the subject is ever cut or wrapped, and below the table stands that it is cut", arguments: Subject.allCases)
  func cutsOnlySubjects(subject: Subject) {
    let name = subject == .none ? nil : "text"
    let others = (0..<2).map { row in [Cell.text("a_name_of_\(row)"), .text("character varying(\(row))")] }
    let texts = (0..<2).map { Cell.text("\($0)" + String(repeating: " word", count: 20)) }
    let table = ResultTable(
      columns: ["name", "text", "type"],
      rows: zip(others, texts).map { [$0[0], $1, $0[1]] }, subject: name,
      wrapsSubject: subject == .wrapped)
    for width in Array(20...240) + [nil] {
      let shown = OutputFormat.table.renderer(Display(columns: width)).text(of: .table(table))
      let isTable = shown.contains("─┼─")
      for cell in others.joined() where isTable { #expect(shown.contains(cell.plainText ?? "?"), "\(shown)") }
      #expect(subject != .none || !isTable || width.map { $0 > 100 } ?? true)
      let isCut = shown.contains("…")
      #expect(!isCut || subject == .cut && isTable)
      #expect(isCut == shown.replacing("\n", with: " ").contains("text is cut"))
      guard isTable, subject == .wrapped else { continue }
      #expect(shown.split { !$0.isLetter }.filter { $0 == "word" }.count == 40, "\(shown)")
    }
  }

  @Test("the line below says that there may be more, and breaks only between words")
  func saysWhatIsShown() {
    let rows = (1...3).map { [Cell.integer($0)] }
    let next = ["users", "--user", "somebody", "--limit", "6"]
    let table = ResultTable(columns: ["n"], rows: rows, noun: "user").limited(to: 2, command: Array(next.dropLast(2)))
    #expect(lines(table, 80).suffix(2) == ["(2 users shown; next: users --user somebody --limit 4)", ""])
    for expansion in [Expansion.auto, .on] {
      #expect(
        lines(table, 30, expansion).suffix(3) == ["(2 users shown; next: users", "--user somebody --limit 4)", ""])
    }
    var all = table
    all.listing = Listing(total: 7, next: next)
    #expect(lines(all, 80).suffix(2) == ["(7 users, 2 shown; next: users --user somebody --limit 6)", ""])
    #expect(ResultTable([GroupTotals](), by: .category).noun == "category")
  }

  @Test("numbers and moments are never cut: what does not fit goes vertical, unless expanded is off")
  func neverCutsNumbers() {
    let table = ResultTable(
      columns: (0..<6).map { "c\($0)" }, rows: (0..<2).map { row in (0..<6).map { .integer(1_000_000_000 * row + $0) } }
    )
    #expect(lines(table, 40)[0] == "─[ row 1 ]─")
    #expect(lines(table, 40, .off)[0].hasPrefix("        c0 │"))
    #expect(lines(table, 40, .off).contains { $0.contains("1000000005") })
    #expect(lines(table, 200, .on)[0] == "─[ row 1 ]─")
  }

  @Test("40 columns, one column, no columns, no rows")
  func takesAnyShape() {
    let names = (0..<40).map { "column_\($0)" }
    let wide = ResultTable(columns: names, rows: [names.map { .text($0) }, names.map { .text($0 + "x") }])
    #expect(lines(wide, 80)[0] == "─[ row 1 ]─")
    let one = ResultTable(columns: ["n"], rows: [[.null], [.null]])
    #expect(lines(one, 2, .off).contains("NU") || lines(one, 2, .off).contains("NULL"))
    #expect(lines(ResultTable(columns: ["only"], rows: []), 80) == ["only", "────", "(0 rows)", ""])
    #expect(lines(ResultTable(columns: [], rows: []), 80).suffix(2) == ["(0 rows)", ""])
  }

  @Test("wide characters and emoji are cut by what they cover")
  func measuresWideText() {
    let table = ResultTable(
      columns: ["id", "content"],
      rows: [[.integer(1), .text(String(repeating: "毎朝☕️🧑🏽‍🚀", count: 30))], [.integer(2), .text("e\u{301}")]])
    for width in 20...60 {
      for line in lines(table, width) where line.contains("│") { #expect(line.displayWidth <= width) }
    }
  }
}

/// Words that are wrapped, cut and marked.
@Suite struct StyledTextTests {
  @Test(
    "wraps between words, and breaks only what is longer than a line",
    arguments: [
      ("one two three", 7, ["one two", "three"]), ("abcdefghij", 4, ["abcd", "efgh", "ij"]), ("", 5, [""]),
      ("毎朝毎朝", 5, ["毎朝", "毎朝"]), ("a  b", 80, ["a  b"]), ("one two ", 7, ["one two"]),
      ("ab cdefgh", 4, ["ab", "cdef", "gh"]),
    ])
  func wraps(text: String, width: Int, expected: [String]) {
    #expect(StyledText(text).wrapped(toWidth: width).map { $0.text(.none) } == expected)
  }

  @Test("a megabyte is wrapped whole")
  func wrapsMuch() {
    let text = String(repeating: "0123456789 ", count: 100_000)
    let lines = StyledText(text).wrapped(toWidth: 80)
    #expect(lines.map { $0.text(.none) }.joined(separator: " ") == text.dropLast())
  }

  @Test(
    "finds the words of a query in other forms, and no others",
    arguments: [
      ("tea", "tea", true), ("Tea", "tea", true), ("team", "tea", false), ("allergies", "allergy", true),
      ("allergic", "allergy", true), ("prefers", "prefer", true), ("é", "e", true), ("printing", "print", true),
      ("present", "prefer", false), ("teas", "tea", true), ("racing", "races", true), ("running", "run", true),
      ("cafés", "cafe", true), ("tease", "tea", false),
    ])
  func matches(word: String, query: String, isFound: Bool) {
    #expect(SearchedWords.matches(word[...], query) == isFound)
  }

  @Test("a long text is shown from where the word is, not from its beginning")
  func showsExcerpt() {
    let text = String(repeating: "filler ", count: 30) + "espresso at last"
    let shown = SearchedWords.excerpt(of: text, ["espresso"], width: 30)
    #expect(shown.hasPrefix("…") && shown.prefix(30).contains("espresso"))
    #expect(SearchedWords.excerpt(of: text, ["filler"], width: 30) == text)
    #expect(SearchedWords.excerpt(of: text, ["absent"], width: 30) == text)
    #expect(SearchedWords.excerpt(of: "espresso", ["espresso"], width: 3) == "espresso")
  }

  @Test("no colours in a pipe, under NO_COLOR, on a dumb terminal, or when the theme is none")
  func choosesTheme() {
    #expect(Theme(.dark, isTerminal: true, environment: ["TERM": "xterm"]).name == .dark)
    #expect(Theme(.light, isTerminal: true, environment: ["NO_COLOR": ""]).name == .light)
    #expect(Theme(.dark, isTerminal: false, environment: [:]) == .none)
    #expect(Theme(.dark, isTerminal: true, environment: ["NO_COLOR": "1"]) == .none)
    #expect(Theme(.dark, isTerminal: true, environment: ["TERM": "dumb"]) == .none)
    #expect(Theme(.none, isTerminal: true, environment: [:]) == .none)
  }

  @Test(
    "a place in a statement, as databases count",
    arguments: [(0, 1, 1, "é x"), (2, 1, 3, "é x"), (4, 2, 1, "  from"), (6, 2, 3, "  from"), (10, 2, 7, "  from")])
  func findsPlace(offset: Int, number: Int, column: Int, line: String) {
    let place = TextPlace(in: "é x\n  from", scalarOffset: offset)
    #expect(place?.number == number && place?.column == column && place?.line == line)
    #expect(TextPlace(in: "é x\n  from", scalarOffset: 11) == nil)
  }
}
