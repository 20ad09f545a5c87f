import Database
import MemoryModel

/// What is kept of each memory while duplicates are looked for: a few hundred bytes, whatever its length.
struct Sketches {
  private(set) var ids: [Int64] = []
  /// A hash of each memory's user: memories of different users never meet.
  private(set) var users: [UInt64] = []
  /// The same with ``TellingWords/signature``: nor do memories that say something else for certain, as those of a template
  /// with a number in it. Only equal contents need not look.
  private(set) var circles: [UInt64] = []
  /// The bytes of each content.
  private(set) var lengths: [Int32] = []
  /// How many contents are too long to be compared by their characters.
  private(set) var tooLong = 0
  /// The first 128 bits of the sha256 of each content.
  private(set) var hashes: [(high: UInt64, low: UInt64)] = []
  /// ``MinHash/bandHashes``, one memory behind the other.
  private(set) var bandHashes: [UInt32] = []
  /// ``MinHash/bytes``, one memory behind the other.
  private(set) var textBytes: [UInt8] = []
  private(set) var words: [[UInt64]] = []
  /// ``AngularHash/sketch(_:)``, one memory behind the other.
  private(set) var angles: [UInt64] = []
  /// Where a memory's angles begin; nil without an embedding that has a direction.
  private(set) var angleStarts: [Int32?] = []

  var count: Int { ids.count }

  /// What is computed for one memory, on any thread.
  struct Entry: Sendable {
    let id: Int64
    let user: UInt64
    let circle: UInt64
    let length: Int32
    let isTooLong: Bool
    let hash: (high: UInt64, low: UInt64)
    let text: MinHash?
    let words: [UInt64]
    let angles: [UInt64]?

    init(_ memory: Memory, _ layers: Set<DuplicateLayer>, _ angular: AngularHash) {
      let fields = memory.fields
      id = memory.id
      user = Mixer.hash(fields.userID)
      let digest = ContentHash.bytes(of: fields.content)
      hash = digest.withUnsafeBytes {
        ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      length = Int32(clamping: fields.content.utf8.count)
      circle = layers == [.exact] ? user : Mixer.adding(TellingWords(fields.content).signature, to: user)
      let characters = layers.contains(.fuzzy) ? TextRatio.characters(fields.content) : nil
      text = characters.map(MinHash.init)
      isTooLong = characters.map { $0.count >= TextRatio.lengthLimit } ?? false
      words = layers.contains(.keyPhrase) ? KeyPhrases.words(fields.content) : []
      let vector = layers.contains(.semantic) ? fields.embedding : nil
      angles = vector.flatMap { $0.isFinite && !$0.isZero ? angular.sketch($0) : nil }
    }
  }

  mutating func append(_ entry: Entry) {
    ids.append(entry.id)
    users.append(entry.user)
    circles.append(entry.circle)
    lengths.append(entry.length)
    if entry.isTooLong { tooLong += 1 }
    hashes.append(entry.hash)
    if let text = entry.text {
      bandHashes += text.bandHashes
      textBytes += text.bytes
    }
    words.append(entry.words)
    angleStarts.append(entry.angles == nil ? nil : Int32(angles.count))
    angles += entry.angles ?? []
  }
}

/// The layers in which duplicates are looked for, the surest first.
package enum DuplicateLayer: String, Sendable, CaseIterable {
  /// The same content to the byte (sha256).
  case exact
  /// Nearly the same characters; see ``TextRatio``.
  case fuzzy
  /// Nearly the same words of four letters or more (Jaccard's index).
  case keyPhrase = "key_phrase"
  /// Nearly the same meaning (cosine of the embeddings).
  case semantic

  /// How alike two memories must be for this layer, from 0 to 1.
  package var defaultThreshold: Double {
    switch self {
    case .exact: 1
    case .fuzzy: 0.95
    case .keyPhrase: 0.8
    case .semantic: 0.85
    }
  }
}
