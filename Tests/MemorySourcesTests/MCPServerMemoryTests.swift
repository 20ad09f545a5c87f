import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import TestSupport
import Testing

/// The file of the MCP reference server "memory".
@Suite struct MCPServerMemoryTests {
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let store = stores + "/mcp-server-memory"

  @Test(
    "a file that the real server wrote gives the memories of its truth",
    .enabled(if: FileManager.default.fileExists(atPath: store), "the folder ../shared/stores is not there"))
  func readsTruth() throws {
    let source = try ForeignSource.opened(Self.store + "/memory.jsonl")
    #expect(source.description.kind == "MCP reference server memory")
    let truth =
      try JSONParser.parse(String(contentsOfFile: Self.store + "/truth.json", encoding: .utf8)).arrayValue ?? []
    let rows = try source.allRows()
    #expect(truth.count == 15 && rows.count == truth.count)
    let expected = truth.map {
      [$0[key: "user"], $0[key: "text"], $0[key: "metadata"]?[key: "entityType"]].map { $0?.stringValue ?? "" }
    }
    let found = rows.map { row in
      [row.userID, row.content, row.otherColumns.first { $0.name == "entityType" }?.value ?? .null]
        .map { $0.json.stringValue ?? "" }
    }
    #expect(found.sorted { $0.joined() < $1.joined() } == expected.sorted { $0.joined() < $1.joined() })
    #expect(rows.allSatisfy { $0.embedding == .missing && $0.state == .live && $0.fault == nil })
    #expect(Set(rows.map(\.key)).count == rows.count)
    let related = rows.filter { $0.userID == .text("ada") }.allSatisfy { row in
      row.otherColumns.contains {
        $0.name == "legacy_relations" && $0.value.json.text == #"[{"to":"ACME \"Corp\"","relationType":"works_at"}]"#
      }
    }
    #expect(related)
    #expect(try source.survey().rows == 15)
    #expect(try source.survey().remarks.first?.contains("1 of 1 stand in legacy_relations") == true)
  }

  @Test("lines that cannot be read are handed over with their number and what is wrong")
  func tellsFaults() throws {
    let folder = try TestFolder()
    let lines = [
      #"{"type":"entity","name":"ada","entityType":"person","observations":["tea","tea",7],"more":1}"#, "",
      #"{"type":"entity","name":"ada""#, #"{"type":"entity","name":"ben","entityType":"person"}"#, "[1]", "  \r",
      #"{"type":"relation","from":"ada","to":"ben","relationType":"knows"}"#, #"{"type":"relation","from":"ada"}"#,
      #"{"type":"entity","name":"eve","entityType":"person","observations":["last"]}"# + "\r",
    ]
    let path = try folder.write(lines.joined(separator: "\n"), to: "memory.json")
    var data = try #require(FileManager.default.contents(atPath: path))
    data.append(contentsOf: Array("\n{\"a\": \"".utf8) + [0xFF, 0xFE])
    try data.write(to: URL(fileURLWithPath: path))
    let source = try ForeignSource.opened(path)
    let rows = try source.allRows()
    #expect(
      rows.map(\.fault) == [
        nil, nil, nil, "line 3 is not JSON; the server skips it, too",
        "line 4 is neither an entity with observations nor a relation; the server skips it, too",
        "line 5 is neither an entity with observations nor a relation; the server skips it, too",
        "line 8 is neither an entity with observations nor a relation; the server skips it, too", nil,
        "line 10 is not valid UTF-8",
      ])
    #expect(Set(rows.map(\.key)).count == rows.count)
    #expect(rows[0].otherColumns.contains { $0.name == "more" })
    #expect(try source.survey().rows == Int64(rows.count))
  }

  @Test("a line that is too long is skipped, and memory stays small; relations that are many are left out and counted")
  func isBounded() throws {
    let folder = try TestFolder()
    let path = folder.file("memory.jsonl")
    let entity = #"{"type":"entity","name":"ada","entityType":"person","observations":["tea"]}"# + "\n"
    let long = #"{"type":"entity","name":"ben","entityType":"person","observations":[""#
    let relations = (1...30).map { #"{"type":"relation","from":"ada","to":"n\#($0)","relationType":"knows"}"# + "\n" }
    var data = Data(entity.utf8) + Data(long.utf8)
    data.append(Data(repeating: UInt8(ascii: "x"), count: 17 << 20))
    data.append(Data(("\"]}\n" + relations.joined()).utf8))
    try data.write(to: URL(fileURLWithPath: path))
    let source = try ForeignSource.opened(path)
    let rows = try source.allRows()
    #expect(rows.map(\.fault) == [nil, "line 2 is longer than 16 MB"])
    #expect(rows[0].otherColumns.map(\.name) == ["entityType"])
    #expect(try source.survey().remarks.first?.contains("0 of 30 stand in legacy_relations") == true)
  }

  @Test("a byte order mark is no part of the first line, and a line that is not UTF-8 is told as what it is")
  func readsMarkedAndDamaged() throws {
    let folder = try TestFolder()
    let entity = #"{"type":"entity","name":"ada","entityType":"person","observations":["tea"]}"#
    let marked = try ForeignSource.opened(folder.write("\u{FEFF}\(entity)\n", to: "memory.jsonl")).allRows()
    #expect(marked.map(\.content) == [.json(.string("tea"))] && marked.map(\.fault) == [nil])
    let path = folder.file("damaged.jsonl")
    try Data(Array(entity.dropLast(4).utf8) + [0xFF, 0xFE] + Array("\"]}\n".utf8)).write(to: URL(fileURLWithPath: path))
    let source = try ForeignSource.opened(path)
    #expect(source.description.kind == "MCP reference server memory")
    #expect(try source.allRows().map(\.fault) == ["line 1 is not valid UTF-8"])
  }

  @Test("a flipped bit anywhere gives rows or a clear error, and never ends the program")
  func survivesFlips() throws {
    let folder = try TestFolder()
    let text = """
      {"type":"entity","name":"ada","entityType":"person","observations":["tea","milk 🥛"]}
      {"type":"relation","from":"ada","to":"ben","relationType":"knows"}
      {"type":"entity","name":"ben","entityType":"person","observations":["x"]}
      """
    let bytes = Array(text.utf8)
    for flip in 0..<200 {
      var damaged = bytes
      damaged[flip * 7919 % bytes.count] ^= 1 << (flip % 8)
      let path = folder.file("memory.jsonl")
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      do { #expect(try ForeignSource.opened(path).allRows().count <= 8) } catch is MemshError {}
    }
  }
}
