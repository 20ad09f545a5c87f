import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// LangGraph's store: which label is the user, which field is the text, and which vector belongs to it.
@Suite struct LangGraphTests {
  private static let schema = """
    CREATE TABLE store (prefix text NOT NULL, key text NOT NULL, value text NOT NULL,
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      expires_at TIMESTAMP, ttl_minutes REAL, PRIMARY KEY (prefix, key));
    CREATE TABLE store_vectors (prefix text NOT NULL, key text NOT NULL, field_name text NOT NULL, embedding BLOB,
      created_at TIMESTAMP, updated_at TIMESTAMP, PRIMARY KEY (prefix, key, field_name));
    """

  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func store(_ sql: String, _ selection: SourceSelection = SourceSelection()) throws -> ForeignSource {
    try ForeignSource.opened(folder.sqlite("store.db", LangGraphTests.schema + sql), selection)
  }

  private func item(_ prefix: String, _ key: String, _ value: String, expires: String = "NULL") -> String {
    "INSERT INTO store VALUES ('\(prefix)', '\(key)', CAST('\(value)' AS BLOB), '2026-01-02 03:04:05', "
      + "'2026-01-03 03:04:05', \(expires), 5);"
  }

  @Test(
    "the user is the label that the namespace's form tells",
    arguments: [
      ("memories.ada", nil, "ada"), ("users.ada.facts", nil, "ada"), ("app.user.ada", nil, "ada"),
      ("memories.users.ada", nil, "ada"), ("ada.memories", nil, "ada"), ("chat.ada", nil, "ada"),
      ("a.b.c", nil, "default"), ("ada", nil, "default"), ("a.b.c", 1, "a"), ("a.b.c", -1, "c"), ("a.b.c", -2, "b"),
      ("a.b.c", 0, "default"), ("memories.ada", 1, "memories"), ("users", nil, "default"),
    ] as [(String, Int?, String)])
  func tellsUser(prefix: String, label: Int?, user: String) throws {
    var selection = SourceSelection()
    selection.userLabel = label
    let source = try store(item(prefix, "k", #"{"text": "tea"}"#), selection)
    let row = try #require(source.allRows().first)
    #expect(row.userID == .text(user))
    #expect(row.collection == prefix)
    #expect(row.legacyID == "k")
    #expect(try source.survey().remarks.contains { $0.contains("--user-from-namespace N") })
  }

  @Test("a label that no namespace has is refused, and so is any where there are no namespaces", arguments: [4, -4])
  func refusesLabels(label: Int) throws {
    var selection = SourceSelection()
    selection.userLabel = label
    let items = item("a.b.c", "k", #"{"text": "tea"}"#) + item("a", "k", #"{"text": "milk"}"#)
    let error = try #require(throws: MemshError.self) { try store(items, selection) }
    #expect(error.code == .usage)
    #expect(error.message.hasSuffix("has a label \(label): they have 3 labels at most"), "\(error)")
    let agno = try folder.sqlite(
      "agno.db",
      "CREATE TABLE agno_memories (memory_id VARCHAR PRIMARY KEY, memory JSON, topics JSON, user_id VARCHAR, created_at BIGINT)"
    )
    let without = try #require(throws: MemshError.self) { try ForeignSource.opened(agno, selection) }
    #expect(without.code == .usage && without.message.hasSuffix("is a store of Agno, which has no namespaces"))
    #expect(without.hint == "leave --user-from-namespace out")
    // An option that is for several places concerns those that have what it is about.
    selection.isShared = true
    #expect(try ForeignSource.opened(agno, selection).allRows().isEmpty)
  }

  @Test(
    "of several fields that may be the text, the one that has a vector is",
    arguments: [
      (#"{"content": "one", "text": "two"}"#, ["text"], "two"), (#"{"content": "one", "text": "two"}"#, [], "one"),
      (#"{"content": "one", "text": "two"}"#, ["content", "text"], "one"),
      (#"{"content": "one", "text": "two"}"#, ["$"], "one"), (#"{"title": "one", "text": "two"}"#, ["title"], "two"),
      (#"{"a": "one", "b": "two"}"#, ["b"], "two"),
      (#"{"content": {"content": "one", "text": "two"}}"#, ["content.text"], "two"),
    ] as [(String, [String], String)])
  func prefersEmbeddedField(value: String, fields: [String], text: String) throws {
    let vectors = fields.enumerated().map {
      "INSERT INTO store_vectors VALUES ('memories.ada', 'k', '\($1)', x'0000803f0000000\($0)', NULL, NULL);"
    }
    let row = try #require(store(item("memories.ada", "k", value) + vectors.joined()).allRows().first)
    #expect(row.content == .text(text))
  }

  @Test(
    "the text is the field that LangMem and others use, or the only text there is",
    arguments: [
      (#"{"content": "tea", "kind": "x"}"#, "tea", #"{"kind":"x"}"#), (#"{"text": "tea", "n": 1}"#, "tea", #"{"n":1}"#),
      (#"{"note": "tea", "n": [1]}"#, "tea", #"{"n":[1]}"#),
      (#"{"data": "tea", "memory": "milk"}"#, "milk", #"{"data":"tea"}"#),
      (#"{"kind": "Memory", "content": {"content": "tea"}}"#, "tea", #"{"kind":"Memory"}"#),
      (#"{"kind": "Memory", "content": {"content": "tea", "n": 1}}"#, "tea", #"{"kind":"Memory","content":{"n":1}}"#),
      (
        #"{"kind": "Profile", "content": {"name": "ada", "town": "x"}}"#, #"{"name":"ada","town":"x"}"#,
        #"{"kind":"Profile"}"#
      ),
      (#"{"a": "x", "b": "y"}"#, #"{"a":"x","b":"y"}"#, nil), (#""tea""#, "tea", nil), ("{broken", "{broken", nil),
    ] as [(String, String, String?)])
  func tellsText(value: String, text: String, metadata: String?) throws {
    let row = try #require(store(item("memories.ada", "k", value)).allRows().first)
    #expect(row.content.idText == text || row.content == .bytes(Array(text.utf8), isText: false))
    #expect(row.metadata == (try metadata.map { .json(try JSONParser.parse($0)) } ?? .null))
  }

  @Test("a memory takes the vector of its text, else that of the whole JSON, else none, which is said")
  func choosesVector() throws {
    func vector(_ key: String, _ field: String, _ hex: String) -> String {
      "INSERT INTO store_vectors VALUES ('memories.ada', '\(key)', '\(field)', x'\(hex)', NULL, NULL);"
    }
    let (one, two, three) = ("0000803f00000000", "0000004000000000", "0000404000000000")
    let items = ["a", "b", "c", "d"].map { item("memories.ada", $0, #"{"text": "tea \#($0)", "title": "t"}"#) }
    let vectors = [
      vector("a", "$", one), vector("a", "text", two), vector("a", "title", three), vector("b", "$", one),
      vector("b", "title", two), vector("c", "title", three), vector("gone", "text", one),
    ]
    let source = try store((items + vectors).joined())
    let rows = try source.allRows()
    #expect(
      rows.map(\.embedding) == [.vector(Vector([2, 0])), .vector(Vector([1, 0])), .missing, .missing])
    let survey = try source.survey()
    #expect(survey.rows == 4)
    #expect(survey.dimensions == 2)
    #expect(
      survey.remarks.dropFirst() == [
        "1 memory has the vector of the whole JSON, not of the text alone",
        "1 memory has only vectors of other fields than the text, such as title: those are left out",
      ])
  }

  @Test("bytes of a vector are floats, however odd they look")
  func readsOddFloats() throws {
    // As 64-bit floats these bytes would make sense, as 32-bit ones they are tiny.
    let vector = "INSERT INTO store_vectors VALUES ('memories.ada', 'k', 'text', x'010000000000003f', NULL, NULL);"
    let row = try #require(store(item("memories.ada", "k", #"{"text": "tea"}"#) + vector).allRows().first)
    #expect(row.embedding == .vector(Vector([Float(bitPattern: 1), 0.5])))
  }

  @Test("what has expired is left out unless it is asked for, and keeps its date")
  func knowsExpired() throws {
    let items =
      item("memories.ada", "old", #"{"text": "tea"}"#, expires: "'2026-01-01 00:00:00.000123+00:00'")
      + item("memories.ada", "young", #"{"text": "milk"}"#, expires: "'2126-01-01 00:00:00'")
    let source = try store(items)
    #expect(try source.allRows().map(\.legacyID) == ["young"])
    #expect(try source.survey().remarks.contains("1 expired row is left out; --include expired brings it along"))
    var selection = SourceSelection()
    selection.states = [.live, .expired]
    let rows = try ForeignSource.opened(folder.file("store.db"), selection).allRows()
    #expect(rows.map(\.state) == [.expired, .live])
    #expect(rows.last?.otherColumns.first?.value == .text("2126-01-01 00:00:00"))
    #expect(rows.last?.createdAt == .text("2026-01-02 03:04:05"))
  }

  @Test("a store without vectors has memories without any")
  func readsPlainStore() throws {
    let path = try folder.sqlite(
      "plain.db",
      """
      CREATE TABLE store (prefix text, key text, value text, created_at TEXT, updated_at TEXT, PRIMARY KEY (prefix, key));
      INSERT INTO store VALUES ('memories.ada', 'k', '{"text": "tea"}', NULL, NULL);
      """)
    let source = try ForeignSource.opened(path)
    #expect(try source.allRows().map(\.embedding) == [.missing])
    #expect(try source.survey().hasVectors == false)
  }
}
