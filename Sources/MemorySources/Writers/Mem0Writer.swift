import MemoryModel

/// mem0's own words for a memory, as its `get_all` gives them and its payloads hold them.
enum Mem0Form {
  /// The keys that stand beside the text, and not in the metadata.
  static let ownKeys = ["agent_id", "run_id", "actor_id", "role", "attributed_to", "expiration_date"]
  /// The keys that mem0 writes itself.
  static let reservedKeys = ["id", "data", "hash", "created_at", "updated_at", "user_id", "text_lemmatized"]
}

/// Writes the object that mem0's `get_all` gives: `{"results": […]}`, a memory a line.
final class Mem0Writer: MemoryWriter {
  private let output: (String) throws -> Void
  private var ids: OutgoingIDs
  private var isEmpty = true

  init(from store: StoreIdentity, _ output: @escaping (String) throws -> Void) {
    self.output = output
    ids = OutgoingIDs(of: store)
  }

  func write(_ memories: [Memory]) throws {
    for memory in memories {
      try output((isEmpty ? "{\"results\":[\n" : ",\n") + item(memory).text)
      isEmpty = false
    }
  }

  func finish() throws { try output(isEmpty ? "{\"results\":[]}\n" : "\n]}\n") }

  private func item(_ memory: Memory) -> JSON {
    var outgoing = OutgoingMemory(memory)
    let id = ids.next(memory, outgoing)
    var members = [
      JSON.Member("id", .string(id)), JSON.Member("memory", .string(outgoing.content)),
      JSON.Member("hash", .string(ContentHash.md5(of: outgoing.content))),
    ]
    let own = Mem0Form.ownKeys.compactMap { key in outgoing.take(key).map { JSON.Member(key, $0) } }
    members += [
      JSON.Member("metadata", outgoing.metadata.isEmpty ? .null : .object(outgoing.metadata)),
      JSON.Member("created_at", .optional(outgoing.created)), JSON.Member("updated_at", .optional(outgoing.updated)),
      JSON.Member("user_id", .string(outgoing.userID)),
    ]
    return .object(members + own)
  }
}
