import Database
import Foundation
import MemoryModel

/// Turns what somebody typed into a query that FTS5 cannot misunderstand.
enum TextWords {
  /// `"word" OR "word" …`; nil when there is no word.
  ///
  /// Quotes, operators and column names of FTS5 mean nothing here: every word is quoted and has only letters and digits.
  static func match(_ words: [String]) -> String? {
    words.isEmpty ? nil : words.map { "\"\($0.lowercased())\"" }.joined(separator: " OR ")
  }

  /// The words of a text that are looked for, as they are written, each once: without function words of the index's
  /// language, where there are others.
  static func wanted(_ text: String, language: String) -> [String] {
    let words = all(text)
    guard language == StoreOptions.defaultLanguage else { return words }
    let telling = words.filter { !englishFunctionWords.contains($0.lowercased()) }
    // Somebody who looks for "to be or not to be" means these very words.
    return telling.isEmpty ? words : telling
  }

  /// The words of a text as they are written, each once.
  static func all(_ text: String) -> [String] {
    var seen: Set<String> = []
    var words: [String] = []
    var word = String.UnicodeScalarView()
    func end() {
      defer { word = String.UnicodeScalarView() }
      guard !word.isEmpty, words.count < TextQuery.wordMaximum, seen.insert(String(word).lowercased()).inserted else {
        return
      }
      words.append(String(word))
    }
    for scalar in text.unicodeScalars {
      if isPartOfWord(scalar) { word.append(scalar) } else { end() }
    }
    end()
    return words
  }

  /// What FTS5's unicode61 makes words of: letters, marks, numbers and characters for private use.
  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .privateUse:
      true
    default: false
    }
  }

  /// Words that are in nearly every English sentence, so that finding one tells nothing: those that PostgreSQL leaves out,
  /// so that both databases look for the same.
  private static let englishFunctionWords: Set<String> = [
    "a", "about", "above", "after", "again", "against", "all", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "did", "do", "does", "doing",
    "don", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her",
    "here", "hers", "herself", "him", "himself", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself",
    "just", "me", "more", "most", "my", "myself", "no", "nor", "not", "now", "of", "off", "on", "once", "only", "or",
    "other", "our", "ours", "ourselves", "out", "over", "own", "s", "same", "she", "should", "so", "some", "such", "t",
    "than", "that", "the", "their", "theirs", "them", "themselves", "then", "there", "these", "they", "this", "those",
    "through", "to", "too", "under", "until", "up", "very", "was", "we", "were", "what", "when", "where", "which",
    "while", "who", "whom", "why", "will", "with", "you", "your", "yours", "yourself", "yourselves",
  ]
}
