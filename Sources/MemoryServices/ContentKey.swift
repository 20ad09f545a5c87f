import Crypto
import Foundation

/// What tells a memory from others: its user and its content, as the first 128 bits of the sha256 of both.
struct ContentKey: Hashable, Comparable {
  let high: UInt64
  let low: UInt64

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

  /// An order of no meaning.
  static func < (left: ContentKey, right: ContentKey) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
