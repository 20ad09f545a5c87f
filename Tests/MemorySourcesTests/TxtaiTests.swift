import Database
import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Folders of txtai with the NumPy backend, and JSON exports of mcp-memory-service.
@Suite struct TxtaiTests {
  private func store(_ vectors: Data?) throws -> TestFolder {
    let folder = try TestFolder()
    try folder.sqlite(
      "documents",
      """
      CREATE TABLE sections (indexid INTEGER PRIMARY KEY, id TEXT, text TEXT, tags TEXT, entry DATETIME);
      CREATE TABLE documents (id TEXT PRIMARY KEY, data JSON, tags TEXT, entry DATETIME);
      INSERT INTO sections VALUES (0, 'a', 'tea', 'drinks', '2026-01-02 03:04:05.000001'), (2, 'b', 'milk', NULL, '2026-01-02');
      INSERT INTO documents VALUES ('a', '{"text": "tea", "user_id": "ada", "hot": true}', 'drinks', '2026-01-02');
      """)
    try folder.write(
      #"{"path": "all-MiniLM-L6-v2", "backend": "numpy", "build": {"txtai": "9.14.0"}}"#, to: "config.json")
    if let vectors { try vectors.write(to: URL(fileURLWithPath: folder.file("embeddings"))) }
    return folder
  }

  private func numpy(_ shape: String, _ values: [Float], type: String = "<f4") -> Data {
    let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let padded = header + String(repeating: " ", count: 128 - 11 - header.utf8.count) + "\n"
    return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(padded.utf8)
      + Data(Vector(values).littleEndianBytes)
  }

  @Test("texts, documents and the rows of the matrix that live")
  func reads() throws {
    let folder = try store(numpy("3, 2", [1, 2, 0, 0, 3, 4]))
    for path in [folder.path, folder.file("documents")] {
      let source = try ForeignSource.opened(path)
      #expect(source.description.kind == "txtai")
      #expect(try source.survey().version == "9.14.0")
      let rows = try source.allRows()
      #expect(rows.map(\.legacyID) == ["a", "b"])
      #expect(rows.map(\.embedding) == [.vector(Vector([1, 2])), .vector(Vector([3, 4]))])
      #expect(rows.map(\.userID) == [.text("ada"), .text("default")])
      #expect(rows[0].metadataObject?.text == #"{"user_id":"ada","hot":true}"#)
      #expect(rows[0].value(of: "tags") == .text("drinks"))
      #expect(rows[0].createdAt == .text("2026-01-02 03:04:05.000001"))
      #expect(try source.survey().model == "all-MiniLM-L6-v2")
      #expect(try source.allRows(decodingEmbeddings: false)[0].embedding == .undecoded(.null))
    }
  }

  @Test("vectors of another backend are left out, which is said")
  func readsWithoutVectors() throws {
    for data in [Data("IxF2".utf8), numpy("3, 2", [], type: "|u1"), numpy("3, 99999999999999999999", []), Data(), nil] {
      let folder = try store(data)
      let source = try ForeignSource.opened(folder.path)
      #expect(try source.allRows().map(\.embedding) == [.missing, .missing])
      #expect(try source.survey().remarks.contains { $0.hasSuffix("the memories come without vectors") })
    }
  }

  @Test("a pipe where the vectors should be is not waited for", .deadline(minutes: 10))
  func readsBesidePipe() throws {
    let folder = try store(nil)
    #expect(mkfifo(folder.file("embeddings"), 0o600) == 0)
    let source = try ForeignSource.opened(folder.path)
    #expect(try source.allRows().map(\.embedding) == [.missing, .missing])
    #expect(
      try source.survey().remarks.contains {
        $0.contains("a pipe") && $0.hasSuffix("the memories come without vectors")
      })
  }

  @Test("a matrix that is cut is said in the rows that it lacks")
  func readsCut() throws {
    let (cut, small) = (numpy("3, 2", [1, 2, 0, 0, 3]), numpy("1, 2", [1, 2]))
    for data in [cut, small, numpy("9223372036854775807, 2", [1, 2])] {
      let folder = try store(data)
      let rows = try ForeignSource.opened(folder.path).allRows()
      #expect(rows[0].vector == Vector([1, 2]))
      guard case .unreadable = rows[1].embedding else {
        Issue.record("\(rows[1].embedding)")
        continue
      }
    }
  }

  @Test("an export of mcp-memory-service")
  func readsExport() throws {
    let folder = try TestFolder()
    let path = try folder.write(
      """
      {"export_metadata": {"exporter_version": "5.0.1"}, "memories": [
        {"content": "tea", "content_hash": "h1", "tags": ["a", "b"], "created_at": 1700000000.25, "updated_at": 1700000001,
         "memory_type": "note", "metadata": {"user_id": "ada"}, "store": "work", "embedding": [0.1, 2]},
        {"content": "milk", "content_hash": "h2", "tags": [], "created_at": 1700000000, "metadata": {}, "store": "default"},
        7]}
      """, to: "export.json")
    let source = try ForeignSource.opened(path)
    #expect(try source.survey().version == "exporter 5.0.1")
    #expect(try source.survey().rows == 3)
    let rows = try source.allRows()
    #expect(rows[0].vector == Vector([0.1, 2]))
    #expect(rows.map(\.userID) == [.text("ada"), .text("default"), .text("default")])
    #expect(rows.map(\.key) == ["work/h1", "default/h2", "row 2"])
    #expect(rows[0].value(of: "tags") == .json(.array([.string("a"), .string("b")])))
    #expect(rows[2].content == .null)
    try folder.write(#"{"export_metadata": {}, "memories": 7}"#, to: "other.json")
    #expect(throws: MemshError.self) { try ForeignSource.opened(folder.file("other.json")) }
  }
}
