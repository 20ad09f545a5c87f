import Database
import MemoryModel

/// Two memories that may be duplicates, by their places among the sketches.
struct CandidatePair: Hashable, Sendable {
  let left: Int32
  let right: Int32

  init(_ left: Int, _ right: Int) {
    self.left = Int32(min(left, right))
    self.right = Int32(max(left, right))
  }

  /// - Parameter packed: The smaller place in the higher half.
  init(packed: UInt64) {
    left = Int32(truncatingIfNeeded: packed >> 32)
    right = Int32(truncatingIfNeeded: packed)
  }

  var packed: UInt64 { UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right)) }
}

/// Pairs worth comparing, each once, with the layers that found it. Whatever the store, there are no more than some for
/// each memory.
struct PairTable {
  /// Open addressing; 0 is no pair, since the right one of a pair is never 0.
  private var keys: [UInt64]
  private var layers: [DuplicateLayers]
  private(set) var count = 0
  /// In how many pairs of the layer in hand each memory takes part.
  private var shares: [UInt8]
  private let maxima: [UInt8]

  /// In a small store a memory takes part in so many pairs of a layer that are compared for real, in a large one in fewer.
  private static let (pairsMaximum, pairsMinimum) = (50, 4)
  /// In so many all memories together.
  private static let pairsInAll = 5_000_000
  /// Of long texts fewer, since each costs more: as many as have so many bytes together, but some in any case.
  private static let (bytesPerMember, pairsOfLongMember) = (1_000_000, 8)

  /// - Parameter lengths: The bytes of each memory's text.
  init(lengths: [Int32]) {
    let affordable = PairTable.pairsInAll / max(1, lengths.count)
    let maximum = min(PairTable.pairsMaximum, max(PairTable.pairsMinimum, affordable))
    maxima = lengths.map { length in
      UInt8(min(maximum, max(PairTable.pairsOfLongMember, PairTable.bytesPerMember / max(1, Int(length)))))
    }
    shares = [UInt8](repeating: 0, count: lengths.count)
    keys = [UInt64](repeating: 0, count: 1 << 10)
    layers = [DuplicateLayers](repeating: [], count: keys.count)
  }

  /// Counts anew, for the next layer.
  mutating func beginLayer() { for index in shares.indices { shares[index] = 0 } }

  /// Takes a pair, unless both of its memories have enough.
  mutating func insert(_ pair: UInt64, _ layer: DuplicateLayers) {
    let place = place(of: pair)
    if keys[place] == pair {
      layers[place].insert(layer)
      return
    }
    let (left, right) = (Int(pair >> 32), Int(pair & 0xFFFF_FFFF))
    guard shares[left] < maxima[left] || shares[right] < maxima[right] else { return }
    shares[left] = min(shares[left], 254) + 1
    shares[right] = min(shares[right], 254) + 1
    (keys[place], layers[place]) = (pair, layer)
    count += 1
    if count * 10 > keys.count * 6 { grow() }
  }

  private func place(of pair: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: Mixer.finish(pair)) & (keys.count - 1)
    while keys[place] != 0, keys[place] != pair { place = (place + 1) & (keys.count - 1) }
    return place
  }

  private mutating func grow() {
    let (oldKeys, oldLayers) = (keys, layers)
    keys = [UInt64](repeating: 0, count: oldKeys.count * 2)
    layers = [DuplicateLayers](repeating: [], count: keys.count)
    for index in oldKeys.indices where oldKeys[index] != 0 {
      let place = place(of: oldKeys[index])
      (keys[place], layers[place]) = (oldKeys[index], oldLayers[index])
    }
  }

  /// The layers that found a pair.
  subscript(pair: CandidatePair) -> DuplicateLayers {
    let place = place(of: pair.packed)
    return keys[place] == 0 ? [] : layers[place]
  }

  /// All pairs, in order.
  var sorted: [CandidatePair] { keys.filter { $0 != 0 }.sorted().map(CandidatePair.init(packed:)) }
}
