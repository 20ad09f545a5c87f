import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Markdown: what is one memory, what goes to the metadata, and what awkward files become.
@Suite struct MarkdownTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func note(_ name: String, _ text: String) throws {
    try bytes(name, Data(text.utf8))
  }

  private func bytes(_ name: String, _ bytes: Data) throws {
    let path = URL(fileURLWithPath: folder.file("notes/" + name))
    try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: path)
  }

  private func source(_ name: String = "") throws -> ForeignSource {
    try ForeignSource.opened(folder.file(name.isEmpty ? "notes" : "notes/" + name))
  }

  private func rows(_ text: String) throws -> [SourceRow] {
    try note("a.md", text)
    return try source().allRows()
  }

  private func texts(_ text: String) throws -> [String] { try rows(text).map(\.text) }

  @Test("a memory is a paragraph or an item with its nested lines")
  func blocks() throws {
    #expect(
      try texts(
        """
        # Facts
        Lives in Zürich,
        works remotely.

        - Likes coffee ☕
          black, before nine
          - from Ethiopia
            and Kenya

          A second paragraph of the item.
        - Likes tea
        lazily continued
        * Another list
        1. first
        2) second
           - nested
        3. third
        """) == [
          "Lives in Zürich,\nworks remotely.",
          "Likes coffee ☕\nblack, before nine\n- from Ethiopia\n  and Kenya\n\nA second paragraph of the item.",
          "Likes tea\nlazily continued", "Another list", "first", "second\n- nested", "third",
        ])
  }

  @Test("headings are not memories; their path goes to the metadata")
  func headings() throws {
    let rows = try rows("before\n# A #\none\n## B\n- two\n# C\n#tag is text\n\nD\n===\nthree\n\nE\n---\nfour")
    #expect(rows.map(\.text) == ["before", "one", "two", "#tag is text", "three", "four"])
    #expect(rows.map { $0.other("heading")?.idText } == [nil, "A", "A > B", "C", "D", "D > E"])
    #expect(rows.allSatisfy { $0.other("file") == .text("a.md") })
  }

  @Test("code keeps its blank lines, tables and quotes are paragraphs, comments are left out")
  func others() throws {
    let text = """
      Run this:
      ```sh
      - not an item

      # not a heading
      ```
      | a | b |
      |---|---|

      > quoted
      > twice

      ***
      <!-- a comment

      of several lines -->
      <!-- this --> is text

      - ~~~
        in an item

        ~~~
        and after it
      """
    let source = try {
      try note("a.md", text)
      return try self.source()
    }()
    #expect(
      try source.allRows().map(\.text) == [
        "Run this:\n```sh\n- not an item\n\n# not a heading\n```\n| a | b |\n|---|---|", "> quoted\n> twice",
        "<!-- this --> is text", "~~~\nin an item\n\n~~~\nand after it",
      ])
    #expect(try source.survey().remarks == ["left out: 1 comment"])
  }

  @Test("tasks are told apart", arguments: [("- [ ] open", false), ("* [x] done", true), ("1. [X] done", true)])
  func tasks(line: String, isDone: Bool) throws {
    let row = try #require(try rows(line).first)
    #expect(row.text == (isDone ? "done" : "open"))
    #expect(row.other("done") == .json(.bool(isDone)))
  }

  @Test("front matter goes to every memory, and names the user and the times")
  func frontMatter() throws {
    let rows = try rows(
      "---\r\ntitle: Ada\r\ntags: [a, 7]\r\nuser: ada\r\ncreated: 2025-01-02T03:04:05Z\r\nupdated: 2025-02-03\r\n---\r\n"
        + "- one\r\n  more\r\n\r\ntwo\r\n")
    #expect(rows.map(\.text) == ["one\nmore", "two"])
    for row in rows {
      #expect(row.userID == .text("ada"))
      #expect(row.createdAt == .text("2025-01-02T03:04:05Z"))
      #expect(row.updatedAt == .text("2025-02-03"))
      #expect(row.metadata.json.text == #"{"title":"Ada","tags":["a",7],"user":"ada"}"#)
    }
  }

  @Test("what is not a time stays, and the file's own time stands in")
  func times() throws {
    try note("a.md", "---\ndate: in spring\nuser_id: 42\n---\ntext")
    let moment = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes([.modificationDate: moment], ofItemAtPath: folder.file("notes/a.md"))
    let row = try #require(try source().allRows().first)
    #expect(row.createdAt == .null)
    #expect(row.updatedAt == .text("2023-11-14T22:13:20.000000Z"))
    #expect(row.metadata.json.text == #"{"date":"in spring","user_id":42}"#)
    #expect(row.userID == .text("42"))
  }

  @Test("front matter that is not closed, or not YAML, is not lost")
  func oddFrontMatter() throws {
    #expect(try texts("---\ntitle: open\n\ntext") == ["title: open", "text"])
    #expect(try texts("---\njust words\n---\ntext") == ["text"])
    #expect(try rows("---\njust words\n---\ntext").first?.other("heading") == .text("just words"))
    try note("a.md", "---\na: [1\n---\ntext")
    let source = try source()
    #expect(try source.allRows().map(\.metadata.json.text) == [#"{"front_matter":"a: [1"}"#])
    #expect(try source.survey().remarks.count == 1)
    try note("a.md", "---\na: &x [1]\nb: [*x, *x]\n---\ntext")
    #expect(try self.source().allRows().first?.metadata.json.text.contains("&x") == true)
  }

  @Test("Basic Memory's observations are taken apart, its relations left out")
  func basicMemory() throws {
    try note(
      "brewing.md",
      """
      ---
      title: Coffee
      type: note
      permalink: coffee
      tags: [coffee]
      ---
      # Coffee
      Prose (with brackets)

      - [method] Pour over #brewing #coffee (from a book)
      - [ ] buy beans (soon)
      - [link](https://example.org) stays
      - call f(x)
      - relates_to [[Tea]]
      - "is made of" [[Beans]] (always)
      - likes the [[Tea]] of the morning
      """)
    let source = try source()
    let rows = try source.allRows()
    #expect(
      rows.map(\.text) == [
        "Prose (with brackets)", "Pour over #brewing #coffee", "buy beans (soon)", "[link](https://example.org) stays",
        "call f(x)", "likes the [[Tea]] of the morning",
      ])
    #expect(rows[1].category == .text("method"))
    #expect(rows[1].other("context") == .text("from a book"))
    #expect(rows[1].metadata.json[key: "tags"]?.text == #"["coffee","brewing"]"#)
    #expect(rows[0].metadata.json[key: "tags"]?.text == #"["coffee"]"#)
    #expect(try source.survey().remarks == ["left out: 2 relations between notes, not something remembered"])
    #expect(try source.survey().rows == 6)
  }

  @Test("in other notes a category is text")
  func plainNote() throws {
    #expect(try texts("- [method] Pour over #a (b)\n- relates_to [[Tea]]").count == 2)
    #expect(try texts("- [method] Pour over (b)") == ["[method] Pour over (b)"])
  }

  @Test("an edit changes the keys of what was edited, and of nothing else")
  func keys() throws {
    let before = try rows("# A\n- one\n- two\n- one\n")
    #expect(Set(before.map(\.key)).count == 3)
    let after = try rows("# B\n- zero\n- one\n- two and a half\n- one\n")
    #expect(Set(after.map(\.key)).subtracting(before.map(\.key)).count == 2)
    try FileManager.default.moveItem(atPath: folder.file("notes/a.md"), toPath: folder.file("notes/b.md"))
    #expect(Set(try source().allRows().map(\.key)).isDisjoint(with: after.map(\.key)))
  }

  @Test("folders are looked into, but not hidden ones, links and other files")
  func folders() throws {
    try note("deep/er/b.MD", "b")
    try note("a.markdown", "a")
    try note(".git/c.md", "c")
    try note("notes.txt", "d")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("notes/loop"), withDestinationPath: folder.file("notes"))
    let source = try source()
    #expect(source.description.kind == "Markdown")
    #expect(try source.allRows().map { $0.other("file")?.idText } == ["a.markdown", "deep/er/b.MD"])
    #expect(
      try source.survey().remarks == ["left out: 1 file not in Markdown", "not followed: 1 symbolic link"])
    try note(String(repeating: "d/", count: 20) + "z.md", "z")
    #expect(try self.source().survey().remarks.contains { $0.contains("deeper") })
  }

  @Test("one file is a source of its own")
  func oneFile() throws {
    try note("a.md", "- one")
    try note("b.md", "- two")
    #expect(try source("b.md").allRows().map(\.text) == ["two"])
  }

  @Test("a folder without Markdown, or of another system, is not taken")
  func notMarkdown() throws {
    try note("a.txt", "a")
    #expect(throws: MemshError.self) { try source() }
    try note("README.md", "about the store")
    try note("_versions/1.manifest", "")
    try note("data/1.lance", "")
    #expect(throws: MemshError.self) { try source() }
  }

  @Test(
    "files with nothing in them give nothing",
    arguments: ["", "\n\n", "\u{FEFF}", "---\ntitle: x\n---\n", "# Only\n## headings\n", "- \n*\n1.\n", "<!-- x -->"])
  func nothing(text: String) throws {
    #expect(try texts(text) == [])
    #expect(try source("a.md").allRows().isEmpty)
  }

  @Test("a mark of UTF-8 is not text")
  func mark() throws { #expect(try texts("\u{FEFF}---\na: 1\n---\n\u{FEFF}x").map(\.count) == [2]) }

  @Test("what is not UTF-8 is rejected by itself; a file of UTF-16 as a whole")
  func notUTF8() throws {
    try bytes("a.md", Data("- good\n- f".utf8) + Data([0xFC]) + Data("r\n- good too".utf8))
    try bytes("b.md", Data([0xFF, 0xFE, 0x61, 0]))
    let source = try source()
    let rows = try source.allRows()
    #expect(
      rows.map(\.content) == [
        .text("good"), .bytes([0x66, 0xFC, 0x72], isText: true), .text("good too"), .null,
      ])
    #expect(rows[3].other("problem")?.idText?.contains("UTF-16") == true)
    #expect(try source.survey().rows == 4)
  }

  @Test("a file above the limit is one rejected row")
  func tooLarge() throws {
    try bytes("a.md", Data(repeating: 0x61, count: (16 << 20) + 1))
    let rows = try source().allRows()
    #expect(rows.map(\.content) == [.null])
    #expect(rows.first?.other("problem")?.idText?.contains("larger than 16 MB") == true)
  }

  @Test("a fence or a comment without an end takes nothing away")
  func unclosed() throws {
    #expect(try texts("a\n```\nb\n\n- c\n# D\n<!-- e\n\nf") == ["a\n```\nb", "c", "<!-- e", "f"])
    #expect(try texts("- a\n  ~~~\n  b\n- c") == ["a\n~~~\nb", "c"])
  }

  @Test(
    "the time is that of the length",
    arguments: [
      Long(what: "a line", sizes: 1 << 20...8 << 20, rows: 1) { String(repeating: "x", count: $0) },
      // A level's line is as long as the level is deep: n levels are n² bytes.
      Long(what: "levels of a list", sizes: 150_000...1_200_000, rows: 1) {
        (0..<Int(Double($0).squareRoot())).map { String(repeating: " ", count: $0 * 2) + "- level \($0)" }
          .joined(separator: "\n")
      },
      Long(what: "comments without an end", sizes: 1_000...8_000, rows: nil) {
        String(repeating: "\n\n- <!-- a", count: $0)
      },
    ])
  func growsWithLength(_ long: Long) throws {
    let growth = try timeGrowth(over: long.sizes) { size throws in
      #expect(try rows(long.text(size)).count == long.rows ?? size)
    }
    #expect(growth < growthLimit, "\(long): \(growth)")
  }

  @Test("fences of any length, each in the one before")
  func fences() throws {
    let fences = (3..<60).reversed().map { String(repeating: "`", count: $0) + "x" }.joined(separator: "\n\n")
    #expect(try rows(fences).count == 57)
  }

  /// A text whose time is measured.
  struct Long: CustomTestStringConvertible {
    let what: String
    /// The sizes that `text` is asked for.
    let sizes: ClosedRange<Int>
    /// The rows that are read; as many as the size where it is `nil`.
    let rows: Int?
    let text: @Sendable (Int) -> String

    var testDescription: String { what }
  }
}

extension SourceRow {
  /// The content; empty where it is not text.
  fileprivate var text: String { content.idTextOrEmpty }

  fileprivate func other(_ name: String) -> SourceValue? { otherColumns.first { $0.name == name }?.value }
}

extension SourceValue {
  fileprivate var idText: String? { if case .text(let text) = self { text } else { nil } }
  fileprivate var idTextOrEmpty: String { idText ?? "" }
}
