import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresDriver
import TestSupport
import Testing

/// Columns that applications add, of every type there is, come back from an undo as they were.
@Suite struct UndoExactnessTests {
  /// A column, and the values that the rows get in turn, as SQL writes them.
  private typealias Column = (definition: String, values: [String])

  private static let postgres: [Column] = [
    ("tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', content)) STORED", []),
    ("ident int GENERATED ALWAYS AS IDENTITY", []),
    (
      "jb jsonb",
      [
        "'null'", "NULL", #"'"text"'"#, "'5.00'", "true::text::jsonb", "'[1,null,[]]'", #"'{"": "x"}'"#,
        #"'{"a":{"b":null},"":1}'"#,
      ]
    ),
    (
      "js json",
      [#"'{"a":1,  "a":2}'"#, "'null'", "NULL", #"'"x"'"#, #"'"\u0000"'"#, "'[ 1 ]'", #"'{"":"x"}'"#, "'7e0'"]
    ),
    (
      "tt text[]",
      ["'{a,NULL,\"b c\"}'", "'{}'", "'[2:3]={a,b}'", "'{{a,b},{c,d}}'", "NULL", "'{null}'", "'{\"NULL\"}'", "'{1}'"]
    ),
    ("ia int[]", ["'[0:1]={1,2}'", "'{1,2}'", "NULL", "'{}'", "'{{1},{2}}'"]),
    ("ja jsonb[]", ["ARRAY['null'::jsonb, NULL, '{}']", "'{}'", "NULL"]),
    ("num numeric", ["1.50", "'NaN'", "'-Infinity'", "123456789012345678901234567890.000000000000000000001", "NULL"]),
    ("f8 float8", ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "0.1::float8 + 0.2::float8", "1e-308", "NULL", "0"]),
    ("f4 real", ["'-0'", "3.4e38", "0.1", "'NaN'"]),
    ("ba bytea", [#"'\x00ff'"#, "''", "NULL"]),
    (
      "tz timestamptz",
      ["'infinity'", "'0044-03-15 BC'", "'2024-02-29 12:00:00.123456+05:30'", "'12345-01-01'", "NULL"]
    ),
    ("da date", ["'-infinity'", "'2024-02-29'", "'0001-01-01 BC'"]),
    ("ti timetz", ["'24:00:00-12'", "NULL"]),
    ("uu uuid", ["'5f0c1b1e-0000-4000-8000-00000000abcd'", "NULL"]),
    ("en mood", ["'it''s \"ok\"'", "NULL"]),
    ("co pair", [#"'(1,"x ""y"" \\z")'"#, "'(,)'", "NULL"]),
    ("dj domain_json", ["'null'", "NULL", "'{}'"]),
    ("dt domain_text", ["'ok'", "NULL"]),
    ("ch char(5)", ["'ab'", "''", "NULL"]),
    ("qc \"char\"", ["'x'", "NULL"]),
    ("iv interval", ["'1 year -2 days 03:04:05.6'", "'-1 day'", "NULL"]),
    ("mo money", ["'-1234.56'::float8::numeric::money", "NULL"]),
    ("ip inet", ["'10.0.0.1/8'", "'::1'"]),
    ("ra int4range", ["'[1,5)'", "'empty'", "NULL"]),
    ("mr int4multirange", ["'{[1,2),[5,6)}'", "'{}'"]),
    ("bi bit varying", ["B'101'", "NULL"]),
    ("po point", ["'(0.1,-0)'", "NULL"]),
    ("ve vector", ["'[0.1,2]'", "NULL", "'[1]'"]),
    ("bo boolean", ["true", "false", "NULL"]),
    ("big bigint", ["9223372036854775807", "-1", "NULL"]),
  ]

  private static let sqlite: [Column] = [
    ("up TEXT GENERATED ALWAYS AS (upper(content)) VIRTUAL", []),
    ("bl BLOB", ["x'00ff'", "x''", "NULL", "'text'", "5", "1.5"]),
    ("re REAL", ["0.1 + 0.2", "-0.0", "9e999", "-9e999", "1e-308", "NULL", "'no number'", "x'01'"]),
    ("it INTEGER", ["9223372036854775807", "-9223372036854775808", "9007199254740993", "'abc'", "0.5", "NULL"]),
    ("tx TEXT", ["CAST(x'610062' AS TEXT)", "CAST(x'ff80' AS TEXT)", "''", "x'ff'", "'null'", "NULL"]),
    ("js TEXT", [#"'{"a":1,  "a":2}'"#, "'null'", "NULL"]),
    ("an ANY", ["1", "1.0", "'1'", "x'31'", "NULL"]),
    ("nu NUMERIC", ["1.5", "'1e400'", "12345678901234567890", "NULL"]),
  ]

  /// A small store whose memories have all of these columns.
  private static func fixture(_ kind: StoreKind) throws -> Fixture {
    let fixture = try Fixture.small(kind)
    if kind == .postgres {
      try fixture.runForeign(
        """
        CREATE TYPE mood AS ENUM ('it''s "ok"'); CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN domain_json AS jsonb; CREATE DOMAIN domain_text AS text CHECK (value <> '')
        """)
    }
    for (definition, values) in kind == .postgres ? postgres : sqlite {
      let name = String(definition.prefix { $0 != " " })
      // Citus, and PostgreSQL 16 to partitions, add none with a sequence.
      let isOld = try fixture.database?.value("current_setting('server_version_num')").flatMap(Int.init) ?? 0 < 170_000
      if TestDatabase.isCluster || TestDatabase.layout != nil && isOld, definition.hasSuffix("IDENTITY") { continue }
      try fixture.runForeign("ALTER TABLE memories ADD COLUMN \(definition)")
      for (number, value) in values.enumerated() {
        try fixture.runForeign(
          "UPDATE memories SET \(name) = \(value), updated_at = created_at WHERE id % \(values.count) = \(number)")
      }
    }
    return fixture
  }

  @Test(
    "columns of every type are the same after repair and undo", arguments: StoreKind.allCases, SmallRepair.all)
  func exact(kind: StoreKind, repair: SmallRepair) throws {
    let fixture = try UndoExactnessTests.fixture(kind)
    // Nothing may depend on how a role likes its values written.
    let store =
      try fixture.database.map { database in
        let settings = [
          "datestyle=SQL,DMY", "intervalstyle=sql_standard", "extra_float_digits=-10", "bytea_output=escape",
        ]
        let options = settings.map { "-c%20\($0.replacing("=", with: "%3D"))" }.joined(separator: "%20")
        return MemoryStore(try PostgresDriver(connectionString: "\(database.url)?options=\(options)")) as MemoryStore
      } ?? fixture.store
    let tables = ["memories", "memory_duplicates"]
    let before = try tables.map(fixture.foreignDump)
    try repair.run(store)
    #expect(try tables.map(fixture.foreignDump) != before)
    #expect(try SmallRepair.undoAll(store) == [])
    let after = try tables.map(fixture.foreignDump)
    for (left, right) in zip(before.flatMap(\.self), after.flatMap(\.self)) { #expect(left == right) }
    #expect(before.map(\.count) == after.map(\.count))
  }

  @Test("a stored generated column on SQLite is computed anew", arguments: SmallRepair.all)
  func storedColumn(repair: SmallRepair) throws {
    let fixture = try Fixture.small(.sqlite)
    let sql = try fixture.folder.rows("store.db", "SELECT sql FROM sqlite_master WHERE name = 'memories'")[0]
    let stored = "\(sql.dropLast()), up TEXT GENERATED ALWAYS AS (upper(content)) STORED)"
    let names = MemoryColumns.all.joined(separator: ", ")
    try fixture.runForeign(
      """
      CREATE TEMP TABLE kept AS SELECT * FROM memories; DROP TABLE memories; \(stored);
      INSERT INTO memories (\(names)) SELECT \(names) FROM kept;
      INSERT INTO memory_duplicates (original_id, duplicate_hash) VALUES (1, 'x')
      """)
    let before = try fixture.foreignDump()
    try repair.run(fixture.store)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  @Test("a table with very many columns", arguments: StoreKind.allCases, SmallRepair.all)
  func manyColumns(kind: StoreKind, repair: SmallRepair) throws {
    let fixture = try Fixture.small(kind)
    for number in 0..<150 { try fixture.runForeign("ALTER TABLE memories ADD COLUMN c\(number) text DEFAULT 'v'") }
    let before = try fixture.foreignDump()
    try repair.run(fixture.store)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  @Test("a column that was added since gets its default", arguments: StoreKind.allCases)
  func addedSince(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    try SmallRepair.all[0].run(fixture.store)
    try fixture.runForeign("ALTER TABLE memories ADD COLUMN tenant text NOT NULL DEFAULT 'main'")
    try fixture.runForeign("ALTER TABLE memories ADD COLUMN note text")
    try fixture.runForeign(
      "ALTER TABLE memories ADD COLUMN up text GENERATED ALWAYS AS (upper(content)) "
        + (kind == .postgres ? "STORED" : "VIRTUAL"))
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.count("memories", "tenant = 'main' AND note IS NULL AND up LIKE 'FACT%'") == 8)
  }

  @Test("a value whose column is gone since is no silent loss", arguments: StoreKind.allCases)
  func droppedSince(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    try fixture.runForeign("ALTER TABLE memories ADD COLUMN note text; ALTER TABLE memories ADD COLUMN empty text")
    try fixture.runForeign("UPDATE memories SET note = 'kept' WHERE id = 3")
    try SmallRepair.all[0].run(fixture.store)
    try fixture.runForeign("ALTER TABLE memories DROP COLUMN note; ALTER TABLE memories DROP COLUMN empty")
    let error = #expect(throws: MemshError.self) { try SmallRepair.undoAll(fixture.store) }
    #expect(error?.code == .undoConflict && error?.message.contains("row 3 of memories") == true)
    #expect(try fixture.count("memories") == 0)
    try fixture.runForeign("ALTER TABLE memories ADD COLUMN note text")
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.count("memories", "note = 'kept'") == 1)
  }

  @Test("metadata that is null in JSON stays so")
  func nullMetadata() throws {
    let fixture = try Fixture.small(.postgres)
    try fixture.runForeign("UPDATE memories SET metadata = 'null'")
    let before = try fixture.foreignDump()
    _ = try RepairService(store: fixture.store, author: author()).delete(.ids([1, 2]), dryRun: false)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  @Test("a vector column without a length keeps none, and its vectors come back")
  func vectorWithoutLength() throws {
    let fixture = try Fixture.small(.postgres)
    try fixture.runForeign(
      "ALTER TABLE memories ALTER embedding TYPE vector; UPDATE memories SET embedding = '[1,2,3]'")
    let before = try fixture.foreignDump()
    let other = EmbeddingSpace(provider: "test", model: "other", dimensions: 5)
    _ = try ReembedService(
      store: fixture.store, embedder: LetterEmbedder(other), author: author(), progress: NoProgress(),
      interruption: Interruption()
    ).run(.all)
    #expect(try fixture.store.embeddingSpace() == other)
    #expect(try fixture.count("memories", "vector_dims(embedding) = 5") == 8)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
    #expect(
      try fixture.count("pg_attribute", "attrelid = 'memories'::regclass AND attname = 'embedding' AND atttypmod = -1")
        == 1)
  }

  @Test(
    "ids beyond 32 bits", .disabled(if: TestDatabase.isCluster, "Citus changes no type of a column with a sequence"))
  func bigIDs() throws {
    let fixture = try Fixture.small(.postgres)
    try fixture.runForeign(
      """
      ALTER TABLE memory_duplicates ALTER original_id TYPE bigint; ALTER TABLE memories ALTER id TYPE bigint;
      UPDATE memories SET id = id + 10000000000, updated_at = updated_at WHERE id > 1;
      """)
    let before = try fixture.foreignDump()
    let repairs = RepairService(store: fixture.store, author: author())
    _ = try repairs.delete(.ids([1, 10_000_000_002]), dryRun: false)
    _ = try repairs.reassign(MemoryFilter(userID: "ada"), to: "zoe", dryRun: false)
    #expect(try SmallRepair.undoAll(fixture.store) == [])
    #expect(try fixture.foreignDump() == before)
  }

  @Test("an operation is undone once", arguments: StoreKind.allCases)
  func undoneOnce(kind: StoreKind) throws {
    let fixture = try Fixture.small(kind)
    try SmallRepair.all[0].run(fixture.store)
    let operation = try #require(try fixture.store.operations(.all, limit: 1).first).id
    try fixture.store.markUndone(operation, by: 99)
    let error = #expect(throws: MemshError.self) { try fixture.store.markUndone(operation, by: 100) }
    #expect(error?.code == .undoConflict)
    #expect(try fixture.store.operations(.number(operation), limit: 1).first?.undoneBy == 99)
    try fixture.store.markUndone(operation, by: nil)
    try fixture.store.markUndone(operation, by: 100)
  }
}

/// The columns that memsh gives memories.
private enum MemoryColumns {
  static let all = [
    "id", "user_id", "content", "embedding", "metadata", "category", "importance_score", "access_count",
    "last_accessed_at", "created_at", "updated_at",
  ]
}
