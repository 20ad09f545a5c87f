import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Rows of the application's own tables that go with memories.
@Suite struct CascadeTests {
  /// Tables that refer to memories, and the three notes of memory 3 that go with its two tags.
  private static func fixture(_ kind: StoreKind, action: String = "CASCADE") throws -> Fixture {
    let fixture = try Fixture.small(kind)
    try fixture.runForeign(
      """
      CREATE TABLE "the ""tags" (id integer PRIMARY KEY, memory_id integer REFERENCES memories (id) ON DELETE \(action));
      INSERT INTO "the ""tags" VALUES (1, 3), (2, 3), (3, 6);
      CREATE TABLE notes ("it's" integer REFERENCES "the ""tags" (id) ON DELETE CASCADE);
      INSERT INTO notes VALUES (1), (1), (2)
      """)
    return fixture
  }

  private static func name(_ kind: StoreKind) -> String { kind == .sqlite ? "the \"tags" : "\"the \"\"tags\"" }

  private func refuses(_ wanted: [String], _ body: () throws -> Void) {
    let error = #expect(throws: MemshError.self, performing: body)
    #expect(error?.code == .confirmationRequired, "\(error?.message ?? "")")
    #expect(error?.hint?.contains("--cascade") == true)
    for text in wanted { #expect(error?.message.contains(text) == true, "\(error?.message ?? "")") }
  }

  @Test(
    "a deletion that takes others' rows along is refused, or counts them",
    .enabled(if: TestDatabase.canBeReferredTo, "no foreign key to a part of a key"),
    arguments: StoreKind.allCases)
  func deletes(kind: StoreKind) throws {
    let fixture = try CascadeTests.fixture(kind)
    let repairs = RepairService(store: fixture.store, author: author())
    let (tags, notes) = (
      "2 rows of \(CascadeTests.name(kind)) (ON DELETE CASCADE)", "3 rows of notes (ON DELETE CASCADE)"
    )
    for dryRun in [true, false] {
      refuses([tags, notes]) { _ = try repairs.delete(.ids([3, 4]), dryRun: dryRun) }
      refuses([tags]) { _ = try repairs.merge([3, 4], keeping: 4, dryRun: dryRun) }
    }
    #expect(try fixture.count("memories") == 8 && fixture.count("notes") == 3)
    #expect(try repairs.delete(.ids([4]), dryRun: false).losses.isEmpty)
    for dryRun in [true, false] {
      let report = try repairs.delete(.ids([3]), cascade: true, dryRun: dryRun)
      #expect(report.notUndone == [tags, notes])
    }
    #expect(try fixture.count("notes") == 0)
  }

  @Test(
    "so is one that clears references", .enabled(if: TestDatabase.canBeReferredTo, "no foreign key to a part of a key"),
    arguments: StoreKind.allCases, ["SET NULL", "SET DEFAULT"])
  func clears(kind: StoreKind, action: String) throws {
    let fixture = try CascadeTests.fixture(kind, action: action)
    let repairs = RepairService(store: fixture.store, author: author())
    refuses(["2 rows of \(CascadeTests.name(kind)) (ON DELETE SET NULL or DEFAULT)"]) {
      _ = try repairs.delete(.ids([3]), dryRun: false)
    }
    #expect(try repairs.delete(.ids([3]), cascade: true, dryRun: false).losses.count == 1)
    #expect(try fixture.count("notes") == 3)
  }

  @Test(
    "memories that refer to memories", .enabled(if: TestDatabase.canBeReferredTo, "no foreign key to a part of a key"),
    arguments: StoreKind.allCases)
  func refersToItself(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    try fixture.runForeign(
      "ALTER TABLE memories ADD COLUMN parent integer REFERENCES memories (id) ON DELETE CASCADE")
    try fixture.runForeign("UPDATE memories SET parent = id - 1 WHERE id IN (3, 4, 5)")
    let repairs = RepairService(store: fixture.store, author: author())
    refuses(["3 rows of memories"]) { _ = try repairs.delete(.ids([2]), dryRun: false) }
    // Those that are deleted themselves are in the journal.
    let before = try fixture.foreignDump()
    _ = try repairs.delete(.ids([2, 3, 4, 5]), dryRun: false)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  @Test(
    "every other way that memories are deleted",
    .enabled(if: TestDatabase.canBeReferredTo, "no foreign key to a part of a key"),
    arguments: StoreKind.allCases)
  func otherWays(kind: StoreKind) throws {
    let fixture = try CascadeTests.fixture(kind)
    let store = fixture.store
    let tags = "rows of \(CascadeTests.name(kind))"
    let tag = "of \(CascadeTests.name(kind))"
    // dedup --merge: memories 3 and 6 become the same.
    try fixture.runForeign("UPDATE memories SET content = 'the same words' WHERE id IN (3, 6); DELETE FROM notes")
    var options = DeduplicationOptions()
    options.thresholds = [.exact: 1]
    let dedup = DeduplicationService(
      store: store, author: author(), progress: NoProgress(), interruption: Interruption())
    for dryRun in [true, false] {
      refuses(["2 \(tags)"]) { _ = try dedup.run(options, .merge, dryRun: dryRun) }
    }
    #expect(try dedup.run(options, .merge, cascade: true, dryRun: true).losses.count == 1)
    // doctor --fix
    let doctor = DoctorService(store: store, author: author(), progress: NoProgress(), interruption: Interruption())
    refuses([tag]) { _ = try doctor.fix([.exactDuplicates], embedder: { LetterEmbedder() }) }
    try fixture.runForeign("UPDATE memories SET content = ' ' WHERE id = 6")
    refuses(["1 row of"]) { _ = try doctor.fix([.contentEmpty], embedder: { LetterEmbedder() }) }
    refuses(["1 row of"]) { _ = try doctor.planFix([.contentEmpty]) { LetterEmbedder() } }
    #expect(try fixture.count("memories") == 8)
    #expect(try doctor.fix([.contentEmpty], cascade: true, embedder: { LetterEmbedder() }).losses.count == 1)
    // undo of add
    let added = try #require(
      try RepairService(store: store, author: author()).add(
        memory("new"), thresholds: [:], embedder: { LetterEmbedder() }, dryRun: false
      ).id)
    try fixture.runForeign("INSERT INTO \"the \"\"tags\" VALUES (9, \(added))")
    for dryRun in [true, false] {
      refuses(["1 row of"]) {
        _ = try UndoService(store: store, author: author()).undo(nil, wholeSession: false, dryRun: dryRun)
      }
    }
    #expect(
      try UndoService(store: store, author: author(), cascade: true).undo(nil, wholeSession: false, dryRun: false)
        .losses
        .count == 1)
    // rollback
    let run = try store.beginRun(
      RunStart(source: "s", fingerprint: "f", space: Fixture.space, startedAt: Timestamp(microseconds: 0)))
    try store.record([RunRow(table: "memories", sourceKey: "k", targetID: 3, contentHash: "")], run: run)
    try store.finishRun(run, counts: RunCounts())
    let rollback = RollbackService(store: store)
    for dryRun in [true, false] {
      refuses(["2 \(tags)"]) { _ = try rollback.rollBack(run: run, force: true, dryRun: dryRun) }
    }
    #expect(try rollback.rollBack(run: run, force: true, cascade: true, dryRun: false).losses.count == 1)
  }

  @Test("fragments and records of duplicates that others refer to", arguments: StoreKind.allCases)
  func sideTables(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    let store = fixture.store
    try store.insert([PromptFragment(category: "c", priority: 1, content: "x")])
    try fixture.runForeign(
      """
      CREATE TABLE uses (fragment integer REFERENCES prompt_fragments (id) ON DELETE CASCADE);
      INSERT INTO uses VALUES (1);
      CREATE TABLE reviews (duplicate integer REFERENCES memory_duplicates (id) ON DELETE CASCADE);
      INSERT INTO reviews VALUES (1)
      """)
    let fragments = FragmentService(store: store, author: author(), embedder: LetterEmbedder())
    refuses(["1 row of uses"]) { try fragments.delete([1]) }
    refuses(["1 row of uses"]) { _ = try fragments.planDeletion([1]) }
    refuses(["1 row of reviews"]) {
      _ = try RepairService(store: store, author: author()).delete(.ids([1]), dryRun: true)
    }
    refuses(["1 row of reviews"]) {
      _ = try RepairService(store: store, author: author()).delete(.ids([1]), dryRun: false)
    }
    // An import that replaces a fragment deletes it on the way.
    var options = ImportOptions()
    options.onConflict = .replace
    let line = #"{"table":"prompt_fragments","id":1,"category":"c","priority":1,"content":"other"}"#
    for dryRun in [true, false] {
      options.dryRun = dryRun
      refuses(["1 row of uses"]) {
        var lines = [line]
        _ = try ImportService(
          store: store, author: author(), progress: NoProgress(), interruption: Interruption(), name: "f"
        ).run(options, space: { Fixture.space }) { lines.popLast() }
      }
    }
    #expect(try fixture.count("uses") == 1)
  }
}
