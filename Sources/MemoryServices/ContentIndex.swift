import Database
import MemoryModel
import MemoryStore

/// The memories that a store already holds, by user and content: how rows of another store are recognised.
///
/// Each row here can stand for one row there, so that memories that exist twice arrive twice. Holds 16 bytes and an
/// id for each row.
struct ContentIndex {
  private var ids: [ContentKey: [Int64]] = [:]

  /// The index of an empty store.
  init() {}

  init(_ store: MemoryStore) throws {
    var found: [ContentKey: [Int64]] = [:]
    guard try store.embeddingSpace() != nil else { return }
    try store.readMemoryKeys { id, userID, content in
      found[ContentKey(userID: userID, content: content), default: []].append(id)
    }
    ids = found
  }

  /// Takes a row that is the same; nil when there is none left.
  mutating func take(userID: String, content: String) -> Int64? {
    let key = ContentKey(userID: userID, content: content)
    guard var candidates = ids[key], !candidates.isEmpty else { return nil }
    let id = candidates.removeFirst()
    ids[key] = candidates
    return id
  }
}
