import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresClient
import PostgresDriver
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
    let store = MemoryStore(try PostgresDriver(connectionString: database.url))
    let space = EmbeddingSpace(provider: "test", model: "m", dimensions: dimensions)
    _ = try store.vectorSupport(.ensure)
    _ = try store.createSchema(space: space)
    try fill(database, dimensions: dimensions)
    for method in [VectorIndexMethod.ivfflat, .hnsw] {
      try database.execute(
        "DROP INDEX IF EXISTS memories_embedding_idx, prompt_fragments_embedding_idx")
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

  @Test("with an index, filters lose nothing that matters, and recall says what brute force says")
  func filtersAndMeasures() throws {
    let database = try TestDatabase()
    let store = MemoryStore(try PostgresDriver(connectionString: database.url))
    _ = try store.vectorSupport(.ensure)
    _ = try store.createSchema(space: EmbeddingSpace(provider: "test", model: "m", dimensions: 16))
    // 0.1 % are of one user, and the nearest rows to the query are all of another than the one asked for.
    try database.execute(
      """
      INSERT INTO memories (user_id, content, embedding)
        SELECT CASE WHEN n % 1000 = 0 THEN 'few' WHEN n <= 2500 THEN 'near' ELSE 'many' END, 'memory ' || n,
          (SELECT array_agg(CASE WHEN n <= 2500 THEN 2 ELSE 0 END + 0 * g + random() - 0.5)::vector
            FROM generate_series(1, 16) AS g)
        FROM generate_series(1, 20000) AS n;
      ANALYZE memories
      """)
    _ = try store.buildIndexes(.hnsw, NoProgress())
    var all: [Memory] = []
    try store.readMemories(batchSize: 5_000) { all += $0 }
    func truth(_ vector: Vector, _ passes: (Memory) -> Bool = { _ in true }) -> [(id: Int64, similarity: Double)] {
      all.filter(passes).compactMap { memory -> (id: Int64, similarity: Double)? in
        memory.fields.embedding?.values.withUnsafeBufferPointer { left in
          vector.values.withUnsafeBufferPointer { Cosine.similarityOrNil(left, $0) }
        }.map { (memory.id, $0) }
      }.sorted { ($1.similarity, $0.id) < ($0.similarity, $1.id) }
    }
    let ones = Vector([Float](repeating: 1, count: 16))
    // On partitions the index finds the many of a user sooner than they are compared.
    let method = TestDatabase.layout == nil ? "exact scan" : nil
    for (user, method) in [("few", "exact scan"), ("near", method), ("many", nil)] {
      for threshold in [nil, -1.0] {
        let answer = try store.search(
          VectorQuery(vector: ones, filter: MemoryFilter(userID: user), limit: 10, threshold: threshold))
        let wanted = truth(ones) { $0.fields.userID == user }.prefix(10)
        #expect(answer.hits.count == 10)
        guard let method else {
          #expect(answer.hits.allSatisfy { $0.memory.fields.userID == user })
          continue
        }
        #expect(answer.plan.method == method)
        #expect(answer.hits.map(\.memory.id) == wanted.map(\.id))
      }
    }
    // Rows that were deleted and not yet vacuumed are still in the index; they must not use its answer up.
    try database.execute("DELETE FROM memories WHERE user_id = 'near'")
    all.removeAll { $0.fields.userID == "near" }
    #expect(try store.search(VectorQuery(vector: ones, limit: 10)).hits.count == 10)

    let report = try RecallService(store: store, interruption: Interruption()).measure(sample: 300, neighbours: 10)
    #expect(report.sampled == 300 && report.breadths.parameter == "hnsw.ef_search")
    var (found, wanted) = (0, 0)
    for memory in all.prefix(3_000).enumerated().filter({ $0.offset % 20 == 0 }).map(\.element) {
      let vector = try #require(memory.fields.embedding)
      let true10 = Set(truth(vector) { $0.id != memory.id }.prefix(10).map(\.id))
      let answer = try store.search(VectorQuery(vector: vector, limit: 11, strategy: .approximate(breadth: 40)))
      found += answer.hits.filter { $0.memory.id != memory.id }.prefix(10).count { true10.contains($0.memory.id) }
      wanted += 10
    }
    #expect(abs(Double(found) / Double(wanted) - report.steps[0].recall) < 0.05)
  }

  @Test("an approximate answer is whole where the index ends before it has enough rows")
  func looksFurther() throws {
    let database = try TestDatabase()
    let maker = MemoryStore(try PostgresDriver(connectionString: database.url))
    _ = try maker.vectorSupport(.ensure)
    _ = try maker.createSchema(space: EmbeddingSpace(provider: "test", model: "m", dimensions: 8))
    // 300 rows that pass the filter are the farthest from the query.
    try database.execute(
      """
      INSERT INTO memories (user_id, content, metadata, embedding)
        SELECT 'u' || n % 20, 'memory ' || n, jsonb_build_object('is', CASE WHEN n % 40 = 0 THEN 'far' ELSE 'near' END),
          (SELECT array_agg(CASE WHEN n % 40 = 0 THEN -2 ELSE 2 END + sin(n * g))::vector FROM generate_series(1, 8) AS g)
        FROM generate_series(1, 12000) AS n;
      ANALYZE memories;
      ALTER DATABASE \(database.name) SET hnsw.max_scan_tuples = 200
      """)
    _ = try maker.buildIndexes(.hnsw, NoProgress())
    let store = MemoryStore(try PostgresDriver(connectionString: database.url))
    var filter = MemoryFilter()
    filter.metadata = [try #require(MetadataCondition(parsing: "metadata.is=far"))]
    func answer(_ strategy: SearchStrategy) throws -> SearchAnswer {
      let ones = Vector([Float](repeating: 1, count: 8))
      return try store.search(VectorQuery(vector: ones, filter: filter, limit: 10, strategy: strategy))
    }
    let exact = try answer(.exact).hits.map(\.memory.id)
    #expect(exact.count == 10)
    #expect(try answer(.automatic).hits.map(\.memory.id) == exact)
    #expect(try answer(.approximate(breadth: nil)).hits.map(\.memory.id) == exact)
    // A breadth that is chosen shows what it misses.
    if TestDatabase.layout == nil { #expect(try answer(.approximate(breadth: 40)).hits.count < 10) }
  }

  /// Sums of two of 200 random vectors: 20,000 different ones without drawing every number.
  private func fill(_ database: TestDatabase, dimensions: Int) throws {
    try database.execute(
      """
      CREATE TEMP TABLE base AS SELECT n, array_agg(random() - 0.5)::vector AS v
        FROM generate_series(1, 200) AS n, generate_series(1, \(dimensions)) GROUP BY n;
      INSERT INTO memories (user_id, content, embedding)
        SELECT 'u' || a.n % 10, 'memory ' || a.n || ' ' || b.n, a.v + b.v FROM base a, base b WHERE b.n <= 100;
      ANALYZE memories;
      """)
    #expect(try database.value("SELECT count(*) FROM memories") == String(VectorIndexTests.rows))
  }

  /// Whether the server counts a scan of the vector index for a search, and the search finds the vector itself.
  private func usesIndex(_ store: MemoryStore, _ database: TestDatabase, dimensions: Int) throws -> Bool {
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
    let hits = try store.search(VectorQuery(vector: vector, limit: 5)).hits
    #expect(hits.first?.memory.id == memory.id)
    #expect((hits.first?.similarity ?? 0) > 0.9999)
    // The counters of a session are written when it ends.
    store.close()
    for _ in 0..<50 {
      let scans = try database.value(
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'memories_embedding_idx'")
      if scans != "0" { return true }
      _ = try database.connect().query(unsafeSQL: "SELECT pg_sleep(0.1)")
    }
    return false
  }

  private struct Enough: Error {}
}
