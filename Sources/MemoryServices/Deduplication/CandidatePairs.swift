import Database
import Foundation
import Kernels
import MemoryModel
import Synchronization

/// Finds pairs worth comparing without comparing all, on all cores.
///
/// Memories make entries with a key; those with the same key meet and are compared by their sketches. In time and memory it
/// grows with the store's rows only: where many have a key, they are sorted by more than the key, and each is compared with
/// its neighbours.
struct CandidatePairs {
  let groups: MemberGroups
  let interruption: Interruption
  /// Told what share is done, of a thousand.
  let progress: (DuplicateLayer, Int) -> Void

  /// Work that one thread does: entries that are sorted and met by themselves.
  struct Meeting {
    /// Makes the entries: a key in the higher half, a memory in the lower one.
    let entries: () -> [UInt64]
    /// About how many they are.
    let size: Int
    /// How many of the key's upper bits entries have in common that meet; 32 for entries that are sorted already.
    var keyBits = 32
    var isSorted = false
    /// An entry is compared with so many behind it at the most,
    var windowMaximum = 1_000
    /// and with so many on average.
    var averageMaximum = 32
  }

  /// Entries of all threads at a time.
  private static let entriesAtATime = 4_000_000

  init(
    groups: MemberGroups, interruption: Interruption,
    progress: @escaping (DuplicateLayer, Int) -> Void = { _, _ in }
  ) {
    self.groups = groups
    self.interruption = interruption
    self.progress = progress
  }

  /// Pairs whose texts share most of their characters.
  func fuzzy(_ sketches: Sketches, into table: inout PairTable) throws {
    try sketches.textBytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var meetings = whole { _ in true }
      for range in groups.large {
        for band in 0..<MinHash.bands {
          meetings.append(
            Meeting(
              entries: { [groups] in
                groups.members[range].map { member in
                  entry(MinHash.key(base + Int(member) * MinHash.size, band: band), member)
                }
              }, size: range.count, keyBits: MinHash.keyBits, windowMaximum: 200, averageMaximum: 16))
        }
      }
      let rows = memsh_rows(
        likeness: memsh_bytes, data: UnsafeRawPointer(base), width: MinHash.size, starts: nil,
        limit: MinHash.equalMinimum, share: 0, groups: nil)
      try meet(meetings, rows, .fuzzy, .fuzzy, &table)
    }
  }

  /// Pairs whose embeddings may have a cosine of at least `threshold`.
  func semantic(_ sketches: Sketches, threshold: Double, into table: inout PairTable) throws {
    // Those behind the last one with an embedding have no sketch.
    let hasAngle = sketches.hasAngle
    try sketches.angles.withUnsafeBufferPointer { angles in
      guard let base = angles.baseAddress, !angles.isEmpty else { return }
      var meetings = whole { hasAngle[Int($0)] }
      for range in groups.large {
        let bands = AngularBands(members: range.count, similarity: threshold)
        for band in 0..<bands.count {
          let places = AngularBands.places(band)
          meetings.append(
            Meeting(
              entries: { [groups] in
                groups.members[range].compactMap { member in
                  hasAngle[Int(member)]
                    ? entry(AngularBands.key(base + Int(member) * AngularHash.words, places), member) : nil
                }
              }, size: range.count, keyBits: bands.width, windowMaximum: 200, averageMaximum: 4))
        }
      }
      let rows = memsh_rows(
        likeness: memsh_bits, data: UnsafeRawPointer(base), width: AngularHash.words, starts: nil,
        limit: UInt32(AngularHash.differenceMaximum(similarity: threshold)), share: 0, groups: nil)
      try meet(meetings, rows, .semantic, .semantic, &table)
    }
  }

  /// Each with each in the small groups.
  func whole(_ takesPart: @escaping (UInt32) -> Bool) -> [Meeting] {
    var meetings: [Meeting] = []
    var start = 0
    while start < groups.small.upperBound {
      var end = min(start + 50_000, groups.small.upperBound)
      while end < groups.small.upperBound, number(end) == number(end - 1) { end += 1 }
      let range = start..<end
      meetings.append(
        Meeting(
          entries: { [groups] in
            groups.members[range].compactMap { takesPart($0) ? entry(groups.numbers[Int($0)], $0) : nil }
          }, size: range.count, isSorted: true, averageMaximum: .max))
      start = end
    }
    return meetings
  }

  private func number(_ place: Int) -> UInt32 { groups.numbers[Int(groups.members[place])] }

  /// Holds meetings, and takes the pairs that are alike.
  func meet(
    _ meetings: [Meeting], _ rows: memsh_rows, _ layer: DuplicateLayer, _ mark: DuplicateLayers,
    _ table: inout PairTable
  ) throws {
    table.beginLayer()
    let total = max(1, meetings.reduce(0) { $0 + $1.size })
    var (start, done) = (0, 0)
    try groups.numbers.withUnsafeBufferPointer { numbers in
      var rows = rows
      rows.groups = numbers.baseAddress
      while start < meetings.count {
        try interruption.check()
        progress(layer, done * 1_000 / total)
        var (end, size) = (start, 0)
        while end < meetings.count, end == start || size + meetings[end].size <= CandidatePairs.entriesAtATime {
          size += meetings[end].size
          end += 1
        }
        hold(meetings[start..<end], rows, mark, &table)
        done += size
        start = end
      }
    }
    progress(layer, 1_000)
  }

  private func hold(
    _ meetings: ArraySlice<Meeting>, _ rows: memsh_rows, _ mark: DuplicateLayers, _ table: inout PairTable
  ) {
    let lock = Mutex(())
    withUnsafeMutablePointer(to: &table) { table in
      let work = Lent((meetings: Array(meetings), rows: rows, table: table, interruption: interruption))
      DispatchQueue.concurrentPerform(iterations: meetings.count) { number in
        let (meetings, rows, table, interruption) = work.value
        guard !interruption.isRaised else { return }
        meetings[number].hold(rows) { pairs in
          lock.withLock { _ in for pair in pairs { table.pointee.insert(pair, mark) } }
        }
      }
    }
  }
}

extension CandidatePairs.Meeting {
  private static let pairsAtATime = 8_192

  /// Hands over the pairs that are alike, many at a time.
  fileprivate func hold(_ rows: memsh_rows, _ body: (UnsafeBufferPointer<UInt64>) -> Void) {
    var entries = entries()
    let count = entries.count
    guard count > 1 else { return }
    if !isSorted {
      _ = [UInt64](unsafeUninitializedCapacity: count) { scratch, _ in
        memsh_sort(&entries, scratch.baseAddress, count, 32)
      }
    }
    let bits = UInt32(keyBits)
    let budget = averageMaximum == .max ? UInt64.max : UInt64(count) * UInt64(averageMaximum)
    let window = memsh_window(entries, count, bits, windowMaximum, budget)
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.pairsAtATime) { pairs in
      var (start, compared, rows) = (0, UInt64(0), rows)
      while start < count {
        var found = 0
        start = memsh_meet(
          entries, count, start, count, bits, window, &rows, pairs.baseAddress, pairs.count, &found, &compared)
        if found > 0 { body(UnsafeBufferPointer(rebasing: pairs[..<found])) }
      }
    }
  }
}

/// A memory under a key.
@inline(__always)
func entry(_ key: UInt32, _ member: UInt32) -> UInt64 { UInt64(key) << 32 | UInt64(member) }
