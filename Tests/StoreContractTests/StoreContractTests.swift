import Database
import MemoryModel
import MemoryServices
import Testing

@Suite struct StoreContractTests {
  @Test("a store without tables says so and is not changed by asking", arguments: StoreKind.allCases)
  func asksWithoutWriting(kind: StoreKind) throws {
    let fixture = try Fixture(kind)
    try fixture.store.connect()
    #expect(try fixture.store.embeddingSpace() == nil)
    #expect(try fixture.present.isEmpty)
    #expect { try fixture.store.statistics(userID: nil) } throws: { ($0 as? MemshError)?.code == .schemaMissing }
    #expect(try fixture.store.schema().count == 20)
  }

  @Test("the schema is complete and made once", arguments: StoreKind.allCases)
  func createsSchema(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    let objects = try fixture.present
    #expect(objects.filter { $0.kind == .table }.map(\.name).sorted() == Table.names)
    #expect(objects.count { $0.kind == .index } == 14)
    #expect(objects.count { $0.kind == .trigger } == 2)
    #expect(try fixture.store.createSchema(space: Fixture.space) == [])
    #expect(try fixture.store.embeddingSpace() == Fixture.space)
  }

  @Test("the first space stays", arguments: StoreKind.allCases)
  func keepsSpace(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    _ = try fixture.store.createSchema(space: EmbeddingSpace(provider: "other", model: "x", dimensions: 9))
    #expect(try fixture.store.embeddingSpace() == Fixture.space)
  }

  static let awkward = [
    "", "plain", "emoji 🧑🏽‍🚀☕️", "שלום عالم", "毎朝", "escape \u{1B}[31m \u{7}", "tab\tnewline\ncr\r", "quote ' \" \\ $1 %",
    "\\N", String(repeating: "x", count: 1 << 20), "e\u{301} and é", "\u{FFFD}",
  ]

  @Test("awkward text goes in and comes out the same", arguments: StoreKind.allCases)
  func keepsText(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let metadata = JSON.object([
      .init("number", .number("12345678901234567890")), .init("text", .string("a\"\\\u{1B}🙂")),
      .init("empty", .object([])),
    ])
    let texts = StoreContractTests.awkward.filter { !$0.isEmpty }
    let ids = try fixture.store.insert(
      texts.map {
        memory($0, user: "u " + $0.prefix(20), vector: [1, 0, 0], category: String($0.prefix(5)), metadata: metadata)
      })
    #expect(Set(ids).count == texts.count)
    let hits = try fixture.store.search(VectorQuery(vector: Vector([1, 0, 0]), limit: 100)).hits
    #expect(hits.map(\.memory.id) == ids.sorted())
    for (text, hit) in zip(texts, hits) {
      let fields = hit.memory.fields
      #expect(fields.content == text)
      #expect(fields.userID == "u " + text.prefix(20))
      #expect(fields.category == String(text.prefix(5)))
      for name in ["number", "text", "empty"] { #expect(fields.metadata?[key: name] == metadata[key: name]) }
      #expect(fields.createdAt == Timestamp(microseconds: 1_735_689_600_123_456))
      #expect(fields.updatedAt == Timestamp(microseconds: 1_735_689_600_123_457))
    }
    #expect(try fixture.store.memoryIDs(userID: "u plain", content: "plain") == [ids[0]])
  }

  @Test("search ranks by cosine, equal ones by id, and leaves out what has no direction", arguments: StoreKind.allCases)
  func searches(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let ids = try fixture.store.insert([
      memory("opposite", vector: [-1, 0, 0]), memory("same", vector: [2, 0, 0]), memory("near", vector: [1, 1, 0]),
      memory("same again", vector: [0.5, 0, 0]), memory("zero", vector: [0, 0, 0]), memory("none"),
      memory("other user", user: "ben", vector: [1, 0, 0], category: "facts", importance: 0.9),
    ])
    func found(_ change: (inout VectorQuery) -> Void = { _ in }) throws -> [Int64] {
      var query = VectorQuery(vector: Vector([1, 0, 0]))
      change(&query)
      return try fixture.store.search(query).hits.map(\.memory.id)
    }
    #expect(try found() == [ids[1], ids[3], ids[6], ids[2], ids[0]])
    #expect(try found { $0.limit = 2 } == [ids[1], ids[3]])
    #expect(try found { $0.limit = 0 } == [])
    #expect(try found { $0.threshold = 0.5 } == [ids[1], ids[3], ids[6], ids[2]])
    #expect(try found { $0.threshold = 1 } == [ids[1], ids[3], ids[6]])
    #expect(try found { $0.filter.userID = "ben" } == [ids[6]])
    #expect(try found { $0.filter.category = "facts" } == [ids[6]])
    #expect(try found { $0.filter.minimumImportance = 0.8 } == [ids[6]])
    #expect(try found { $0.filter.userID = "nobody" } == [])
    let hits = try fixture.store.search(VectorQuery(vector: Vector([1, 0, 0]))).hits
    #expect(abs((hits[3].similarity ?? 2) - 0.5.squareRoot()) < 1e-6)
    #expect(hits.last?.similarity == -1)
  }

  @Test("statistics count everything, for all and for one user", arguments: StoreKind.allCases)
  func counts(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let ids = try fixture.store.insert([
      memory("a", vector: [1, 0, 0], category: "x", importance: 0.2), memory("b", category: "y", importance: 0.6),
      memory("c", user: "ben", vector: [0, 1, 0], importance: nil),
    ])
    try fixture.store.insert(DuplicateRecord(originalID: ids[0], contentHash: "h", similarity: 1, method: "exact"))
    _ = try SeedingService(store: fixture.store, embedder: nil).seed(DefaultFragments.all)
    let all = try fixture.store.statistics(userID: nil)
    #expect(
      [all.memories, all.users, all.categories, all.embeddingsPresent, all.embeddingsMissing] == [3, 2, 2, 2, 1])
    #expect([all.fragments, all.activeFragments, all.duplicates, all.analytics] == [7, 7, 1, 0])
    #expect(abs((all.averageImportance ?? 0) - 0.4) < 1e-9)
    #expect(all.latest == Timestamp(microseconds: 1_735_689_600_123_456))
    let ada = try fixture.store.statistics(userID: "ada")
    #expect([ada.memories, ada.users, ada.embeddingsPresent] == [2, 1, 1])
  }

  @Test("fragments are seeded once and found by agent and tier", arguments: StoreKind.allCases)
  func seeds(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let service = SeedingService(store: fixture.store, embedder: nil)
    #expect(try service.seed(DefaultFragments.all) == 7)
    #expect(try service.seed(DefaultFragments.all) == 0)
    let core = try fixture.store.fragments(agentType: "sales", tier: .core)
    #expect(core.map(\.category) == ["sales_guidelines"])
    let full = try fixture.store.fragments(agentType: "pricing", tier: .full)
    #expect(full.map(\.category) == ["pricing_guidelines", "communication_style", "error_handling", "memory_usage"])
    #expect(full[0].tags == ["pricing", "discounts"])
  }

  @Test("a transaction that fails, or is to be rolled back, leaves nothing", arguments: StoreKind.allCases)
  func rollsBack(kind: StoreKind) throws {
    struct Stop: Error {}
    let fixture = try Fixture.prepared(kind)
    #expect(throws: Stop.self) {
      try fixture.store.transaction(.commit) {
        _ = try fixture.store.insert([memory("a")])
        throw Stop()
      }
    }
    let inside = try fixture.store.transaction(.rollback) {
      _ = try fixture.store.insert([memory("b")])
      return try fixture.store.statistics(userID: nil).memories
    }
    #expect(inside == 1)
    #expect(try fixture.store.statistics(userID: nil).memories == 0)
  }

  @Test("the ledger knows what was migrated as long as it is there", arguments: StoreKind.allCases)
  func remembersRuns(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let ids = try fixture.store.insert([memory("a"), memory("b")])
    let start = RunStart(source: "here", fingerprint: "f", space: Fixture.space, startedAt: Timestamp(microseconds: 0))
    let run = try fixture.store.beginRun(start)
    let rows = zip(["k'1", "k\"2"], ids).map {
      RunRow(table: "memories", sourceKey: $0, targetID: $1, contentHash: "h")
    }
    try fixture.store.record(rows, run: run)
    try fixture.store.finishRun(run, counts: RunCounts())
    #expect(
      try fixture.store.migratedRows(sourceKeys: ["k'1", "other"])
        == [MigratedRow(sourceKey: "k'1", contentHash: "h", source: "here", userID: "ada", id: ids[0])])
    try fixture.store.transaction(.commit) { try fixture.store.emptyTables() }
    _ = try fixture.store.createSchema(space: Fixture.space)
    #expect(try fixture.store.migratedRows(sourceKeys: ["k'1"]) == [])
  }
}
