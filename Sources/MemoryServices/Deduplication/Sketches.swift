import Database
import MemoryModel

/// What is kept of each memory while duplicates are looked for: some three hundred bytes, whatever its length.
struct Sketches {
  private(set) var ids: [Int64] = []
  /// A hash of each memory's user, and of ``TellingWords/signature``: memories of different users never meet, nor do those
  /// that say something else for certain, as those of a template with a number in it.
  private(set) var circles: [UInt64] = []
  /// The bytes of each content.
  private(set) var lengths: [Int32] = []
  /// How many contents are too long to be compared by their characters.
  private(set) var tooLong = 0
  /// 128 bits that equal contents of a user have in common.
  private(set) var contents: [(high: UInt64, low: UInt64)] = []
  /// ``MinHash/bytes``, one memory behind the other; empty without that layer.
  private(set) var textBytes: [UInt8] = []
  /// 32-bit hashes of ``KeyPhrases/words(_:)``, one memory behind the other.
  var words: [UInt32] = []
  /// Where each memory's words begin, and where the last end.
  private(set) var wordStarts: [UInt32] = [0]
  /// ``AngularHash/sketch(_:)``, one memory behind the other; empty as long as none has an embedding.
  private(set) var angles: [UInt64] = []
  /// Whether a memory has an embedding with a direction.
  private(set) var hasAngle: [Bool] = []

  var count: Int { ids.count }

  /// Makes room for so many memories, as far as the number is to be believed.
  init(expecting count: Int64 = 0, _ layers: Set<DuplicateLayer> = []) {
    ids.reserve(expecting: count)
    circles.reserve(expecting: count)
    lengths.reserve(expecting: count)
    contents.reserve(expecting: count)
    wordStarts.reserve(expecting: count)
    hasAngle.reserve(expecting: count)
    if layers.contains(.fuzzy) { textBytes.reserveCapacity(ids.capacity * MinHash.size) }
    if layers.contains(.semantic) { angles.reserveCapacity(ids.capacity * AngularHash.words) }
  }

  /// What is computed for one memory, on any thread.
  struct Entry: Sendable {
    let id: Int64
    let circle: UInt64
    let length: Int32
    let isTooLong: Bool
    let content: (high: UInt64, low: UInt64)
    let text: [UInt8]
    let words: [UInt32]
    let angles: [UInt64]?

    init(_ memory: Memory, _ layers: Set<DuplicateLayer>, _ angular: AngularHash) {
      let fields = memory.fields
      id = memory.id
      let user = Mixer.hash(fields.userID)
      let digest = ContentHash.bytes(of: fields.content)
      content = digest.withUnsafeBytes {
        ($0.loadUnaligned(as: UInt64.self) ^ user, $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      length = Int32(clamping: fields.content.utf8.count)
      circle = layers == [.exact] ? user : Mixer.adding(TellingWords(fields.content).signature, to: user)
      let characters = layers.contains(.fuzzy) ? TextRatio.characters(fields.content) : nil
      text = characters.map(MinHash.bytes) ?? []
      isTooLong = characters.map { $0.count >= TextRatio.lengthLimit } ?? false
      words =
        layers.contains(.keyPhrase)
        ? KeyPhrases.words(fields.content).map { UInt32(truncatingIfNeeded: $0) } : []
      let vector = layers.contains(.semantic) ? fields.embedding : nil
      angles = vector.flatMap { $0.isFinite && !$0.isZero ? angular.sketch($0) : nil }
    }
  }

  mutating func append(_ entry: Entry) {
    ids.append(entry.id)
    circles.append(entry.circle)
    lengths.append(entry.length)
    if entry.isTooLong { tooLong += 1 }
    contents.append(entry.content)
    textBytes += entry.text
    words += entry.words
    wordStarts.append(UInt32(clamping: words.count))
    hasAngle.append(entry.angles != nil)
    if let sketch = entry.angles {
      // Those before, which have none.
      let missing = ids.count * AngularHash.words - AngularHash.words - angles.count
      if missing > 0 { angles += repeatElement(0, count: missing) }
      angles += sketch
    }
  }

  /// Gives the room of a layer back that is done.
  mutating func forget(_ layer: DuplicateLayer) {
    switch layer {
    case .exact: contents = []
    case .fuzzy: textBytes = []
    case .keyPhrase: (words, wordStarts) = ([], [0])
    case .semantic: (angles, hasAngle) = ([], [])
    }
  }

  /// Turns the hashes of words so that the rarest come first in each memory's list.
  mutating func sortWordsByRarity() {
    let mask = (1 << 20) - 1
    var frequencies = [UInt32](repeating: 0, count: mask + 1)
    for word in words { frequencies[Int(word) & mask] += 1 }
    // The frequency to a power of 2 above, the hash below: the same word stays the same number.
    let starts = wordStarts
    words.withUnsafeMutableBufferPointer { words in
      for index in words.indices {
        let frequency = 31 - UInt32(frequencies[Int(words[index]) & mask].leadingZeroBitCount)
        words[index] = frequency << 27 | words[index] >> 5
      }
      for (start, end) in zip(starts, starts.dropFirst()) { words[Int(start)..<Int(end)].sort() }
    }
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
