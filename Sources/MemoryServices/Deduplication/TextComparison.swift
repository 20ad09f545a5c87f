import Database
import MemoryModel

/// Two texts with the same numbers, identifiers and count of negations.
struct TextComparison {
  private typealias Word = TellingWords.Word

  private let left: TellingWords
  private let right: TellingWords

  /// One wrong letter in twenty may be a mistake; in a short text it is another word.
  private let typingErrorsAllowed: Int

  init(_ left: TellingWords, _ right: TellingWords) {
    self.left = left
    self.right = right
    let letters = min(left.words.reduce(0) { $0 + Int($1.count) }, right.words.reduce(0) { $0 + Int($1.count) })
    typingErrorsAllowed = letters >= 40 ? 2 : letters >= 10 ? 1 : 0
  }

  func difference() -> TellingDifference? {
    if numbersBelongElsewhere() { return .number }
    if negationsBelongElsewhere() { return .negation }
    if rolesAreSwapped() { return .order }
    return differenceOfWords()
  }

  // MARK: Numbers and negations

  /// Whether the same numbers stand in another order, and not with the same words: 2 cats and 3 dogs, 3 cats and 2 dogs.
  private func numbersBelongElsewhere() -> Bool {
    func isNumber(_ word: Word) -> Bool { word.kind == .number || word.kind == .identifier }
    let numbers = [left, right].map { $0.words.filter(isNumber).map(\.hash) }
    guard numbers[0] != numbers[1] else { return false }
    func contexts(_ text: TellingWords) -> [UInt64] {
      text.words.indices.filter { isNumber(text.words[$0]) }.map { place in
        let next = text.words[(place + 1)...].first { !$0.isLinking && $0.kind != .conjunction }
        return Mixer.adding(text.words[place].hash, to: next.map { stem(text, $0) } ?? 0)
      }.sorted()
    }
    return contexts(left) != contexts(right)
  }

  /// Whether a negation is of something that the other text says without one: tea, not coffee; coffee, not tea.
  private func negationsBelongElsewhere() -> Bool {
    guard left.negations > 0 else { return false }
    func negated(_ text: TellingWords) -> Set<UInt64> {
      Set(
        text.words.indices.filter { text.words[$0].kind == .negation }.compactMap { place in
          text.words[(place + 1)...].first { !$0.isLinking && $0.kind != .negation }.map { stem(text, $0) }
        })
    }
    let (first, second) = (negated(left), negated(right))
    func says(_ text: TellingWords, _ negated: Set<UInt64>, of others: Set<UInt64>) -> Bool {
      text.words.contains { word in
        guard word.isContent else { return false }
        let stem = stem(text, word)
        return others.contains(stem) && !negated.contains(stem)
      }
    }
    return says(left, first, of: second) && says(right, second, of: first)
  }

  private func stem(_ text: TellingWords, _ word: Word) -> UInt64 {
    word.isContent && word.kind != .character && word.kind != .symbol
      ? Mixer.word(WordForms.stem(text.letters(word))) : word.hash
  }

  // MARK: Order

  /// Whether two things have changed places around something that is not the same then: Ann pays Ben, tea over coffee.
  private func rolesAreSwapped() -> Bool {
    let sequences = [left, right].map { text in text.words.filter { $0.kind != .linking } }
    func triples(_ words: [Word]) -> [(first: UInt64, middle: UInt64, last: UInt64)] {
      guard words.count > 2 else { return [] }
      return (1..<(words.count - 1)).compactMap { place in
        let (first, middle, last) = (words[place - 1], words[place], words[place + 1])
        guard first.hash != last.hash, middle.kind != .conjunction else { return nil }
        let isRole = middle.kind == .direction || middle.kind == .value || middle.kind == .negation
        guard isRole || (first.isExact && last.isExact) else { return nil }
        return (first.hash, middle.hash, last.hash)
      }
    }
    func key(_ first: UInt64, _ middle: UInt64, _ last: UInt64) -> UInt64 {
      Mixer.adding(last, to: Mixer.adding(middle, to: Mixer.adding(first, to: Mixer.start)))
    }
    let known = Set(triples(sequences[0]).map { key($0.first, $0.middle, $0.last) })
    if !known.isEmpty, triples(sequences[1]).contains(where: { known.contains(key($0.last, $0.middle, $0.first)) }) {
      return true
    }
    return isPermuted(sequences[0], sequences[1])
  }

  /// Whether the same words stand in other places, around some that stay: the dog bites the man. In lists they may.
  private func isPermuted(_ left: [Word], _ right: [Word]) -> Bool {
    guard left.count == right.count else { return false }
    let moved = left.indices.filter { left[$0].hash != right[$0].hash }
    guard let first = moved.first, let last = moved.last, moved.count <= TextComparison.samePlace,
      (left.count - moved.count) * 3 >= left.count,
      moved.map({ left[$0].hash }).sorted() == moved.map({ right[$0].hash }).sorted()
    else { return false }
    return (first...last).contains { left[$0].hash == right[$0].hash && left[$0].kind != .conjunction }
  }

  // MARK: Words

  /// A word that the other text has not.
  private struct Rest {
    /// What tells quickly that two words have nothing to do with each other.
    struct Key {
      let stem: UInt64
      /// Hashes of the first five and of the last three letters; 0 for shorter words.
      let (head, tail): (UInt64, UInt64)
      /// A bit for each letter: words that differ by little have nearly the same.
      let mask: UInt64
      let (hasSides, hasMeanings): (Bool, Bool)

      func mayBeOpposite(of other: Key) -> Bool {
        (hasSides && other.hasSides) || (tail == other.tail && tail != 0)
      }

      func maySayTheSame(as other: Key, typingErrors: Int) -> Bool {
        stem == other.stem || (head == other.head && head != 0) || (hasMeanings && other.hasMeanings)
          || (mask ^ other.mask).nonzeroBitCount <= 2 * typingErrors
      }
    }

    let key: Key
    let word: Word
    let letters: [UInt32]
    /// The place where the texts differ, and how many words stand there.
    let gap: Int
    let gapWords: Int
    let sides: [Int]
    let meanings: [UInt64]
    let isKnown: Bool

    init(_ word: Word, of text: TellingWords, gap: Int, gapWords: Int) {
      self.word = word
      (self.gap, self.gapWords) = (gap, gapWords)
      letters = text.letters(word)
      let root = WordForms.stem(letters)
      let stem = root.count == letters.count ? word.hash : Mixer.word(root)
      let entries = [word.hash, stem].compactMap(TellingVocabulary.shared.entry)
      isKnown = !entries.isEmpty
      sides = entries.flatMap(\.sides)
      meanings = entries.compactMap(\.meaning)
      key = Key(
        stem: stem, head: letters.count < 5 ? 0 : Mixer.word(letters[..<5]),
        tail: letters.count < 3 ? 0 : Mixer.word(letters[(letters.count - 3)...]),
        mask: letters.reduce(0) { $0 | 1 << UInt64($1 & 63) }, hasSides: !sides.isEmpty, hasMeanings: !meanings.isEmpty)
    }
  }

  private func differenceOfWords() -> TellingDifference? {
    let alignment = WordAlignment(left.words.map(\.hash), right.words.map(\.hash))
    var (first, second): ([Rest], [Rest]) = ([], [])
    for (number, gap) in alignment.gaps.enumerated() {
      let (leftWords, rightWords) = (left.words[gap.left], right.words[gap.right])
      if areSpelledApart(leftWords, rightWords) { continue }
      let words = max(leftWords.count, rightWords.count)
      for word in leftWords where !word.isLinking || words <= TextComparison.samePlace {
        first.append(Rest(word, of: left, gap: number, gapWords: words))
      }
      for word in rightWords where !word.isLinking || words <= TextComparison.samePlace {
        second.append(Rest(word, of: right, gap: number, gapWords: words))
      }
    }
    cancelEqual(&first, &second)
    if hasOpposites(first, second) { return .opposite }
    let errors = typingErrorsAllowed
    cancelAlike(&first, &second, typingErrors: errors)
    first.removeAll { $0.word.isLinking || $0.word.kind == .negation || isLonger($0) }
    second.removeAll { $0.word.isLinking || $0.word.kind == .negation || isLonger($0) }
    for rest in first + second {
      switch rest.word.kind {
      case .name: return .name
      case .value, .unit: return .value
      default: break
      }
    }
    return isReplaced(first.filter(\.word.isContent), second.filter(\.word.isContent), alignment) ? .word : nil
  }

  /// "No longer" says no more than "not".
  private func isLonger(_ rest: Rest) -> Bool {
    rest.word.hash == TextComparison.longer && left.negations > 0
  }

  private static let longer = Mixer.word("longer")
  /// Texts with so many words that have a meaning of their own.
  private static let shortText = 8
  /// Texts differ in the same place when at most so many words stand there.
  private static let samePlace = 4

  /// Of texts with more words that differ, only those in the same place are compared.
  private static let comparedPairs = 40_000

  /// For each word of `left` the places in `right` of those it is worth comparing with.
  private func partners(_ left: [Rest], _ right: [Rest]) -> (Rest) -> [Int] {
    let all = Array(right.indices)
    if left.count * right.count <= TextComparison.comparedPairs { return { _ in all } }
    let places = Dictionary(grouping: all) { right[$0].gap }
    return { rest in rest.gapWords * rest.gapWords <= TextComparison.comparedPairs ? places[rest.gap] ?? [] : [] }
  }

  private func hasOpposites(_ left: [Rest], _ right: [Rest]) -> Bool {
    let keys = right.map(\.key)
    let partners = partners(left, right)
    return left.contains { one in
      partners(one).contains { one.key.mayBeOpposite(of: keys[$0]) && areOpposites(one, right[$0]) }
    }
  }

  /// Whether only blanks or hyphens differ, with a typing error perhaps: e-mail and email.
  private func areSpelledApart(_ left: ArraySlice<Word>, _ right: ArraySlice<Word>) -> Bool {
    guard left.count != right.count, (1...4).contains(left.count), (1...4).contains(right.count),
      (left + right).allSatisfy({ $0.isContent && $0.kind != .name || $0.isLinking })
    else { return false }
    let (one, other) = (left.flatMap(self.left.letters), right.flatMap(self.right.letters))
    if one == other { return true }
    let length = min(one.count, other.count)
    let allowed = min(length >= 6 ? 2 : length == 5 ? 1 : 0, typingErrorsAllowed)
    return allowed > 0 && WordForms.typingErrors(one, other, atMost: allowed) != nil
  }

  /// Takes out words that only stand elsewhere.
  private func cancelEqual(_ left: inout [Rest], _ right: inout [Rest]) {
    var counts: [UInt64: Int] = [:]
    for rest in right { counts[rest.word.hash, default: 0] += 1 }
    var moved: [UInt64: Int] = [:]
    left.removeAll { rest in
      guard let count = counts[rest.word.hash], count > 0 else { return false }
      counts[rest.word.hash] = count - 1
      moved[rest.word.hash, default: 0] += 1
      return true
    }
    right.removeAll { rest in
      guard let count = moved[rest.word.hash], count > 0 else { return false }
      moved[rest.word.hash] = count - 1
      return true
    }
  }

  /// Takes out words that say the same as one of the other text.
  private func cancelAlike(_ left: inout [Rest], _ right: inout [Rest], typingErrors: Int) {
    let keys = right.map(\.key)
    let partners = partners(left, right)
    var taken = [Bool](repeating: false, count: right.count)
    left.removeAll { one in
      for place in partners(one)
      where !taken[place] && one.key.maySayTheSame(as: keys[place], typingErrors: typingErrors) {
        guard saysTheSame(one, right[place], typingErrors: typingErrors) else { continue }
        taken[place] = true
        return true
      }
      return false
    }
    right = right.indices.filter { !taken[$0] }.map { right[$0] }
  }

  private func areOpposites(_ left: Rest, _ right: Rest) -> Bool {
    if !left.sides.isEmpty, left.sides.contains(where: { right.sides.contains($0 ^ 1) }) {
      // Is and was, on and off are in most texts: only in the same place they say something.
      return (left.word.isContent && right.word.isContent)
        || (left.gap == right.gap && left.gapWords <= TextComparison.samePlace)
    }
    return left.key.tail == right.key.tail && left.key.tail != 0 && left.word.isContent && right.word.isContent
      && WordForms.isTurned(left.letters, right.letters)
  }

  /// Whether two words are forms, spellings or typing errors of each other, or mean the same.
  private func saysTheSame(_ left: Rest, _ right: Rest, typingErrors allowed: Int) -> Bool {
    guard left.word.isContent || left.word.isLinking, right.word.isContent || right.word.isLinking,
      left.word.kind != .name, right.word.kind != .name, left.word.kind != .character, right.word.kind != .character,
      left.word.kind != .symbol, right.word.kind != .symbol
    else { return isMisspelledValue(left, right) }
    if !left.meanings.isEmpty, left.meanings.contains(where: right.meanings.contains) { return true }
    let known = (left.isKnown ? 1 : 0) + (right.isKnown ? 1 : 0)
    if left.key.stem == right.key.stem || (left.key.head == right.key.head && left.key.head != 0),
      WordForms.areInflected(left.letters, right.letters, bothKnown: known == 2)
    {
      return true
    }
    guard known < 2, allowed > 0, (left.key.mask ^ right.key.mask).nonzeroBitCount <= 2 * allowed else { return false }
    let length = min(left.letters.count, right.letters.count)
    let isCapital = left.word.kind == .capital && right.word.kind == .capital
    let maximum = length < 4 || (known == 1 && length < 8) || isCapital ? 1 : allowed
    guard length >= (allowed == 2 ? 2 : 5),
      let errors = WordForms.typingErrors(left.letters, right.letters, atMost: maximum)
    else { return false }
    // Names differ by little, and mostly at their ends: Anna and Anne, Martin and Martina.
    if isCapital, length < 6 || left.letters.first != right.letters.first || left.letters.last != right.letters.last {
      return false
    }
    return errors < 2 || (left.letters.count == right.letters.count && !isSubstance(left) && !isSubstance(right))
  }

  /// Whether one is a weekday or the like, and the other no word at all, but nearly that.
  private func isMisspelledValue(_ left: Rest, _ right: Rest) -> Bool {
    let kinds = [left.word.kind, right.word.kind]
    guard kinds.contains(.value), kinds.contains(.ordinary) || kinds.contains(.capital) || kinds.contains(.name) else {
      return false
    }
    return min(left.letters.count, right.letters.count) >= 5
      && WordForms.typingErrors(left.letters, right.letters, atMost: 1) != nil
  }

  /// Whether a word ends as the names of drugs do, which differ by little.
  private func isSubstance(_ rest: Rest) -> Bool {
    TextComparison.substances.contains { rest.letters.count > $0.count && rest.letters.suffix($0.count) == $0[...] }
  }

  private static let substances =
    "pril sartan statin olol cillin mycin azole azepam azolam oxacin cycline dipine prazole tidine caine mab nib vir gliptin formin profen triptan setron parin lukast afil thiazide semide pime xime sone solone done phine pam lam xetine pramine zine cef cort"
    .split(separator: " ").map { (ending: Substring) in ending.unicodeScalars.map(\.value) }

  /// Whether words were replaced by others: in a short text any, in a long one those in the same place.
  private func isReplaced(_ left: [Rest], _ right: [Rest], _ alignment: WordAlignment) -> Bool {
    guard !left.isEmpty, !right.isEmpty else { return false }
    if left.contains(where: { $0.word.kind == .symbol }), right.contains(where: { $0.word.kind == .symbol }) {
      return true
    }
    let counts = [self.left, self.right].map { $0.words.count(where: \.isContent) }
    let count = max(counts[0], counts[1])
    let common = min(counts[0] - left.count, counts[1] - right.count)
    guard count > TextComparison.shortText else { return common * 2 >= count }
    var gapWords = 0
    for gap in alignment.gaps {
      gapWords += max(
        self.left.words[gap.left].count(where: \.isContent), self.right.words[gap.right].count(where: \.isContent))
    }
    guard gapWords * 4 <= count else { return false }
    let gaps = Set(left.map(\.gap))
    return right.contains { gaps.contains($0.gap) }
  }
}

extension TellingWords.Word {
  /// Whether it has a meaning of its own.
  var isContent: Bool {
    switch kind {
    case .ordinary, .known, .capital, .name, .character, .symbol: true
    default: false
    }
  }

  /// Whether its absence says nothing.
  var isLinking: Bool { kind == .linking || kind == .direction || kind == .conjunction }

  var isExact: Bool { kind == .name || kind == .number || kind == .identifier || kind == .capital }
}
