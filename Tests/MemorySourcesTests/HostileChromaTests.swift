import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Chroma stores with damaged or hostile files: a clear error or rows, and always an end.
@Suite struct HostileChromaTests {
  private func store() throws -> ChromaFixture {
    let ids = (0..<30).map { "id\($0)" }
    let store = try ChromaFixture(
      space: "cosine",
      ids.enumerated().map { ChromaFixture.row($0 + 1, $1, "text \($0)") }.joined(separator: "\n")
        + ChromaFixture.change(90, 1, "id3", [1, 2]) + ChromaFixture.change(91, 0, "id29", [3, 4])
        + "INSERT INTO max_seq_id VALUES ('\(ChromaFixture.segment)', 89);")
    try store.writeIndex(ids.dropLast().map { .init(id: $0, values: [0.6, 0.8]) })
    return store
  }

  /// Where numbers stand in the header: after a version of 4 bytes, 8 bytes each.
  private static let headers: [(place: Int, value: UInt64)] = [
    (4, 1), (4, .max), (12, 3), (20, 1 << 40), (20, .max), (20, 40), (28, 0), (28, 1), (28, 1 << 60), (28, .max),
    (36, 0), (36, 21), (36, .max), (44, 0), (44, 20), (44, 13), (44, .max),
  ]

  @Test("a header whose numbers do not fit together", arguments: headers)
  func refusesHeader(place: Int, value: UInt64) throws {
    let store = try store()
    var header = try store.read("header.bin")
    header.replaceSubrange(place..<place + 8, with: withUnsafeBytes(of: value.littleEndian, Array.init))
    try store.write("header.bin", header)
    try expectUnreadable(store)
  }

  @Test(
    "files that are missing or cut", arguments: ["header.bin", "data_level0.bin", "length.bin"], [nil, 0, 1, 30])
  func refusesCutFiles(name: String, left: Int?) throws {
    let store = try store()
    if let left {
      try store.write(name, Array(try store.read(name).prefix(left)))
    } else {
      try FileManager.default.removeItem(atPath: store.index + "/" + name)
    }
    try expectUnreadable(store)
  }

  @Test("a pickle that would run something is refused, and nothing of it is run")
  func refusesPickle() throws {
    let store = try store()
    let target = store.folder.file("ran")
    let call = "cos\nsystem\n(X" + "\u{8}\0\0\0" + "touch ran" + "tR."
    try store.write("index_metadata.pickle", [0x80, 4] + Array(call.utf8))
    #expect(try expectUnreadable(store).contains("GLOBAL"))
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test("a pickle without labels, or with labels of another kind")
  func refusesLabels() throws {
    let store = try store()
    for pickle: [UInt8] in [
      [0x80, 4, 0x7D, 0x2E], [0x80, 4, 0x4E, 0x2E], [], Array("{}".utf8),
      [0x80, 4, 0x7D, 0x28, 0x8C, 11] + Array("id_to_label".utf8) + [
        0x7D, 0x28, 0x8C, 1, 0x61, 0x4E, 0x75, 0x75, 0x2E,
      ],
    ] {
      try store.write("index_metadata.pickle", pickle)
      try expectUnreadable(store)
    }
  }

  /// The vectors cannot be had, which a remark and every row say; the texts can.
  @discardableResult
  private func expectUnreadable(_ store: ChromaFixture) throws -> String {
    let source = try ForeignSource.opened(store.folder.path)
    var reasons: Set<String> = []
    // The vector of the last row is still in the queue.
    for row in try source.allRows() where row.legacyID != "id29" {
      if case .unreadable(let reason, _) = row.embedding { reasons.insert(reason) } else { reasons.insert("none") }
    }
    let reason = try #require(reasons.first)
    #expect(reasons.count == 1)
    #expect(reason.contains("cannot be used") || reason.contains("cannot be read"), "\(reason)")
    #expect(try source.survey().remarks.contains { $0.hasPrefix(reason) })
    #expect(try source.allRows(decodingEmbeddings: false).map(\.embedding) == Array(repeating: .missing, count: 30))
    return reason
  }

  @Test("a segment that is named like a path leads nowhere")
  func refusesPaths() throws {
    let store = try ChromaFixture(
      ChromaFixture.row(1, "a", "tea") + "UPDATE segments SET id = '../..' WHERE scope = 'VECTOR'")
    let source = try ForeignSource.opened(store.folder.path)
    _ = try source.allRows()
    #expect(try source.survey().remarks.contains { $0.contains("the segment ../.. is not named by a UUID") })
  }

  @Test("a vector in the queue that is none is told of its row only")
  func marksVectors() throws {
    let store = try ChromaFixture(
      ChromaFixture.row(1, "a", "tea") + ChromaFixture.row(2, "b", "milk") + ChromaFixture.row(3, "c", "water")
        + ChromaFixture.change(1, 0, "a", [.nan, 1]) + ChromaFixture.change(2, 0, "b", [1, 2])
        + ChromaFixture.change(3, 0, "c", [1, 2]) + "UPDATE embeddings_queue SET vector = X'010203' WHERE id = 'c'")
    let reasons = try ForeignSource.opened(store.folder.path).allRows().map { row -> String? in
      if case .unreadable(let reason, _) = row.embedding { reason } else { nil }
    }
    #expect(
      reasons == ["it contains NaN or infinity", nil, "3 bytes of FLOAT32 are not a vector of 32-bit floats"])
  }

  @Test(
    "200 damaged versions of each file: an error or rows, and an end",
    arguments: ["header.bin", "data_level0.bin", "length.bin", "index_metadata.pickle", "chroma.sqlite3"])
  func survivesDamage(name: String) throws {
    let store = try store()
    let path = (name == "chroma.sqlite3" ? store.folder.path : store.index) + "/" + name
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var mutation = Mutation(seed: 16)
    var outcomes = (rows: 0, errors: 0)
    for _ in 0..<200 {
      try Data(mutation.damaged(original)).write(to: URL(fileURLWithPath: path))
      do {
        let source = try ForeignSource.opened(store.folder.path)
        _ = try source.survey()
        let count = try source.allRows().count
        #expect(count <= 30)
        outcomes.rows += 1
      } catch is MemshError { outcomes.errors += 1 }
    }
    #expect(outcomes.rows + outcomes.errors == 200)
    #expect((outcomes.errors > 0) == (name == "chroma.sqlite3"))
  }
}
