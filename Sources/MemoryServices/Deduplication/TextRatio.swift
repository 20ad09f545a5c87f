import Database
import MemoryModel

/// How alike two texts are, as a share of their characters.
///
/// The ratio is 2 · LCS / (length + length), LCS being the length of the longest common subsequence: 1 for equal texts,
/// 0 for texts without a character in common. Case, runs of white space and what cannot be seen do not count.
package enum TextRatio {
  /// Of longer texts only so many characters are compared, and no duplicate is found by that.
  package static let lengthLimit = 100_000

  /// The ratio of two texts.
  package static func ratio(_ left: String, _ right: String) -> Double {
    ratio(characters(left), characters(right), atLeast: 0) ?? 0
  }

  /// The characters that count: in small letters, white space folded.
  static func characters(_ text: String) -> [UInt32] {
    var characters: [UInt32] = []
    var isSpace = true
    for scalar in ComparableText.smallScalars(text) {
      if ComparableText.isBlank(scalar) {
        if !isSpace { characters.append(0x20) }
        isSpace = true
      } else {
        characters.append(scalar)
        isSpace = false
      }
      if characters.count == lengthLimit { break }
    }
    if characters.last == 0x20 { characters.removeLast() }
    return characters
  }

  /// The ratio; nil when it is below `minimum`, which is often known before anything is compared, or when the user asked
  /// to stop.
  static func ratio(
    _ left: [UInt32], _ right: [UInt32], atLeast minimum: Double, interruption: Interruption? = nil
  ) -> Double? {
    let length = left.count + right.count
    guard length > 0 else { return minimum <= 1 ? 1 : nil }
    guard 2 * Double(min(left.count, right.count)) / Double(length) >= minimum else { return nil }
    var (start, leftEnd, rightEnd) = (0, left.count, right.count)
    while start < leftEnd, start < rightEnd, left[start] == right[start] { start += 1 }
    while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
      leftEnd -= 1
      rightEnd -= 1
    }
    // The ratio is 1 - edits / length; one more than that allows, so that no rounding decides.
    let edits = min(length, Int((max(0, 1 - minimum) * Double(length)).rounded(.down)) + 1)
    guard
      let middle = CommonSubsequence.length(
        left[start..<leftEnd], right[start..<rightEnd], edits: edits, interruption: interruption)
    else { return nil }
    let ratio = 2 * Double(start + left.count - leftEnd + middle) / Double(length)
    return ratio >= minimum ? ratio : nil
  }
}
