import MemoryModel

/// mem0's own words for a memory, as its `get_all` gives them and its payloads hold them.
enum Mem0Form {
  /// The keys that stand beside the text, and not in the metadata.
  static let ownKeys = ["agent_id", "run_id", "actor_id", "role", "attributed_to", "expiration_date"]
  /// The keys that mem0 writes itself, in Python's spelling and TypeScript's.
  private static let reservedKeys = Mem0Payload.derived.union(Mem0Payload.spellings.keys).union([
    "id", "data", "created_at", "updated_at", "user_id", "linked_memory_ids",
  ])

  /// Whether a member of metadata is what mem0 has its own key for: an agent, a run, a day on which the memory expires.
  ///
  /// A day that is over is the owner's own: mem0 would never show the memory again, which is not gone.
  static func isOwn(_ member: JSON.Member, of memory: OutgoingMemory, today: String) -> Bool {
    guard ownKeys.contains(member.key), member.value != .null else { return false }
    return member.key != "expiration_date" || memory.wasExpired || !Mem0Payload.isPast(member.value, today)
  }

  /// Whether a member of metadata cannot stand flat beside mem0's own keys.
  static func isReserved(_ member: JSON.Member, of memory: OutgoingMemory, today: String) -> Bool {
    reservedKeys.contains(member.key)
      || ownKeys.contains(member.key) && !isOwn(member, of: memory, today: today)
  }
}

/// Writes the object that mem0's `get_all` gives: `{"results": […]}`, a memory a line.
final class Mem0Writer: MemoryWriter {
  private let output: (String) throws -> Void
  private var ids: OutgoingIDs
  private var isEmpty = true
  private let today = Mem0Payload.today

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
    let outgoing = OutgoingMemory(memory)
    let id = ids.next(memory, outgoing)
    var members = [
      JSON.Member("id", .string(id)), JSON.Member("memory", .string(outgoing.content)),
      JSON.Member("hash", .string(ContentHash.md5(of: outgoing.content))),
    ]
    func isOwn(_ member: JSON.Member) -> Bool { Mem0Form.isOwn(member, of: outgoing, today: today) }
    let own = Mem0Form.ownKeys.compactMap { key in outgoing.metadata.first { $0.key == key && isOwn($0) } }
    let metadata = outgoing.metadata.filter { !isOwn($0) }
    members += [
      JSON.Member("metadata", metadata.isEmpty ? .null : .object(metadata)),
      JSON.Member("created_at", .optional(outgoing.created)), JSON.Member("updated_at", .optional(outgoing.updated)),
      JSON.Member("user_id", .string(outgoing.userID)),
    ]
    return .object(members + own)
  }
}
