import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Chroma: rows from the tables, vectors from the index and from the queue in front of it.
@Suite struct ChromaTests {
  private func vectors(_ rows: [SourceRow]) -> [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: rows.map { row in
        if case .vector(let vector) = row.embedding {
          (row.legacyID ?? "", vector.values)
        } else {
          (row.legacyID ?? "", [])
        }
      })
  }

  @Test("what stands in the queue goes before the index, as Chroma takes it over")
  func replaysQueue() throws {
    let ids = ["kept", "updated", "gone", "back", "new", "upserted", "never", "moved", "none"]
    let rows = ids.enumerated().map { ChromaFixture.row($0 + 1, $1, "text of \($1)") }
    let changes = [
      ChromaFixture.change(3, 1, "kept", [9, 9]),  // is in the index already
      ChromaFixture.change(11, 1, "updated", [1, 2]), ChromaFixture.change(12, 1, "updated"),
      ChromaFixture.change(13, 3, "gone"), ChromaFixture.change(14, 3, "back"),
      ChromaFixture.change(15, 0, "back", [3, 4]), ChromaFixture.change(16, 0, "new", [5, 6]),
      ChromaFixture.change(17, 2, "upserted", [7, 8]), ChromaFixture.change(18, 1, "never", [9, 9]),
      ChromaFixture.change(19, 0, "kept", [9, 9]),  // is there already
      ChromaFixture.change(20, 0, "none", [9, 9], collection: "another"),
    ]
    let store = try ChromaFixture(
      (rows + changes).joined(separator: "\n") + "INSERT INTO max_seq_id VALUES ('\(ChromaFixture.segment)', 10);")
    try store.writeIndex([
      .init(id: "kept", values: [1, 1]), .init(id: "updated", values: [0, 0]), .init(id: "gone", values: [0, 0]),
      .init(id: "back", values: [0, 0]), .init(id: "upserted", values: [0, 0]),
      .init(id: "moved", values: [0, 0], isDeleted: true),
    ])
    let found = vectors(try ForeignSource.opened(store.folder.path).allRows())
    #expect(
      found == [
        "kept": [1, 1], "updated": [1, 2], "gone": [], "back": [3, 4], "new": [5, 6], "upserted": [7, 8], "never": [],
        "moved": [], "none": [],
      ])
  }

  @Test("0.4 says in the pickle what the index holds")
  func readsOldSequence() throws {
    let store = try ChromaFixture(
      ChromaFixture.row(1, "a", "tea") + ChromaFixture.change(5, 2, "a", [9, 9])
        + ChromaFixture.row(2, "b", "milk") + ChromaFixture.change(6, 2, "b", [3, 4]))
    try store.writeIndex([.init(id: "a", values: [1, 2]), .init(id: "b", values: [1, 2])], upTo: 5)
    #expect(vectors(try ForeignSource.opened(store.folder.path).allRows()) == ["a": [1, 2], "b": [3, 4]])
  }

  @Test("vectors that are compared by direction get their lengths back; others are as they stand")
  func restoresLengths() throws {
    for (space, expected) in [("cosine", [1.5, -2.5] as [Float]), ("l2", [0.75, -1.25]), ("ip", [0.75, -1.25])] {
      let store = try ChromaFixture(space: space, ChromaFixture.row(1, "a", "tea"))
      try store.writeIndex([.init(id: "a", values: [0.75, -1.25])])
      #expect(vectors(try ForeignSource.opened(store.folder.path).allRows()) == ["a": expected], "\(space)")
    }
  }

  @Test("values keep their types, lists their order; ids that look alike stay apart")
  func keepsMetadata() throws {
    let store = try ChromaFixture(
      """
      \(ChromaFixture.row(1, "e\u{301}", "tea"))
      \(ChromaFixture.row(2, "\u{E9}", "milk"))
      INSERT INTO embedding_metadata VALUES (1, 'text', '7', NULL, NULL, NULL), (1, 'whole', NULL, 9007199254740993, NULL, NULL),
        (1, 'real', NULL, NULL, 3.0, NULL), (1, 'flag', NULL, NULL, NULL, 0), (1, 'user_id', 'ada', NULL, NULL, NULL);
      INSERT INTO embedding_metadata_array VALUES (1, 'tags', 'z', NULL, NULL, NULL), (1, 'tags', 'a', NULL, NULL, NULL),
        (2, 'flags', NULL, NULL, NULL, 1), (1, 'tags', 'm', NULL, NULL, NULL);
      \(ChromaFixture.change(1, 0, "e\u{301}", [1, 2]))
      \(ChromaFixture.change(2, 0, "\u{E9}", [3, 4]))
      """)
    let rows = try ForeignSource.opened(store.folder.path).allRows()
    #expect(rows.map(\.userID) == [.text("ada"), .text("default")])
    #expect(rows.map(\.content) == [.text("tea"), .text("milk")])
    #expect(rows.map(\.collection) == ["notes", "notes"])
    #expect(
      rows.map { $0.metadata.document?.text } == [
        #"{"flag":false,"real":3.0,"text":"7","user_id":"ada","whole":9007199254740993,"tags":["z","a","m"]}"#,
        #"{"flags":[true]}"#,
      ])
    #expect(rows.map(\.embedding) == [.vector(Vector([1, 2])), .vector(Vector([3, 4]))])
  }

  @Test("what a deleted collection left behind is left out, and said; so are rows without a document")
  func leavesOut() throws {
    let store = try ChromaFixture(
      ChromaFixture.row(1, "a", "tea") + ChromaFixture.row(2, "b", "of a collection that is gone", segment: "gone")
        + "INSERT INTO embeddings (id, segment_id, embedding_id, seq_id) VALUES (3, 'meta', 'c', 3);")
    let source = try ForeignSource.opened(store.folder.path)
    #expect(try source.allRows().map(\.content) == [.text("tea"), .null])
    let survey = try source.survey()
    #expect(survey.rows == 2)
    #expect(
      survey.remarks == [
        "left out: 1 row of deleted collections", "nothing to remember in 1 row without a document",
      ])
  }

  @Test("mem0's rows are told by their keys; what it found in memories is left out, what has expired is marked")
  func readsMem0() throws {
    let store = try ChromaFixture(
      """
      INSERT INTO collections (id, name) VALUES ('other', 'notes_entities');
      INSERT INTO segments VALUES ('entities', 'sqlite', 'METADATA', 'other');
      INSERT INTO embeddings (id, segment_id, embedding_id, seq_id) VALUES (1, 'meta', 'a', 1), (2, 'meta', 'b', 2),
        (3, 'entities', 'c', 3);
      INSERT INTO embedding_metadata (id, key, string_value) VALUES (1, 'data', 'tea'), (1, 'hash', 'x'),
        (1, 'user_id', 'ada'), (1, 'agent_id', 'bot'), (1, 'created_at', '2026-01-02T03:04:05+00:00'),
        (2, 'data', 'milk' || char(10) || 'honey'), (2, 'hash', 'y'), (2, 'user_id', 'ada'), (2, 'expiration_date', '2020-01-01'),
        (3, 'data', 'Zürich'), (3, 'entity_type', 'place'), (3, 'user_id', 'ada');
      """)
    let source = try ForeignSource.opened(store.folder.path)
    #expect(source.description.kind == "mem0 (Chroma)")
    let rows = try source.allRows()
    #expect(rows.map(\.content) == [.text("tea")])
    #expect(rows.first?.userID == .text("ada"))
    #expect(rows.first?.createdAt == .text("2026-01-02T03:04:05+00:00"))
    #expect(rows.first?.metadata.document?.text == #"{"agent_id":"bot"}"#)
    let survey = try source.survey()
    #expect(survey.rows == 1)
    #expect(survey.remarks.contains("the collection notes_entities holds what mem0 found in memories, and is left out"))
    #expect(survey.remarks.contains("1 expired row is left out; --include expired brings it along"))
    #expect(survey.remarks.contains { $0.hasPrefix("1 text holds line breaks") })
  }

  @Test("the folder, the file in it, and a folder around it may be named; two stores in one folder may not")
  func findsStore() throws {
    let store = try ChromaFixture(ChromaFixture.row(1, "a", "tea"))
    let outer = try TestFolder()
    try FileManager.default.copyItem(atPath: store.folder.path, toPath: outer.file("chroma"))
    for path in [store.folder.path, store.folder.file("chroma.sqlite3"), outer.path] {
      #expect(try ForeignSource.opened(path).allRows().map(\.key) == ["notes/a"], "\(path)")
    }
    try FileManager.default.copyItem(atPath: store.folder.path, toPath: outer.file("other"))
    let error = #expect(throws: MemshError.self) { try ForeignSource.opened(outer.path) }
    #expect(error?.message == "\(outer.path) holds 2 stores of Chroma")
  }

  @Test("a store from before 0.4 is refused by its name")
  func refusesParquet() throws {
    let folder = try TestFolder()
    try folder.write("PAR1", to: "chroma-embeddings.parquet")
    let error = #expect(throws: MemshError.self) { try ForeignSource.opened(folder.path) }
    #expect(error?.code == .sourceUnsupported)
    #expect(error?.message.contains("a store of Chroma before 0.4") == true)
  }
}
