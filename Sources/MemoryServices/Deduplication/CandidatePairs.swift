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
}

/// Finds pairs worth comparing without comparing all.
struct CandidatePairs {
  let sketches: Sketches
  /// The places of the memories that take part: of equal contents only the first.
  let members: [Int]
  let interruption: Interruption

  /// A memory is compared with so many of those behind it that share a band, so that a thousand texts from one
  /// template cost no million comparisons; neighbours join the rest.
  private static let window = 200
  /// A memory takes part in so many pairs of a layer that are compared for real: whatever the store, memory and time grow
  /// with its rows only.
  private static let pairsPerMember = 50
  /// Of long texts fewer, since each costs more: as many as have so many bytes together, but some in any case.
  private static let (bytesPerMember, pairsOfLongMember) = (1_000_000, 8)

  /// Calls `body` with pairs that share a key, several times for those that share several.
  private func forEachMeeting(
    _ key: (Int) -> UInt64?, _ body: (Int, Int) -> Void
  ) throws {
    try interruption.check()
    var entries: [(key: UInt64, member: Int32)] = []
    entries.reserveCapacity(members.count)
    for member in members {
      guard let key = key(member) else { continue }
      entries.append((Mixer.adding(sketches.circles[member], to: key), Int32(member)))
    }
    entries.sort { ($0.key, $0.member) < ($1.key, $1.member) }
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].key == entries[start].key { end += 1 }
      for left in start..<end {
        if left % 1_000 == 0 { try interruption.check() }
        for right in (left + 1)..<max(left + 1, min(end, left + 1 + CandidatePairs.window)) {
          body(Int(entries[left].member), Int(entries[right].member))
        }
      }
      start = end
    }
  }

  private func insert(_ left: Int, _ right: Int, into pairs: inout Set<CandidatePair>, _ counts: inout [UInt8]) {
    guard counts[left] < maximum(left) || counts[right] < maximum(right),
      pairs.insert(CandidatePair(left, right)).inserted
    else { return }
    counts[left] = min(counts[left], 254) + 1
    counts[right] = min(counts[right], 254) + 1
  }

  /// In how many pairs of a layer a memory takes part.
  private func maximum(_ member: Int) -> UInt8 {
    let affordable = CandidatePairs.bytesPerMember / max(1, Int(sketches.lengths[member]))
    return UInt8(min(CandidatePairs.pairsPerMember, max(CandidatePairs.pairsOfLongMember, affordable)))
  }

  /// Pairs whose texts share most of their characters.
  func fuzzy() throws -> Set<CandidatePair> {
    var pairs: Set<CandidatePair> = []
    var counts = [UInt8](repeating: 0, count: sketches.count)
    try sketches.textBytes.withUnsafeBufferPointer { bytes in
      for band in 0..<MinHash.bands {
        try forEachMeeting({ UInt64(sketches.bandHashes[$0 * MinHash.bands + band]) }) { left, right in
          let resemblance = MinHash.resemblance(
            UnsafeBufferPointer(rebasing: bytes[left * MinHash.size..<(left + 1) * MinHash.size]),
            UnsafeBufferPointer(rebasing: bytes[right * MinHash.size..<(right + 1) * MinHash.size]))
          if resemblance >= MinHash.comparedMinimum { insert(left, right, into: &pairs, &counts) }
        }
      }
    }
    return pairs
  }

  /// Pairs whose words have a Jaccard index of at least `threshold`, with it: all of them, as long as a memory has no more
  /// than ``pairsPerMember`` with those before it.
  func keyPhrases(threshold: Double) throws -> [CandidatePair: Double] {
    var frequencies: [UInt64: Int32] = [:]
    for member in members { for word in sketches.words[member] { frequencies[word, default: 0] += 1 } }
    var found: [CandidatePair: Double] = [:]
    var index: [UInt64: [Int32]] = [:]
    for (number, member) in members.enumerated() {
      if number % 1_000 == 0 { try interruption.check() }
      let words = sketches.words[member]
      guard words.count >= KeyPhrases.wordsMinimum else { continue }
      let rarest = words.sorted { (frequencies[$0] ?? 0, $0) < (frequencies[$1] ?? 0, $1) }
      var seen: Set<Int32> = []
      var count = 0
      let maximum = maximum(member)
      for word in rarest.prefix(KeyPhrases.prefixLength(words.count, threshold: threshold)) {
        let key = Mixer.adding(sketches.circles[member], to: word)
        for other in index[key] ?? [] where count < maximum && seen.insert(other).inserted {
          let otherWords = sketches.words[Int(other)]
          let (fewer, more) = (min(words.count, otherWords.count), max(words.count, otherWords.count))
          guard Double(fewer) >= threshold * Double(more) - 1e-9 else { continue }
          let jaccard = KeyPhrases.jaccard(words, otherWords)
          guard jaccard >= threshold - 1e-9 else { continue }
          found[CandidatePair(Int(other), member)] = jaccard
          count += 1
        }
        index[key, default: []].append(Int32(member))
      }
    }
    return found
  }

  /// Pairs whose embeddings may have a cosine of at least `threshold`.
  func semantic(threshold: Double) throws -> Set<CandidatePair> {
    let maximum = AngularHash.differenceMaximum(similarity: threshold)
    var pairs: Set<CandidatePair> = []
    var counts = [UInt8](repeating: 0, count: sketches.count)
    try sketches.angles.withUnsafeBufferPointer { angles in
      for band in 0..<AngularHash.bands {
        let (word, shift) = (band / 4, UInt64(band % 4 * AngularHash.bitsPerBand))
        let key = { (member: Int) -> UInt64? in
          sketches.angleStarts[member].map { angles[Int($0) + word] >> shift & 0xFFFF }
        }
        try forEachMeeting(key) { left, right in
          guard let first = sketches.angleStarts[left], let second = sketches.angleStarts[right] else { return }
          var different = 0
          for index in 0..<AngularHash.words {
            different += (angles[Int(first) + index] ^ angles[Int(second) + index]).nonzeroBitCount
          }
          if different <= maximum { insert(left, right, into: &pairs, &counts) }
        }
      }
    }
    return pairs
  }
}
