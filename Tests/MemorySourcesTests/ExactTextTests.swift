import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemoryServices
@testable import MemorySources

/// Texts that are equal to Swift and not to the byte, and numbers that are not finite.
@Suite struct ExactTextTests {
  @Test("what a graph's file relates goes through a memory and out again")
  func relationsComeBack() throws {
    let folder = try TestFolder()
    let lines = [
      #"{"type":"entity","name":"ada","entityType":"person","observations":["Likes tea"]}"#,
      #"{"type":"entity","name":"ben","entityType":"person","observations":["Likes milk"]}"#,
      #"{"type":"relation","from":"ada","to":"ben","relationType":"knows"}"#,
    ]
    let source = try ForeignSource.opened(folder.write(lines.joined(separator: "\n"), to: "memory.jsonl"))
    let normalizer = RowNormalizer(migrationTime: .storable.lowerBound)
    let memories = try source.allRows().enumerated().map {
      Memory(id: Int64($0), fields: try normalizer.accept($1).fields)
    }
    var written = ""
    let writer = MCPMemoryWriter { written += $0 }
    try writer.write(memories)
    try writer.finish()
    #expect(written.split(separator: "\n").map(String.init) == lines)
  }

  @Test("columns whose names differ in their bytes only are kept apart")
  func keepsColumnsApart() throws {
    var row = SourceRow(key: "1", legacyID: nil)
    row.userID = .text("ada")
    row.content = .text("tea")
    row.otherColumns = [("e\u{301}", .integer(1)), ("\u{e9}", .integer(2))]
    let metadata = try RowNormalizer(migrationTime: .storable.lowerBound).accept(row).fields.metadata
    #expect(metadata?.members.count == 2 && metadata?[key: "\u{e9}"] == .integer(2))
  }

  @Test("Python's numbers that are not finite are texts where they are asked for, and an error elsewhere")
  func readsNaN() throws {
    let text = #"{"a": NaN, "b": [Infinity, -Infinity, -1]}"#
    #expect(try JSONParser.parse(text, takesNaN: true).text == #"{"a":"nan","b":["inf","-inf",-1]}"#)
    for wrong in [text, "[Infinity]", "[-Infinity]"] {
      #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(wrong) }
    }
    #expect(throws: JSONParser.Failure.self) { try JSONParser.parse("[-", takesNaN: true) }
  }

  @Test(
    "a quote before a combining mark does not end a word of the shell",
    arguments: ["a'\u{301}; id #", "'\u{301}", "it's"])
  func quotesForTheShell(text: String) throws {
    let printed = try Python3.run(
      "import subprocess, sys; sys.stdout.buffer.write(subprocess.run(['sh', '-c', 'printf %s ' + sys.argv[1]], capture_output=True).stdout)",
      text.shellWord)
    #expect(Array(printed) == Array(text.utf8), "\(text.shellWord)")
  }

  @Test("an export of mcp-memory-service that was cut off is said to be one")
  func tellsCutExport() throws {
    let folder = try TestFolder()
    let path = try folder.write(
      #"{"export_metadata": {"exporter_version": "5.0.1"}, "memories": [{"content": "te"#, to: "e.json")
    #expect { try ForeignSource.opened(path) } throws: { error in
      guard let error = error as? MemshError else { return false }
      return error.code == .sourceUnreadable && error.message.contains("export of mcp-memory-service, and is not JSON")
    }
  }
}
