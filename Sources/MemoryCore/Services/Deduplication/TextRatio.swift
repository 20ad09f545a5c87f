/// How alike two texts are, as a share of their characters.
///
/// The ratio is 2 · LCS / (length + length), LCS being the length of the longest common subsequence: 1 for equal texts,
/// 0 for texts without a character in common. Case and runs of white space do not count.
public enum TextRatio {
  /// Of longer texts only so many characters are compared.
  static let lengthLimit = 100_000

  /// The ratio of two texts.
  public static func ratio(_ left: String, _ right: String) -> Double {
    ratio(characters(left), characters(right), atLeast: 0) ?? 0
  }

  /// The characters that count: in small letters, white space folded.
  static func characters(_ text: String) -> [UInt32] {
    var characters: [UInt32] = []
    var isSpace = true
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isWhitespace {
        if !isSpace { characters.append(0x20) }
        isSpace = true
      } else {
        characters.append(scalar.value)
        isSpace = false
      }
      if characters.count == lengthLimit { break }
    }
    if characters.last == 0x20 { characters.removeLast() }
    return characters
  }

  /// The ratio; nil when it is below `minimum`, which is often known before anything is compared.
  static func ratio(_ left: [UInt32], _ right: [UInt32], atLeast minimum: Double) -> Double? {
    let length = left.count + right.count
    guard length > 0 else { return 1 }
    guard 2 * Double(min(left.count, right.count)) / Double(length) >= minimum else { return nil }
    var (start, leftEnd, rightEnd) = (0, left.count, right.count)
    while start < leftEnd, start < rightEnd, left[start] == right[start] { start += 1 }
    while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
      leftEnd -= 1
      rightEnd -= 1
    }
    let common = start + left.count - leftEnd + longestCommonSubsequence(left[start..<leftEnd], right[start..<rightEnd])
    let ratio = 2 * Double(common) / Double(length)
    return ratio >= minimum ? ratio : nil
  }

  /// Bit-parallel: 64 characters at a time (Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA 2004).
  private static func longestCommonSubsequence(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return 0 }
    let words = (left.count + 63) / 64
    var positions: [UInt32: [UInt64]] = [:]
    for (index, character) in left.enumerated() {
      positions[character, default: [UInt64](repeating: 0, count: words)][index / 64] |= 1 << UInt64(index % 64)
    }
    var state = [UInt64](repeating: .max, count: words)
    for character in right {
      guard let matches = positions[character] else { continue }
      var carry: UInt64 = 0
      for word in 0..<words {
        let matching = state[word] & matches[word]
        let (partial, first) = state[word].addingReportingOverflow(matching)
        let (sum, second) = partial.addingReportingOverflow(carry)
        carry = first || second ? 1 : 0
        state[word] = sum | (state[word] & ~matching)
      }
    }
    // A zero for every character of the subsequence; a carry may clear bits behind the last character.
    let unused = words * 64 - left.count
    if unused > 0 { state[words - 1] |= ~(UInt64.max >> UInt64(unused)) }
    return state.reduce(0) { $0 + 64 - $1.nonzeroBitCount }
  }
}
