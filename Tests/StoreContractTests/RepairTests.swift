import Database
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// Every repair, on every backend: done, undone, done again.
@Suite struct RepairTests {
  /// A repair by its name.
  struct Repair: Sendable, CustomTestStringConvertible {
    let name: String
    let run: @Sendable (MemoryStore) throws -> Void
    var testDescription: String { name }

    init(_ name: String, _ run: @escaping @Sendable (MemoryStore) throws -> Void) {
      self.name = name
      self.run = run
    }
  }

  static let repairs: [Repair] = [
    Repair("delete by id, with the records of its duplicates") { store in
      let ids = try service(store).delete(.ids([1, 6, 9]), dryRun: false).ids
      #expect(ids == [1, 6, 9])
    },
    Repair("delete by a filter") { store in
      let ids = try service(store).delete(.matching(MemoryFilter(userID: "ada")), dryRun: false).ids
      #expect(ids.count == 9)
    },
    Repair("reassign") { store in
      let report = try service(store).reassign(MemoryFilter(userID: "ben"), to: "ada 👩‍👩‍👧", dryRun: false)
      #expect(report.ids == [4, 8, 12])
      #expect(try store.memoryIDs(matching: MemoryFilter(userID: "ada 👩‍👩‍👧")) == [4, 8, 12])
    },
    Repair("decay") { store in
      let report = try service(store).decay(MemoryFilter(), halfLifeDays: 100, unusedDays: 1, dryRun: false)
      #expect(report.ids.count == 10)
    },
    Repair("add") { store in
      let report = try service(store).add(
        memory("new \u{1F600}"), thresholds: [:], embedder: { LetterEmbedder() }, dryRun: false)
      #expect(report.id == 13 && report.hasEmbedding)
    },
    Repair("edit content and everything else") { store in
      let report = try service(store).edit(
        6, [.content("e\u{301}"), .userID("x"), .category(nil), .importance(nil), .metadata(.object([]))],
        embedder: { LetterEmbedder() }, dryRun: false)
      #expect(report.changed == ["content", "user_id", "category", "importance_score", "metadata"])
    },
    Repair("edit only what Unicode takes for the same") { store in
      let report = try service(store).edit(
        8, [.content("é and e\u{301}")], embedder: { LetterEmbedder() }, dryRun: false)
      #expect(report.changed == ["content"])
    },
    Repair("merge") { store in
      let plan = try service(store).merge([1, 2, 3], keeping: nil, dryRun: false).plan
      #expect(plan.kept.id == 3 && plan.reason == "highest importance")
      let kept = try #require(try store.memories([3]).first).fields
      #expect(kept.accessCount == 0 + 1 + 2 && kept.category == "facts")
      #expect(try store.duplicateIDs(ofOriginals: [3]).count == 2)
    },
    Repair("dedup --merge") { store in
      let report = try dedup(store, .merge)
      #expect(report.merged >= 2)
    },
    Repair("dedup --record") { store in
      let (first, second) = (try dedup(store, .record).recorded, try dedup(store, .record).recorded)
      #expect(first >= 1 && second == 0, "recording twice records once")
    },
    Repair("reembed in the same space") { store in
      var fields = memory("no vector yet")
      fields.embedding = nil
      let report = try ReembedService(
        store: store, embedder: LetterEmbedder(), author: author(), progress: NoProgress(),
        interruption: Interruption()
      ).run(.missing)
      #expect(report.memories == 1 && report.operations.count == 1)
    },
    Repair("reembed into another space") { store in
      let other = EmbeddingSpace(provider: "test", model: "other", dimensions: 5)
      let report = try ReembedService(
        store: store, embedder: LetterEmbedder(other), author: author(), progress: NoProgress(),
        interruption: Interruption()
      ).run(.all)
      #expect(report.operations.count == 1)
      #expect(try store.embeddingSpace() == other)
    },
    Repair("fragments: add, edit, delete") { store in
      let fragments = FragmentService(store: store, author: author(), embedder: LetterEmbedder())
      #expect(try fragments.add([PromptFragment(category: "new", priority: 1, content: "c")]).inserted == 1)
      _ = try fragments.edit(1) {
        $0.content = "Be\nkinder"; $0.isActive = false
      }
      try fragments.delete([1])
    },
  ]

  private static func service(_ store: MemoryStore) -> RepairService {
    RepairService(store: store, author: author())
  }

  private static func dedup(
    _ store: MemoryStore, _ action: DeduplicationService.Action
  ) throws -> DeduplicationReport {
    try DeduplicationService(store: store, author: author(), progress: NoProgress(), interruption: Interruption())
      .run(DeduplicationOptions(), action, dryRun: false)
  }

  @Test(
    "undone, the tables equal what they were; undone again, what they had become", arguments: StoreKind.allCases,
    repairs)
  func undoes(kind: StoreKind, repair: Repair) throws {
    let fixture = try Fixture.filled(kind)
    let store = fixture.store
    let space = try store.embeddingSpace()
    let before = try fixture.dump()
    try repair.run(store)
    let after = try fixture.dump()
    #expect(before != after)
    let undo = UndoService(store: store, author: author("undo"))
    let operations = try store.operations(.all, limit: .max).filter { $0.rows > 0 }
    for operation in operations {
      let preview = try undo.undo(nil, wholeSession: false, dryRun: true)
      var real = try undo.undo(nil, wholeSession: false, dryRun: false)
      #expect(real.operations.map(\.id) == [operation.id])
      real.undos = []
      #expect(preview == real, "the dry run told something else")
    }
    #expect(try fixture.dump() == before)
    #expect(try store.embeddingSpace() == space)
    // Undoing the undos, the last one first, does it again.
    let undos = try store.operations(.all, limit: .max).filter { $0.start.undoes != nil }
    #expect(undos.count == operations.count)
    for last in undos { _ = try undo.undo(last.id, wholeSession: false, dryRun: false) }
    #expect(try fixture.dump() == after)
    let schema = try store.schema()
    #expect(schema.allSatisfy { $0.state == .present })
  }

  @Test("a whole session is undone at once", arguments: StoreKind.allCases)
  func undoesSession(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let store = fixture.store
    _ = try RepairService(store: store, author: author(session: "before")).delete(.ids([12]), dryRun: false)
    let before = try fixture.dump()
    let repairs = RepairService(store: store, author: author(session: "script"))
    _ = try repairs.delete(.ids([1, 2]), dryRun: false)
    _ = try repairs.reassign(MemoryFilter(userID: "ada"), to: "ben", dryRun: false)
    _ = try repairs.edit(4, [.importance(0.9)], embedder: { LetterEmbedder() }, dryRun: false)
    _ = try repairs.edit(4, [.importance(0.8)], embedder: { LetterEmbedder() }, dryRun: false)
    let undo = UndoService(store: store, author: author())
    let after = try fixture.dump()
    let preview = try undo.undo(nil, wholeSession: true, dryRun: true)
    #expect(try fixture.dump() == after)
    var report = try undo.undo(nil, wholeSession: true, dryRun: false)
    #expect(report.operations.count == 4)
    report.undos = []
    #expect(report == preview, "the dry run told something else")
    // The run of the undos did nothing else: there is nothing of it to undo as a whole.
    let error = #expect(throws: MemshError.self) {
      try undo.undo(undo.undoneLast(fixture.store), wholeSession: true, dryRun: false)
    }
    #expect(error?.code == .notFound)
    #expect(try fixture.dump() == before)
  }

  @Test("an undo that would overwrite later changes is refused and says which", arguments: StoreKind.allCases)
  func refusesConflicts(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let store = fixture.store
    let repairs = RepairService(store: store, author: author())
    let undo = UndoService(store: store, author: author())
    let edited = try #require(
      try repairs.edit(1, [.importance(0.9)], embedder: { LetterEmbedder() }, dryRun: false).operation)
    _ = try repairs.edit(1, [.importance(0.7)], embedder: { LetterEmbedder() }, dryRun: false)
    let deleted = try #require(try repairs.delete(.ids([2]), dryRun: false).operation)
    _ = try store.insert([memory("in its place")], ids: [2])
    let added = try #require(
      try repairs.add(memory("added"), thresholds: [:], embedder: { LetterEmbedder() }, dryRun: false).operation)
    try store.insert(DuplicateRecord(originalID: 13, contentHash: "x", similarity: 1, method: "exact"))
    let before = try fixture.dump()
    for (operation, reason) in [
      (edited, "row 1 of memories was changed since"), (deleted, "row 2 of memories is there again"),
      (added, "row 2 of memory_duplicates refers to its memory"),
    ] {
      let error = #expect(throws: MemshError.self) {
        try undo.undo(operation, wholeSession: false, dryRun: false)
      }
      #expect(error?.code == .undoConflict && error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
    #expect(try fixture.dump() == before)
    // What agents change by reading is no obstacle, and stays.
    let decayed = try #require(
      try repairs.decay(MemoryFilter(), halfLifeDays: 10, unusedDays: 1, dryRun: false).operation)
    try store.record(AnalyticsEvent(userID: nil, query: "q", results: 1, milliseconds: 1), accessTo: [5])
    let accesses = try #require(try store.memories([5]).first).fields.accessCount
    _ = try undo.undo(decayed, wholeSession: false, dryRun: false)
    let memory = try #require(try store.memories([5]).first).fields
    #expect(memory.accessCount == accesses && memory.importanceScore == 0.1 + 4.0 / 20)
  }

  @Test("what another session commits while a repair waits for it is neither lost nor overwritten")
  func waitsForOthers() throws {
    let fixture = try Fixture.filled(.postgres)
    let (store, database) = (fixture.store, try #require(fixture.database))
    let repairs = RepairService(store: store, author: author())
    database.hold("UPDATE memories SET category = 'newer' WHERE id = 10", seconds: 0.7, commits: true)
    let waited = try repairs.delete(.ids([10]), dryRun: false)
    #expect(waited.leftOut == [RowName("memories", 10)] && waited.ids.isEmpty && waited.operation == nil)
    #expect(try store.memories([10]).first?.fields.category == "newer")
    let undo = UndoService(store: store, author: author())
    // What no longer passes the filter stays.
    database.hold("UPDATE memories SET category = 'kept' WHERE id = 10", seconds: 0.7, commits: true)
    #expect(try repairs.delete(.matching(MemoryFilter(category: "newer")), dryRun: false).ids.isEmpty)
    // An undo sees it, too, and gives way.
    _ = try repairs.edit(10, [.category("edited")], embedder: { LetterEmbedder() }, dryRun: false)
    database.hold("UPDATE memories SET category = 'theirs' WHERE id = 10", seconds: 0.7, commits: true)
    let error = #expect(throws: MemshError.self) { try undo.undo(nil, wholeSession: false, dryRun: false) }
    #expect(error?.code == .undoConflict)
    #expect(try store.memories([10]).first?.fields.category == "theirs")
  }

  @Test("a row is found again under its page's key, whatever has come and gone", arguments: StoreKind.allCases)
  func pages(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    for sort in ListQuery.Sort.allCases {
      for isDescending in [false, true] {
        let whole = try fixture.store.list(ListQuery(sort: sort, isDescending: isDescending, limit: 100)).map(\.id)
        #expect(whole.count == 12)
        var paged: [Int64] = []
        while true {
          let page = try fixture.store.list(
            ListQuery(sort: sort, isDescending: isDescending, after: paged.last, limit: 5))
          paged += page.map(\.id)
          if page.count < 5 { break }
        }
        #expect(paged == whole, "\(sort) \(isDescending)")
      }
    }
    let error = #expect(throws: MemshError.self) { try fixture.store.list(ListQuery(after: 99, limit: 1)) }
    #expect(error?.code == .notFound)
  }

  @Test("adding tells which of the four layers found the same", arguments: StoreKind.allCases)
  func checksDuplicates(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let repairs = RepairService(store: fixture.store, author: author())
    let thresholds = Dictionary(uniqueKeysWithValues: DuplicateLayer.allCases.map { ($0, $0.defaultThreshold) })
    let table: [(content: String, user: String, layer: DuplicateLayer?)] = [
      ("Likes green tea in the morning", "ada", .exact), ("Likes green tea in the mornings", "ada", .fuzzy),
      ("In June, contract renewal plain words: about", "ada", .keyPhrase), ("something else entirely", "ada", nil),
      ("Likes green tea in the morning", "chiara", nil),
    ]
    for (content, user, layer) in table {
      let checked = layer == nil ? thresholds.filter { $0.key != .semantic } : thresholds
      let report = try repairs.add(
        memory(content, user: user), thresholds: checked, embedder: { LetterEmbedder() }, dryRun: true)
      #expect(report.duplicate?.layer == layer, "\(content)")
      #expect(report.id == nil)
    }
    let semantic = try repairs.add(
      memory("In the morning, likes green tea"), thresholds: [.semantic: 0.85], embedder: { LetterEmbedder() },
      dryRun: true)
    #expect(semantic.duplicate?.layer == .semantic)
  }

  @Test("the journal forgets what is old", arguments: StoreKind.allCases)
  func prunes(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let day: Int64 = 86_400_000_000
    for (number, id) in [Int64(1), 2, 3].enumerated() {
      let moment = Timestamp(microseconds: Int64(number) * day)
      _ = try RepairService(store: fixture.store, author: author(at: moment)).delete(.ids([id]), dryRun: false)
    }
    let limit = Timestamp(microseconds: 2 * day)
    #expect(try fixture.store.pruneJournal(before: limit, dryRun: true) == 2)
    #expect(try fixture.store.operations(.all, limit: 10).count == 3)
    #expect(try fixture.store.pruneJournal(before: limit, dryRun: false) == 2)
    #expect(try fixture.store.operations(.all, limit: 10).map(\.id) == [3])
    #expect(try fixture.store.journalRows(table: "memories", id: 1, limit: 10).isEmpty)
    #expect(try fixture.store.journalRows(table: "memories", id: 3, limit: 10).count == 1)
  }
}

extension UndoService {
  /// The number of the last undo.
  fileprivate func undoneLast(_ store: MemoryStore) throws -> Int64? {
    try store.operations(.all, limit: 100).first { $0.start.undoes != nil }?.id
  }
}
