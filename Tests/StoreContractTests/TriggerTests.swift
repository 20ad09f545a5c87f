import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Triggers of the application's own that swallow or rewrite what a repair writes.
@Suite struct TriggerTests {
  /// Makes a trigger that keeps memories from an event without a word.
  private static func swallow(_ fixture: Fixture, _ event: String, of table: String = "memories") throws {
    // Before a row is inserted, SQLite may not know its id.
    let condition = event == "INSERT" ? "1 = 1" : "OLD.id > 2"
    try fixture.runForeign(
      fixture.database == nil
        ? "CREATE TRIGGER swallow BEFORE \(event) ON \(table) WHEN \(condition) BEGIN SELECT RAISE(IGNORE); END"
        : """
        CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER swallow BEFORE \(event) ON \(table) FOR EACH ROW WHEN (\(condition)) EXECUTE FUNCTION swallow()
        """)
  }

  /// What happens to a row that gets another user: on Citus it goes, and another comes under its id.
  private static let givesToAnother = TestDatabase.isCluster ? "DELETE" : "UPDATE"

  /// A repair that a trigger on an event stops.
  private static let stopped: [(event: String, table: String, repair: String)] = [
    ("DELETE", "memories", "delete"), ("DELETE", "memories", "merge"), ("UPDATE", "memories", "edit"),
    ("UPDATE", "memories", "merge"), (givesToAnother, "memories", "reassign"), ("UPDATE", "memories", "decay"),
    ("INSERT", "memories", "add"), ("INSERT", "memory_duplicates", "merge"), ("UPDATE", "memory_duplicates", "merge"),
    ("DELETE", "memory_duplicates", "delete"), ("DELETE", "memories", "rollback"),
    ("INSERT", "prompt_fragments", "fragment"), ("UPDATE", "prompt_fragments", "fragment edit"),
    ("DELETE", "prompt_fragments", "fragment delete"),
  ]

  @Test(
    "a repair that a trigger swallows fails, names rows and changes nothing", arguments: StoreKind.allCases,
    stopped.indices)
  func swallowed(kind: StoreKind, index: Int) throws {
    let (event, table, repair) = TriggerTests.stopped[index]
    let fixture = try Fixture.small(kind)
    let store = fixture.store
    for _ in 0..<4 {
      try store.insert(DuplicateRecord(originalID: 8, contentHash: "y", similarity: 1, method: "exact"))
    }
    try store.insert((0..<4).map { PromptFragment(category: "c", priority: 1, content: "\($0)") })
    let fragments = FragmentService(store: store, author: author(), embedder: LetterEmbedder())
    if repair == "rollback" {
      let space = Fixture.space
      let run = try store.beginRun(
        RunStart(source: "s", fingerprint: "f", space: space, startedAt: Timestamp(microseconds: 0)))
      try store.record([RunRow(table: "memories", sourceKey: "k", targetID: 5, contentHash: "")], run: run)
      try store.finishRun(run, counts: RunCounts())
    }
    try TriggerTests.swallow(fixture, event, of: table)
    let before = try fixture.foreignDump() + fixture.foreignDump("memory_duplicates")
    let error = #expect(throws: MemshError.self) {
      switch repair {
      case "add":
        _ = try RepairService(store: store, author: author()).add(
          memory("new"), thresholds: [:], embedder: { LetterEmbedder() }, dryRun: false)
      case "merge":
        // The one that stays must be one that the trigger lets nobody change, and take records over.
        _ = try RepairService(store: store, author: author()).merge([7, 8], keeping: 7, dryRun: false)
      case "fragment": _ = try fragments.add([PromptFragment(category: "new", priority: 1, content: "c")])
      case "fragment edit": _ = try fragments.edit(3) { $0.priority = 9 }
      case "fragment delete": try fragments.delete([3])
      case "rollback": _ = try RollbackService(store: store).rollBack(run: nil, force: true, dryRun: false)
      default: try SmallRepair.all.first { $0.testDescription == repair }?.run(store)
      }
    }
    #expect(
      error?.code == .storeFailed && error?.message.contains("of \(table) cannot be") == true, "\(error?.message ?? "")"
    )
    if repair != "edit" { #expect(try fixture.foreignDump() + fixture.foreignDump("memory_duplicates") == before) }
  }

  @Test("an undo that a trigger swallows fails and stays to be done", arguments: StoreKind.allCases, SmallRepair.all)
  func swallowedUndo(kind: StoreKind, repair: SmallRepair) throws {
    let fixture = try Fixture.small(kind)
    let before = try fixture.foreignDump()
    try repair.run(fixture.store)
    let after = try fixture.foreignDump()
    let events = ["delete": "INSERT", "merge": "INSERT", "reassign": TriggerTests.givesToAnother]
    try TriggerTests.swallow(fixture, events[repair.testDescription] ?? "UPDATE")
    for dryRun in [true, false] {
      let error = #expect(throws: MemshError.self) {
        try UndoService(store: fixture.store, author: author()).undo(nil, wholeSession: false, dryRun: dryRun)
      }
      #expect(error?.code == .storeFailed && error?.message.contains("of memories cannot be put back") == true)
      #expect(try fixture.foreignDump() == after)
    }
    try fixture.runForeign("DROP TRIGGER swallow" + (kind == .postgres ? " ON memories" : ""))
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  /// Makes a trigger that sets a column of memories at an event.
  private static func rewrite(_ fixture: Fixture, _ event: String, _ column: String, _ value: String) throws {
    try fixture.runForeign(
      fixture.database == nil
        ? """
        CREATE TRIGGER rewrite AFTER \(event) ON memories BEGIN
          UPDATE memories SET \(column) = \(value) WHERE id = NEW.id; END
        """
        : """
        CREATE FUNCTION rewrite() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.\(column) := \(value); RETURN NEW; END$$;
        CREATE TRIGGER rewrite BEFORE \(event) ON memories FOR EACH ROW EXECUTE FUNCTION rewrite()
        """)
  }

  @Test("what a trigger on INSERT rewrites is put right", arguments: StoreKind.allCases)
  func rewrittenOnce(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    try SmallRepair.all[0].run(fixture.store)
    let before = try Fixture.small(kind).foreignDump()
    try TriggerTests.rewrite(fixture, "INSERT", "content", "'REWRITTEN'")
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.count("memories", "content = 'REWRITTEN'") == 0)
    #expect(try fixture.foreignDump().count == before.count)
  }

  @Test("what a trigger rewrites in any case is named, by the dry run, too", arguments: StoreKind.allCases)
  func rewrittenAlways(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    let report = try RepairService(store: fixture.store, author: author()).delete(.ids([3]), dryRun: true)
    #expect(report.notUndone == [])
    _ = try RepairService(store: fixture.store, author: author()).delete(.ids([3]), dryRun: false)
    try TriggerTests.rewrite(fixture, kind == .postgres ? "INSERT OR UPDATE" : "UPDATE", "category", "'forced'")
    if kind == .sqlite {
      try fixture.runForeign(
        "CREATE TRIGGER first AFTER INSERT ON memories BEGIN UPDATE memories SET category = 'x' WHERE id = NEW.id; END")
    }
    let undo = UndoService(store: fixture.store, author: author())
    let expected = ["category of row 3 of memories"]
    #expect(try undo.undo(nil, wholeSession: false, dryRun: true).notRestored == expected)
    #expect(try fixture.count("memories") == 7)
    #expect(try undo.undo(nil, wholeSession: false, dryRun: false).notRestored == expected)
    #expect(try fixture.count("memories") == 8)
    // A deletion says beforehand that there are triggers, whose work no undo takes back.
    let plan = try RepairService(store: fixture.store, author: author()).delete(.ids([4]), dryRun: true)
    #expect(plan.notUndone.contains("what the trigger or rule rewrite changes in other tables"))
  }

  /// Triggers on UPDATE that set a column which the repair itself leaves alone: always the same, or another each time.
  private static let siblings: [(column: String, sqlite: String, postgres: String)] = [
    (
      "category",
      "UPDATE OF importance_score, content, user_id, embedding ON memories BEGIN UPDATE memories SET category = 'hacked'",
      """
      IF ROW(NEW.importance_score, NEW.content, NEW.user_id, NEW.embedding::text)
        IS DISTINCT FROM ROW(OLD.importance_score, OLD.content, OLD.user_id, OLD.embedding::text)
      THEN NEW.category := 'hacked'; END IF
      """
    ),
    (
      "version",
      """
      UPDATE ON memories WHEN NEW.updated_at IS NOT OLD.updated_at BEGIN
        UPDATE memories SET version = OLD.version + 1, updated_at = NEW.updated_at
      """, "NEW.version := OLD.version + 1"
    ),
  ]

  /// All that repairs change rows, and a move of the store to another space.
  static let repairs =
    SmallRepair.all + [
      SmallRepair(testDescription: "reembed") { store in
        let other = EmbeddingSpace(provider: "test", model: "other", dimensions: 5)
        _ = try ReembedService(
          store: store, embedder: LetterEmbedder(other), author: author(), progress: NoProgress(),
          interruption: Interruption()
        ).run(.all)
      }
    ]

  @Test(
    "what a trigger sets besides is put back or named, whether it was there before the repair or came later",
    arguments: StoreKind.allCases, siblings.indices.flatMap { index in repairs.indices.map { (index, $0) } })
  func sibling(kind: StoreKind, both: (trigger: Int, repair: Int)) throws {
    let (column, sqlite, postgres) = TriggerTests.siblings[both.trigger]
    let repair = TriggerTests.repairs[both.repair]
    // A move empties all vectors first, which a trigger on SQLite sees before the rows are put back.
    for isThereBefore in repair.testDescription == "reembed" ? [true] : [true, false] {
      let fixture = try Fixture.small(kind)
      try fixture.runForeign("ALTER TABLE memories ADD COLUMN version integer DEFAULT 1")
      let columns = ["user_id", "content", "category", "importance_score", "metadata", "version"].filter {
        $0 != "version" || column == "version"
      }
      func rows(without left: String = "") throws -> [String] {
        let values = columns.filter { $0 != left }.map { "coalesce(CAST(\($0) AS text), '')" }
        let row = "CAST(id AS text) || ' ' || \(values.joined(separator: " || ' ' || "))"
        if let database = fixture.database {
          return try database.value("SELECT string_agg(\(row), ';' ORDER BY id) FROM memories")?
            .split(separator: ";").map(String.init) ?? []
        }
        return try fixture.folder.rows("store.db", "SELECT \(row) FROM memories ORDER BY id")
      }
      func make() throws {
        try fixture.runForeign(
          kind == .sqlite
            ? "CREATE TRIGGER sibling AFTER \(sqlite) WHERE id = NEW.id; END"
            : """
            CREATE FUNCTION sibling() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \(postgres); RETURN NEW; END$$;
            CREATE TRIGGER sibling BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION sibling()
            """)
      }
      let (before, others) = (try rows(), try rows(without: column))
      if isThereBefore { try make() }
      try repair.run(fixture.store)
      if !isThereBefore { try make() }
      let notRestored = try SmallRepair.undoAll(fixture.store)
      #expect(try rows(without: column) == others)
      #expect(notRestored.allSatisfy { $0.hasPrefix("\(column) of row ") || $0.hasPrefix("updated_at of row ") })
      let after = try rows()
      for (row, (old, new)) in zip(before, after).enumerated() where old != new {
        #expect(notRestored.contains("\(column) of row \(row + 1) of memories"), "\(old) is \(new)")
      }
      if column == "category" { #expect(after == before && notRestored.isEmpty, "\(notRestored)") }
    }
  }

  /// Functions that keep `updated_at`: memsh's own, memsh 0.1's, and one that never asks.
  private static let functions: [(body: String?, notRestored: Bool)] = [
    (nil, false),
    (
      """
      IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := (now() AT TIME ZONE 'UTC');
      END IF;
      """, false
    ), ("NEW.updated_at := (now() AT TIME ZONE 'UTC');", true),
  ]

  @Test("updated_at comes back, or is named", arguments: functions.indices, SmallRepair.all)
  func updatedAt(index: Int, repair: SmallRepair) throws {
    let (body, isNamed) = TriggerTests.functions[index]
    let fixture = try Fixture.small(.postgres)
    if let body {
      try fixture.runForeign(
        """
        CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          \(body.replacing("\n", with: "\n  "))
          RETURN NEW;
        END $$
        """)
    }
    let before = try fixture.foreignDump()
    let schema =
      "SELECT string_agg(xmin::text, ',') FROM (SELECT xmin FROM pg_class UNION ALL SELECT xmin FROM pg_trigger)"
    try repair.run(fixture.store)
    let objects = try fixture.database?.value(schema)
    let notRestored = try SmallRepair.undoAll(fixture.store)
    #expect(try fixture.database?.value(schema) == objects, "an undo changes no table")
    // A row that gets another user on Citus is deleted and inserted.
    let updates = !["delete", TestDatabase.isCluster ? "reassign" : ""].contains(repair.testDescription)
    #expect(notRestored.isEmpty != (isNamed && updates))
    #expect(notRestored.allSatisfy { $0.hasPrefix("updated_at of row ") }, "\(notRestored)")
    if notRestored.isEmpty { #expect(try fixture.foreignDump() == before) }
  }

  @Test("memsh 0.1's function is renewed with the schema; that of others stays")
  func renewsFunction() throws {
    let fixture = try Fixture.prepared(.postgres)
    let source = "SELECT prosrc FROM pg_proc WHERE proname = 'update_updated_at_column'"
    let present = try fixture.database?.value(source)
    let old = """
      CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
          NEW.updated_at := (now() AT TIME ZONE 'UTC');
        END IF;
        RETURN NEW;
      END $$
      """
    try fixture.runForeign(old)
    #expect(try fixture.database?.value(source) != present)
    _ = try fixture.store.createSchema(space: Fixture.space)
    #expect(try fixture.database?.value(source) == present)
    try fixture.runForeign(old.replacing("IF NEW", with: "-- ours\n  IF NEW"))
    _ = try fixture.store.createSchema(space: Fixture.space)
    #expect(try fixture.database?.value(source)?.contains("ours") == true)
  }
}
