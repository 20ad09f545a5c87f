import Database
import Foundation
import MemoryModel
import PostgresDriver
import TestSupport
import Testing

@testable import MemorySources

/// The forms of mem0's stores that the real ones at hand do not show: what has expired, entities, old keys, other programs'.
@Suite struct Mem0FormTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Every row in every state.
  private var all: SourceSelection {
    var selection = SourceSelection()
    selection.states = Set(RowState.allCases)
    return selection
  }

  private func json(_ text: String) throws -> SourceValue { .json(try JSONParser.parse(text)) }

  /// Writes a store of Qdrant's local mode.
  ///
  /// - Parameter collections: Python: names with points, `(id, vector, payload)`.
  private func qdrant(_ collections: String, listed: [String], in name: String = "qdrant") throws -> String {
    let program = """
      import base64, json, os, pickle, sqlite3, sys, types, datetime
      module = types.ModuleType("models")
      for name in ["qdrant_client", "qdrant_client.http", "qdrant_client.http.models", "qdrant_client.http.models.models"]:
          sys.modules[name] = module
      class PointStruct:
          def __init__(self, state): self.state = state
          def __getstate__(self): return {"__dict__": self.state, "__pydantic_extra__": None}
      PointStruct.__module__ = "qdrant_client.http.models.models"; PointStruct.__qualname__ = "PointStruct"
      module.PointStruct = PointStruct
      root = sys.argv[1]
      os.makedirs(root)
      listed = {name: {"vectors": {"size": 2}} for name in json.loads(sys.argv[2])}
      json.dump({"collections": listed, "aliases": {}}, open(root + "/meta.json", "w"))
      os.makedirs(root + "/collection")
      for name, points in \(collections):
          os.makedirs(f"{root}/collection/{name}")
          db = sqlite3.connect(f"{root}/collection/{name}/storage.sqlite")
          db.execute("CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)")
          for id, vector, payload in points:
              point = payload if isinstance(payload, bytes) else pickle.dumps(
                  PointStruct({"id": id, "vector": vector, "payload": payload}))
              db.execute("INSERT INTO points VALUES (?, ?)", (base64.b64encode(pickle.dumps(id)).decode(), point))
          db.commit()
      """
    _ = try Python3.run(program, folder.file(name), JSON.array(listed.map(JSON.string)).text)
    return folder.file(name)
  }

  @Test("Qdrant: several collections, entities, what has expired, and points that cannot be read")
  func readsQdrant() throws {
    let path = try qdrant(
      """
      [("b", [(7, [0.5, 1], {"data": "seven", "hash": "x", "userId": "ada", "agentId": "g", "role": None, "n": 1.5})]),
       ("a", [("u1", {"": [0.1, 2], "bm25": None}, {"data": "tea", "hash": "x", "user_id": "ada", "text_lemmatized": "t",
                "expiration_date": "2020-01-01", "created_at": "2026-01-01T00:00:00-08:00", "actor_id": "x"}),
              ("u2", None, {"data": "a\\nb", "hash": "x", "run_id": "r", "expiration_date": "2999-01-01"}),
              ("u3", [1.0, 2.0], {"data": "bad", "hash": "x", "when": datetime.datetime(2026, 1, 1)}),
              ("u4", [1.0, 2.0], {"data": "half \\ud800", "hash": "x"}), ("u5", [], b"junk"),
              ("u6", [float("nan"), 1.0], {"data": "nan", "hash": "x"})]),
       ("a_entities", [("e", [1.0], {"data": "Ada", "hash": "x", "entity_type": "person", "linked_memory_ids": ["u1"]})]),
       ("gone", [("g", [1.0], {"data": "gone", "hash": "x"})])]
      """, listed: ["a", "b", "a_entities"])
    let source = try ForeignSource.opened(path, all)
    let survey = try source.survey()
    #expect(survey.table == "a, b")
    #expect(survey.rows == 7)
    #expect(
      survey.remarks == [
        "the collection gone is left out: meta.json does not list it, so that Qdrant does not know it",
        "the collection a_entities is left out: it holds what mem0 found in the memories, and no memories",
        "1 text holds line breaks, which some of mem0's embedders (OpenAI, Azure, Gemini, LM Studio, FastEmbed) replace by "
          + "spaces: such a vector belongs to the text with spaces",
      ])
    let rows = try source.allRows()
    #expect(rows.map(\.key) == ["a/u1", "a/u2", "a/u3", "a/u4", "a/u5", "a/u6", "b/7"])
    #expect(rows[0].state == .expired)
    #expect(rows[0].embedding == .vector(Vector([0.1, 2])))
    #expect(rows[0].metadata == (try json(#"{"expiration_date":"2020-01-01","actor_id":"x"}"#)))
    #expect(rows[0].createdAt == .text("2026-01-01T00:00:00-08:00"))
    #expect(rows[1].state == .live)
    #expect(rows[1].userID == .text("default"))
    #expect(rows[1].embedding == .missing)
    #expect(rows[2].fault?.hasPrefix("the point cannot be read: the opcode ") == true)
    #expect(rows[3].fault == "its payload holds what JSON cannot")
    #expect(rows[4].fault?.contains("does not begin as a pickle") == true)
    guard case .unreadable("it contains NaN or infinity", _) = rows[5].embedding else {
      Issue.record("NaN was read as \(rows[5].embedding)")
      return
    }
    #expect(rows[6].legacyID == "7")
    #expect(rows[6].userID == .text("ada"))
    #expect(rows[6].metadata == (try json(#"{"agent_id":"g","n":1.5}"#)))
    #expect(try ForeignSource.opened(path).survey().rows == 6)
    var only = all
    only.collection = "b"
    #expect(try ForeignSource.opened(path, only).allRows().map(\.key) == ["b/7"])
    guard case .undecoded(.bytes(let bytes, isText: false)) = try source.allRows(decodingEmbeddings: false)[0].embedding
    else {
      Issue.record("a vector was decoded that nobody asked for")
      return
    }
    #expect(bytes == Vector([0.1, 2]).littleEndianBytes)
  }

  @Test("Qdrant: other applications' payloads, and vectors with names")
  func readsOtherPayloads() throws {
    let path = try qdrant(
      """
      [("langchain", [("1", [1.0, 2.0], {"page_content": "tea", "metadata": {"user_id": "ada", "x": 1}})]),
       ("client", [("2", {"small": [3.0], "large": [1.0, 2.0]}, {"document": "milk", "source": "web"})]),
       ("mine", [("3", [1.0], {"title": "x", "pages": 3})])]
      """, listed: ["client", "langchain", "mine"])
    let source = try ForeignSource.opened(path)
    #expect(source.description.kind == "Qdrant")
    #expect(
      try source.survey().remarks == [
        "the collection mine is left out: its payloads have no text under a known key, but title, pages",
        "the points of client have several vectors, large, small: only large is read",
      ])
    let rows = try source.allRows()
    #expect(rows.map(\.content) == [.text("milk"), .text("tea")])
    #expect(rows.map(\.userID) == [.text("default"), .text("ada")])
    #expect(rows.map(\.metadata) == [try json(#"{"source":"web"}"#), try json(#"{"user_id":"ada","x":1}"#)])
    #expect(rows.map(\.embedding) == [.vector(Vector([1, 2])), .vector(Vector([1, 2]))])
  }

  @Test("Qdrant: payloads without a text are described and refused; so are several stores in one folder")
  func refusesUnknownPayloads() throws {
    let path = try qdrant(#"[("mine", [("3", [1.0], {"title": "x", "pages": 3})])]"#, listed: ["mine"])
    #expect { try ForeignSource.opened(path) } throws: { error in
      guard let error = error as? MemshError else { return false }
      return error.code == .sourceUnsupported && error.hint?.contains("they have title, pages") == true
    }
    _ = try qdrant("[]", listed: [], in: "other")
    #expect { try ForeignSource.opened(folder.path) } throws: {
      ($0 as? MemshError)?.message.contains("several stores of Qdrant") == true
    }
  }

  /// Writes mem0's files for FAISS, as version 2 does.
  private func faiss(rows: Int, ids: Int, header: String = "IxF2", floats: Int? = nil) throws -> String {
    let program = """
      import json, struct, sys
      path, rows, ids, header, floats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
      with open(path + ".faiss", "wb") as f:
          f.write(header.encode() + struct.pack("<iqqqBiQ", 2, rows, 0, 0, 1, 1, floats))
          f.write(struct.pack(f"<{rows * 2}f", *[n + 0.25 for n in range(rows * 2)]))
      store = {f"m{n}": {"data": f"text {n}", "hash": "x", "user_id": "ada"} for n in range(ids)}
      json.dump({"docstore": store, "index_to_id": {str(n): f"m{ids - 1 - n}" for n in range(ids)}}, open(path + ".json", "w"))
      """
    let path = folder.file("notes")
    _ = try Python3.run(program, path, String(rows), String(ids), header, String(floats ?? rows * 2))
    return path + ".json"
  }

  @Test("FAISS: vectors by their number, where the index holds just those of the memories")
  func readsFaiss() throws {
    let source = try ForeignSource.opened(faiss(rows: 3, ids: 3))
    #expect(try source.survey().remarks == [])
    let rows = try source.allRows()
    #expect(rows.map(\.key) == ["notes/m0", "notes/m1", "notes/m2"])
    #expect(rows.map(\.embedding) == [[4.25, 5.25], [2.25, 3.25], [0.25, 1.25]].map { .vector(Vector($0)) })
  }

  @Test(
    "FAISS: an index of another form, of other length or too short gives no vectors, which is said",
    arguments: [
      (4, "IxF2", nil, "its index holds 4 for 3 memories"), (3, "IxHN", nil, "it is not a flat index"),
      (3, "IxF2", 7, "its header makes no sense"), (3, "IxF2", Int.max, "its header makes no sense"),
      (2, "IxF2", nil, "its index holds 2 for 3 memories"),
    ] as [(Int, String, Int?, String)])
  func leavesVectorsOut(rows: Int, header: String, floats: Int?, remark: String) throws {
    let source = try ForeignSource.opened(faiss(rows: rows, ids: 3, header: header, floats: floats))
    #expect(try source.survey().remarks.contains { $0.contains(remark) })
    #expect(try source.allRows().map(\.embedding) == [.missing, .missing, .missing])
  }

  @Test("FAISS: a file that was cut off gives no vectors, either")
  func noticesACut() throws {
    let path = try faiss(rows: 3, ids: 3)
    let index = URL(fileURLWithPath: folder.file("notes.faiss"))
    let bytes = try Data(contentsOf: index)
    for count in 0..<bytes.count {
      try bytes.prefix(count).write(to: index)
      #expect(try ForeignSource.opened(path).survey().remarks.count == 1, "\(count)")
    }
  }

  @Test("TypeScript: old keys, what has expired, payloads that are not JSON")
  func readsTypeScript() throws {
    let path = try folder.sqlite(
      "store.db",
      """
      CREATE TABLE kept (id TEXT PRIMARY KEY, vector BLOB NOT NULL, payload TEXT NOT NULL);
      INSERT INTO kept VALUES
        ('1', x'0000803f00000040', '{"data":"tea","hash":"h","userId":"ada","runId":"r","createdAt":"2026-01-01T00:00:00.000Z"}'),
        ('2', x'0000803f00000040', '{"data":"old","hash":"h","user_id":"ada","expirationDate":"2020-05-05"}'),
        ('3', x'0000803f00000040', '{"data":'), ('4', x'0000803f00000040', x'ff'), ('5', x'01', '[1]');
      """)
    let source = try ForeignSource.opened(path, all)
    #expect(source.description.kind == "mem0 (TypeScript)")
    #expect(try source.survey().rows == 5)
    #expect(try ForeignSource.opened(path).survey().rows == 4)
    let rows = try source.allRows()
    #expect(rows.map(\.state) == [.live, .expired, .live, .live, .live])
    #expect(rows[0].userID == .text("ada"))
    #expect(rows[0].createdAt == .text("2026-01-01T00:00:00.000Z"))
    #expect(rows[0].metadata == (try json(#"{"run_id":"r"}"#)))
    #expect(rows[0].embedding == .vector(Vector([1, 2])))
    #expect(rows[1].metadata == (try json(#"{"expiration_date":"2020-05-05"}"#)))
    #expect(rows[2...3].map(\.fault) == ["the payload is not JSON", "the payload is not JSON"])
    #expect(rows[4].content == .null)
  }

  @Test("PowerMem: metadata apart, the copy of the text is dropped")
  func readsPowerMem() throws {
    let path = try folder.sqlite(
      "powermem.db",
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, vector TEXT, payload TEXT, fulltext_content TEXT, created_at TEXT);
      INSERT INTO memories VALUES (729876543210987654, '[0.5, 1.5]',
        '{"data":"tea","hash":"h","user_id":"ada","agent_id":"","run_id":null,"metadata":{"x":1},"updated_at":"2026-01-02"}',
        'tea', '2026-01-01 00:00:00');
      """)
    let row = try #require(ForeignSource.opened(path).allRows().first)
    #expect(row.key == "memories/729876543210987654")
    #expect(row.content == .text("tea"))
    #expect(row.metadata == (try json(#"{"x":1}"#)))
    #expect(row.otherColumns.map(\.name) == ["agent_id"])
    #expect(row.createdAt == .text("2026-01-01 00:00:00"))
    #expect(row.updatedAt == .text("2026-01-02"))
    #expect(row.embedding == .vector(Vector([0.5, 1.5])))
  }

  @Test(
    "what get_all answers, with and without its wrapping",
    arguments: [#"{"results": LIST, "relations": [{}, {}]}"#, "\u{FEFF} LIST"])
  func readsJSON(form: String) throws {
    let list = #"""
      [{"id": "1", "memory": "tea", "hash": "h", "metadata": {"x": 1, "agent_id": "own"}, "created_at": "2026-01-01",
        "updated_at": null, "user_id": "ada", "agent_id": "g", "run_id": null, "score": 0.5},
       {"id": 2, "memory": "old", "user_id": null, "metadata": null, "expiration_date": "2020-01-01"}]
      """#
    let path = try folder.write(form.replacing("LIST", with: list), to: "all.json")
    let source = try ForeignSource.opened(path, all)
    #expect(try source.survey().remarks.count == (form.contains("relations") ? 2 : 1))
    let rows = try source.allRows()
    #expect(rows.map(\.key) == ["1", "2"])
    #expect(rows[0].content == .text("tea"))
    #expect(rows[0].metadata == (try json(#"{"x":1,"agent_id":"own"}"#)))
    #expect(rows[0].otherColumns.map(\.name) == ["agent_id", "score"])
    #expect(rows[1].userID == .text("default"))
    #expect(rows[1].state == .expired)
  }

  @Test(
    "other JSON is not taken for get_all's",
    arguments: [
      #"[{"id": 1, "text": "x"}]"#, #"{"results": [{"id": 1}], "x": "memory"}"#, #"["memory", "id"]"#,
      #"{"results": 1, "memory": 1, "id": 1}"#,
    ])
  func refusesOtherJSON(text: String) throws {
    let path = try folder.write(text, to: "x.json")
    #expect { try ForeignSource.opened(path) } throws: { ($0 as? MemshError)?.code == .sourceUnsupported }
  }

  @Test("pgvector: each table is a collection; what mem0 keeps beside the memories is left out")
  func readsPostgres() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE EXTENSION vector;
      CREATE TABLE a (id uuid PRIMARY KEY, vector vector(2), payload jsonb);
      CREATE TABLE "My Notes" (id uuid PRIMARY KEY, vector vector, payload jsonb);
      CREATE TABLE a_entities (id uuid PRIMARY KEY, vector vector(2), payload jsonb);
      CREATE TABLE mem0migrations (id uuid PRIMARY KEY, vector vector(1), payload jsonb);
      CREATE TABLE others (id bigint PRIMARY KEY, vector vector(2), payload jsonb);
      INSERT INTO a VALUES
        ('00000000-0000-0000-0000-000000000001', '[1,2]', '{"data": "tea", "hash": "h", "user_id": "ada", "x": [1]}'),
        ('00000000-0000-0000-0000-000000000002', NULL, '{"data": "old", "user_id": "ada", "expiration_date": "2020-01-01"}'),
        ('00000000-0000-0000-0000-000000000003', '[1,2]', NULL);
      INSERT INTO "My Notes" VALUES ('00000000-0000-0000-0000-000000000001', '[1]', '{"data": "a\\nb", "hash": "h"}');
      INSERT INTO a_entities VALUES
        ('00000000-0000-0000-0000-000000000001', '[1,2]', '{"data": "Ada", "entity_type": "x", "linked_memory_ids": []}');
      INSERT INTO mem0migrations VALUES ('00000000-0000-0000-0000-000000000001', '[0]', '{"user_id": "x"}');
      """)
    let driver = try PostgresDriver(connectionString: database.url, isReadOnly: true)
    guard case .foreign(let source) = try SourceCatalog.open(driver, all) else {
      Issue.record("it was not told for mem0's")
      return
    }
    let survey = try source.survey()
    #expect(survey.table == "My Notes, a")
    #expect(survey.rows == 4)
    #expect(survey.remarks.count == 3)
    let rows = try source.allRows().sorted { $0.key < $1.key }
    #expect(rows.map(\.key).map { $0.prefix { $0 != "/" } } == ["My Notes", "a", "a", "a"])
    let tea = try #require(rows.first { $0.content == .text("tea") })
    #expect(tea.collection == "a")
    #expect(tea.metadata == (try json(#"{"x":[1]}"#)))
    #expect(tea.embedding == .vector(Vector([1, 2])))
    #expect(rows.filter { $0.state == .expired }.map(\.content) == [.text("old")])
    #expect(rows.filter { $0.content == .null }.count == 1)
  }
}
