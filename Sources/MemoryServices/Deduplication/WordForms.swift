import Database
import MemoryModel

/// Whether two words are forms, or typing errors, of each other.
package enum WordForms {
  /// An English word without its ending: `stopped`, `stops` and `stop` have one stem.
  package static func stem(_ word: [UInt32]) -> [UInt32] {
    let count = word.count
    guard count > 3 else { return word }
    let (last, second, third) = (word[count - 1], word[count - 2], word[count - 3])
    var removed = 0
    if last == s, second != s {
      if second == e, count > 4 {
        if third == i, count > 5 { return word[..<(count - 3)] + [y] }
        removed = 2
      } else {
        removed = 1
      }
    } else if last == d, second == e, count > 4 {
      if third == i, count > 5 { return word[..<(count - 3)] + [y] }
      removed = 2
    } else if last == g, second == n, third == i, count > 5 {
      removed = 3
    }
    var end = count - removed
    // stopped, but not called or passed
    if removed > 0, end > 3, word[end - 1] == word[end - 2], word[end - 1] != l, word[end - 1] != s { end -= 1 }
    if end > 3, word[end - 1] == e { end -= 1 }
    return end == count ? word : Array(word[..<end])
  }

  private static let (d, e, g, i, l, n, s, y): (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x64, 0x65, 0x67, 0x69, 0x6C, 0x6E, 0x73, 0x79
  )

  /// Whether one word is a form of the other: another ending, in the same time.
  static func areInflected(_ left: [UInt32], _ right: [UInt32], bothKnown: Bool) -> Bool {
    if stem(left) == stem(right) { return isPast(left) == isPast(right) || isParticiple(left) || isParticiple(right) }
    guard !bothKnown else { return false }
    // Other languages: `kleine` and `kleinen`, `alérgico` and `alérgica`.
    let common = zip(left, right).prefix { $0 == $1 }.count
    guard common >= 5, max(left.count, right.count) - common <= 2 else { return false }
    let endings = [left.dropFirst(common), right.dropFirst(common)]
    return !endings.contains { $0.elementsEqual([0x65]) || $0.elementsEqual([0x65, 0x65]) } || left.count != right.count
  }

  private static func isPast(_ word: [UInt32]) -> Bool { word.suffix(2) == [0x65, 0x64] }
  private static func isParticiple(_ word: [UInt32]) -> Bool { word.suffix(3) == [0x69, 0x6E, 0x67] }

  /// Whether one word is the other with a beginning that turns its meaning: `safe` and `unsafe`.
  static func isTurned(_ left: [UInt32], _ right: [UInt32]) -> Bool {
    let (short, long) = left.count < right.count ? (left, right) : (right, left)
    guard short.count >= 3 else { return false }
    return beginnings.contains {
      long.count == short.count + $0.count && long.starts(with: $0) && long.suffix(short.count) == short[...]
    }
      || changes.contains { one, other in
        (left.starts(with: one) && right.starts(with: other)
          && left.dropFirst(one.count) == right.dropFirst(other.count))
          || (left.starts(with: other) && right.starts(with: one)
            && left.dropFirst(other.count) == right.dropFirst(one.count))
      }
  }

  private static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
  private static let beginnings = "un dis in im il ir non de anti ex pre post mis a counter sub super over under out"
    .split(separator: " ").map { scalars(String($0)) }
  private static let changes = [
    ("hyper", "hypo"), ("over", "under"), ("in", "out"), ("up", "down"), ("in", "ex"), ("im", "ex"), ("pre", "post"),
    ("inter", "intra"), ("macro", "micro"), ("maxi", "mini"), ("pro", "anti"), ("en", "de"), ("as", "des"),
    ("at", "de"),
    ("mono", "poly"), ("endo", "exo"), ("homo", "hetero"), ("be", "ent"), ("auf", "ab"), ("an", "ab"), ("ein", "aus"),
    ("vor", "nach"),
  ].map { (scalars($0.0), scalars($0.1)) }

  /// How many letters were typed wrong, left out, added or swapped; nil for more than `maximum`, which is 2 at the most.
  static func typingErrors(_ left: [UInt32], _ right: [UInt32], atMost maximum: Int) -> Int? {
    guard abs(left.count - right.count) <= maximum else { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var errors = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          errors = min(errors, beforePrevious[column - 1] + 1)
        }
        current.append(errors)
      }
      guard (current.min() ?? 0) <= maximum else { return nil }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count] <= maximum ? previous[right.count] : nil
  }
}
