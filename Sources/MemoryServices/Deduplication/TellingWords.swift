import Database
import MemoryModel

/// What a word of a text is, for telling it apart from another text.
enum TellingKind: UInt8, Sendable {
  /// A word that has a meaning of its own.
  case ordinary
  /// An everyday word.
  case known
  /// A word with a capital that may be a name, or may only stand at the beginning of a sentence.
  case capital
  /// A name: with a capital in the middle of a sentence.
  case name
  /// A character of a script without blanks.
  case character
  /// A pictogram.
  case symbol
  /// A word without a meaning of its own.
  case linking
  case conjunction
  case direction
  /// A weekday, a quantity, a comparison and the like: see ``TellingVocabulary``.
  case value
  case unit
  case negation
  case number
  /// An address, a path, a version, a code: what is right or wrong as a whole.
  case identifier
}

/// A text's words, prepared once for all of its comparisons.
struct TellingWords: Sendable {
  struct Word: Sendable, Equatable {
    /// Of the word in small letters, or of what it stands for: `two` and `2` are one.
    let hash: UInt64
    let kind: TellingKind
    /// Where its letters are among ``letters``.
    let start: Int32
    let count: Int32
  }

  private(set) var words: [Word] = []
  /// The letters of the words, small.
  private var letters: [UInt16] = []
  /// Of identifiers with small and capital letters and digits: which are which.
  private(set) var shapes: [UInt64: UInt64] = [:]
  /// A hash of all characters but white space, in small letters.
  private(set) var characters = Mixer.start
  private(set) var negations = 0
  /// A hash of the numbers and identifiers, in any order, and of how many negations there are: texts for which it differs
  /// do not say the same.
  private(set) var signature: UInt64 = 0

  /// The letters of a word, small.
  func letters(_ word: Word) -> [UInt32] { letters[Int(word.start)..<Int(word.start + word.count)].map(UInt32.init) }

  init(_ text: String) {
    var reader = Reader(ComparableText.folded(text))
    reader.read()
    characters = Mixer.finish(reader.characters)
    shapes = reader.shapes
    letters = reader.letters
    words = reader.words
    if reader.capitalsSayNothing {
      words = words.map {
        $0.kind == .name ? Word(hash: $0.hash, kind: .capital, start: $0.start, count: $0.count) : $0
      }
    }
    var sum: UInt64 = 0
    for word in words {
      if word.kind == .negation { negations += 1 }
      if word.kind == .number || word.kind == .identifier { sum &+= Mixer.adding(0x9E6C_63D0_876A_3F6B, to: word.hash) }
    }
    signature = Mixer.adding(UInt64(negations), to: sum)
  }
}
