import TestSupport
import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

/// The ratio of long texts: exact, and bounded in time.
@Suite struct LongTextTests {
  /// A generator whose numbers are the same each time (SplitMix64).
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  /// The textbook's table.
  private func longestCommonSubsequence(_ left: [UInt32], _ right: [UInt32]) -> Int {
    var previous = [Int](repeating: 0, count: right.count + 1)
    for a in left {
      var current = [0]
      for (column, b) in right.enumerated() {
        current.append(a == b ? previous[column] + 1 : max(previous[column + 1], current[column]))
      }
      previous = current
    }
    return previous[right.count]
  }

  @Test("in a band of any width the length is the textbook's, or none where it takes more edits")
  func bandIsExact() {
    var random = Seeded(state: 5)
    for alphabet in [2, 4, 30, 70_000] as [UInt32] {
      for _ in 0..<40 {
        let left = (0..<Int.random(in: 1...300, using: &random)).map { _ in
          UInt32.random(in: 1...alphabet, using: &random)
        }
        var right = left
        for _ in 0..<Int.random(in: 0...60, using: &random) where !right.isEmpty {
          let place = Int.random(in: 0..<right.count, using: &random)
          switch Int.random(in: 0...2, using: &random) {
          case 0: right.remove(at: place)
          case 1: right.insert(UInt32.random(in: 1...alphabet, using: &random), at: place)
          default: right[place] = UInt32.random(in: 1...alphabet, using: &random)
          }
        }
        let expected = longestCommonSubsequence(left, right)
        let edits = left.count + right.count - 2 * expected
        for maximum in [0, edits / 2, edits - 1, edits, edits + 1, edits * 2, left.count + right.count]
        where maximum >= 0 {
          let length = CommonSubsequence.length(left[...], right[...], edits: maximum, interruption: nil)
          #expect(length == (edits <= maximum ? expected : nil), "\(edits) edits, \(maximum) allowed")
        }
      }
    }
  }

  /// Texts of `count` characters, the second with every `step`th one replaced.
  private func long(_ count: Int = 99_000, step: Int) -> ([UInt32], [UInt32]) {
    var random = Seeded(state: 8)
    let left = (0..<count).map { _ in UInt32.random(in: 97...122, using: &random) }
    return (left, left.enumerated().map { $0.offset % step == 0 ? 0x41 : $0.element })
  }

  @Test("long texts that are nearly alike take their edits' time, and others are given up early")
  func longTextsAreFast() {
    let (left, near) = long(step: 1_000)
    let far = long(step: 4).1
    let seconds = processorTime {
      #expect(TextRatio.ratio(left, near, atLeast: 0.95) == 1 - 99.0 / 99_000)
      #expect(TextRatio.ratio(left, far, atLeast: 0.95) == nil)
      #expect(TextRatio.ratio(left, Array(left.reversed()), atLeast: 0.95) == nil)
    }
    // The whole table of one pair took a minute in a debug build, and takes several of them with a sanitizer.
    #expect(seconds < .seconds(40), "\(seconds)")
  }

  @Test("whoever asks to stop does not wait for a long text")
  func isInterrupted() {
    let interruption = Interruption()
    interruption.raise()
    // What is left is to read both texts once; all of their table would take the square of their length.
    let growth = timeGrowth(over: 12_000...96_000) { count in
      let (left, right) = long(count, step: 3)
      #expect(TextRatio.ratio(left, right, atLeast: 0, interruption: interruption) == nil)
    }
    #expect(growth < growthLimit, "\(growth)")
  }
}
