import Database
import MemoryModel
import MemoryStore
import Testing

/// What completion asks of a store.
@Suite struct StoredValueTests {
  private func values(
    _ kind: StoredValue, _ prefix: String = "", in store: MemoryStore, limit: Int = 20
  ) throws -> [StoredChoice] {
    try store.values(kind, beginningWith: prefix, limit: limit)
  }

  @Test(
    "ids come newest first, with their text; behind digits the id itself, then the longer ones",
    arguments: StoreKind.allCases)
  func findsIDs(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let store = fixture.store
    _ = try store.insert((1...130).map { memory("memory \($0) \u{1F375}") })
    #expect(
      try values(.memories, in: store, limit: 2) == [
        .init("130", about: "memory 130 \u{1F375}"), .init("129", about: "memory 129 \u{1F375}"),
      ])
    #expect(try values(.memories, "1", in: store, limit: 4).map(\.text) == ["1", "19", "18", "17"])
    #expect(try values(.memories, "12", in: store).map(\.text) == ["12"] + (120...129).reversed().map(String.init))
    #expect(try values(.memories, "7", in: store).map(\.text) == ["7"] + (70...79).reversed().map(String.init))
    for odd in ["0", "x", "-1", "9223372036854775807", "99999999999999999999", "1 "] {
      #expect(try values(.memories, odd, in: store).isEmpty, "\(odd)")
    }
    #expect(try values(.memories, "130", in: store).count == 1)
  }

  @Test("users and categories are those that begin with a text", arguments: StoreKind.allCases)
  func findsTexts(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let store = fixture.store
    _ = try store.insert([
      memory("a", user: "ada", category: "tea"), memory("b", user: "adam"), memory("c", user: "bob", category: "te%a"),
    ])
    #expect(try Set(values(.users, "ad", in: store).map(\.text)) == ["ada", "adam"])
    #expect(try Set(values(.categories, "te", in: store).map(\.text)) == ["tea", "te%a"])
    #expect(try values(.categories, "te%", in: store).map(\.text) == ["te%a"])
    #expect(try values(.runs, in: store).isEmpty && values(.operations, in: store).isEmpty)
    #expect(try values(.tags, in: store).isEmpty && values(.fragments, in: store).isEmpty)
  }

  @Test("the metadata's places are those that a filter can name", arguments: StoreKind.allCases)
  func findsMetadata(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let store = fixture.store
    let documents = [
      #"{"source": "chat", "origin": {"file": "a b.txt", "line": 3}, "draft": true, "a.b": 1, "7": 1, "none": null}"#,
      #"{"source": "mail", "list": [1], "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}}}"#, #"{"source": "chat"}"#,
    ]
    _ = try store.insert(try documents.map { memory("x", metadata: try JSONParser.parse($0)) })
    let places = try values(.metadataPaths, in: store)
    #expect(places.map(\.text) == ["draft", "origin.file", "origin.line", "source"])
    for place in places { #expect(MetadataCondition(parsing: "metadata.\(place.text)=x") != nil, "\(place.text)") }
    #expect(try Set(values(.metadataValues(path: "source"), in: store).map(\.text)) == ["chat", "mail"])
    #expect(try values(.metadataValues(path: "origin.file"), in: store).map(\.text) == ["a b.txt"])
    #expect(try values(.metadataValues(path: "other"), in: store).isEmpty)
  }

  @Test("tables and their columns, those of others, too", arguments: StoreKind.allCases)
  func findsTables(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let store = fixture.store
    _ = try store.answer("CREATE VIEW \"Seen\" AS SELECT 1 AS \"One\"", values: [], writes: true, limit: 1)
    let tables = try values(.relations, in: store)
    #expect(tables.contains(.init("Seen", about: "view")))
    #expect(tables.contains { $0.text == "memories" && $0.about.hasSuffix("table") })
    #expect(try values(.columns(relation: "Seen"), in: store).map(\.text) == ["One"])
    #expect(try values(.columns(relation: "memories"), in: store).map(\.text).contains("content"))
    #expect(throws: MemshError.self) { try values(.columns(relation: "none"), in: store) }
  }
}
