import Crypto
import Database
import MemoryModel
import MemoryStore

/// The memories that a store already holds, by user and content: how rows of another store are recognised.
///
/// Each row here can stand for one row there, so that memories that exist twice arrive twice. Holds 16 bytes and an
/// id for each row.
struct ContentIndex {
  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64

    /// The first 128 bits of the sha256 of both texts.
    init(userID: String, content: String) {
      var hasher = SHA256()
      for text in [userID, "\0", content] {
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
      }
      (high, low) = hasher.finalize().withUnsafeBytes {
        ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
    }
  }

  private var ids: [Key: [Int64]] = [:]

  /// The index of an empty store.
  init() {}

  init(_ store: MemoryStore) throws {
    var found: [Key: [Int64]] = [:]
    guard try store.embeddingSpace() != nil else { return }
    try store.readMemoryKeys { id, userID, content in
      found[Key(userID: userID, content: content), default: []].append(id)
    }
    ids = found
  }

  /// Takes a row that is the same; nil when there is none left.
  mutating func take(userID: String, content: String) -> Int64? {
    let key = Key(userID: userID, content: content)
    guard var candidates = ids[key], !candidates.isEmpty else { return nil }
    let id = candidates.removeFirst()
    ids[key] = candidates
    return id
  }
}
