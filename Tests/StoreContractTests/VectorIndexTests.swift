import MemoryCore
import PostgresClient
import PostgresStore
import TestSupport
import Testing

/// All indexes exist by name and are used, on both servers, at every size of vector, with both methods.
@Suite(.serialized) struct VectorIndexTests {
  private static let rows = 20_000

  @Test(
    "20,000 vectors: fourteen indexes, two triggers, and search uses the vector index",
    arguments: TestDatabase.Server.allCases, [256, 1_536, 3_072])
  func buildsAndUses(server: TestDatabase.Server, dimensions: Int) throws {
    let database = try TestDatabase(on: server)
    let store = try PostgresStore(connectionString: database.url)
    let space = EmbeddingSpace(provider: "test", model: "m", dimensions: dimensions)
    _ = try store.vectorSupport(.ensure)
    _ = try store.createSchema(space: space)
    try fill(database, dimensions: dimensions)
    for method in [VectorIndexMethod.ivfflat, .hnsw] {
      try database.connect().execute(
        unsafeSQL: "DROP INDEX IF EXISTS memories_embedding_idx, prompt_fragments_embedding_idx")
      let lines = try store.buildIndexes(method, NoProgress())
      #expect(lines.count == 2)
      let present = try store.schema().filter { $0.state == .present }
      #expect(present.count { $0.kind == .index } == 14)
      #expect(present.count { $0.kind == .trigger } == 2)
      let definition = present.first { $0.name == "memories_embedding_idx" }?.definition ?? ""
      #expect(definition.contains("USING \(method.rawValue)"))
      #expect(try usesIndex(store, database, dimensions: dimensions), "\(method) at \(dimensions) on \(server)")
      // What the build set for itself is gone again.
      #expect(try database.value("SELECT reloptions FROM pg_class WHERE relname = 'memories'") == nil)
    }
  }

  /// Sums of two of 200 random vectors: 20,000 different ones without drawing every number.
  private func fill(_ database: TestDatabase, dimensions: Int) throws {
    try database.connect().execute(
      unsafeSQL: """
        CREATE TEMP TABLE base AS SELECT n, array_agg(random() - 0.5)::vector AS v
          FROM generate_series(1, 200) AS n, generate_series(1, \(dimensions)) GROUP BY n;
        INSERT INTO memories (user_id, content, embedding)
          SELECT 'u' || a.n % 10, 'memory ' || a.n || ' ' || b.n, a.v + b.v FROM base a, base b WHERE b.n <= 100;
        ANALYZE memories;
        """)
    #expect(try database.value("SELECT count(*) FROM memories") == String(VectorIndexTests.rows))
  }

  /// Whether the server counts a scan of the vector index for a search, and the search finds the vector itself.
  private func usesIndex(_ store: PostgresStore, _ database: TestDatabase, dimensions: Int) throws -> Bool {
    var wanted: Memory?
    do {
      try store.readMemories(batchSize: 1) { memories in
        wanted = memories.first
        throw Enough()
      }
    } catch is Enough {}
    let memory = try #require(wanted)
    let vector = try #require(memory.fields.embedding)
    #expect(vector.dimensions == dimensions)
    let hits = try store.search(VectorQuery(vector: vector, limit: 5))
    #expect(hits.first?.memory.id == memory.id)
    #expect((hits.first?.similarity ?? 0) > 0.9999)
    // The counters of a session are written when it ends.
    store.close()
    for _ in 0..<50 {
      let scans = try database.value(
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'memories_embedding_idx'")
      if scans != "0" { return true }
      _ = try database.connect().query("SELECT pg_sleep(0.1)")
    }
    return false
  }

  private struct Enough: Error {}
}
