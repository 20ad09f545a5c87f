import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `export` for other memory systems: their texts, and their collections with vectors.
@Suite struct ForeignExportTests {
  private static let uuid = "5ed93ee8-4ff8-4a1f-b995-aa842d6cdf60"

  /// A store with vectors: two memories that bring the same id along, and two users.
  private func filled(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    let rows = [
      #"{"table":"memories","user_id":"ada","content":"Line one\n\"two\" 🙂","category":"drink","importance_score":0.9,"metadata":{"legacy_id":"\#(Self.uuid)","legacy_collection":"old","legacy_state":"deleted","agent_id":"a1","run_id":"r1","source":"chat"},"created_at":"2025-01-01T10:00:00.5Z","updated_at":"2025-01-02T00:00:00Z"}"#,
      #"{"table":"memories","user_id":"ben","content":"Works in Turin","metadata":{"legacy_id":"\#(Self.uuid)","data":"mine","entityType":"person","legacy_relations":[{"to":"ada","relationType":"knows"}]},"created_at":"2025-01-03T00:00:00Z","updated_at":"2025-01-03T00:00:00Z"}"#,
      #"{"table":"memories","user_id":"ada","content":"Lives in Zürich","metadata":{"legacy_id":"doc-1"},"created_at":null,"updated_at":null}"#,
    ]
    try world.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    let result = try world.run(
      "-q", "--embedder", "hash", "-c", "import \(world.folder.file("rows.jsonl")); reembed --missing")
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  @Test("mem0: the object of get_all, with ids that stay the same", arguments: World.Kind.allCases)
  func writesMem0(kind: World.Kind) throws {
    let world = try filled(kind)
    let text = try world.run("-q", "export", "--format", "mem0").output
    let results = try #require(try JSONParser.parse(text)[key: "results"]?.arrayValue)
    #expect(results.count == 3)
    let expected =
      #"{"id":"\#(Self.uuid)","memory":"Line one\n\"two\" 🙂","hash":"9c0e16b5471bf04d7300d5d42dab19f0","#
      + #""metadata":{"source":"chat","category":"drink","importance_score":0.9},"#
      + #""created_at":"2025-01-01T10:00:00.500000+00:00","updated_at":"2025-01-02T00:00:00.000000+00:00","#
      + #""user_id":"ada","agent_id":"a1","run_id":"r1"}"#
    // PostgreSQL has its own order of keys.
    #expect(sorted(results[0]) == sorted(try JSONParser.parse(expected)), "\(results[0].text)")
    #expect(results[2][key: "created_at"] == .null && results[2][key: "metadata"] == .null)
    let ids = results.compactMap { $0[key: "id"]?.stringValue }
    #expect(Set(ids).count == 3 && ids.allSatisfy { UUID(uuidString: $0) != nil }, "\(ids)")
    #expect(try world.run("-q", "export", "--format", "mem0").output == text)
    let some = try world.run("-q", "export", "--format", "mem0", "--user", "ben").output
    #expect(try JSONParser.parse(some)[key: "results"]?.arrayValue?.count == 1)
    #expect(try world.run("-q", "export", "--format", "mem0", "--user", "nobody").output == "{\"results\":[]}\n")
    let file = try world.json("export", world.folder.file("all.json"), "--format", "mem0")
    #expect(file[key: "memories"] == .integer(3))
    #expect(try String(contentsOfFile: world.folder.file("all.json"), encoding: .utf8) == text)
  }

  @Test(
    "mcp-memory: a line for each user, then the relations, as the server's rules have it",
    arguments: World.Kind.allCases)
  func writesMCPMemory(kind: World.Kind) throws {
    let world = try filled(kind)
    let lines = try world.run("-q", "export", "--format", "mcp-memory").output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        #"{"type":"entity","name":"ada","entityType":"user","observations":["Line one\n\"two\" 🙂","Lives in Zürich"]}"#,
        #"{"type":"entity","name":"ben","entityType":"person","observations":["Works in Turin"]}"#,
        #"{"type":"relation","from":"ben","to":"ada","relationType":"knows"}"#,
      ])
    #expect(try world.run("-q", "export", "--format", "mcp-memory", "--user", "nobody").output.isEmpty)
  }

  @Test("langchain-pgvector: a collection beside those of others, once", arguments: World.Kind.allCases)
  func writesLangChain(kind: World.Kind) throws {
    let (world, target) = (try filled(kind), try TestDatabase())
    let made = try world.json("export", "--to", target.url, "--format", "langchain-pgvector", "--collection", "first")
    #expect(made[key: "memories"] == .integer(3) && made[key: "target"]?.stringValue == target.url)
    #expect(
      made[key: "made"]?.text
        == #"["extension vector","table langchain_pg_collection","table langchain_pg_embedding","index ix_cmetadata_gin","collection first"]"#
    )
    let before = try target.dump("langchain_pg_embedding")
    let again = try world.run(
      "-q", "--output", "json", "export", "--to", target.url, "--format", "langchain-pgvector", "--collection", "first")
    #expect(again.status == 1 && again.errors.contains("id_conflict"), "\(again.errors)")
    #expect(try target.dump("langchain_pg_embedding") == before)
    // The ids are taken: the memories of a second collection get others.
    _ = try world.json("export", "--to", target.url, "--format", "langchain-pgvector")
    #expect(try target.value("SELECT count(DISTINCT id) FROM langchain_pg_embedding") == "6")
    let row = "FROM langchain_pg_embedding JOIN langchain_pg_collection ON uuid = collection_id WHERE name = 'first'"
    #expect(try target.value("SELECT document \(row) AND id = '\(Self.uuid)'") == "Line one\n\"two\" 🙂")
    #expect(
      try target.value("SELECT langchain_pg_embedding.cmetadata \(row) AND id = '\(Self.uuid)'")
        == #"{"run_id": "r1", "source": "chat", "user_id": "ada", "agent_id": "a1", "category": "drink", "created_at": "2025-01-01T10:00:00.500000+00:00", "updated_at": "2025-01-02T00:00:00.000000+00:00", "importance_score": 0.9}"#
    )
    let compared = try world.json("diff", target.url, "--collection", "first")
    #expect(compared[key: "vectors"]?[key: "equal"] == .integer(3), "\(compared.text)")
    #expect(compared[key: "is_equal"] == .bool(true), "\(compared.text)")
  }

  @Test("mem0-pgvector: a table with the indexes of mem0, and its own keys apart", arguments: World.Kind.allCases)
  func writesMem0PGVector(kind: World.Kind) throws {
    let (world, target) = (try filled(kind), try TestDatabase())
    let name = #"My "memories""#
    let made = try world.json("export", "--to", target.url, "--format", "mem0-pgvector", "--collection", name)
    #expect(made[key: "collection"]?.stringValue == name && made[key: "memories"] == .integer(3))
    let table = #""My ""memories""""#
    #expect(
      try target.value("SELECT payload->>'memsh_metadata' FROM \(table) WHERE payload->>'user_id' = 'ben'")?.contains(
        #""data": "mine""#) == true)
    #expect(
      try target.value("SELECT payload->>'hash' FROM \(table) WHERE id = '\(Self.uuid)'")
        == "9c0e16b5471bf04d7300d5d42dab19f0")
    #expect(try target.value("SELECT count(*) FROM pg_indexes WHERE tablename = '\(name)'") == "3")
    #expect(
      try target.value(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '\(table)'::regclass AND attname = 'vector'"
      ) == "vector(256)")
    let compared = try world.json("diff", target.url)
    #expect(["only_a", "only_b"].allSatisfy { compared[key: $0] == .integer(0) }, "\(compared.text)")
    #expect(compared[key: "vectors"]?[key: "equal"] == .integer(3), "\(compared.text)")
    let before = try target.dump(table)
    let again = try world.run("-q", "export", "--to", target.url, "--format", "mem0-pgvector", "--collection", name)
    #expect(again.status == 1 && again.errors.contains("has a collection \(name) already"), "\(again.errors)")
    #expect(try target.dump(table) == before)
  }

  @Test(
    "a memory without a vector is refused with the count, and nothing is made",
    arguments: ["langchain-pgvector", "mem0-pgvector"])
  func refusesMissingVectors(format: String) throws {
    let (world, target) = (try filled(.sqlite), try TestDatabase())
    try world.folder.sqlite("store.db", "UPDATE memories SET embedding = NULL WHERE id > 1")
    let result = try world.run("-q", "--output", "json", "export", "--to", target.url, "--format", format)
    let error = try JSONParser.parse(result.errors)
    #expect(result.status == 1 && error[key: "code"]?.stringValue == "invalid_vector", "\(result.errors)")
    #expect(error[key: "message"]?.stringValue?.hasPrefix("2 memories have no embedding") == true, "\(result.errors)")
    #expect(error[key: "hint"]?.stringValue?.contains("`reembed --missing`") == true)
    #expect(try target.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0")
    let nobody = try world.run("-q", "export", "--to", target.url, "--format", format, "--user", "nobody")
    #expect(nobody.status == 1 && nobody.errors.contains("there are no memories to export"), "\(nobody.errors)")
  }

  @Test(
    "what does not go together is refused",
    arguments: [
      "export --format mem0-pgvector", "export x.json --to postgresql://db/x --format mem0-pgvector",
      "export --to postgresql://db/x", "export --collection x", "export --format mem0 --no-embeddings",
      "export --to postgresql://db/x --format langchain-pgvector --overwrite",
    ])
  func refusesUsage(line: String) throws {
    let result = try World().run("-c", line)
    #expect(result.status == 2, "\(result.errors)")
  }

  @Test("a collection goes into PostgreSQL only")
  func refusesSQLite() throws {
    let world = try filled(.sqlite)
    let result = try world.run("export", "--to", "other.db", "--format", "mem0-pgvector")
    #expect(result.status == 2 && result.errors.contains("not a PostgreSQL database"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: world.folder.file("other.db")))
  }

  /// The value with the keys of its objects in order.
  private func sorted(_ json: JSON) -> JSON {
    guard case .object(let members) = json else { return json }
    return .object(members.map { JSON.Member($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
  }
}
