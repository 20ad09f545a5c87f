import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Stores that real versions of Chroma have written: exactly their live memories, every vector.
@Suite struct RealChromaTests {
  /// They stand beside the package; not everybody has them.
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let areHere = FileManager.default.fileExists(atPath: stores)

  @Test(
    "every form in which a store can be named gives its memories", .enabled(if: areHere, "needs the foreign stores"),
    arguments: [
      ("chroma-0.5.23", "/chroma", "Chroma"), ("chroma-0.5.23", "/chroma/chroma.sqlite3", "Chroma"),
      ("mem0-chroma", "", "mem0 (Chroma)"), ("mem0-chroma", "/chroma/chroma.sqlite3", "mem0 (Chroma)"),
    ])
  func readsFiles(store: String, path: String, system: String) throws {
    let source = try ForeignSource.opened(RealChromaTests.stores + "/" + store + path)
    #expect(source.description.kind == system)
    let text = try String(contentsOfFile: RealChromaTests.stores + "/" + store + "/truth.json", encoding: .utf8)
    let truths = try #require(JSONParser.parse(text).arrayValue)
    let rows = try source.allRows()
    #expect(rows.count == truths.count)
    #expect(try source.survey().rows == Int64(truths.count))
    let byKey = Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0) })
    for (truth, vector) in zip(truths, try RealChromaTests.vectors(of: truths)) {
      let key = "\(truth[key: "collection"]?.stringValue ?? "mem0")/\(truth[key: "id"]?.stringValue ?? "")"
      let row = try #require(byKey[key], "\(key)")
      #expect(row.userID.idText == truth[key: "user"]?.stringValue, "\(key)")
      #expect(row.content.idText == truth[key: "text"]?.stringValue, "\(key)")
      #expect(isEqual(row.embedding, vector, exactly: row.collection != "big"), "\(key)")
      if system != "Chroma" { try checkMem0(row, truth) }
    }
  }

  /// What the index keeps scaled to length one comes back to within the precision of a float.
  private func isEqual(_ embedding: SourceEmbedding, _ expected: [Float], exactly: Bool) -> Bool {
    guard case .vector(let vector) = embedding, vector.dimensions == expected.count else { return false }
    return zip(vector.values, expected).allSatisfy { exactly ? $0 == $1 : abs($0 - $1) <= 3e-7 }
  }

  private func checkMem0(_ row: SourceRow, _ truth: JSON) throws {
    var found = row.metadata.document ?? .null
    for (name, key) in [("agent_id", "agent"), ("run_id", "run")] {
      #expect(found[key: name] ?? .null == truth[key: key] ?? .null, "\(row.key) \(name)")
    }
    found = found.taking([], dropping: ["agent_id", "run_id", "role"])?.rest ?? .null
    #expect(sorted(found) == sorted(truth[key: "metadata"] ?? .null), "\(row.key)")
    for (name, value) in [("created_at", row.createdAt), ("updated_at", row.updatedAt)] {
      let expected = truth[key: name]?.stringValue.flatMap(Timestamp.init(parsing:))
      #expect(value.idText.flatMap(Timestamp.init(parsing:)) == expected, "\(row.key) \(name)")
    }
  }

  private func sorted(_ json: JSON) -> [JSON.Member] {
    if case .object(let members) = json { members.sorted { $0.key < $1.key } } else { [] }
  }

  @Test("values keep their types", .enabled(if: areHere, "needs the foreign stores"))
  func keepsTypes() throws {
    var selection = SourceSelection()
    selection.collection = "big"
    let source = try ForeignSource.opened(RealChromaTests.stores + "/chroma-0.5.23/chroma", selection)
    let row = try #require(source.allRows(decodingEmbeddings: false).first { $0.legacyID == "id1" })
    #expect(row.metadata.document?.text == #"{"f":0.3333333333333333,"n":1,"ok":false,"user_id":"u1"}"#)
    #expect(row.createdAt == .text("2026-11-24 19:16:13"))
  }

  /// What the embedder gave for each memory.
  private static func vectors(of truths: [JSON]) throws -> [[Float]] {
    let program = """
      import json, struct, sys
      sys.path.insert(0, sys.argv[1])
      from vectors import vector
      for text, n in json.load(open(sys.argv[2])):
          sys.stdout.buffer.write(struct.pack(f"<{n}f", *vector(text, n)))
      """
    let dimensions = truths.map { $0[key: "dim"]?.integerValue ?? 1_536 }
    let texts = zip(truths, dimensions).map { truth, number -> JSON in
      .array([truth[key: "vector_of"] ?? truth[key: "text"] ?? .null, .integer(number)])
    }
    let folder = try TestFolder()
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["python3", "-B", "-c", program, stores, try folder.write(JSON.array(texts).text, to: "texts")]
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    python.waitUntilExit()
    var rest = bytes[...]
    return dimensions.map { number in
      defer { rest = rest.dropFirst(number * 4) }
      return Array(rest.prefix(number * 4)).withUnsafeBytes { Vector(littleEndianBytes: $0)?.values ?? [] }
    }
  }
}
