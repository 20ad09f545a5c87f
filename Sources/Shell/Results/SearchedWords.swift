import Foundation
import MemoryServices

/// The words of a query, to be found again in what it found.
enum SearchedWords {
  /// The words that say something.
  static func words(of query: String) -> [String] {
    query.split { !$0.isLetter && !$0.isNumber }.map { folded($0) }.filter { $0.count > 1 }
  }

  /// Whether a word of a text is a word of a query, or another form of it: `allergy` and `allergies`.
  static func matches(_ word: Substring, _ wanted: String) -> Bool {
    guard !word.isEmpty else { return false }
    let word = folded(word)
    if word == wanted || stem(word) == stem(wanted) { return true }
    let common = max(word.count, wanted.count) - longestEnding
    return common >= shortestStem && word.commonPrefix(with: wanted).count >= common
  }

  /// The part of a text that holds the first of the words, where that stands too far behind to be seen.
  static func excerpt(of text: String, _ words: [String], width: Int) -> String {
    guard text.utf8.count > width else { return text }
    var rest = text.prefix(examinedMaximum)
    while !rest.isEmpty {
      rest = rest.drop { !$0.isLetter && !$0.isNumber }
      let word = rest.prefix { $0.isLetter || $0.isNumber }
      rest = rest[word.endIndex...]
      guard words.contains(where: { matches(word, $0) }) else { continue }
      guard text[..<word.endIndex].count >= width else { return text }
      let start = text.index(word.startIndex, offsetBy: -width / 3, limitedBy: text.startIndex) ?? text.startIndex
      return start == text.startIndex ? text : "…" + text[start...]
    }
    return text
  }

  /// How far a text is looked through.
  private static let examinedMaximum = 10_000
  private static let longestEnding = 3
  private static let shortestStem = 4

  private static func stem(_ word: String) -> [UInt32] { WordForms.stem(word.unicodeScalars.map(\.value)) }

  private static func folded(_ word: Substring) -> String {
    word.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }
}
