import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver
import TestSupport
import Testing

/// Every check of the doctor: a fault planted, found, put right, and taken back.
@Suite struct DoctorTests {
  /// A fault and the SQL that plants it; nil where a backend cannot have it.
  struct Planted: Sendable, CustomTestStringConvertible {
    let check: Check
    let sqlite: String?
    let postgres: String?
    var testDescription: String { check.name }

    init(_ check: Check, _ both: String) { (self.check, sqlite, postgres) = (check, both, both) }

    init(_ check: Check, sqlite: String?, postgres: String?) {
      (self.check, self.sqlite, self.postgres) = (check, sqlite, postgres)
    }
  }

  private static let hash = String(repeating: "a", count: 64)
  private static let past = "2020-01-01T00:00:00.000000Z"
  private static let future = "2999-01-01T00:00:00.000000Z"
  private static let catalogs = "SET allow_system_table_mods = on; "

  static let catalogue: [Planted] = [
    Planted(.tablesMissing, "DROP TABLE memory_analytics"),
    Planted(
      .triggersMissing, sqlite: "DROP TRIGGER update_memories_updated_at",
      postgres: "ALTER TABLE memories DISABLE TRIGGER update_memories_updated_at"),
    Planted(
      .columnsRequired,
      sqlite: """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = replace(sql, 'access_count INTEGER', 'access_count INTEGER NOT NULL')
          WHERE name = 'memories';
        PRAGMA schema_version = 999
        """, postgres: "ALTER TABLE memories ALTER access_count SET NOT NULL"),
    Planted(.indexesMissing, "DROP INDEX memories_user_idx; DROP INDEX memories_embedding_idx"),
    Planted(
      .indexesInvalid, sqlite: nil,
      postgres: catalogs + "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'memories_user_idx'::regclass"),
    Planted(
      .textIndex, sqlite: "DROP TRIGGER memsh_text_update; UPDATE memories SET content = 'unseen' WHERE id = 1",
      postgres: "DROP INDEX memsh_memories_text_idx"),
    Planted(
      .vectorLog, sqlite: "DROP TRIGGER memsh_vector_delete; DELETE FROM memories WHERE id = 2", postgres: nil),
    // The file is written by the test.
    Planted(.vectorFile, sqlite: "SELECT 1", postgres: nil),
    Planted(
      .integrity,
      sqlite: """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE INDEX memories_category_idx ON memories (user_id)'
          WHERE name = 'memories_category_idx';
        PRAGMA schema_version = 999
        """, postgres: nil),
    Planted(.journalMode, sqlite: "PRAGMA journal_mode = DELETE", postgres: nil),
    Planted(
      .pgvectorVersion, sqlite: nil,
      postgres: catalogs + "UPDATE pg_extension SET extversion = '0.8.3' WHERE extname = 'vector'"),
    Planted(
      .extensionOutdated, sqlite: nil,
      postgres: catalogs + "UPDATE pg_extension SET extversion = '0.8.4' WHERE extname = 'vector'"),
    Planted(
      .ivfflatLists, sqlite: nil,
      postgres: """
        DROP INDEX memories_embedding_idx;
        CREATE INDEX memories_embedding_idx ON memories USING ivfflat (embedding vector_cosine_ops) WITH (lists = 500)
        """),
    Planted(.sequencesBehind, sqlite: nil, postgres: "SELECT setval('memories_id_seq', 3)"),
    Planted(
      .neverAnalyzed, sqlite: nil,
      postgres: """
        ALTER TABLE memory_analytics SET (autovacuum_enabled = false);
        INSERT INTO memory_analytics (query_text) SELECT 'q' FROM generate_series(1, 1500)
        """),
    Planted(
      .deadTuples, sqlite: nil,
      postgres: """
        ALTER TABLE memory_analytics SET (autovacuum_enabled = false);
        INSERT INTO memory_analytics (query_text) SELECT 'q' FROM generate_series(1, 3000);
        DELETE FROM memory_analytics WHERE id % 2 = 0; SELECT pg_stat_force_next_flush()
        """),
    Planted(
      .valueType,
      sqlite: """
        UPDATE memories SET importance_score = 'high', access_count = 'x' WHERE id = 1;
        UPDATE memories SET content = x'6869' WHERE id = 2
        """, postgres: nil),
    Planted(
      .fragmentValueType,
      sqlite: """
        UPDATE prompt_fragments SET priority = 'high', agent_type = x'fffe' WHERE id = 1;
        UPDATE prompt_fragments SET is_active = 'yes' WHERE id = 2
        """, postgres: nil),
    Planted(
      .duplicatesValueType, sqlite: "UPDATE memory_duplicates SET similarity_score = 'much', dedup_type = x'41'",
      postgres: nil),
    Planted(
      .analyticsValueType,
      sqlite: "UPDATE memory_analytics SET response_time_ms = '12 ms', query_text = CAST(x'ff' AS TEXT)", postgres: nil),
    Planted(.nulText, sqlite: "UPDATE memories SET content = 'a' || char(0) || 'b' WHERE id = 1", postgres: nil),
    Planted(.contentEmpty, "UPDATE memories SET content = ' ' || chr(9) WHERE id IN (1, 2)"),
    Planted(.userBlank, "UPDATE memories SET user_id = '  ' WHERE id = 1"),
    Planted(.userVariants, "UPDATE memories SET user_id = ' ADA' WHERE id = 1"),
    Planted(.categoryBlank, "UPDATE memories SET category = '' WHERE id = 1"),
    Planted(.categoryVariants, "UPDATE memories SET category = 'Facts ' WHERE id = 1"),
    Planted(
      .importanceRange, sqlite: "UPDATE memories SET importance_score = id * 9e999 - 5 WHERE id < 3",
      postgres:
        "UPDATE memories SET importance_score = 'NaN' WHERE id = 1; UPDATE memories SET importance_score = -1 WHERE id = 2"
    ),
    Planted(.accessNegative, "UPDATE memories SET access_count = -4 WHERE id = 1"),
    Planted(
      .metadataInvalid,
      sqlite: "UPDATE memories SET metadata = '[1]' WHERE id = 1; UPDATE memories SET metadata = '\"x\"' WHERE id = 2",
      postgres: "UPDATE memories SET metadata = '[1]' WHERE id = 1; UPDATE memories SET metadata = '\"x\"' WHERE id = 2"
    ),
    Planted(
      .timestampMalformed, sqlite: "UPDATE memories SET created_at = 'yesterday', last_accessed_at = '' WHERE id = 1",
      postgres: "UPDATE memories SET created_at = '-infinity', last_accessed_at = 'infinity' WHERE id = 1"),
    Planted(.timestampFuture, "UPDATE memories SET created_at = '\(future)', updated_at = '\(future)' WHERE id = 1"),
    Planted(.timestampOrder, "UPDATE memories SET updated_at = '\(past)' WHERE id = 1"),
    Planted(.accessBeforeCreated, "UPDATE memories SET last_accessed_at = '\(past)' WHERE id = 1"),
    Planted(
      .duplicatesOrphaned,
      sqlite:
        "PRAGMA foreign_keys = OFF; INSERT INTO memory_duplicates (original_id, duplicate_hash) VALUES (999, '\(hash)')",
      postgres: """
        ALTER TABLE memory_duplicates DROP CONSTRAINT IF EXISTS memory_duplicates_original_id_fkey;
        INSERT INTO memory_duplicates (original_id, duplicate_hash) VALUES (999, '\(hash)')
        """),
    Planted(
      .duplicatesHash,
      """
      INSERT INTO memory_duplicates (original_id, duplicate_hash) VALUES (1, 'nonsense');
      INSERT INTO memory_duplicates (original_id, duplicate_hash, dedup_type) VALUES (1, '\(hash)', 'exact')
      """),
    Planted(
      .duplicatesScore,
      "INSERT INTO memory_duplicates (original_id, duplicate_hash, similarity_score) VALUES (1, '\(hash)', 1.5)"),
    Planted(.analyticsNegative, "UPDATE memory_analytics SET response_time_ms = -1 WHERE id = 1"),
    Planted(.analyticsFuture, "UPDATE memory_analytics SET created_at = '\(future)' WHERE id = 1"),
    Planted(.tagsInvalid, sqlite: "UPDATE prompt_fragments SET tags = '{\"a\":1}' WHERE id = 1", postgres: nil),
    Planted(.fragmentContentEmpty, "UPDATE prompt_fragments SET content = ' ' WHERE id = 1"),
    Planted(.fragmentEveryAgent, "UPDATE prompt_fragments SET agent_type = 'all' WHERE id = 1"),
    Planted(
      .fragmentDuplicates,
      """
      INSERT INTO prompt_fragments (category, content, agent_type, embedding, created_at, updated_at)
        SELECT category, content, agent_type, embedding, created_at, updated_at FROM prompt_fragments WHERE id = 1
      """),
    Planted(.fragmentOrder, "UPDATE prompt_fragments SET updated_at = '\(past)' WHERE id = 1"),
    Planted(
      .embeddingNotFinite, sqlite: "UPDATE memories SET embedding = x'0000C07F0000803F0000803F' WHERE id = 1",
      postgres: nil),
    Planted(
      .embeddingLength, sqlite: "UPDATE memories SET embedding = x'00000000FF' WHERE id = 1",
      postgres: """
        DROP INDEX memories_embedding_idx; ALTER TABLE memories ALTER embedding TYPE vector;
        UPDATE memories SET embedding = '[1,2]' WHERE id = 1
        """),
    Planted(
      .embeddingZero, sqlite: "UPDATE memories SET embedding = zeroblob(12) WHERE id = 1",
      postgres: "UPDATE memories SET embedding = '[0,0,0]' WHERE id = 1"),
    Planted(
      .embeddingMixed, sqlite: "UPDATE memories SET embedding = x'000040400000804000000000' WHERE id = 1",
      postgres: "UPDATE memories SET embedding = '[3,4,0]' WHERE id = 1"),
    Planted(
      .fragmentEmbeddingInvalid, sqlite: "UPDATE prompt_fragments SET embedding = zeroblob(12) WHERE id = 1",
      postgres: "UPDATE prompt_fragments SET embedding = '[0,0,0]' WHERE id = 1"),
    Planted(
      .exactDuplicates,
      """
      INSERT INTO memories (user_id, content, category, embedding)
        SELECT user_id, content, category, embedding FROM memories WHERE id < 4
      """),
    Planted(.embeddingMissing, "UPDATE memories SET embedding = NULL WHERE id IN (1, 2)"),
    Planted(.fragmentEmbeddingMissing, "UPDATE prompt_fragments SET embedding = NULL WHERE id = 1"),
  ]

  /// A store that nothing is wrong with.
  private static func healthy(_ kind: StoreKind) throws -> Fixture {
    let fixture = try Fixture.prepared(kind)
    let embedder = LetterEmbedder()
    let now = Timestamp(microseconds: 1_760_000_000_000_000)
    let memories = try (0..<40).map { number -> MemoryFields in
      var fields = memory("fact number \(number) 🙂", user: number % 3 == 0 ? "ben" : "ada", category: "facts")
      fields.embedding = try embedder.embed([fields.content])[0]
      (fields.createdAt, fields.updatedAt) = (now, now)
      return fields
    }
    let ids = try fixture.store.insert(memories)
    for content in ["Be kind", "Be brief"] {
      try fixture.store.insert([
        PromptFragment(category: "tone", priority: 1, content: content, embedding: try embedder.embed([content])[0])
      ])
    }
    try fixture.store.insert(
      DuplicateRecord(originalID: ids[4], contentHash: hash, similarity: 0.9, method: "semantic"))
    try fixture.store.record(AnalyticsEvent(userID: "ada", query: "q", results: 1, milliseconds: 1), accessTo: [])
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    return fixture
  }

  private func plant(_ sql: String, in fixture: Fixture) throws {
    fixture.store.close()
    if let database = fixture.database {
      let connection = try database.connect()
      guard TestDatabase.isCluster else { return try connection.execute(unsafeSQL: sql) }
      for statement in sql.split(separator: ";") {
        guard let user = statement.firstMatch(of: /SET user_id = '(.*)' WHERE id = 1/)?.1 else {
          try connection.execute(unsafeSQL: String(statement))
          continue
        }
        // No statement gives a row of a shard another user.
        try fixture.store.transaction(.commit) {
          try fixture.store.replace([1], of: "memories", with: ["user_id": "\(String(user))"], "changed")
        }
      }
      fixture.store.close()
    } else {
      try fixture.folder.sqlite("store.db", sql.replacing("chr(", with: "char("))
    }
  }

  private func doctor(_ fixture: Fixture) -> DoctorService {
    DoctorService(
      store: fixture.store, author: author("doctor"), progress: NoProgress(), interruption: Interruption())
  }

  @Test("nothing is found in a store that nothing is wrong with", arguments: StoreKind.allCases)
  func findsNothing(kind: StoreKind) throws {
    let fixture = try DoctorTests.healthy(kind)
    let report = try doctor(fixture).examine(Check.all)
    #expect(report.findings.isEmpty, "\(report.findings)")
    #expect(report.checks >= 35)
    let planted = DoctorTests.catalogue.count { kind == .sqlite ? $0.sqlite != nil : $0.postgres != nil }
    // Rows are hidden from other roles only: RolesTests has that check, PartitionedStoreTests those of partitions.
    let elsewhere = kind == .postgres ? 1 + TestDatabase.checksOfLayout : 0
    #expect(planted + elsewhere == report.checks, "a check has no planted fault")
  }

  @Test(
    "each planted fault is found and put right, and the repair can be undone", arguments: StoreKind.allCases, catalogue)
  func mends(kind: StoreKind, planted: Planted) throws {
    guard let sql = kind == .sqlite ? planted.sqlite : planted.postgres else {
      // The store must say so itself.
      let fixture = try Fixture.prepared(kind)
      #expect(try fixture.store.examine([planted.check]).isEmpty)
      return
    }
    let fixture = try DoctorTests.healthy(kind)
    try plant(sql, in: fixture)
    if planted.check == .vectorFile { try fixture.folder.write("no vectors", to: "store.db-vectors") }
    let found = try doctor(fixture).examine(Check.all).findings
    let finding = try #require(found.first { $0.check == planted.check }, "found: \(found)")
    #expect(finding.count > 0)
    #expect(found.filter { $0.check.table != nil && $0.check.table == planted.check.table }.count <= 2, "\(found)")

    let before = planted.check.table == nil ? [] : try fixture.dump()
    let report = try doctor(fixture).fix(Check.all, embedder: { LetterEmbedder() })
    #expect(report.unfixed.isEmpty, "\(report.unfixed)")
    #expect(report.fixed.contains(planted.check))
    #expect(try doctor(fixture).examine(Check.all).findings.isEmpty)
    guard planted.check.table != nil else { return }
    #expect(!report.operations.isEmpty)
    let undo = UndoService(store: fixture.store, author: author("undo"))
    if planted.check == .duplicatesOrphaned {
      // It could not be put back: a database refuses a record of a memory that is gone.
      let error = #expect(throws: MemshError.self) {
        try undo.undo(report.operations[0], wholeSession: false, dryRun: false)
      }
      #expect(error?.code == .undoConflict && error?.message.contains("which is gone") == true)
      return
    }
    for operation in report.operations.reversed() { _ = try undo.undo(operation, wholeSession: false, dryRun: false) }
    #expect(try fixture.dump() == before)
  }

  @Test("many faults of the same rows are mended in one go", arguments: StoreKind.allCases)
  func mendsMany(kind: StoreKind) throws {
    let fixture = try DoctorTests.healthy(kind)
    let wanted: [Check] = [
      .userVariants, .importanceRange, .accessNegative, .timestampOrder, .embeddingZero, .exactDuplicates,
      .contentEmpty, .duplicatesHash,
    ]
    for planted in DoctorTests.catalogue where wanted.contains(planted.check) {
      try plant((kind == .sqlite ? planted.sqlite : planted.postgres) ?? "", in: fixture)
    }
    let before = try fixture.dump()
    let report = try doctor(fixture).fix(Check.all, embedder: { LetterEmbedder() })
    #expect(report.unfixed.isEmpty, "\(report.unfixed)")
    #expect(try doctor(fixture).examine(Check.all).findings.isEmpty)
    let undo = UndoService(store: fixture.store, author: author("undo"))
    for operation in report.operations.reversed() { _ = try undo.undo(operation, wholeSession: false, dryRun: false) }
    #expect(try fixture.dump() == before)
  }

  @Test("no vector is taken out that could not be computed anew", arguments: StoreKind.allCases)
  func keepsVectors(kind: StoreKind) throws {
    let fixture = try DoctorTests.healthy(kind)
    for planted in DoctorTests.catalogue where [.embeddingMixed, .accessNegative].contains(planted.check) {
      try plant((kind == .sqlite ? planted.sqlite : planted.postgres) ?? "", in: fixture)
    }
    let before = try #require(try fixture.store.memories([1]).first).fields
    let other = EmbeddingSpace(provider: "other", model: "m", dimensions: 3)
    let report = try doctor(fixture).fix(Check.all, embedder: { LetterEmbedder(other) })
    #expect(report.fixed == [.accessNegative])
    #expect(report.unfixed[.embeddingMixed] == "the embedder is of other/m (3), the store of test/m (3)")
    let after = try #require(try fixture.store.memories([1]).first).fields
    #expect(after.embedding == before.embedding && after.accessCount == 0)
  }
}
