import Database
import MemoryModel

/// The words of a text that say what it is about: those of four letters or more.
enum KeyPhrases {
  /// Shorter words are left out.
  static let lettersMinimum = 4
  /// Texts with fewer such words are not compared by them: one word in common says little.
  static let wordsMinimum = 3

  /// A 64-bit hash of each different word, ascending.
  static func words(_ text: String) -> [UInt64] {
    var hashes: [UInt64] = []
    var hash = Mixer.start
    var letters = 0
    func end() {
      if letters >= lettersMinimum { hashes.append(Mixer.finish(hash)) }
      hash = Mixer.start
      letters = 0
    }
    for scalar in ComparableText.smallScalars(text) {
      if ComparableText.isLetter(scalar) {
        hash = Mixer.adding(UInt64(scalar), to: hash)
        letters += 1
      } else if letters > 0 {
        end()
      }
    }
    end()
    return Array(Set(hashes)).sorted()
  }

  /// The share of words in common, of all words of both: Jaccard's index. Both lists ascend.
  static func jaccard(_ left: [UInt64], _ right: [UInt64]) -> Double {
    guard !left.isEmpty, !right.isEmpty else { return 0 }
    var (first, second, common) = (0, 0, 0)
    while first < left.count, second < right.count {
      if left[first] == right[second] {
        common += 1
        first += 1
        second += 1
      } else if left[first] < right[second] {
        first += 1
      } else {
        second += 1
      }
    }
    return Double(common) / Double(left.count + right.count - common)
  }

  /// How many of its rarest words a text must be looked up by, so that none as alike as `threshold` is missed: two
  /// sets with a Jaccard index of t share one of the first n − ⌈t·n⌉ + 1 words in any common order (Chaudhuri, Ganti
  /// and Kaushik, "A primitive operator for similarity joins", ICDE 2006).
  static func prefixLength(_ words: Int, threshold: Double) -> Int {
    words - Int((threshold * Double(words) - 1e-9).rounded(.up)) + 1
  }
}

/// A 64-bit hash that spreads well: multiply and fold, as in wyhash.
enum Mixer {
  static let start: UInt64 = 0x9E37_79B9_7F4A_7C15

  static func adding(_ value: UInt64, to hash: UInt64) -> UInt64 {
    let product = (hash ^ value).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }

  static func finish(_ hash: UInt64) -> UInt64 { adding(0xE703_7ED1_A0B4_28DB, to: hash) }

  static func hash(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { bytes in finish(bytes.reduce(start) { adding(UInt64($1), to: $0) }) }
  }
}
