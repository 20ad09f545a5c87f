/// Texts of a user's memories among which those are that a new text may say again.
package struct ScreenedTexts: Sendable, Equatable {
  /// The texts, by id.
  package let texts: [EmbeddableText]
  /// Whether they are all that the user has.
  package let isWhole: Bool

  /// Joins both.
  package init(texts: [EmbeddableText], isWhole: Bool) {
    self.texts = texts
    self.isWhole = isWhole
  }

  /// A user with at most so many memories is read whole: that is as quick as asking an index.
  package static let wholeMaximum = 1_000
  /// Shorter words are looked for only in texts that have no others.
  package static let lettersMinimum = 4
  /// A text of fewer words is not looked for by them: one typing error may leave none.
  package static let wordsMinimum = 2
  /// Where so many rows have the words that must be looked for, only the rarer ones are: of a text that everybody's are
  /// like, nearly every row has nearly every word.
  package static let listedMaximum = 250_000

  /// How many of a text's words may be missing from one that has a share of them, and how many of the rarest must therefore
  /// be looked for to miss none.
  package static func lookup(_ words: Int, share: Double) -> (missing: Int, needed: Int) {
    let missing = words - Int((share * Double(words) - 1e-9).rounded(.up))
    return (missing, min(words, missing + 1))
  }

  /// Whether a word has a digit: texts with other numbers say something else, however alike they are.
  package static func isNumber(_ word: String) -> Bool {
    word.unicodeScalars.contains { $0.properties.numericType != nil }
  }

  /// Whether words stand apart in a text, so that an index of words can tell what is like it: in Chinese, Japanese or Thai
  /// a whole clause is one word to it.
  package static func hasBlanks(_ text: String) -> Bool {
    !text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
      default: false
      }
    }
  }
}
