import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What real clients read of an export: mem0's `Memory` over pgvector, and LangChain's PGVector.
@Suite(
  .enabled(
    if: clients != nil,
    "MEMSH_TEST_CLIENTS is not set: scripts/test sets it where scripts/fetch-clients can install the clients from PyPI")
)
struct RealClientTests {
  private static let uuid = "5ed93ee8-4ff8-4a1f-b995-aa842d6cdf60"

  /// A store, the lines of its export, and what a client reads of its collection.
  private struct Reading {
    let memories: [JSON]
    let items: [JSON]
    let target: TestDatabase

    init(_ client: String, format: String, collection: String) throws {
      let world = try World()
      let rows = [
        #"{"table":"memories","user_id":"ada","content":"Line one\n\"two\" 🙂","category":"drink","metadata":{"legacy_id":"\#(RealClientTests.uuid)","agent_id":"a1","source":"chat"},"created_at":"2025-01-01T10:00:00.5Z","updated_at":"2025-01-02T00:00:00Z"}"#,
        #"{"table":"memories","user_id":"ben","content":"Works in Turin","importance_score":0.9,"metadata":{"nested":{"a":[1,2]}}}"#,
        #"{"table":"memories","user_id":"ada","content":"Lives in Zürich"}"#,
      ]
      let file = try world.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
      let filled = try world.run("-q", "--embedder", "hash", "-c", "import \(file); reembed --missing")
      #expect(filled.status == 0, "\(filled.errors)")
      let export = world.folder.file("memories.jsonl")
      #expect(try world.run("-q", "export", export).status == 0)
      memories = try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n").map {
        try JSONParser.parse(String($0))
      }
      .filter { $0[key: "table"]?.stringValue == "memories" }
      target = try TestDatabase()
      let made = try world.run("-q", "export", "--to", target.url, "--format", format, "--collection", collection)
      #expect(made.status == 0, "\(made.errors)")
      let read = try world.memsh.run(
        [Memsh.package + "/scripts/read-export.py", client, target.url, collection, export],
        executable: (clients ?? "") + "/bin/python", timeoutSeconds: 110)
      #expect(read.status == 0, "\(read.errors)")
      items = try read.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    }

    func item(_ text: String) -> JSON? { items.first { $0[key: "text"]?.stringValue == text } }

    /// Whether the vectors that a table holds are those of the store, to the bit.
    func hasVectors(_ column: String, text: String, in table: String) throws -> Bool {
      try memories.allSatisfy { memory in
        let content = memory[key: "content"]?.stringValue ?? ""
        let stored = try target.value("SELECT \(column) FROM \(table) WHERE \(text) = $text$\(content)$text$")
        let numbers = try JSONParser.parse(stored ?? "null").arrayValue?.compactMap { Float($0.text) }
        return numbers != nil && numbers == memory[key: "embedding"]?.arrayValue?.compactMap { Float($0.text) }
      }
    }
  }

  @Test("mem0 gives every memory, with its id, user, metadata and times, and finds it by its vector")
  func mem0() throws {
    let reading = try Reading("mem0", format: "mem0-pgvector", collection: "notes")
    #expect(reading.items.count == 3 && reading.items.allSatisfy { $0[key: "found"] == $0[key: "id"] })
    let item = try #require(reading.item("Line one\n\"two\" 🙂"))
    #expect(item[key: "id"]?.stringValue == Self.uuid && item[key: "user_id"]?.stringValue == "ada")
    #expect(item[key: "agent_id"]?.stringValue == "a1", "\(item.text)")
    #expect(item[key: "metadata"]?[key: "source"]?.stringValue == "chat", "\(item.text)")
    #expect(item[key: "metadata"]?[key: "category"]?.stringValue == "drink", "\(item.text)")
    #expect(item[key: "created_at"]?.stringValue == "2025-01-01T10:00:00.500000+00:00", "\(item.text)")
    #expect(item[key: "hash"]?.stringValue == ContentHash.md5(of: "Line one\n\"two\" 🙂"))
    let other = reading.item("Works in Turin")?[key: "metadata"]
    #expect(other?[key: "nested"]?.text == #"{"a":[1,2]}"# && other?[key: "importance_score"]?.text == "0.9")
    #expect(try reading.hasVectors("vector::text", text: "payload->>'data'", in: "notes"))
  }

  @Test("LangChain finds every memory by its own text, with its metadata")
  func langChain() throws {
    let reading = try Reading("langchain", format: "langchain-pgvector", collection: "notes")
    #expect(reading.items.count == 3 && reading.items.allSatisfy { ($0[key: "distance"]?.doubleValue ?? 1) < 1e-6 })
    let item = try #require(reading.item("Line one\n\"two\" 🙂"))
    #expect(item[key: "id"]?.stringValue == Self.uuid && item[key: "user_id"]?.stringValue == "ada")
    #expect(item[key: "metadata"]?[key: "user_id"]?.stringValue == "ada", "\(item.text)")
    #expect(item[key: "metadata"]?[key: "created_at"]?.stringValue == "2025-01-01T10:00:00.500000+00:00")
    #expect(try reading.hasVectors("embedding::text", text: "document", in: "langchain_pg_embedding"))
  }
}

/// The folder where Python has the clients; nil where they could not be installed.
private let clients = ProcessInfo.processInfo.environment["MEMSH_TEST_CLIENTS"]
