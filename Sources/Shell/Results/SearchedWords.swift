import Foundation

/// The words of a query, to be found again in what it found.
enum SearchedWords {
  /// The words that say something.
  static func words(of query: String) -> [String] {
    query.split { !$0.isLetter && !$0.isNumber }.map { folded($0) }.filter { $0.count > 1 }
  }

  /// Whether a word of a text is a word of a query, or another form of it: `allergy` and `allergies`.
  static func matches(_ word: Substring, _ wanted: String) -> Bool {
    let word = folded(word)
    if word == wanted { return true }
    let stem = max(word.count, wanted.count) - longestEnding
    return stem >= shortestStem && word.commonPrefix(with: wanted).count >= stem
  }

  private static let longestEnding = 3
  private static let shortestStem = 4

  private static func folded(_ word: Substring) -> String {
    word.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }
}
