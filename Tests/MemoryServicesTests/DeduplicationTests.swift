import Kernels
import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

/// The measures of likeness, against slow and obvious ones.
@Suite struct DeduplicationTests {
  /// A generator whose numbers are the same each time (SplitMix64).
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  /// The textbook's table.
  private func longestCommonSubsequence(_ left: [UInt32], _ right: [UInt32]) -> Int {
    var previous = [Int](repeating: 0, count: right.count + 1)
    for a in left {
      var current = [0]
      for (column, b) in right.enumerated() {
        current.append(a == b ? previous[column] + 1 : max(previous[column + 1], current[column]))
      }
      previous = current
    }
    return previous[right.count]
  }

  @Test("the ratio equals the textbook's, at lengths around 64 and 128")
  func ratioIsExact() {
    var random = Seeded(state: 1)
    for length in [0, 1, 2, 5, 63, 64, 65, 127, 128, 129, 200] {
      for _ in 0..<20 {
        let left = (0..<length).map { _ in UInt32.random(in: 97...101, using: &random) }
        let right = (0..<Int.random(in: 0...(length + 8), using: &random)).map { _ in
          UInt32.random(in: 97...101, using: &random)
        }
        let expected =
          left.isEmpty && right.isEmpty
          ? 1 : 2 * Double(longestCommonSubsequence(left, right)) / Double(left.count + right.count)
        #expect(TextRatio.ratio(left, right, atLeast: 0) == expected)
        #expect(TextRatio.ratio(left, right, atLeast: expected + 1e-9) == nil || expected == 1)
      }
    }
  }

  @Test("texts are compared without case and white space, whatever their script")
  func ratios() {
    let table: [(String, String, Double)] = [
      ("", "", 1), ("a", "", 0), ("Tea  time", " tea\ntime ", 1), ("abcd", "abxd", 0.75), ("日本語", "日本", 0.8),
      ("👩‍👩‍👧", "👩‍👩‍👧", 1), ("ÄÖ", "äö", 1), ("abc", "xyz", 0),
    ]
    for (left, right, expected) in table {
      #expect(abs(TextRatio.ratio(left, right) - expected) < 1e-12, "\(left) \(right)")
      #expect(TextRatio.ratio(left, right) == TextRatio.ratio(right, left))
    }
    let long = String(repeating: "all work and no play ", count: 50_000)
    #expect(TextRatio.ratio(long, long + "x") == 1, "only the beginnings of a megabyte are compared")
  }

  @Test("words of four letters or more, each once, with Jaccard's index")
  func keyPhrases() {
    #expect(KeyPhrases.words("The tea, the TEAPOT and the teapot; four").count == 2)
    #expect(KeyPhrases.words("a an the 1234 x-y-z").isEmpty)
    #expect(KeyPhrases.words("Größe größe GRÖSSE").count == 2)
    let (left, right) = (KeyPhrases.words("alpha beta gamma delta"), KeyPhrases.words("delta gamma beta omega"))
    #expect(KeyPhrases.jaccard(left, right) == 3.0 / 5)
    #expect(KeyPhrases.jaccard(left, []) == 0 && KeyPhrases.jaccard(left, left) == 1)
    #expect((3...10).map { KeyPhrases.prefixLength($0, threshold: 0.8) } == [1, 1, 2, 2, 2, 2, 2, 3])
  }

  private func memory(_ id: Int64, _ content: String, user: String = "ada", _ vector: [Float]? = nil) -> Memory {
    Memory(
      id: id,
      fields: MemoryFields(
        userID: user, content: content, embedding: vector.map(Vector.init), createdAt: Timestamp(microseconds: 0),
        updatedAt: Timestamp(microseconds: 0)))
  }

  @Test("a number of rows that cannot be true makes no room", arguments: [.min, -1, 0, 5, 1 << 57, .max] as [Int64])
  func impossibleCounts(count: Int64) {
    let sketches = Sketches(expecting: count, Set(DuplicateLayer.allCases))
    #expect(sketches.count == 0)
    var numbers: [Int64] = []
    numbers.reserve(expecting: count)
    #expect(numbers.capacity >= (count == 5 ? 5 : 0) && numbers.capacity < 10_000_000)
  }

  /// The pairs of a layer that are worth comparing.
  ///
  /// - Parameter wholeMaximum: See ``MemberGroups``; 1 leaves everything to the keys under which memories meet.
  private func pairs(
    _ layer: DuplicateLayer, _ memories: [Memory], threshold: Double = 0, dimensions: Int = 0, wholeMaximum: Int = 1
  ) throws -> Set<CandidatePair> {
    var sketches = Sketches(expecting: Int64(memories.count), [layer])
    let angular = AngularHash(dimensions: dimensions)
    for memory in memories { sketches.append(Sketches.Entry(memory, [layer], angular)) }
    let groups = MemberGroups(sketches.circles, members: Array(memories.indices), wholeMaximum: wholeMaximum)
    let pairs = CandidatePairs(groups: groups, interruption: Interruption())
    var table = PairTable(lengths: sketches.lengths)
    switch layer {
    case .exact: break
    case .fuzzy: try pairs.fuzzy(sketches, into: &table)
    case .keyPhrase:
      sketches.sortWordsByRarity()
      try pairs.keyPhrases(sketches, threshold: threshold, into: &table)
    case .semantic: try pairs.semantic(sketches, threshold: threshold, into: &table)
    }
    #expect(table.sorted.count == table.count && table.sorted.allSatisfy { !table[$0].isEmpty })
    return Set(table.sorted)
  }

  @Test(
    "no pair of texts with enough words in common is missed, and none of two users is found",
    arguments: [1, 1_000], [3...6, 3...60])
  func joinsWords(wholeMaximum: Int, counts: ClosedRange<Int>) throws {
    var random = Seeded(state: 2)
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let words: [String] = (0..<400).map { (number: Int) -> String in
      "word" + String([letters[number / 26], letters[number % 26]])
    }
    var texts = (0..<150).map { _ in words.shuffled(using: &random).prefix(Int.random(in: counts, using: &random)) }
    texts += texts.map { $0.dropLast($0.count / 8).shuffled(using: &random)[...] }
    let memories = texts.enumerated().map { number, text in
      memory(Int64(number), text.joined(separator: " "), user: number % 5 == 0 ? "ben" : "ada")
    }
    let found = try pairs(.keyPhrase, memories, threshold: 0.8, wholeMaximum: wholeMaximum)
    var expected: Set<CandidatePair> = []
    for left in memories.indices {
      for right in memories.indices where left < right {
        let (a, b) = (memories[left].fields, memories[right].fields)
        let (first, second) = (KeyPhrases.words(a.content), KeyPhrases.words(b.content))
        guard KeyPhrases.jaccard(first, second) >= 0.8, a.userID == b.userID,
          min(first.count, second.count) >= KeyPhrases.wordsMinimum
        else { continue }
        expected.insert(CandidatePair(left, right))
      }
    }
    #expect(found == expected && expected.count > 80)
  }

  @Test("texts with two typing errors in forty characters meet, others hardly ever do")
  func textsMeet() throws {
    var random = Seeded(state: 3)
    func text() -> String {
      String((0..<40).map { _ in Character(UnicodeScalar(UInt8.random(in: 97...122, using: &random))) })
    }
    let originals = (0..<500).map { _ in text() }
    let wrong = originals.map { original in
      var letters = Array(original)
      // Not digits: texts with other numbers never meet.
      letters[Int.random(in: 0..<20, using: &random)] = "q"
      letters[Int.random(in: 20..<40, using: &random)] = "z"
      return String(letters)
    }
    let found = try pairs(.fuzzy, (originals + wrong).enumerated().map { memory(Int64($0.offset), $0.element) })
    let met = originals.indices.count { found.contains(CandidatePair($0, $0 + 500)) }
    #expect(met >= 495, "\(met) of 500 met")
    #expect(found.count < met + 50)
  }

  @Test("vectors of a cosine of 0.85 meet, unrelated ones hardly ever do", arguments: [64, 256, 1_536])
  func vectorsMeet(dimensions: Int) throws {
    var random = Seeded(state: 4)
    func unit() -> [Float] {
      var values: [Float] = []
      for _ in 0..<dimensions {
        var sum: Float = 0
        for _ in 0..<6 { sum += Float.random(in: -1...1, using: &random) }
        values.append(sum)
      }
      return Vector(values).normalized.values
    }
    let originals = (0..<200).map { _ in unit() }
    let like = originals.map { vector -> [Float] in
      let noise = unit()
      var along: Float = 0
      for index in vector.indices { along += vector[index] * noise[index] }
      let across = Vector(vector.indices.map { (index: Int) -> Float in noise[index] - along * vector[index] })
        .normalized
      return vector.indices.map { (index: Int) -> Float in 0.855 * vector[index] + 0.5186 * across.values[index] }
    }
    let found = try pairs(
      .semantic, (originals + like).enumerated().map { memory(Int64($0.offset), "", $0.element) }, threshold: 0.85,
      dimensions: dimensions)
    let met = originals.indices.count { found.contains(CandidatePair($0, $0 + 200)) }
    #expect(met >= 195, "\(met) of 200 met")
    #expect(found.count < met + 20)
  }

  @Test("however many are alike, work and pairs grow with the memories only")
  func isBounded() throws {
    // One direction, one template, the same words: each is like each, which makes two million pairs.
    let memories = (0..<2_000).map { number in
      memory(Int64(number), "same words in every text \(String(repeating: "x", count: number % 40))", [1, 0.5, 0.25])
    }
    for layer in [DuplicateLayer.fuzzy, .keyPhrase, .semantic] {
      let found = try pairs(layer, memories, threshold: 0.8, dimensions: 3)
      #expect(found.count >= 2_000 && found.count <= 2_000 * 50, "\(layer): \(found.count)")
    }
  }

  @Test("entries are sorted by their upper bits and stay in order; a window keeps to its budget")
  func sortsEntries() {
    var random = Seeded(state: 5)
    for bits in [1, 7, 11, 12, 23, 32] {
      let entries = (0..<3_000).map { (number: UInt64) -> UInt64 in (random.next() << 32) | number }
      var (sorted, scratch) = (entries, entries)
      memsh_sort(&sorted, &scratch, entries.count, UInt32(bits))
      let shift = UInt64(64 - bits)
      let expected = entries.sorted { (left: UInt64, right: UInt64) -> Bool in
        let (first, second) = (left >> shift, right >> shift)
        return first != second ? first < second : left & 0xFFFF_FFFF < right & 0xFFFF_FFFF
      }
      #expect(sorted == expected)
    }
    // One bucket of 100, and 50 of 2: 4,950 and 50 pairs.
    var entries: [UInt64] = Array(0..<100)
    for number: UInt64 in 0..<100 { entries.append((1 + number / 2) << 32 | (100 + number)) }
    #expect(memsh_window(entries, 200, 32, 500, 5_000) == 500)
    #expect(memsh_window(entries, 200, 32, 500, 4_999) == 98)
    #expect(memsh_window(entries, 200, 32, 500, 149 + 98) == 2)
    #expect(memsh_window(entries, 200, 32, 500, 0) == 1)
    #expect(memsh_window(entries, 200, 32, 20, 1_000_000) == 20)
  }

  @Test("sets that were joined in any order are the same")
  func unites() {
    var sets = UnionFind(count: 6)
    #expect(sets.join(5, 3) && sets.join(3, 1) && !sets.join(1, 5) && sets.join(0, 2))
    #expect((0..<6).map { sets.root($0) } == [0, 1, 0, 1, 4, 1])
  }

  @Test("importance halves with every half-life since a memory was last read or changed")
  func decays() throws {
    let day: Int64 = 86_400_000_000
    var fields = memory(1, "x").fields
    fields.importanceScore = 0.8
    let now = Timestamp(microseconds: 100 * day)
    func decayed() -> (days: Double, importance: Double)? {
      RepairService.decayed(MemoryUse(Memory(id: 1, fields: fields)), halfLifeDays: 50, now: now)
    }
    let (days, importance) = try #require(decayed())
    #expect(days == 100 && importance == 0.2)
    fields.lastAccessedAt = Timestamp(microseconds: 50 * day)
    #expect(decayed()?.importance == 0.4)
    fields.importanceScore = nil
    #expect(decayed() == nil)
    fields.importanceScore = .nan
    #expect(decayed() == nil)
  }
}
