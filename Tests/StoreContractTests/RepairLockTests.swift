import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresDriver
import TestSupport
import Testing

/// Repairs beside an application that is at work, on PostgreSQL.
@Suite struct RepairLockTests {
  @Test("an undo waits for no row but its own, and keeps nobody waiting", arguments: SmallRepair.all)
  func waitsForNobody(repair: SmallRepair) throws {
    let fixture = try Fixture.small(.postgres)
    let database = try #require(fixture.database)
    let others = try fixture.store.insert([memory("of others", user: "eve", importance: nil)])
    try repair.run(fixture.store)
    database.hold("UPDATE memories SET access_count = 7 WHERE id = \(others[0])", seconds: 8)
    let clock = ContinuousClock()
    let elapsed = try clock.measure { _ = try SmallRepair.undoAll(fixture.store) }
    #expect(elapsed < .seconds(6))
  }

  @Test(
    "a row that somebody holds makes a repair give up with a clear word", arguments: ["memories", "memory_duplicates"])
  func givesUp(table: String) throws {
    let fixture = try Fixture.small(.postgres)
    let database = try #require(fixture.database)
    // A role's own limit stands; without one, it is ten seconds.
    let store = MemoryStore(
      try PostgresDriver(connectionString: "\(database.url)?options=-c%20lock_timeout%3D300ms"))
    database.hold("SELECT FROM \(table) WHERE id = 1 FOR UPDATE", seconds: 8)
    let clock = ContinuousClock()
    let elapsed = clock.measure {
      let error = #expect(throws: MemshError.self) { try SmallRepair.all[0].run(store) }
      #expect(error?.code == .storeBusy)
      #expect(error?.message == "another session holds a lock on rows of \(table)")
    }
    #expect(elapsed < .seconds(6))
    #expect(try fixture.count("memories") == 8)
    let limit = try fixture.store.transaction(.rollback) {
      try fixture.store.lockRows([2], of: "memories")
      return try fixture.store.answer("SHOW lock_timeout", values: [], writes: false, limit: 1).rows
    }
    #expect(limit == [[.text("10s")]])
  }

  @Test("no statement that keeps writers out waits for its lock without a limit")
  func statementsHaveALimit() throws {
    let fixture = try Fixture.small(.postgres)
    // Whatever memsh defines, and however: the server itself looks at it.
    try fixture.runForeign(
      """
      CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('application_name') = 'memsh' AND current_setting('lock_timeout') = '0'
          AND current_query() NOT LIKE '% CONCURRENTLY %'
        THEN RAISE EXCEPTION 'no limit: %', current_query(); END IF;
      END $$;
      CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION watch();
      """)
    let store = fixture.store
    func mend() throws {
      store.forgetState()
      let checks = Check.all.filter(\.remedy.isRebuilding)
      let found = try store.examine(checks)
      for check in checks where found[check] != nil { try store.mend(check, ids: [], NoProgress()) }
      store.forgetState()
    }
    try mend()
    try fixture.runForeign(
      "ALTER TABLE memories DISABLE TRIGGER USER; ALTER TABLE memory_analytics ALTER user_id SET NOT NULL")
    try mend()
    for object in try store.schema() where object.kind == .trigger && object.state != .missing {
      try fixture.runForeign("DROP TRIGGER \(object.name) ON \(object.table)")
    }
    for object in try store.schema() where object.kind == .index && object.state == .present {
      try fixture.runForeign("DROP INDEX \(object.name)")
    }
    try mend()
    #expect(try store.schema().allSatisfy { $0.state == .present || $0.name.contains("embedding") })
    try TriggerTests.repairs.last?.run(store)
    #expect(try SmallRepair.undoAll(store) == [])
    try fixture.runForeign("DROP TABLE \(Table.names.joined(separator: ", ")); DROP SCHEMA memsh CASCADE")
    store.forgetState()
    _ = try store.createSchema(space: Fixture.space)
    _ = try store.buildIndexes(nil, NoProgress())
  }

  @Test("a role that may only edit can undo", arguments: SmallRepair.all)
  func needsNoOwnership(repair: SmallRepair) throws {
    let fixture = try Fixture.small(.postgres)
    let database = try #require(fixture.database)
    // The journal is there already: making it needs a right of its own.
    _ = try RepairService(store: fixture.store, author: author()).delete(.ids([8]), dryRun: false)
    let role = "editor_\(UInt32.random(in: 0...UInt32.max))"
    try fixture.runForeign(
      """
      CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA memsh, public TO \(role);
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA memsh, public TO \(role);
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA memsh, public TO \(role)
      """)
    defer { try? fixture.runForeign("DROP OWNED BY \(role); DROP ROLE \(role)") }
    let store = MemoryStore(
      try PostgresDriver(connectionString: database.url.replacing("postgres@", with: "\(role)@")))
    let before = try fixture.foreignDump()
    let repairs = RepairService(store: store, author: author())
    switch repair.testDescription {
    case "delete": _ = try repairs.delete(.ids([1, 2]), dryRun: false)
    case "edit": _ = try repairs.edit(1, [.content("x")], embedder: { LetterEmbedder() }, dryRun: false)
    default: try repair.run(store)
    }
    #expect(
      try UndoService(store: store, author: author()).undo(nil, wholeSession: false, dryRun: false).notRestored == [])
    #expect(try fixture.foreignDump() == before)
    store.close()
  }
}
