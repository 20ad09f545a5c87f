import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresDriver
import SQLiteDriver
import TestSupport
import Testing

/// A change is a plan: what others do between the plan and its application is neither lost nor overwritten, and what was
/// looked for is not looked for again.
@Suite struct PlanTests {
  /// A change of the memories 1, 2 and 3, to which others do something between plan and application.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    /// Plans it; what is returned applies it and names what was left out.
    let plan: @Sendable (MemoryStore) throws -> () throws -> [RowName]
    var testDescription: String { name }

    init<Report: SendableMetatype>(
      _ name: String, _ plan: @escaping @Sendable (MemoryStore) throws -> ChangePlan<Report>
    ) {
      self.name = name
      self.plan = { store in
        let plan = try plan(store)
        return { try plan.apply().leftOut }
      }
    }
  }

  private static func repairs(_ store: MemoryStore) -> RepairService {
    RepairService(store: store, author: author())
  }

  private static func deduplication(_ store: MemoryStore) -> DeduplicationService {
    DeduplicationService(store: store, author: author(), progress: NoProgress(), interruption: Interruption())
  }

  private static func doctor(_ store: MemoryStore) -> DoctorService {
    DoctorService(store: store, author: author(), progress: NoProgress(), interruption: Interruption())
  }

  private static func importing(_ store: MemoryStore) throws -> ChangePlan<ImportReport> {
    var options = ImportOptions()
    options.onConflict = .replace
    let lines = (1...3).map { #"{"id":\#($0),"user_id":"ada","content":"imported \#($0)"}"# }
    return try ImportService(
      store: store, author: author(), progress: NoProgress(), interruption: Interruption(), name: "file"
    ).plan(options, space: { Fixture.space }) { body in
      var rest = lines[...]
      return try body { rest.popFirst() }
    }
  }

  /// What changes the memories of ada, which are 1, 2 and 3; memory 4 is ben's.
  static let changes: [Change] = [
    Change("delete") { try repairs($0).planDeletion(.matching(MemoryFilter(userID: "ada"))) },
    Change("delete by ids") { try repairs($0).planDeletion(.ids([1, 2, 3])) },
    Change("reassign") { try repairs($0).planReassignment(MemoryFilter(userID: "ada"), to: "eve") },
    Change("decay") { try repairs($0).planDecay(MemoryFilter(userID: "ada"), halfLifeDays: 10, unusedDays: 1) },
    Change("doctor") { try doctor($0).planFix([.importanceRange]) { LetterEmbedder() } },
    Change("import") { try importing($0) },
  ]

  /// Three memories of ada with a fault each, and one of ben.
  private func fixture(_ kind: StoreKind, _ content: (Int) -> String = { "fact \($0)" }) throws -> Fixture {
    let fixture = try Fixture.prepared(kind)
    _ = try fixture.store.insert(
      (1...4).map { memory(content($0), user: $0 < 4 ? "ada" : "ben", importance: $0 < 4 ? 1.5 : 0.5) })
    return fixture
  }

  /// The same store over a connection of its own.
  private func another(_ fixture: Fixture) throws -> MemoryStore {
    if let database = fixture.database { return MemoryStore(try PostgresDriver(connectionString: database.url)) }
    return MemoryStore(SQLiteDriver(path: fixture.folder.file("store.db")))
  }

  private static let changed = [RowName("memories", 1), RowName("memories", 2)]

  @Test(
    "a row that was changed or deleted since the plan is left out and named", arguments: StoreKind.allCases, changes)
  func leavesOut(kind: StoreKind, change: Change) throws {
    let fixture = try fixture(kind)
    let apply = try change.plan(fixture.store)
    let others = try another(fixture)
    try others.update([.category("theirs")], memories: [1])
    _ = try Self.repairs(others).planDeletion(.ids([2])).apply()
    let before = try fixture.foreignDump()
    #expect(try apply() == Self.changed)
    let after = try fixture.foreignDump()
    // Theirs is as they left it, and only the third of ada's has been changed.
    #expect(before.filter { after.contains($0) }.count == 2, "\(before)\n\(after)")
    let theirs = try #require(try fixture.store.memories([1]).first).fields
    #expect(theirs.category == "theirs" && theirs.userID == "ada" && theirs.importanceScore == 1.5)
    #expect(try fixture.store.memories([2]).isEmpty)
  }

  @Test("what reading changes is no change: the memory is deleted all the same", arguments: StoreKind.allCases)
  func allowsReading(kind: StoreKind) throws {
    let fixture = try fixture(kind)
    let plan = try Self.repairs(fixture.store).planDeletion(.ids([1]))
    try another(fixture).record(AnalyticsEvent(userID: "ada", query: "q", results: 1, milliseconds: 1), accessTo: [1])
    let report = try plan.apply()
    #expect(report.ids == [1] && report.leftOut.isEmpty)
  }

  @Test("a memory that has been read since is not lowered", arguments: StoreKind.allCases)
  func readingIsUse(kind: StoreKind) throws {
    let fixture = try fixture(kind)
    let plan = try Self.repairs(fixture.store).planDecay(
      MemoryFilter(userID: "ada"), halfLifeDays: 10, unusedDays: 1)
    try another(fixture).record(AnalyticsEvent(userID: "ada", query: "q", results: 1, milliseconds: 1), accessTo: [1])
    #expect(try plan.apply().leftOut == [RowName("memories", 1)])
  }

  @Test("of duplicates only those are merged that are as they were found", arguments: StoreKind.allCases)
  func merges(kind: StoreKind) throws {
    for keptChanges in [false, true] {
      let fixture = try fixture(kind) { _ in "the same text" }
      let plan = try Self.deduplication(fixture.store).plan(DeduplicationOptions(), .merge)
      let kept = try #require(plan.report.groups.first).kept.id
      let other: Int64 = kept == 1 ? 2 : 1
      try another(fixture).update([.content("another text")], memories: [keptChanges ? kept : other])
      let report = try plan.apply()
      #expect(report.leftOut == [RowName("memories", keptChanges ? kept : other)])
      #expect(report.merged == (keptChanges ? 0 : 1))
      #expect(try fixture.count("memories") == (keptChanges ? 4 : 3))
    }
  }

  @Test("merge and dedup --record leave a changed memory alone", arguments: StoreKind.allCases)
  func mergesSome(kind: StoreKind) throws {
    let fixture = try fixture(kind) { _ in "the same text" }
    let recording = try Self.deduplication(fixture.store).plan(DeduplicationOptions(), .record)
    let merging = try Self.repairs(fixture.store).planMerge([1, 2, 3], keeping: 3)
    try another(fixture).update([.category("theirs")], memories: [1])
    let merged = try merging.apply()
    #expect(merged.leftOut == [RowName("memories", 1)] && merged.plan.removed.map(\.memory.id) == [2])
    // The one that stays, or one that goes, has been changed by now.
    #expect(try recording.apply().leftOut.isEmpty == false)
    #expect(try fixture.store.memories([1]).first?.fields.category == "theirs")
  }

  @Test(
    "fragments and rows of a run that were changed since stay, and the run keeps them", arguments: StoreKind.allCases)
  func leavesOutElsewhere(kind: StoreKind) throws {
    let fixture = try fixture(kind)
    let (store, others) = (fixture.store, try another(fixture))
    let ids = try store.insert([
      PromptFragment(category: "a", priority: 1, content: "x"),
      PromptFragment(category: "b", priority: 2, content: "y"),
    ])
    let fragments = FragmentService(store: store, author: author(), embedder: LetterEmbedder())
    let deletion = try fragments.planDeletion(ids)
    _ = try FragmentService(store: others, author: author(), embedder: LetterEmbedder()).edit(ids[0]) {
      $0.priority = 7
    }
    let deleted = try deletion.apply()
    #expect(deleted.leftOut == [RowName("prompt_fragments", ids[0])] && deleted.fragments.map(\.id) == [ids[1]])
    let run = try store.transaction(.commit) {
      let run = try store.beginRun(
        RunStart(source: "s", fingerprint: "f", space: Fixture.space, startedAt: Timestamp(microseconds: 0)))
      try store.record(
        (1...3).map {
          RunRow(table: "memories", sourceKey: "\($0)", targetID: $0, contentHash: ContentHash.hex(of: "fact \($0)"))
        },
        run: run)
      return run
    }
    let rollback = try RollbackService(store: store).plan(run: run, force: true)
    try others.update([.content("theirs")], memories: [2])
    let report = try rollback.apply()
    #expect(report.leftOut == [RowName("memories", 2)] && report.removed == ["memories": 2])
    #expect(try store.rows(ofRun: run).map(\.id) == [2])
  }

  @Test("two sessions that undo the same operation: the second is refused", arguments: StoreKind.allCases)
  func undoesOnce(kind: StoreKind) throws {
    let fixture = try fixture(kind)
    let others = try another(fixture)
    let number = try #require(try Self.repairs(fixture.store).planDeletion(.ids([1])).apply().operation)
    let first = try UndoService(store: fixture.store, author: author()).plan(nil, wholeSession: false)
    let second = try UndoService(store: others, author: author()).plan(number, wholeSession: false)
    #expect(try first.apply().operations.map(\.id) == [number])
    let error = #expect(throws: MemshError.self) { try second.apply() }
    #expect(error?.message.contains("has been undone already") == true, "\(error?.message ?? "")")
    // Nor does the journal itself take a second mark.
    let marked = #expect(throws: MemshError.self) { try others.markUndone(number, by: number) }
    #expect(marked?.code == .undoConflict)
    #expect(try fixture.count("memories") == 4)
  }

  /// Changes that look for something, beside ``changes``, each with the words of a statement that looks.
  static let searching: [Change] =
    changes + [
      Change("merge") { try repairs($0).planMerge([1, 2], keeping: nil) },
      Change("dedup --record") { try deduplication($0).plan(DeduplicationOptions(), .record) },
      Change("dedup --merge") { try deduplication($0).plan(DeduplicationOptions(), .merge) },
      Change("doctor exact_duplicates") { try doctor($0).planFix([.exactDuplicates]) { LetterEmbedder() } },
      Change("rollback") { try RollbackService(store: $0).plan(run: nil, force: false) },
      Change("undo") { try UndoService(store: $0, author: author()).plan(nil, wholeSession: false) },
    ]

  @Test(
    "what a plan has looked for is not looked for again", arguments: StoreKind.allCases, searching)
  func looksOnce(kind: StoreKind, change: Change) throws {
    let fixture = try fixture(kind) { $0 < 3 ? "the same text" : "fact \($0)" }
    let driver: any Driver =
      try fixture.database.map { try PostgresDriver(connectionString: $0.url) }
      ?? SQLiteDriver(path: fixture.folder.file("store.db"))
    let noting = StatementNotingDriver(driver)
    let store = MemoryStore(noting)
    try store.transaction(.commit) {
      let run = try store.beginRun(
        RunStart(source: "s", fingerprint: "f", space: Fixture.space, startedAt: Timestamp(microseconds: 0)))
      try store.record(
        [RunRow(table: "memories", sourceKey: "4", targetID: 4, contentHash: ContentHash.hex(of: "fact 4"))], run: run)
    }
    _ = try Self.repairs(store).planReassignment(MemoryFilter(userID: "ben"), to: "eve").apply()
    _ = noting.take()
    let apply = try change.plan(store)
    let searches = Set(noting.take().filter { $0.contains("memories") && !Self.namesRows($0) })
    // What is given by its ids, or stands in a file or the journal, is not looked for among the memories.
    let isGiven = ["delete by ids", "merge", "import", "undo"].contains(change.name)
    #expect(searches.isEmpty == isGiven, "\(searches)")
    _ = try apply()
    let again = noting.take().filter(searches.contains)
    #expect(again.isEmpty, "\(again)")
  }

  /// Whether a statement is about rows that are known by their ids.
  private static func namesRows(_ statement: String) -> Bool {
    statement.contains("= ANY(") || statement.contains("json_each(")
  }

  @Test("Ctrl-C that comes while doctor looks is not forgotten", arguments: StoreKind.allCases)
  func keepsInterruption(kind: StoreKind) throws {
    let fixture = try fixture(kind) { _ in "the same text" }
    let interruption = Interruption()
    let doctor = DoctorService(
      store: fixture.store, author: author(), progress: Interrupting(interruption), interruption: interruption)
    let error = #expect(throws: MemshError.self) {
      _ = try doctor.planFix([.exactDuplicates]) { LetterEmbedder() }
    }
    #expect(error?.code == .interrupted)
    #expect(interruption.isRaised)
  }

  /// Raises an interruption as soon as something goes on.
  private final class Interrupting: ProgressReporter {
    private let interruption: Interruption

    init(_ interruption: Interruption) { self.interruption = interruption }

    func report(_ event: WorkEvent) {}
    func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) { interruption.raise() }
  }
}
