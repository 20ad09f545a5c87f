import Database
import Kernels
import MemoryModel

extension CandidatePairs {
  /// Pairs whose words have a Jaccard index of at least `threshold`.
  ///
  /// Two sets that have so many words in common have two of their rarest in common (the first n − ⌈t·n⌉ + 2 in any common
  /// order; Wang, Li and Feng, "Can we beat the prefix filtering?", SIGMOD 2012). Each two of these are a key: few have both.
  /// Of texts with many words that would be too many, and each of the rarest is a key.
  ///
  /// - Parameter sketches: With the rarest words first: ``Sketches/sortWordsByRarity()``.
  func keyPhrases(_ sketches: Sketches, threshold: Double, into table: inout PairTable) throws {
    let starts = sketches.wordStarts
    let takesPart = { (member: UInt32) in
      starts[Int(member) + 1] - starts[Int(member)] >= UInt32(KeyPhrases.wordsMinimum)
    }
    try sketches.words.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return }
      var meetings = whole(takesPart)
      let keys = WordKeys(threshold: threshold)
      for range in groups.large {
        let parts = max(1, range.count / CandidatePairs.membersPerPart)
        for part in 0..<parts {
          meetings.append(
            Meeting(
              entries: { [groups] in
                var entries: [UInt64] = []
                entries.reserveCapacity(range.count / parts * 8)
                for member in groups.members[range] where takesPart(member) {
                  let (start, end) = (Int(starts[Int(member)]), Int(starts[Int(member) + 1]))
                  keys.forEach(UnsafeBufferPointer(start: base + start, count: end - start)) { key in
                    guard Int(key % UInt64(parts)) == part else { return }
                    entries.append(entry(UInt32(truncatingIfNeeded: key >> 32), member))
                  }
                }
                return entries
              }, size: max(1, range.count * 8 / parts)))
        }
      }
      try starts.withUnsafeBufferPointer { starts in
        let rows = memsh_rows(
          likeness: memsh_lists, data: UnsafeRawPointer(base), width: 0, starts: starts.baseAddress, limit: 0,
          share: threshold, groups: nil)
        try meet(meetings, rows, .keyPhrase, .keyPhrase, &table)
      }
    }
  }

  /// A thread has the entries of so many memories at a time, spread over all keys.
  private static let membersPerPart = 100_000
}

/// The keys under which a text's words are found.
private struct WordKeys {
  private let threshold: Double
  /// Texts with so many words at the most have keys of two words.
  private let pairedMaximum: Int

  /// Each two of so many words are keys.
  private static let pairedWords = 8
  /// No text with more words has keys of two: near a threshold of 1 any would be few enough.
  private static let wordsMaximum = 1_000

  init(threshold: Double) {
    self.threshold = threshold
    var count = KeyPhrases.wordsMinimum
    while count < WordKeys.wordsMaximum,
      KeyPhrases.prefixLength(count + 1, threshold: threshold) + 1 <= WordKeys.pairedWords
    { count += 1 }
    pairedMaximum = count
  }

  /// - Parameter words: The rarest first.
  @inline(__always)
  func forEach(_ words: UnsafeBufferPointer<UInt32>, _ body: (UInt64) -> Void) {
    let prefix = KeyPhrases.prefixLength(words.count, threshold: threshold)
    if words.count <= pairedMaximum {
      let last = min(words.count, prefix + 1)
      for first in 0..<last - 1 {
        for second in (first + 1)..<last { body(WordKeys.mixed(words[first], words[second])) }
      }
    }
    // Those that may be like a text with more words, too.
    guard Double(words.count) > threshold * Double(pairedMaximum) - 1 else { return }
    for word in words.prefix(prefix) { body(WordKeys.mixed(word, 0)) }
  }

  private static func mixed(_ first: UInt32, _ second: UInt32) -> UInt64 {
    Mixer.finish(UInt64(first) << 32 | UInt64(second))
  }
}
