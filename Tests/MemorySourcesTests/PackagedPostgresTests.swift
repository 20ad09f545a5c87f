import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// PostgreSQL stores that real packages have written: what memsh reads is what the packages read back.
@Suite struct PackagedPostgresTests {
  private static let texts = ["Lives in Zürich", "Line one\nLine \"two\" \\", "日本語 🥜"]
  private static let users = ["ada", "bob", "o'neil"]
  private static let vectors: [[Float]] = [
    [-0.46588725, 0.5516544, -0.20302315, -0.2211935, -0.05340654, 0.44940302, -0.35123014, 0.24556786],
    [-0.02678007, -0.3586751, 0.4025091, 0.2312777, 0.028717577, -0.31635585, 0.43968573, -0.6007519],
    [-0.26502663, -0.49676505, 0.4410757, 0.26932803, 0.0086453445, 0.050854634, 0.19615564, -0.6121781],
  ]

  /// A database of the test's own, which lives as long as this value.
  private struct Opened {
    let database: TestDatabase
    let source: ForeignSource

    init(_ sql: String) throws {
      database = try TestDatabase()
      try database.execute(sql)
      source = try ForeignSource.opened(database)
    }

    /// Opens it again.
    func selecting(_ change: (inout SourceSelection) -> Void) throws -> ForeignSource {
      var selection = SourceSelection()
      change(&selection)
      return try ForeignSource.opened(database, selection)
    }
  }

  private func texts(_ rows: [SourceRow]) -> [String?] { rows.map(\.content.idText) }

  private func json(_ text: String) throws -> SourceValue { .json(try JSONParser.parse(text)) }

  @Test("LangGraph: namespaces, several vectors an item, an item without one, LangMem's form, an expired one")
  func readsLangGraph() throws {
    let opened = try Opened(PackagedSQL.langGraph)
    let rows = try opened.source.allRows().sorted { $0.key < $1.key }
    #expect(rows.map(\.key).count == 6)
    let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.legacyID ?? "", $0) })
    for (number, id) in ["k0", "k1", "k2"].enumerated() {
      #expect(byID[id]?.content == .text(PackagedPostgresTests.texts[number]))
      #expect(byID[id]?.userID == .text(PackagedPostgresTests.users[number]))
    }
    #expect(byID["k0"]?.embedding == .vector(Vector(PackagedPostgresTests.vectors[0])))
    #expect(byID["k1"]?.embedding == .vector(Vector(PackagedPostgresTests.vectors[1])))
    #expect(byID["k2"]?.embedding == .missing)
    #expect(byID["k1"]?.metadata == (try json(#"{"nested": {"a": [1, {"b": null}]}}"#)))
    #expect(byID["k0"]?.createdAt == .text("2026-11-25 22:02:25.91292+00"))
    // Of its two vectors, that of the text.
    let two = Vector([0.57511395, -0.17224555, -0.27268842, 0.22746961, 0.02242761, 0.32364747, 0.6299523, -0.10669306])
    #expect(byID["two"]?.embedding == .vector(two))
    #expect(byID["two"]?.userID == .text("ada"))
    #expect(byID["lm"]?.content == .text("from a manager"))
    #expect(byID["lm"]?.metadata == (try json(#"{"kind": "Memory"}"#)))
    guard case .vector? = byID["lm"]?.embedding else {
      Issue.record("LangMem's nested text has lost its vector")
      return
    }
    #expect(byID["json"]?.userID == .text("ada"))
    #expect(try opened.source.survey().rows == 6)
    #expect(try opened.selecting { $0.states = [.expired] }.allRows().map(\.legacyID) == ["old"])
    #expect(try opened.selecting { $0.collection = "memories.bob" }.survey().rows == 1)
  }

  @Test("LangChain's PGVectorStore: a table of any name, whose own columns go to the metadata")
  func readsLangChain() throws {
    let opened = try Opened(PackagedSQL.langChain)
    #expect(opened.source.description.kind == "LangChain PGVector")
    let rows = try opened.source.allRows()
    #expect(texts(rows) == PackagedPostgresTests.texts)
    #expect(rows.map(\.userID) == PackagedPostgresTests.users.map(SourceValue.text))
    #expect(rows.map(\.embedding) == PackagedPostgresTests.vectors.map { .vector(Vector($0)) })
    #expect(rows[1].metadata == (try json(#"{"nested": {"a": [1, {"b": null}]}}"#)))
    #expect(rows.map { $0.otherColumns.map(\.name) } == Array(repeating: ["user_id", "rank"], count: 3))
    #expect(rows.map { $0.otherColumns.last?.value } == [.integer(0), .integer(1), .integer(2)])
    #expect(rows.map(\.collection) == Array(repeating: "My Notes", count: 3))
  }

  @Test("LlamaIndex: each index is a collection, derived copies are dropped, halfvec is kept as it is")
  func readsLlamaIndex() throws {
    let opened = try Opened(PackagedSQL.llamaIndex)
    #expect(opened.source.description.kind == "LlamaIndex PGVectorStore")
    let rows = try opened.source.allRows()
    #expect(texts(rows) == PackagedPostgresTests.texts + PackagedPostgresTests.texts)
    #expect(rows.map(\.userID) == (PackagedPostgresTests.users + PackagedPostgresTests.users).map(SourceValue.text))
    #expect(rows.map(\.legacyID) == ["n0", "n1", "n2", "n0", "n1", "n2"])
    #expect(Set(rows.map(\.key)).count == 6)
    #expect(rows.prefix(3).map(\.embedding) == PackagedPostgresTests.vectors.map { .vector(Vector($0)) })
    let halves = PackagedPostgresTests.vectors.map { Vector($0.map { Float(Float16($0)) }) }
    #expect(rows.suffix(3).map(\.embedding) == halves.map { .vector($0) })
    #expect(rows[0].metadata == (try json(#"{"user_id": "ada", "category": "facts"}"#)))
    #expect(rows.flatMap(\.otherColumns).isEmpty)
    #expect(try opened.source.survey().remarks.first?.contains("more than the content") == true)
    #expect(try opened.selecting { $0.collection = "noteshalf" }.survey().rows == 3)
  }

  @Test("Agno: its schema is looked into, and its JSON is decoded")
  func readsAgno() throws {
    let opened = try Opened(PackagedSQL.agno)
    let rows = try opened.source.allRows()
    #expect(texts(rows) == PackagedPostgresTests.texts)
    #expect(rows.map(\.userID) == PackagedPostgresTests.users.map(SourceValue.text))
    #expect(rows.map(\.createdAt) == Array(repeating: .integer(1_795_644_156), count: 3))
    let others = JSON.object(
      rows[1].otherColumns.filter { $0.value != .null }.map {
        .init($0.name, $0.value.document ?? .string($0.value.idText ?? ""))
      })
    #expect(.json(others) == (try json(#"{"input": "said", "agent_id": "agent-1", "topics": ["t", "bob"]}"#)))
  }

  @Test("LangChain's older tables have a key called uuid, and a memory whose collection is gone is read, too")
  func readsOlderLangChain() throws {
    let opened = try Opened(
      """
      CREATE EXTENSION vector;
      CREATE TABLE langchain_pg_collection (uuid uuid PRIMARY KEY, name varchar, cmetadata json);
      CREATE TABLE langchain_pg_embedding (uuid uuid PRIMARY KEY, collection_id uuid, embedding vector, document varchar,
        cmetadata json, custom_id varchar);
      INSERT INTO langchain_pg_collection VALUES ('00000000-0000-4000-8000-000000000000', 'notes', NULL);
      INSERT INTO langchain_pg_embedding VALUES
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000000', '[1,2]', 'tea', '{"userId": "ada"}', 'c1'),
        ('00000000-0000-4000-8000-000000000002', NULL, '[1,2,3]', 'milk', NULL, NULL);
      """)
    let rows = try opened.source.allRows()
    #expect(texts(rows) == ["tea", "milk"])
    #expect(rows.map(\.userID) == [.text("ada"), .text("default")])
    #expect(rows.map(\.collection) == ["notes", nil])
    #expect(rows.map(\.embedding) == [.vector(Vector([1, 2])), .vector(Vector([1, 2, 3]))])
    #expect(rows[0].otherColumns.first?.value == .text("c1"))
  }
}
