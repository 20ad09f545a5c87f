import Database
import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Systems that keep their memories in SQLite files, on stores that they have written themselves.
@Suite struct TableStoreTests {
  private static let files = [
    ("mcp-memory-service", "sqlite_vec.db", "mcp-memory-service"), ("openmemory-py", "openmemory.db", "OpenMemory"),
    ("llm", "embeddings.db", "llm"),
  ]

  @Test(
    "exactly the live memories come, with user, text, metadata and vector", .enabled(if: StoreTruth.isHere),
    arguments: files)
  func readsLiveMemories(store: String, file: String, system: String) throws {
    let source = try ForeignSource.opened("\(StoreTruth.folder)/\(store)/\(file)")
    #expect(source.description.kind == system)
    let rows = Dictionary(
      try source.allRows().map { ($0.legacyID ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    let truth = try StoreTruth.memories(store)
    #expect(try source.survey().rows == Int64(truth.count))
    #expect(rows.count == truth.count)
    let vectors = try StoreTruth.vectors(
      truth.map { ($0[key: "vector_of"]?.stringValue ?? $0[key: "text"]?.stringValue ?? "", dimensions($0)) })
    #expect(vectors.count == truth.count)
    for (memory, vector) in zip(truth, vectors) {
      let id = try #require(memory[key: "id"]?.stringValue)
      let row = try #require(rows[id], "\(id)")
      #expect(row.state == .live)
      #expect(row.userID == .text(memory[key: "user"]?.stringValue ?? "default"))
      // Updates have added keys that the truth does not list.
      if case .object(let members)? = memory[key: "metadata"] {
        for member in members { #expect(row.metadataObject?[key: member.key] == member.value, "\(id)") }
      }
      #expect(row.collection == memory[key: "collection"]?.stringValue ?? (store == "openmemory-py" ? nil : "default"))
      #expect(row.updatedAt != .null)
      if memory[key: "blob"] == nil {
        #expect(row.content == (memory[key: "text"]?.stringValue).map(SourceValue.text) ?? .null, "\(id)")
      }
      try expect(row, vector, exact: store != "openmemory-py", id)
    }
    try source.verifyUnchanged()
  }

  private func dimensions(_ memory: JSON) -> Int { Int(memory[key: "dim"]?.doubleValue ?? 0) }

  private func expect(_ row: SourceRow, _ expected: Vector, exact: Bool, _ id: String) throws {
    let vector = try #require(row.vector, "\(id)")
    if exact {
      #expect(vector.littleEndianBytes == expected.littleEndianBytes, "\(id)")
    } else {
      let difference = zip(vector.values, expected.values).map { abs($0 - $1) }.max() ?? 1
      #expect(vector.dimensions == expected.dimensions && difference <= 1e-6, "\(id): \(difference)")
    }
  }

  @Test("the survey counts what is left out, and tells the model that the store tells", .enabled(if: StoreTruth.isHere))
  func surveys() throws {
    let service = try ForeignSource.opened(StoreTruth.folder + "/mcp-memory-service/sqlite_vec.db")
    #expect(try service.survey().version == "schema version 19")
    let survey = try service.survey()
    #expect(survey.dimensions == 1_536)
    #expect(survey.remarks.contains("2 deleted rows are left out; --include deleted brings them along"))
    #expect(survey.remarks.contains("2 superseded rows are left out; --include superseded brings them along"))
    let llm = try ForeignSource.opened(StoreTruth.folder + "/llm/embeddings.db").survey()
    #expect(llm.model == "fake-16")
    #expect(llm.remarks.contains { $0.contains("without --store") })
  }

  @Test(
    "deleted and superseded rows come on request, with their state and the vectors that remain",
    .enabled(if: StoreTruth.isHere))
  func readsTheRest() throws {
    var selection = SourceSelection()
    selection.states = [.deleted, .superseded]
    let rows = try ForeignSource.opened(StoreTruth.folder + "/mcp-memory-service/sqlite_vec.db", selection).allRows()
    let contents = [SourceValue.text("Likes tea"), .text("Old phone number 555-0100")]
    #expect(rows.filter { $0.state == .superseded }.map(\.content) == contents)
    for (row, expected) in zip(
      rows.filter { $0.state == .superseded },
      try StoreTruth.vectors([("Likes tea", 1_536), ("Old phone number 555-0100", 1_536)]))
    {
      #expect(row.vector?.littleEndianBytes == expected.littleEndianBytes)
      #expect(row.value(of: "superseded_by") != nil)
    }
    let deleted = rows.filter { $0.state == .deleted }
    #expect(deleted.map(\.content) == [.text("Wrong fact to be deleted"), .text("Temporary note of bob")])
    #expect(deleted.allSatisfy { $0.embedding == .missing && $0.value(of: "deleted_at") != nil })
  }

  @Test("tags joined by commas become a list", .enabled(if: StoreTruth.isHere))
  func readsTags() throws {
    let rows = try ForeignSource.opened(StoreTruth.folder + "/mcp-memory-service/sqlite_vec.db").allRows()
    let row = try #require(rows.first { $0.content == .text("Prefers a double espresso before nine") })
    #expect(row.value(of: "tags") == .json(.array(["ada", "preferences", "plain"].map(JSON.string))))
    #expect(row.value(of: "memory_type") == .text("reference"))
    #expect(row.createdAt == .real(1_795_546_926.0133967))
    #expect(row.value(of: "created_at_iso") == nil)
  }

  @Test("only what the systems compute is dropped", .enabled(if: StoreTruth.isHere))
  func keepsColumns() throws {
    let row = try #require(try ForeignSource.opened(StoreTruth.folder + "/openmemory-py/openmemory.db").allRows().first)
    let names = Set(row.otherColumns.filter { $0.value != .null }.map(\.name))
    #expect(names == ["primary_sector", "tags", "salience", "decay_lambda", "version", "feedback_score"])
    #expect(row.createdAt == .integer(1_795_547_387_279))
  }

  @Test("an older file of mcp-memory-service has fewer columns, and all its rows live")
  func readsOldColumns() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, content_hash TEXT UNIQUE, content TEXT, tags TEXT, memory_type TEXT,
        metadata TEXT, created_at REAL, updated_at REAL, created_at_iso TEXT, updated_at_iso TEXT);
      INSERT INTO memories VALUES (1, 'h', 'tea', '', 'note', '{"user": "ben"}', 1700000000.5, 1700000001, '', '');
      """)
    let source = try ForeignSource.opened(path)
    let row = try #require(try source.allRows().first)
    #expect(row.userID == .text("ben"))
    #expect(row.key == "h")
    #expect(row.value(of: "tags") == .null)
    #expect(try source.survey().remarks == ["memory_embeddings cannot be read: its memories come without vectors"])
  }

  @Test("Memori's facts are those of its entities")
  func readsMemori() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE memori_entity (id INTEGER PRIMARY KEY, uuid TEXT, external_id TEXT, date_created TEXT);
      CREATE TABLE memori_entity_fact (id INTEGER PRIMARY KEY, uuid TEXT, entity_id INTEGER, content TEXT,
        content_embedding BLOB, num_times INTEGER, date_last_time TEXT, uniq TEXT, date_created TEXT, date_updated TEXT);
      CREATE TABLE memori_conversation_message (id INTEGER PRIMARY KEY, content TEXT);
      INSERT INTO memori_entity VALUES (7, 'e', 'ada', '');
      INSERT INTO memori_entity_fact VALUES (1, 'u1', 7, 'tea', x'0000803f0000003f', 3, '2026-01-03 00:00:00', 'hash',
        '2026-01-02 00:00:00', NULL), (2, 'u2', 8, 'of nobody', x'0000803f0000003f', 1, '', '', '2026-01-02', NULL);
      INSERT INTO memori_conversation_message VALUES (1, 'hello');
      """)
    let source = try ForeignSource.opened(path)
    let rows = try source.allRows()
    #expect(rows.map(\.legacyID) == ["u1", "u2"])
    #expect(rows[0].userID == .text("ada"))
    #expect(rows[0].embedding == .vector(Vector([1, 0.5])))
    #expect(rows[0].createdAt == .text("2026-01-02 00:00:00"))
    #expect(rows[0].value(of: "num_times") == .integer(3))
    #expect(rows[0].value(of: "uniq") == nil)
    // Its entity is gone: no user can be told, so that the row is rejected.
    #expect(rows[1].userID == .null)
    let remark =
      "memori_conversation_message holds messages of conversations (1), which are not memories: they are left out"
    #expect(try source.survey().remarks == [remark])
  }

  @Test("collections of llm with different models are told apart")
  func readsCollections() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "a.db",
      """
      CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT, model TEXT);
      CREATE TABLE embeddings (collection_id INTEGER, id TEXT, embedding BLOB, content TEXT, content_blob BLOB,
        content_hash BLOB, metadata TEXT, updated INTEGER, PRIMARY KEY (collection_id, id));
      INSERT INTO collections VALUES (1, 'a', 'm1'), (2, 'b', 'm2');
      INSERT INTO embeddings VALUES (1, 'x', x'0000803f', 'tea', NULL, x'00', NULL, 1700000000),
        (2, 'x', x'0000803f', NULL, x'6d696c6b', x'00', '{"user_id": "ada"}', 1700000000);
      """)
    let source = try ForeignSource.opened(path)
    let survey = try source.survey()
    #expect(survey.model == nil)
    let remark = "the collections have vectors of different models: a (m1), b (m2); --collection NAME reads one of them"
    #expect(survey.remarks == [remark])
    #expect(try source.allRows().map(\.key) == ["a/x", "b/x"])
    var selection = SourceSelection()
    selection.collection = "b"
    let chosen = try ForeignSource.opened(path, selection)
    #expect(try chosen.survey().model == "m2")
    #expect(try chosen.allRows().map(\.content) == [.bytes(Array("milk".utf8), isText: false)])
  }
}
