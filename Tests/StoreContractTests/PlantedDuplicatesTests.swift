import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Duplicates of each layer, planted among memories that are nearly alike.
@Suite struct PlantedDuplicatesTests {
  @Test("each planted duplicate is found by its layer, and nothing else", arguments: StoreKind.allCases)
  func finds(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    var random = RepairPropertyTests.Seeded(state: 7)
    func word() -> String {
      String((0..<6).map { _ in Character(UnicodeScalar(UInt8.random(in: 97...122, using: &random))) })
    }
    func sentence() -> [String] { (0..<10).map { _ in word() } }
    // Two numbers of an angle, and one that lifts them out of each other's reach.
    func vector(_ degrees: Int) -> [Float] {
      let radians = Double(degrees) * .pi / 180
      return [Float(cosine(radians)), Float(cosine(radians - .pi / 2)), 0]
    }
    var memories: [MemoryFields] = []
    var expected: [Set<Int64>: String] = [:]
    func add(_ text: String, _ user: String, _ degrees: Int?) -> Int64 {
      memories.append(memory(text, user: user, vector: degrees.map(vector)))
      return Int64(memories.count)
    }
    for number in 0..<60 {
      // Each user has four pairs, in directions of their own; the decoys are alike, but not enough, or another's.
      let user = "user_\(number)"
      let chosen = sentence()
      let text = chosen.joined(separator: " ")
      let exact = [add(text, user, 0), add(text, user, 0)]
      let fuzzyText = sentence().joined(separator: " ")
      let fuzzy = [
        add(fuzzyText, user, 90), add(fuzzyText.dropLast() + (fuzzyText.hasSuffix("q") ? "x" : "q"), user, nil),
      ]
      let phrase = sentence()
      let phrases = [
        add(phrase.joined(separator: " "), user, nil), add(phrase.reversed().joined(separator: " of "), user, nil),
      ]
      let semantic = [
        add(sentence().joined(separator: " "), user, 180), add(sentence().joined(separator: " "), user, 210),
      ]
      _ = add(text, "other_\(number)", 0)
      _ = add((phrase.prefix(7) + sentence().prefix(3)).joined(separator: " "), user, 270)
      expected[Set(exact)] = "exact"
      expected[Set(fuzzy)] = "fuzzy"
      expected[Set(phrases)] = "key_phrase"
      expected[Set(semantic)] = "semantic"
    }
    _ = try fixture.store.insert(memories)
    let service = DeduplicationService(
      store: fixture.store, author: author(), progress: NoProgress(), interruption: Interruption())
    let report = try service.run(DeduplicationOptions(), .merge, dryRun: true)
    var found: [Set<Int64>: String] = [:]
    for group in report.groups {
      found[Set([group.kept.id] + group.removed.map(\.memory.id))] = group.removed[0].method
    }
    #expect(found == expected)
    #expect(report.memories == memories.count && report.merged == 240)
    // Merged, nothing is left to merge.
    #expect(try service.run(DeduplicationOptions(), .merge, dryRun: false).merged == 240)
    #expect(try service.run(DeduplicationOptions(), .merge, dryRun: false).groups.isEmpty)
    #expect(try fixture.store.statistics(userID: nil).memories == Int64(memories.count - 240))
  }

  @Test("of a chain only what is like the memory that is kept is merged into it", arguments: StoreKind.allCases)
  func cutsChains(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let words = (0..<90).map { number in
      "word" + String(repeating: "abcdefghij".map(String.init)[number % 10], count: 2 + number / 10)
    }
    // Each text is the one before, shifted by a word: the first and the last have none in common.
    _ = try fixture.store.insert((0..<60).map { memory(words[$0..<($0 + 30)].joined(separator: " ")) })
    let service = DeduplicationService(
      store: fixture.store, author: author(), progress: NoProgress(), interruption: Interruption())
    let groups = try service.run(DeduplicationOptions(), .show, dryRun: false).groups
    #expect(groups.count > 3)
    for group in groups {
      for (removed, similarity, method) in group.removed {
        // Measured anew against the one that is kept.
        let ratio = TextRatio.ratio(removed.fields.content, group.kept.fields.content)
        let isNear = method == "fuzzy" ? ratio == similarity && ratio >= 0.95 : abs(removed.id - group.kept.id) <= 3
        #expect(isNear, "\(removed.id) into \(group.kept.id), \(method) \(similarity)")
      }
    }
    let ends = groups.filter { group in
      let ids = [group.kept.id] + group.removed.map(\.memory.id)
      return ids.contains(1) && ids.contains(60)
    }
    #expect(ends.isEmpty)
  }

  @Test("what stands behind a NUL counts")
  func readsBehindNUL() throws {
    let fixture = try Fixture.prepared(.sqlite)
    fixture.store.close()
    try fixture.folder.sqlite(
      "store.db",
      """
      INSERT INTO memories (user_id, content) VALUES ('ada', 'same' || char(0) || 'first'), ('ada', 'same' || char(0) || 'other')
      """)
    var options = DeduplicationOptions()
    options.thresholds = [.exact: 1]
    let service = DeduplicationService(
      store: fixture.store, author: author(), progress: NoProgress(), interruption: Interruption())
    #expect(try service.run(options, .show, dryRun: false).groups.isEmpty)
    #expect(try fixture.store.list(ListQuery(limit: 2)).map(\.fields.content) == ["same\0first", "same\0other"])
  }

  /// The cosine of an angle by its series, so that the test needs no library.
  private func cosine(_ radians: Double) -> Double {
    let reduced = radians.remainder(dividingBy: 2 * .pi)
    var (term, sum) = (1.0, 1.0)
    for step in stride(from: 2.0, through: 40, by: 2) {
      term *= -reduced * reduced / (step * (step - 1))
      sum += term
    }
    return sum
  }
}
