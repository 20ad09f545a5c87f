import Database
import MemoryModel

extension TellingWords {
  /// Reads a text from its beginning to its end, a word at a time.
  struct Reader {
    private let scalars: [Unicode.Scalar]
    private let vocabulary = TellingVocabulary.shared
    var words: [Word] = []
    var letters: [UInt16] = []
    var shapes: [UInt64: UInt64] = [:]
    var characters = Mixer.start
    private var isStart = true
    private var capitals = 0
    private var german = 0
    private var english = 0

    init(_ text: String) {
      scalars = Array(text.unicodeScalars)
      words.reserveCapacity(scalars.count / 5)
      letters.reserveCapacity(scalars.count)
    }

    /// Whether nearly all words have a capital, or all nouns do.
    var capitalsSayNothing: Bool { german > english || (words.count >= 4 && capitals * 10 >= words.count * 6) }

    mutating func read() {
      var start = 0
      func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
      while start < scalars.count {
        if let end = smallWord(from: start) {
          start = end
          continue
        }
        let scalar = scalars[start]
        if scalar.value < 0x80 ? scalar.isBlankASCII : isBlank(scalar) {
          if scalar == "\n" { isStart = true }
          start += 1
          continue
        }
        if scalar.isWordAlone {
          note(start..<start + 1)
          append([scalar.value], scalar.isPictogram ? .symbol : .character)
          start += 1
          continue
        }
        var end = start + 1
        while end < scalars.count {
          let next = scalars[end]
          if next.value < 0x80 ? next.isBlankASCII : next.isWordAlone { break }
          if next.value >= 0x80, isBlank(next) {
            // A number's thousands may be kept apart by a blank that does not break.
            guard next.value == 0x202F || next.value == 0xA0, scalars[end - 1].isDigit, end + 1 < scalars.count,
              scalars[end + 1].isDigit
            else { break }
          }
          end += 1
        }
        note(start..<end)
        chunk(start..<end)
        start = end
      }
    }

    /// Reads a word of ASCII letters, the most frequent case; nil for anything else.
    private mutating func smallWord(from start: Int) -> Int? {
      var end = start
      var hash = Mixer.start
      let first = letters.count
      let isCapital = (0x41...0x5A).contains(scalars[start].value)
      var whole = characters
      while end < scalars.count {
        let value = scalars[end].value
        let small = value | 0x20
        guard value < 0x80, (0x61...0x7A).contains(small) else { break }
        guard value == small || end == start else {
          letters.removeLast(letters.count - first)
          return nil
        }
        hash = Mixer.adding(UInt64(small), to: hash)
        whole = Mixer.adding(UInt64(small), to: whole)
        letters.append(UInt16(small))
        end += 1
      }
      var behind = end
      var endsSentence = false
      if end > start, end < scalars.count, !scalars[end].isBlankASCII {
        let mark = scalars[end].value
        guard mark == 0x2C || mark == 0x2E, end + 1 == scalars.count || scalars[end + 1].isBlankASCII else {
          letters.removeLast(letters.count - first)
          return nil
        }
        whole = Mixer.adding(UInt64(mark), to: whole)
        endsSentence = mark == 0x2E
        behind += 1
      }
      guard end > start else { return nil }
      characters = whole
      word(hash: Mixer.finish(hash), start: first, isCapital: isCapital)
      isStart = endsSentence
      return behind
    }

    private mutating func note(_ range: Range<Int>) {
      for index in range {
        characters = Mixer.adding(UInt64(scalars[index].small), to: characters)
      }
    }

    /// What stands between two blanks: a number, an identifier, or words.
    private mutating func chunk(_ whole: Range<Int>) {
      var range = whole
      while let first = range.first, !scalars[first].isWordCharacter,
        !(scalars[first].leadsWord && range.count > 1 && opensWord(range))
      { range.removeFirst() }
      while let last = range.last, !scalars[last].isWordCharacter, !scalars[last].endsWord(range.count) {
        range.removeLast()
      }
      defer {
        if let last = scalars[whole].last(where: { !$0.isQuote }) { isStart = last.endsSentence }
      }
      guard !range.isEmpty else { return operators(whole) }
      if scalars[range].contains(where: \.isDigit) { return withDigits(range) }
      if isIdentifier(range) { return identifier(range) }
      plain(range)
    }

    /// Whether a letter or a digit follows a sign, or at most two more signs.
    private func opensWord(_ range: Range<Int>) -> Bool {
      let next = scalars[range].dropFirst().prefix(3)
      guard let first = next.firstIndex(where: \.isWordCharacter) else { return false }
      return next[..<first].allSatisfy(\.leadsWord)
    }

    /// What stands between two blanks without a letter or digit: a unit, a comparison, or marks that say nothing.
    private mutating func operators(_ range: Range<Int>) {
      let shown = scalars[range].map(\.value)
      if range.count == 1, scalars[range.lowerBound].isUnitSign { return unit(shown) }
      if shown == [0x26] { return append(shown, .conjunction) }
      guard scalars[range].allSatisfy(\.isOperator), shown.contains(where: { $0 != 0x21 }) else { return }
      append(shown, .identifier)
    }

    // MARK: Numbers

    /// A number with its sign, currency and unit; else an identifier.
    private mutating func withDigits(_ whole: Range<Int>) {
      var range = whole
      var sign: [UInt32] = []
      var currency: [UInt32] = []
      while let first = range.first, !scalars[first].isDigit {
        let scalar = scalars[first]
        if scalar.isMinus {
          sign = [0x2D]
        } else if scalar.isCurrency {
          currency = [scalar.value]
        } else if scalar != "#" && scalar != "+" {
          break
        }
        range.removeFirst()
      }
      if let first = range.first, scalars[first] == "v" || scalars[first] == "V", range.count > 1,
        scalars[first + 1].isDigit
      {
        range.removeFirst()
      }
      guard let first = range.first, scalars[first].isDigit else { return identifier(whole) }
      var end = first + 1
      while end < range.upperBound {
        if scalars[end].isDigit || (scalars[end].joinsDigits && end + 1 < range.upperBound && scalars[end + 1].isDigit)
        {
          end += 1
        } else {
          break
        }
      }
      let digits = scalars[first..<end].map(\.digitOrSelf)
      let rest = end..<range.upperBound
      guard let suffix = unitSuffix(rest) else { return identifier(whole) }
      number(
        digits, sign: sign, hasUnit: !currency.isEmpty || suffix.unit != nil || nextIsUnit(after: whole.upperBound))
      if !currency.isEmpty { unit(currency) }
      if let word = suffix.unit { unit(word) }
      if !suffix.rest.isEmpty { plain(suffix.rest) }
    }

    /// The unit that follows a number without a blank, and what follows that; nil for what is not a unit.
    private func unitSuffix(_ rest: Range<Int>) -> (unit: [UInt32]?, rest: Range<Int>)? {
      guard !rest.isEmpty else { return (nil, rest) }
      var end = rest.lowerBound
      while end < rest.upperBound, scalars[end].isWordCharacter || scalars[end].isUnitSign { end += 1 }
      let word = scalars[rest.lowerBound..<end].map(\.small)
      let behind = end < rest.upperBound ? (end + 1)..<rest.upperBound : rest.upperBound..<rest.upperBound
      if scalars[behind].contains(where: \.isDigit) { return nil }
      if word.isEmpty { return (nil, behind) }
      if ["st", "nd", "rd", "th", "er", "e", "º", "ª"].contains(where: { $0.unicodeScalars.map(\.value) == word }) {
        return (nil, behind)
      }
      return vocabulary.unit(Mixer.word(word)) != nil ? (word, behind) : nil
    }

    private func nextIsUnit(after start: Int) -> Bool {
      guard start + 1 < scalars.count, scalars[start].isBlankASCII else { return false }
      let word = scalars[(start + 1)...].prefix(20).prefix { $0.isWordCharacter || $0.isUnitSign }.map(\.small)
      return vocabulary.unit(Mixer.word(word)) != nil
    }

    /// Writes a number in one way: 1,234.50 and 1234.5, 3,5 and 3.5, 08:30 and 8:30.
    private mutating func number(_ digits: [UInt32], sign: [UInt32], hasUnit: Bool) {
      var digits = digits
      var groups = [[UInt32]](
        digits.split(omittingEmptySubsequences: false) { !(0x30...0x39).contains($0) }.map(Array.init))
      let marks = digits.filter { !(0x30...0x39).contains($0) }
      let isThousands = !marks.isEmpty && groups.dropFirst().allSatisfy { $0.count == 3 } && groups[0].count <= 3
      if isThousands,
        marks.allSatisfy({ [0x2C, 0x27, 0x2019, 0xA0, 0x202F].contains($0) })
          || (marks.count > 1 && marks.allSatisfy { $0 == 0x2E })
      {
        digits = groups.flatMap { $0 }
      } else if !isThousands, marks.count > 1, Set(marks.dropLast()).count == 1, marks.last != marks.first,
        [0x2C, 0x2E].contains(marks[0]), [0x2C, 0x2E].contains(marks[marks.count - 1]),
        groups.dropFirst().dropLast().allSatisfy({ $0.count == 3 })
      {
        // 1,234.50 and 1.234,50
        let fraction = groups.removeLast()
        digits = groups.flatMap { $0 } + [0x2E] + fraction
      } else if marks == [0x2C], groups[1].count <= 2 {
        digits = groups[0] + [0x2E] + groups[1]
      } else if marks.contains(0x3A), groups[0].count == 2, groups[0][0] == 0x30 {
        digits.removeFirst()
      }
      if let point = digits.firstIndex(of: 0x2E), point == digits.lastIndex(of: 0x2E),
        digits.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) })
      {
        // 1.000 is one in one language and a thousand in another: only one or two zeros say nothing.
        let fraction = digits[(point + 1)...]
        if fraction.count <= 2, fraction.allSatisfy({ $0 == 0x30 }) {
          digits = Array(digits[..<point])
        } else if hasUnit, fraction.count == 2, fraction.last == 0x30 {
          digits.removeLast()
        }
      }
      append(sign + digits, .number)
    }

    private mutating func unit(_ word: [UInt32]) {
      let hash = Mixer.word(word)
      append(word, .unit, hash: vocabulary.unit(hash) ?? hash)
    }

    // MARK: Identifiers

    /// Whether it is an address, a path, a file, a tag, a name of a program's parts or the like.
    private func isIdentifier(_ range: Range<Int>) -> Bool {
      var (slashes, dots) = (0, 0)
      var previous: Unicode.Scalar?
      var isCamel = false
      var longest = 0
      var run = 0
      for index in range {
        let scalar = scalars[index]
        switch scalar {
        case "@", "_", "\\", "=", "~", "#": return true
        case "/":
          slashes += 1
          if index == range.lowerBound { return true }
        case "+": if index == range.upperBound - 1 { return true }
        case ":":
          if index + 1 < range.upperBound, scalars[index + 1] == "/" || scalars[index + 1] == ":" { return true }
        case ".":
          if index == range.lowerBound { return true }
          // "end.Next" only lacks a blank.
          if index + 1 < range.upperBound, !scalars[index + 1].properties.isUppercase || run <= 1 { dots += 1 }
        default: break
        }
        if scalar.isWordCharacter {
          run += 1
          longest = max(longest, run)
          if let previous, previous.properties.isLowercase, scalar.properties.isUppercase { isCamel = true }
        } else {
          run = 0
        }
        previous = scalar
      }
      return slashes > 1 || isCamel || (dots > 0 && longest > 1)
    }

    private mutating func identifier(_ whole: Range<Int>) {
      var range = whole
      if range.count > 2, scalars[range.upperBound - 1].small == 0x73, scalars[range.upperBound - 2].isApostrophe {
        range = range.lowerBound..<(range.upperBound - 2)
      }
      let original = scalars[range].map(\.value)
      let small = scalars[range].map(\.small)
      let hash = Mixer.word(small)
      // An id such as aBcD1x: its case is part of it, unless everything is written in one.
      if scalars[range].contains(where: \.isDigit) {
        let letters = scalars[range].filter { $0.properties.isAlphabetic }
        let upper = letters.count { $0.properties.isUppercase }
        let isInitial = upper == 1 && letters.first?.properties.isUppercase == true
        if upper > 0, upper < letters.count, !isInitial { shapes[hash] = Mixer.word(original) }
      }
      append(small, .identifier, hash: hash)
    }

    // MARK: Words

    /// Words without digits, joined by hyphens or other marks.
    private mutating func plain(_ range: Range<Int>) {
      var start = range.lowerBound
      // U.S.A. is one word.
      let pieces = scalars[range].split { $0 == "." }
      if pieces.count > 1, pieces.allSatisfy({ $0.count == 1 }) {
        return word(pieces.flatMap { $0 }.map(\.small), isCapital: false)
      }
      while start < range.upperBound {
        guard scalars[start].isWordCharacter else {
          if scalars[start].isCurrency || scalars[start] == "%" { unit([scalars[start].value]) }
          start += 1
          continue
        }
        var end = start + 1
        while end < range.upperBound,
          scalars[end].isWordCharacter
            || (scalars[end].isApostrophe && end + 1 < range.upperBound && scalars[end + 1].isWordCharacter)
        { end += 1 }
        var isCapital = scalars[start].properties.isUppercase
        var word = scalars[start..<end].map { $0.isApostrophe ? 0x27 : $0.small }
        if let mark = word.firstIndex(of: 0x27) {
          if word.suffix(3).elementsEqual([0x6E, 0x27, 0x74]) {
            // mustn't: must not; of can't and won't only the not is left.
            if word.count > 5 { self.word(Array(word.dropLast(3)), isCapital: false) }
            word = [0x6E, 0x6F, 0x74]
          } else if mark <= 2, !TellingWords.endings.contains(Array(word[(mark + 1)...])) {
            // l'eau, d'Anna, qu'il
            isCapital = scalars[start + mark + 1].properties.isUppercase
            word.removeFirst(mark + 1)
          } else {
            // Anna's, they're
            word.removeLast(word.count - mark)
          }
        }
        self.word(word, isCapital: isCapital)
        start = end
        isStart = false
      }
    }

    private mutating func word(_ word: [UInt32], isCapital: Bool) {
      guard !word.isEmpty else { return }
      let start = letters.count
      letters += word.map { UInt16(truncatingIfNeeded: $0) }
      let isNegation = word.count > 1 && word.contains { $0 == 0xC54A || $0 == 0xBABB || $0 == 0xC5C6 }
      self.word(hash: Mixer.word(word), start: start, isCapital: isCapital, isNegation: isNegation)
    }

    /// A word whose letters are there already.
    private mutating func word(hash: UInt64, start: Int, isCapital: Bool, isNegation: Bool = false) {
      if isCapital { capitals += 1 }
      let entry = vocabulary.entry(hash)
      func add(_ kind: TellingKind, _ hash: UInt64, to words: inout [Word]) {
        words.append(Word(hash: hash, kind: kind, start: Int32(start), count: Int32(letters.count - start)))
      }
      guard let entry else {
        // Korean negations are part of a word.
        let kind: TellingKind = isNegation ? .negation : !isCapital ? .ordinary : isStart ? .capital : .name
        return add(kind, hash, to: &words)
      }
      if let number = entry.number { return add(.number, number, to: &words) }
      if let unit = entry.unit, words.last?.kind == .number { return add(.unit, unit, to: &words) }
      if entry.kind == .linking || entry.kind == .negation {
        if TellingWords.germanMarks.contains(hash) { german += 1 }
        if TellingWords.englishMarks.contains(hash) { english += 1 }
      }
      // A capital does not make a name of an everyday word.
      add(entry.kind ?? (isCapital ? .known : .ordinary), hash, to: &words)
    }

    private mutating func append(_ word: [UInt32], _ kind: TellingKind, hash: UInt64? = nil) {
      let start = Int32(letters.count)
      letters += word.map { UInt16(truncatingIfNeeded: $0) }
      var (kind, hash) = (kind, hash ?? Mixer.word(word))
      if kind == .character, let entry = vocabulary.entry(hash) {
        kind = entry.kind ?? kind
        if let number = entry.number { (kind, hash) = (.number, number) }
      }
      words.append(Word(hash: hash, kind: kind, start: start, count: Int32(word.count)))
    }
  }

  private static let endings: Set<[UInt32]> = Set(
    ["s", "m", "re", "ll", "ve", "d", "t"].map { (ending: String) in ending.unicodeScalars.map(\.value) })

  private static let germanMarks = marks(
    "der das den dem ein eine einen ist und nicht kein keine ich im mit für auf zu auch sich wird")
  private static let englishMarks = marks("the is are and of to with for on at has was i it not that this")

  private static func marks(_ text: String) -> Set<UInt64> {
    Set(text.split(separator: " ").map { Mixer.word(String($0)) })
  }
}
