import Foundation
import MemoryModel
import TestSupport
import Testing

/// Metadata that have keys which other systems keep for themselves go out and come back as they are.
@Suite struct ReservedKeysTests {
  /// Every key that mem0 or LangChain write or read themselves, with values that would harm if they were taken for theirs.
  private static let metadata = #"""
    {"created_at":"1999-01-01T00:00:00Z","updated_at":"1999-01-02T00:00:00Z","user_id":"eve","userId":"eve","user":"eve",
    "agentId":"a","runId":"r","actorId":"c","createdAt":"1998-01-01T00:00:00Z","updatedAt":"1998-01-01T00:00:00Z",
    "attributedTo":"z","expirationDate":"2001-01-01","expiration_date":"2001-01-01","data":"d","hash":"h",
    "text_lemmatized":"t","textLemmatized":"t","id":"i","memory":"m","metadata":{"a":1},"linked_memory_ids":["l"],
    "agent_id":null,"run_id":"r","role":"user","actor_id":5,"attributed_to":null,"memsh_metadata":{"b":2},"document":"x",
    "embedding":"e","collection_id":"c","cmetadata":"m","langchain_id":"l"}
    """#.replacing("\n", with: "")

  private func filled() throws -> World {
    let world = try World(.sqlite)
    let times = #""created_at":"2025-01-01T10:00:00Z","updated_at":"2025-01-02T00:00:00Z""#
    let rows = [
      #"{"table":"memories","user_id":"ada","content":"Likes tea","metadata":\#(ReservedKeysTests.metadata),\#(times)}"#,
      // What mem0 itself noted: it expires one day.
      #"{"table":"memories","user_id":"ada","content":"Likes milk","metadata":{"expiration_date":"2999-01-01","agent_id":"a"},\#(times)}"#,
      // Times that say only what the columns say.
      #"{"table":"memories","user_id":"ada","content":"Likes juice","metadata":{"created_at":"2025-01-01T10:00:00.000000+00:00"},\#(times)}"#,
    ]
    let path = try world.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    let result = try world.run("-q", "--embedder", "hash", "-c", "import \(path); reembed --missing")
    #expect(result.status == 0, "\(result.errors)")
    return world
  }

  /// The metadata of a memory in a store, without what a migration notes there.
  private func metadata(of content: String, in store: String, _ world: World) throws -> JSON {
    let result = try Memsh(in: world.folder).run(["-q", "-d", store, "--output", "json", "list"])
    let memory = try JSONParser.parse(result.output).arrayValue?.first { $0[key: "content"] == .string(content) }
    guard case .object(let members)? = memory?[key: "metadata"] else { return .null }
    return .object(members.filter { !$0.key.hasPrefix("legacy_") }.sorted { $0.key < $1.key })
  }

  @Test(
    "what goes out as mem0 or LangChain have it comes back equal",
    arguments: ["mem0", "langchain-pgvector", "mem0-pgvector"])
  func comesBack(format: String) throws {
    let world = try filled()
    let database = format == "mem0" ? nil : try TestDatabase()
    let place = database?.url ?? world.folder.file("out.json")
    let target = database == nil ? [place] : ["--to", place]
    let written = try world.run(["-q", "export"] + target + ["--format", format])
    #expect(written.status == 0, "\(written.errors)")
    let compared = try world.run(
      ["-q", "--output", "json", "diff", place] + (database == nil ? ["--no-embeddings"] : []))
    #expect(try JSONParser.parse(compared.output)[key: "is_equal"] == .bool(true), "\(compared.output)")
    let back = try Memsh(in: world.folder).run(
      ["-q", "-d", "back.db", "--embedder", "hash", "migrate", "--from", place, "--skip-test"])
    #expect(back.status == 0, "\(back.errors)")
    #expect(
      try metadata(of: "Likes tea", in: "back.db", world).text
        .replacing(#""created_at":"2025-01-01T10:00:00.000000+00:00","#, with: "")
        == metadata(of: "Likes tea", in: world.store, world).text)
    #expect(try metadata(of: "Likes milk", in: "back.db", world)[key: "expiration_date"] == .string("2999-01-01"))
  }

  @Test("a day that is to come is mem0's own, and one that is over is not")
  func tellsExpiration() throws {
    let world = try filled()
    let output = try world.run("-q", "export", "--format", "mem0").output
    let results = try JSONParser.parse(output)[key: "results"]?.arrayValue ?? []
    let days = results.map { $0[key: "expiration_date"] }
    #expect(days == [nil, .string("2999-01-01"), nil])
    #expect(results[0][key: "metadata"]?[key: "expiration_date"] == .string("2001-01-01"))
  }
}
