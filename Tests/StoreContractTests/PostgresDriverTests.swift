import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresClient
import TestSupport
import Testing

@testable import PostgresDriver

@Suite struct PostgresDriverTests {
  @Test(
    "vector indexes by dimensions and method",
    arguments: [
      (256, VectorIndexMethod.hnsw, "USING hnsw (embedding vector_cosine_ops)"),
      (1_536, .ivfflat, "USING ivfflat (embedding vector_cosine_ops) WITH (lists='10')"),
      (3_072, .hnsw, "USING hnsw (((embedding)::halfvec(3072)) halfvec_cosine_ops)"),
      (3_072, .ivfflat, "USING ivfflat (((embedding)::halfvec(3072)) halfvec_cosine_ops) WITH (lists='10')"),
    ])
  func buildsIndexes(dimensions: Int, method: VectorIndexMethod, definition: String) throws {
    let fixture = try Fixture(.postgres)
    _ = try fixture.store.vectorSupport(.ensure)
    _ = try fixture.store.createSchema(space: EmbeddingSpace(provider: "t", model: "m", dimensions: dimensions))
    _ = try fixture.store.buildIndexes(method, NoProgress())
    let indexes = try fixture.store.schema().filter { $0.name.hasSuffix("embedding_idx") }
    #expect(indexes.count == 2)
    for index in indexes { #expect(index.definition?.hasSuffix(definition) == true) }
    #expect(try fixture.store.buildIndexes(method, NoProgress()) == [])
  }

  @Test("statements nest, and their placeholders are renumbered")
  func nestsStatements() throws {
    let database = try TestDatabase()
    let server = try PostgresDriver(connectionString: database.url)
    let condition: SQL = " WHERE value > \(2) AND value < \(9)"
    let values = try server.rows(
      "SELECT value, \("$1")::text FROM generate_series(1, \(10)) AS value\(condition) ORDER BY value"
    ) { try "\($0.number(0)) \($0.string(1))" }
    #expect(values == ["3 $1", "4 $1", "5 $1", "6 $1", "7 $1", "8 $1"])
  }

  @Test("a transaction whose beginning is refused is over", arguments: [false, true])
  func endsRefusedTransactions(isHeld: Bool) throws {
    let database = try TestDatabase()
    let server = try PostgresDriver(connectionString: database.url)
    try server.connect()
    // As behind a pooler that has given the session to somebody else.
    server.opened?.process = -1
    let error = #expect(throws: MemshError.self) {
      if isHeld { try server.beginHeld() } else { try server.transaction(.commit) {} }
    }
    #expect(error?.code == .connectionFailed)
    server.opened?.process = nil
    #expect(try !server.isInTransaction() && !server.holdsTransaction)
    _ = try server.transaction(.commit) { try server.execute("CREATE TABLE made (id bigint)") }
    #expect(try database.connect().query(unsafeSQL: "SELECT 1 FROM made").rows.isEmpty)
  }

  @Test("vectors too long for an index get none, and the reason is said")
  func explainsMissingIndex() throws {
    let fixture = try Fixture(.postgres)
    _ = try fixture.store.vectorSupport(.ensure)
    _ = try fixture.store.createSchema(space: EmbeddingSpace(provider: "t", model: "m", dimensions: 4_096))
    let outcomes = try fixture.store.buildIndexes(nil, NoProgress())
    #expect(outcomes == [.tooLong(indexable: 4_000, dimensions: 4_096)])
  }

  @Test(
    "what each version of pgvector can do",
    arguments: [
      ("0.4.4", false, false), ("0.5.0", true, false), ("0.6.2", true, false), ("0.7.0", true, true),
      ("0.8.5", true, true), ("1.0", true, true),
    ])
  func knowsVersions(version: String, hnsw: Bool, halfvec: Bool) {
    #expect(PgvectorVersion(version).hasHNSW == hnsw)
    #expect(PgvectorVersion(version).hasHalfvec == halfvec)
  }

  @Test(
    "lists as pgvector advises",
    arguments: [(0, 10), (20_000, 20), (999_999, 999), (1_000_000, 1_000), (4_000_000, 2_000)])
  func choosesLists(rows: Int, lists: Int) {
    #expect(PostgresDriver.ivfflatLists(rows: rows) == lists)
  }

  @Test("a role that may not create the extension is told who can")
  func reportsMissingRights() throws {
    let database = try TestDatabase()
    let role = "role_" + (database.url.split(separator: "_").last ?? "x")
    let connection = try database.connect()
    try connection.execute(unsafeSQL: "CREATE ROLE \(role) LOGIN")
    defer { try? connection.execute(unsafeSQL: "DROP OWNED BY \(role); DROP ROLE \(role)") }
    let url = database.url.replacing("postgres@", with: "\(role)@")
    let store = MemoryStore(try PostgresDriver(connectionString: url))
    #expect(try store.vectorSupport(.check).mayCreate == false)
    #expect { try store.vectorSupport(.ensure) } throws: { error in
      let error = error as? MemshError
      return error?.code == .permissionDenied && error?.hint?.contains("CREATE EXTENSION vector") == true
    }
  }

  @Test("a server without pgvector is told with the package that mends it")
  func reportsMissingExtension() throws {
    let fixture = try Fixture(.postgres)
    let name = fixture.store.identity.name
    // PostgreSQL 18 looks for extensions where this says, so this database has none.
    try fixture.database?.execute("ALTER DATABASE \(name) SET extension_control_path = '/none'")
    for action in [VectorSupportAction.check, .ensure, .update] {
      #expect { try fixture.store.vectorSupport(action) } throws: { error in
        let error = error as? MemshError
        return error?.code == .pgvectorMissing && error?.hint?.contains("postgresql-18-pgvector") == true
      }
    }
  }

  @Test("vectors are tried for real, and nothing of it stays", arguments: TestDatabase.Server.allCases)
  func testsVectors(server: TestDatabase.Server) throws {
    let database = try TestDatabase(on: server)
    let store = MemoryStore(try PostgresDriver(connectionString: database.url))
    #expect(try store.vectorSupport(.check).installedVersion == nil)
    #expect(try database.value("SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == "0")
    #expect(try store.vectorSupport(.ensure).changed)
    #expect(try !store.vectorSupport(.ensure).changed)
    for dimensions in [256, 3_072] {
      #expect(try store.testVectors(dimensions: dimensions) == ["insert", "distance", "ivfflat index", "hnsw index"])
    }
    #expect(try store.testVectors(dimensions: 5_000) == ["insert", "distance"])
    #expect(try database.value("SELECT count(*) FROM pg_class WHERE relname = 'memsh_vector_test'") == "0")
  }

  @Test(
    "an older version than the server has is outdated",
    arguments: [("0.8.4", "0.8.5", true), ("0.8.5", "0.8.5", false), ("0.10.0", "0.9.9", false)])
  func noticesOutdated(installed: String, available: String, isOutdated: Bool) {
    let support = VectorSupport(server: "", engine: "", installedVersion: installed, availableVersion: available)
    #expect(support.isOutdated == isOutdated)
  }

  @Test("a store that others made has a space by its column")
  func readsForeignSpace() throws {
    let fixture = try Fixture(.postgres)
    try fixture.database?.execute(
      """
      CREATE EXTENSION vector;
      CREATE TABLE memories (id serial, user_id text, content text, metadata jsonb, category text,
        importance_score float, access_count int, last_accessed_at timestamp, created_at timestamp,
        updated_at timestamp, embedding vector(3072))
      """)
    #expect(try fixture.store.embeddingSpace()?.description == "openai/text-embedding-3-large (3072)")
  }

  @Test("a store with other column types and a sequence it does not own works all the same")
  func adaptsToForeignTables() throws {
    let fixture = try Fixture(.postgres)
    try fixture.database?.execute(
      """
      CREATE EXTENSION vector; CREATE SEQUENCE own_seq;
      CREATE TABLE memories (id int PRIMARY KEY DEFAULT nextval('own_seq'), user_id text, content text,
        embedding vector(3), metadata jsonb, category text, importance_score numeric, access_count bigint,
        last_accessed_at timestamptz, created_at timestamptz, updated_at timestamptz)
      """)
    try fixture.database?.execute(
      """
      INSERT INTO memories (user_id, content, embedding, importance_score, created_at)
      VALUES ('ada', 'x', '[1,0,0]', 0.75, '2025-01-01T02:00:00+02')
      """)
    let found = try fixture.store.search(VectorQuery(vector: Vector([1, 0, 0]))).hits
    #expect(found.first?.memory.fields.importanceScore == 0.75)
    #expect(found.first?.memory.fields.createdAt?.iso8601 == "2025-01-01T00:00:00.000000Z")
    try fixture.database?.execute(
      "ALTER TABLE memories ALTER importance_score TYPE float8, ALTER access_count TYPE int")
    #expect(try fixture.store.insert([memory("y")]) == [2])
  }

  @Test("the updated_at trigger fires unless the statement sets the time itself")
  func keepsUpdatedAt() throws {
    let fixture = try Fixture.prepared(.postgres)
    _ = try fixture.store.insert([memory("a")])
    let connection = try #require(try fixture.database?.connect())
    try connection.execute(unsafeSQL: "UPDATE memories SET content = 'b'")
    #expect(
      try fixture.database?.value("SELECT updated_at > now() AT TIME ZONE 'UTC' - interval '1 minute' FROM memories")
        == "true")
    try connection.execute(unsafeSQL: "UPDATE memories SET updated_at = '2020-01-01'")
    #expect(try fixture.database?.value("SELECT updated_at FROM memories") == "2020-01-01 00:00:00")
  }
}
