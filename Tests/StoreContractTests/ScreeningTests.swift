import Database
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// What `add` finds for a user with many memories by way of indexes is what comparing all of them finds.
@Suite struct ScreeningTests {
  /// More memories than are compared without asking an index.
  private static let rows = ScreenedTexts.wholeMaximum + 400
  private static let thresholds = DeduplicationOptions().thresholds

  private static func words(_ random: inout RepairPropertyTests.Seeded) -> [String] {
    let syllables = ["ka", "lo", "mi", "ren", "sta", "tu", "vor", "zen", "bel", "dor"]
    return (0..<120).map { _ in
      (0..<Int.random(in: 2...3, using: &random)).map { _ in syllables.randomElement(using: &random) ?? "" }.joined()
    }
  }

  /// Memories of two large users, the words drawn from few, so that texts are alike by chance, too.
  private static func memories(_ random: inout RepairPropertyTests.Seeded) -> [MemoryFields] {
    let words = words(&random)
    return (0..<rows * 2).map { number in
      let text = (0..<Int.random(in: 5...12, using: &random)).map { _ in
        words[min(Int.random(in: 0..<120, using: &random), Int.random(in: 0..<120, using: &random))]
      }
      return memory(text.joined(separator: number % 5 == 0 ? " of the " : " "), user: number % 2 == 0 ? "ada" : "ben")
    }
  }

  /// A text changed a little, or more.
  private static func changed(_ text: String, _ kind: Int, _ random: inout RepairPropertyTests.Seeded) -> String {
    var words = text.split(separator: " ").map(String.init)
    let place = Int.random(in: 0..<words.count, using: &random)
    func typed(_ word: String) -> String { String(word.dropLast()) + "q" }
    switch kind {
    case 0: return text
    case 1: words[place] = typed(words[place])
    case 2:
      words[0] = typed(words[0])
      words[words.count - 1] = typed(words[words.count - 1])
    case 3: words.shuffle(using: &random)
    case 4: words.insert("kalomi", at: place)
    case 5: words.remove(at: place)
    case 6: return text.uppercased() + " !"
    case 7: words[place] += " 17"
    default: words = words.map(typed)
    }
    return words.joined(separator: " ")
  }

  @Test("the same duplicates are found with the index of words as without it", arguments: StoreKind.allCases)
  func findsTheSame(kind: StoreKind) throws {
    var random = RepairPropertyTests.Seeded(state: 11)
    let memories = ScreeningTests.memories(&random)
    let (screened, whole) = (try Fixture.prepared(kind), try Fixture.prepared(kind))
    for fixture in [screened, whole] { _ = try fixture.store.insert(memories) }
    _ = try screened.store.buildIndexes(nil, NoProgress())
    #expect(try screened.store.hasTextIndex() && !whole.store.hasTextIndex())
    var found: [DuplicateLayer: Int] = [:]
    for number in 0..<90 {
      let original = memories[number * 14 % memories.count]
      let new = memory(ScreeningTests.changed(original.content, number % 9, &random), user: original.userID)
      let reports = try [screened, whole].map { fixture in
        try RepairService(store: fixture.store, author: author()).add(
          new, thresholds: ScreeningTests.thresholds, embedder: nil, dryRun: true)
      }
      let (first, second) = (reports[0].duplicate, reports[1].duplicate)
      #expect(
        first?.layer == second?.layer && first?.similarity == second?.similarity, "\(original.content) / \(new.content)"
      )
      if first?.layer == .exact { #expect(first?.memory.id == second?.memory.id) }
      if let layer = first?.layer { found[layer, default: 0] += 1 }
    }
    #expect(found.count == 3 && found.values.allSatisfy { $0 >= 5 }, "\(found)")
  }

  @Test("only few of a large user's texts are read, all of a small one's", arguments: StoreKind.allCases)
  func readsFew(kind: StoreKind) throws {
    var random = RepairPropertyTests.Seeded(state: 12)
    let fixture = try Fixture.prepared(kind)
    let rare = "The neighbour's greyhound dislikes thunderstorms and fireworks"
    let memories = ScreeningTests.memories(&random) + [memory(rare, user: "ada"), memory(rare, user: "carl")]
    _ = try fixture.store.insert(memories)
    #expect(try fixture.store.texts(sharing: 0.8, of: rare, userID: "ada") == nil)
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    let large = try #require(try fixture.store.texts(sharing: 0.8, of: rare, userID: "ada"))
    #expect(large.texts.map(\.content) == [rare] && !large.isWhole)
    #expect(try fixture.store.texts(sharing: 0.8, of: "neighbour's thunderstroms", userID: "ada")?.texts.count == 1)
    let small = try #require(try fixture.store.texts(sharing: 0.8, of: "whatever", userID: "carl"))
    #expect(small.texts.map(\.content) == [rare] && small.isWhole)
    // Where a clause is one word to the index, a single character would hide it.
    #expect(try fixture.store.texts(sharing: 0.8, of: "お茶が好きです、毎朝飲みます", userID: "ada") == nil)
  }

  /// So many different words.
  private static func words(_ beginning: String, _ count: Int) -> [String] {
    (0..<count).map { beginning + ["ton", "dal", "ver"][$0 / 26] + String(UnicodeScalar(UInt8(97 + $0 % 26))) }
  }

  @Test("a long text is found by what it shares, though its rarest words are in others", arguments: StoreKind.allCases)
  func findsLong(kind: StoreKind) throws {
    var random = RepairPropertyTests.Seeded(state: 13)
    let fixture = try Fixture.prepared(kind)
    let (shared, rare) = (ScreeningTests.words("shar", 22), ScreeningTests.words("rar", 18))
    let like = shared.joined(separator: " ")
    let others = shared.map { memory("\($0) again and again, says \($0)", user: "ada") }
    let memories = ScreeningTests.memories(&random) + others + others + rare.map { memory($0 + " alone", user: "ada") }
    _ = try fixture.store.insert(memories + [memory(like, user: "ada")])
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    let text = (rare + shared).joined(separator: " ")
    let found = try #require(try fixture.store.texts(sharing: 0.5, of: text, userID: "ada"))
    #expect(found.texts.contains { $0.content == like } && found.texts.count < 100)
  }

  @Test("where all texts are alike, the very same one is found, and few are compared", arguments: StoreKind.allCases)
  func findsTheSameOfAlike(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let (words, count) = (ScreeningTests.words("com", 36).joined(separator: " "), 21_000)
    let first = ScreeningTests.words("com", 1)[0]
    _ = try fixture.store.insert((0..<count).map { memory("\(words) number \($0)", user: "ada") })
    _ = try fixture.store.buildIndexes(nil, NoProgress())
    if kind == .postgres { try fixture.store.driver.execute("ANALYZE memories") }
    for number in [0, count / 2, count - 1] {
      let text = "\(words) number \(number)"
      let found = try #require(try fixture.store.texts(sharing: 0.5, of: text, userID: "ada"))
      // What a coordinator knows of shards does not tell which words are frequent.
      let isRight =
        TestDatabase.isCluster
        ? found.texts.contains { $0.content == text } : found.texts.map(\.content) == [text]
      #expect(!found.isWhole && isRight)
      for changed in [text + ".", text.uppercased(), text.replacing(first, with: first + "q"), text + " again"] {
        let found = try #require(try fixture.store.texts(sharing: 0.5, of: changed, userID: "ada"))
        #expect(found.texts.contains { $0.content == text }, "\(changed)")
      }
    }
    let none = try fixture.store.texts(sharing: 0.5, of: words + " number none", userID: "ada")?.texts
    #expect(TestDatabase.isCluster || none == [])
  }
}
