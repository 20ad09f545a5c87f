import Database
import MemoryModel

/// What differs between two texts so that they do not say the same, however alike they look.
///
/// Likeness of characters, of words or of embeddings says little about a `not`, a digit or a name, which turn a memory
/// into its opposite or into a newer value. Two texts for which this finds something are not duplicates. It finds
/// nothing in typing errors, case, punctuation, other endings, other orders of the same things, and words added that
/// only say more. It is a pure function of the two texts, the same in both directions, and takes microseconds for a
/// sentence.
///
/// What it cannot see: an ordinary word that was replaced in a long text whose order is another, too; a name or a rare
/// word in small letters that differs by one letter, which looks like a typing error; and what only a person who knows
/// the world can tell.
enum TellingDifference: String, Sendable, CaseIterable {
  /// Other numbers, versions, dates, times, ids; or the same ones for other things.
  case number
  /// An address, a path, a code or the like is another one.
  case identifier
  /// One says not, or says it of something else.
  case negation
  /// A word and its opposite.
  case opposite
  /// Another name, or one more.
  case name
  /// Another weekday, quantity, comparison, unit and the like, or one only.
  case value
  /// Another word in the same place.
  case word
  /// The same words, but who does what to whom is another.
  case order
  /// There are no words that could say the same.
  case noWords

  /// What differs between two texts so that they do not say the same; nil when nothing does.
  static func between(_ left: String, _ right: String) -> TellingDifference? {
    between(TellingWords(left), TellingWords(right))
  }

  /// The same for texts whose words are known.
  static func between(_ left: TellingWords, _ right: TellingWords) -> TellingDifference? {
    if left.signature != right.signature { return difference(ofSignatures: left, right) }
    if left.shapes.contains(where: { hash, shape in right.shapes[hash].map { $0 != shape } == true }) {
      return .identifier
    }
    if left.characters == right.characters { return nil }
    if left.words.isEmpty || right.words.isEmpty { return .noWords }
    // The order of the arguments must not matter where a choice is made.
    let isSwapped = right.words.map(\.hash).lexicographicallyPrecedes(left.words.map(\.hash))
    return TextComparison(isSwapped ? right : left, isSwapped ? left : right).difference()
  }

  private static func difference(ofSignatures left: TellingWords, _ right: TellingWords) -> TellingDifference {
    func hashes(_ text: TellingWords, _ kind: TellingKind) -> [UInt64] {
      text.words.filter { $0.kind == kind }.map(\.hash).sorted()
    }
    if hashes(left, .number) != hashes(right, .number) { return .number }
    return hashes(left, .identifier) != hashes(right, .identifier) ? .identifier : .negation
  }
}
