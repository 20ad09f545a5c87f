import Foundation
import TestSupport
import Testing

/// Text as people's programs write it: with and without a last newline, with a byte-order mark, in other encodings.
@Suite struct ImportTextTests {
  enum Way: String, CaseIterable, Sendable { case file, standardInput, pipe }

  private struct Form {
    let name: String
    let csv: [UInt8]
    let jsonl: [UInt8]
    /// How many memories come out; nil where the file is refused.
    let memories: Int?
    /// What the error says.
    var says = ""
  }

  private static func bytes(_ text: String, _ encoding: String.Encoding) -> [UInt8] {
    Array(text.data(using: encoding) ?? Data())
  }

  private static let header = "user_id,content"
  private static let row = #"{"user_id":"ada","content":"one"}"#
  private static let other = #"{"user_id":"bob","content":"two, é"}"#

  private static func form(
    _ name: String, _ memories: Int?, says: String = "", csv: String, jsonl: String, encoding: String.Encoding = .utf8,
    mark: [UInt8] = []
  ) -> Form {
    Form(
      name: name, csv: mark + bytes(csv, encoding), jsonl: mark + bytes(jsonl, encoding), memories: memories, says: says
    )
  }

  private static let forms: [Form] = [
    form("as written", 2, csv: "\(header)\nada,one\nbob,\"two, é\"\n", jsonl: "\(row)\n\(other)\n"),
    form("no newline at the end", 2, csv: "\(header)\nada,one\nbob,\"two, é\"", jsonl: "\(row)\n\(other)"),
    form("one row, no newline", 1, csv: "\(header)\nada,one", jsonl: row),
    form("CRLF", 2, csv: "\(header)\r\nada,one\r\nbob,\"two, é\"\r\n", jsonl: "\(row)\r\n\(other)\r\n"),
    form("CRLF, no newline", 2, csv: "\(header)\r\nada,one\r\nbob,\"two, é\"", jsonl: "\(row)\r\n\(other)"),
    form(
      "byte-order mark", 2, csv: "\(header)\r\nada,one\r\nbob,x\r\n", jsonl: "\(row)\n\(other)",
      mark: [0xEF, 0xBB, 0xBF]),
    form("blank lines at the end", 1, csv: "\(header)\nada,one\n\n\r\n", jsonl: "\(row)\n\n\r\n"),
    form("nothing", 0, csv: "", jsonl: ""),
    form("header only", 0, csv: header, jsonl: "\n"),
    form("a NUL", 1, csv: "\(header)\nada,o\0ne", jsonl: #"{"user_id":"ada","content":"o\u0000ne"}"#),
    form("CR alone", nil, says: "carriage returns alone", csv: "\(header)\rada,one\r", jsonl: "\(row)\r\(other)\r"),
    form(
      "UTF-16, little end", nil, says: "UTF-16", csv: "\(header)\nada,one\n", jsonl: row, encoding: .utf16LittleEndian,
      mark: [0xFF, 0xFE]),
    form(
      "UTF-16, big end", nil, says: "UTF-16", csv: "\(header)\nada,one\n", jsonl: row, encoding: .utf16BigEndian,
      mark: [0xFE, 0xFF]),
    form("UTF-16, no mark", nil, says: "UTF-16", csv: "\(header)\nada,one", jsonl: row, encoding: .utf16LittleEndian),
    form(
      "UTF-32", nil, says: "UTF-32", csv: header, jsonl: row, encoding: .utf32LittleEndian, mark: [0xFF, 0xFE, 0, 0]),
    form("Latin-1", nil, says: "not UTF-8", csv: "\(header)\nada,é\n", jsonl: other, encoding: .isoLatin1),
  ]

  @Test("a file, standard input and a pipe", arguments: Way.allCases, ["csv", "jsonl"])
  func imports(way: Way, format: String) throws {
    for form in ImportTextTests.forms {
      let folder = try TestFolder()
      let memsh = Memsh(in: folder)
      let path = folder.file("in.\(format)")
      try Data(format == "csv" ? form.csv : form.jsonl).write(to: URL(fileURLWithPath: path))
      let source = way == .file ? "'\(path)'" : way == .standardInput ? "- < '\(path)'" : "<(cat '\(path)')"
      let result = try memsh.run(
        [
          "-c",
          "\"$MEMSH\" -q -y --output json -d store.db --embedder hash import --format \(format) \(source)",
        ], environment: ["MEMSH": Memsh.binary], executable: "/bin/bash")
      let what = "\(form.name): \(result.status) \(result.output.prefix(200)) \(result.errors)"
      if let memories = form.memories {
        #expect(result.status == 0 && result.output.contains("\"memories\": \(memories)"), "\(what)")
      } else {
        #expect(result.status == 1 && result.errors.contains(form.says), "\(what)")
      }
    }
  }

  @Test(
    "a last line longer than what is read at a time needs no newline", arguments: [65_535, 65_536, 65_537, 200_000])
  func importsLongLines(length: Int) throws {
    let world = try World()
    let line = #"{"user_id":"ada","content":""# + String(repeating: "x", count: length) + "\"}"
    for text in [line, line + "\n", line + "\n" + line] {
      let result = try world.run("-q", "--embedder", "hash", "import", "--format", "jsonl", "-", input: text)
      #expect(result.status == 0, "\(result.errors.prefix(300))")
    }
    #expect(try world.json("stats")[key: "memories"]?[key: "total"]?.integerValue == 4)
  }
}
