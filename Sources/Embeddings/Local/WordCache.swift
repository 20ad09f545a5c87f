/// The tokens of words that have been seen before: most words of a text have.
struct WordCache {
  private var tokens: [ArraySlice<UInt8>: [Int32]] = [:]

  private static let wordsMaximum = 50_000
  /// Longer words are seldom seen twice.
  private static let bytesMaximum = 48

  /// The tokens of a word, computed where they are not known.
  mutating func tokens(of word: ArraySlice<UInt8>, _ compute: (ArraySlice<UInt8>) -> [Int32]) -> [Int32] {
    guard word.count <= WordCache.bytesMaximum else { return compute(word) }
    if let known = tokens[word] { return known }
    let computed = compute(word)
    if tokens.count >= WordCache.wordsMaximum { tokens.removeAll(keepingCapacity: true) }
    // A copy, because a slice would keep the whole text.
    tokens[ArraySlice(Array(word))] = computed
    return computed
  }
}
