import MemoryCore
import PostgresClient
import TestSupport
import Testing

@testable import PostgresStore

@Suite struct PostgresStoreTests {
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
    _ = try fixture.store.buildVectorIndexes(method)
    let indexes = try fixture.store.schema().filter { $0.name.hasSuffix("embedding_idx") }
    #expect(indexes.count == 2)
    for index in indexes { #expect(index.definition?.hasSuffix(definition) == true) }
    #expect(try fixture.store.buildVectorIndexes(method) == [])
  }

  @Test("vectors too long for an index get none, and the reason is said")
  func explainsMissingIndex() throws {
    let fixture = try Fixture(.postgres)
    _ = try fixture.store.vectorSupport(.ensure)
    _ = try fixture.store.createSchema(space: EmbeddingSpace(provider: "t", model: "m", dimensions: 4_096))
    let lines = try fixture.store.buildVectorIndexes(nil)
    #expect(lines.count == 1)
    #expect(lines[0].contains("4096"))
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
    #expect(PostgresStore.ivfflatLists(rows: rows) == lists)
  }

  @Test("a role that may not create the extension is told who can")
  func reportsMissingRights() throws {
    let database = try TestDatabase()
    let role = "role_" + (database.url.split(separator: "_").last ?? "x")
    let connection = try database.connect()
    try connection.execute(unsafeSQL: "CREATE ROLE \(role) LOGIN")
    defer { try? connection.execute(unsafeSQL: "DROP OWNED BY \(role); DROP ROLE \(role)") }
    let url = database.url.replacing("postgres@", with: "\(role)@")
    let store = try PostgresStore(connectionString: url, interruption: Interruption(), connectTimeoutSeconds: 10)
    #expect(try store.vectorSupport(.check).mayCreate == false)
    #expect { try store.vectorSupport(.ensure) } throws: { ($0 as? MemshError)?.code == .permissionDenied }
  }

  @Test("a store that others made has a space by its column")
  func readsForeignSpace() throws {
    let fixture = try Fixture(.postgres)
    try fixture.database?.connect().execute(
      unsafeSQL: "CREATE EXTENSION vector; CREATE TABLE memories (id serial, embedding vector(3072))")
    #expect(try fixture.store.embeddingSpace()?.description == "openai/text-embedding-3-large (3072)")
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
