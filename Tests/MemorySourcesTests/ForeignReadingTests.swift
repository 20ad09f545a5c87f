import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// How sources are looked at and read as a whole, whichever system made them.
@Suite struct ForeignReadingTests {
  private static let agno = "(memory_id VARCHAR PRIMARY KEY, memory JSON, topics JSON, user_id VARCHAR)"

  @Test("PostgreSQL: a survey stops after a sample of many vectors, and the source is read all the same")
  func samplesLargeTable() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE EXTENSION vector;
      CREATE TABLE notes (langchain_id uuid PRIMARY KEY, content text, embedding vector(768), langchain_metadata json);
      INSERT INTO notes SELECT gen_random_uuid(), 'note ' || n, v.v, '{}' FROM generate_series(1, 5000) n,
        (SELECT array_agg(i / 768.0::real)::vector(768) AS v FROM generate_series(1, 768) i) v;
      """)
    let source = try ForeignSource.opened(database)
    for _ in 1...2 {
      let survey = try source.survey()
      #expect(survey.dimensions == 768)
      #expect(survey.rows == 5_000)
      #expect(survey.parts.map(\.rows) == [5_000])
    }
    var keys: [String] = []
    try source.readRows(batchSize: 1_000, decodingEmbeddings: false) { records in
      keys += records.compactMap { if case .foreign(let row) = $0 { row.key } else { nil } }
    }
    #expect(keys.count == 5_000)
    // In the order of the key, not in that of a scan, which may begin anywhere.
    #expect(keys == keys.sorted())
  }

  @Test("PostgreSQL: views and inheriting tables beside a table do not repeat its rows; a user's schemas are seen")
  func readsEachRowOnce() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE SCHEMA memshop;
      SET search_path = memshop;
      CREATE TABLE agno_memories \(ForeignReadingTests.agno);
      CREATE TABLE child () INHERITS (agno_memories);
      INSERT INTO agno_memories VALUES ('m1', '"tea"', '[]', 'ada');
      INSERT INTO child VALUES ('m2', '"milk"', '[]', 'ada');
      CREATE VIEW a_view AS SELECT * FROM agno_memories;
      CREATE MATERIALIZED VIEW b_view AS SELECT * FROM agno_memories;
      CREATE SCHEMA memsh_own;
      CREATE TABLE memsh_own.agno_memories \(ForeignReadingTests.agno);
      """)
    let source = try ForeignSource.opened(database)
    let survey = try source.survey()
    #expect(survey.table == "memshop.agno_memories")
    #expect(survey.rows == 2)
    // Filed under the name that a person reads, with its schema.
    #expect(survey.parts.map(\.rows) == [2])
    #expect(try Set(source.allRows().map(\.key)) == ["memshop.agno_memories/m1", "memshop.agno_memories/m2"])
  }

  @Test("PostgreSQL: a database that has only views is not an empty one")
  func seesOnlyViews() throws {
    let database = try TestDatabase()
    try database.execute("CREATE VIEW one AS SELECT 1 AS number")
    #expect { try ForeignSource.opened(database) } throws: {
      ($0 as? MemshError)?.code == .sourceWithoutMemories
    }
  }

  @Test(
    "a collection that is not there is refused with the names of those that are; another one's rows are not counted")
  func refusesUnknownCollection() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite(
      "store.db",
      """
      CREATE TABLE store (prefix text, key text, value text, created_at TEXT, updated_at TEXT, expires_at TEXT,
        PRIMARY KEY (prefix, key));
      INSERT INTO store VALUES ('memories.ada', 'a', '{"text": "tea"}', NULL, NULL, NULL),
        ('memories.ada', 'b', '{"text": "milk"}', NULL, NULL, '2020-01-01'),
        ('memories.ben', 'c', '{"text": "juice"}', NULL, NULL, '2020-01-01'),
        ('memories.ben', 'd', '{"text": "water"}', NULL, NULL, '2020-01-01');
      """)
    func survey(_ collection: String) throws -> SourceSurvey {
      var selection = SourceSelection()
      selection.collection = collection
      return try ForeignSource.opened(path, selection).survey()
    }
    let error = try #require(throws: MemshError.self) { _ = try survey("nope") }
    #expect(error.code == .sourceWithoutMemories)
    #expect(error.message == "\(path) has no memories in a collection 'nope'")
    #expect(error.hint == "its collections are: memories.ada, memories.ben")
    let ada = try survey("memories.ada")
    #expect(ada.rows == 1)
    #expect(ada.remarks.contains("1 expired row is left out; --include expired brings it along"))
    // There, though all of it is gone.
    #expect(try survey("memories.ben").rows == 0)
  }

  @Test("SQLite: what is read in one go sees one state, also while another program writes")
  func readsOneState() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite("a.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1)")
    // A log and its index, as of a writer that is there, so that the file is not taken for one at rest.
    for ending in ["-wal", "-shm"] { _ = try folder.write("", to: "a.db" + ending) }
    let tables = try SQLiteTables(path: path)
    let counts = try tables.reading {
      let before = try tables.count("count(*)", from: "t")
      try folder.sqlite("a.db", "INSERT INTO t VALUES (2)")
      return (before, try tables.reading { try tables.count("count(*)", from: "t") })
    }
    #expect(counts == (1, 1))
    #expect(try tables.count("count(*)", from: "t") == 2)
  }
}
