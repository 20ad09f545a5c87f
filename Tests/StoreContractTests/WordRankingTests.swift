import Database
import Foundation
import MemoryModel
import MemoryStore
import TestSupport
import Testing

@testable import PostgresDriver

/// Ranking by words: BM25 on both backends, as computed here from the texts.
@Suite struct WordRankingTests {
  private static let words = ["corn", "drum", "flag", "jazz", "milk", "palm"]

  /// Texts of 1 to 40 words, the first words of ``words`` much more frequent than the last.
  private static let texts: [String] = {
    var random = SeededGenerator(seed: 17)
    return (0..<120).map { _ in
      (0..<Int.random(in: 1...40, using: &random)).map { _ in
        let place = Int.random(in: 0..<6, using: &random) * Int.random(in: 0..<6, using: &random) / 5
        return Bool.random(using: &random) ? "gold" : words[place]
      }.joined(separator: " ")
    }
  }()

  /// Okapi BM25 of the texts that pass: frequencies of all texts, the length as each backend measures it.
  private static func expected(
    _ query: [String], _ kind: StoreKind, where passes: (Int) -> Bool = { _ in true }
  ) -> [(id: Int64, score: Double)] {
    let documents = texts.map { $0.split(separator: " ").map(String.init) }
    let found = documents.indices.filter { passes($0) && documents[$0].contains(where: query.contains) }
    let lengths = zip(texts, documents).map { Double(kind == .sqlite ? $1.count : $0.count) }
    let measured = kind == .sqlite ? lengths : found.map { lengths[$0] }
    let average = measured.reduce(0, +) / Double(measured.count)
    return found.map { place in
      let score = query.reduce(0.0) { sum, word in
        let having = Double(documents.count { $0.contains(word) })
        let weight = max(1e-6, log((Double(texts.count) - having + 0.5) / (having + 0.5)))
        let times = Double(documents[place].count { $0 == word })
        return sum + weight * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths[place] / average))
      }
      return (id: Int64(place + 1), score: score)
    }.sorted { ($1.score, $0.id) < ($0.score, $1.id) }
  }

  private static func filled(_ kind: StoreKind, isIndexed: Bool = true) throws -> Fixture {
    let fixture = try Fixture.prepared(kind)
    if isIndexed { _ = try fixture.store.buildIndexes(nil, NoProgress()) }
    _ = try fixture.store.insert(texts.enumerated().map { memory($1, user: $0.isMultiple(of: 3) ? "ben" : "ada") })
    #expect(try fixture.store.hasTextIndex() == isIndexed)
    return fixture
  }

  private static func check(_ store: MemoryStore, _ kind: StoreKind) throws {
    for query in [["palm"], ["palm", "milk"], ["gold"], ["corn", "palm", "jazz", "gold", "absent"]] {
      for user in [nil, "ben"] {
        let expected = expected(query, kind) { user == nil || $0.isMultiple(of: 3) }
        #expect(expected.count > 5)
        let text = TextQuery(
          text: query.joined(separator: " "), filter: MemoryFilter(userID: user), limit: expected.count + 1)
        let hits = try store.search(text).hits
        #expect(hits.map(\.memory.id) == expected.map(\.id), "\(query) \(user ?? "")")
        for (hit, (_, score)) in zip(hits, expected) { #expect(abs(hit.score - score) < 1e-9, "\(query)") }
        let few = try store.search(TextQuery(text: text.text, filter: text.filter, limit: 3)).hits
        #expect(few == Array(hits.prefix(3)))
      }
    }
  }

  @Test("rows by words have the scores of BM25, whatever the filter", arguments: StoreKind.allCases)
  func ranksByBM25(kind: StoreKind) throws {
    let fixture = try Self.filled(kind)
    try Self.check(fixture.store, kind)
  }

  @Test("the same without an index of words, where every row is read")
  func ranksWithoutIndex() throws {
    let fixture = try Self.filled(.postgres)
    try fixture.runForeign("DROP INDEX memsh_memories_text_idx")
    let store = MemoryStore(try PostgresDriver(connectionString: try #require(fixture.database).url))
    #expect(try !store.hasTextIndex())
    try Self.check(store, .postgres)
  }

  @Test(
    "columns of others change no answer, whatever they are called",
    arguments: [(StoreKind.sqlite, true), (.postgres, true), (.postgres, false)])
  func readsItsOwnColumns(kind: StoreKind, isIndexed: Bool) throws {
    let fixture = try Self.filled(kind, isIndexed: isIndexed)
    for name in [
      "score", "distance", "length", "document", "query", "column1", "column2", "lexeme", "positions", "weight",
      "characters", "word", "rank", "rowid_", "similarity", "memory_id",
    ] {
      try fixture.runForeign("ALTER TABLE memories ADD COLUMN \(name) text DEFAULT 'palm'")
    }
    fixture.store.forgetState()
    try Self.check(fixture.store, kind)
    var fields = memory("a memory with a vector", vector: [1, 0, 0])
    fields.userID = "cem"
    let id = try #require(try fixture.store.insert([fields]).first)
    let hits = try fixture.store.search(VectorQuery(vector: Vector([1, 0.1, 0]), limit: 1, strategy: .exact)).hits
    #expect(hits.map(\.memory.id) == [id])
  }

  @Test("of words that very many rows have, the rows with all of them come first")
  func boundsFrequentWords() throws {
    let fixture = try Self.filled(.postgres)
    try fixture.runForeign(
      """
      INSERT INTO memories (user_id, content) SELECT 'cem', CASE n % 4000 WHEN 0 THEN 'tuba viola' WHEN 1 THEN 'tuba oboe'
        WHEN 2 THEN 'oboe viola' ELSE (ARRAY['viola ', 'tuba ', 'viola ', 'tuba ', 'harp '])[n % 5 + 1]
        || repeat('more ', n % 7) END
      FROM generate_series(1, 30000) AS n;
      ANALYZE memories
      """)
    func contents(_ query: String) throws -> [String] {
      try fixture.store.search(TextQuery(text: query, limit: 5)).hits.map(\.memory.fields.content)
    }
    #expect(try contents("viola tuba") == Array(repeating: "tuba viola", count: 5))
    #expect(try contents("viola oboe tuba").allSatisfy { $0.contains("oboe") })
    #expect(try contents("palm tuba").allSatisfy { $0.contains("palm") })
    #expect(try contents("viola").allSatisfy { $0.contains("viola") })
  }

  @Test("a frequent word finds rows beside a rare one that none of the rows has which pass")
  func findsFrequentWordsAlone() throws {
    let fixture = try Self.filled(.postgres)
    try fixture.runForeign(
      """
      INSERT INTO memories (user_id, content) SELECT CASE n % 100 WHEN 0 THEN 'dan' WHEN 1 THEN 'eve' ELSE 'cem' END,
        CASE n % 1000 WHEN 1 THEN 'tuba oboe' WHEN 2 THEN 'tuba harp' ELSE 'tuba' END FROM generate_series(1, 30000) AS n;
      ANALYZE memories
      """)
    func contents(_ query: String, _ user: String?, limit: Int = 5) throws -> [String] {
      let query = TextQuery(text: query, filter: MemoryFilter(userID: user), limit: limit)
      return try fixture.store.search(query).hits.map(\.memory.fields.content)
    }
    // No row at all has the word, no row of the user, and some.
    #expect(try contents("absent tuba", nil) == Array(repeating: "tuba", count: 5))
    #expect(try contents("palm tuba", "dan") == Array(repeating: "tuba", count: 5))
    let all = Array(repeating: "tuba oboe", count: 30) + Array(repeating: "tuba", count: 270)
    #expect(try contents("oboe palm tuba", "eve", limit: 400) == all)
    // Very many rows pass, and none of them has the rare word.
    #expect(try contents("palm tuba", "cem") == Array(repeating: "tuba", count: 5))
    #expect(try contents("palm harp tuba", "cem").allSatisfy { $0 == "tuba harp" })
    #expect(try contents("absent", nil).isEmpty && contents("palm", "dan").isEmpty)
    try fixture.runForeign("DROP INDEX memsh_memories_text_idx")
    fixture.store.forgetState()
    #expect(try contents("palm tuba", "dan") == Array(repeating: "tuba", count: 5))
    #expect(try contents("palm tuba", "cem") == Array(repeating: "tuba", count: 5))
  }

  @Test("the rarest words find the rows, the others are looked for in them")
  func choosesWords() throws {
    /// - Parameter passing: How many of the rows that pass have a word, where these are not all.
    func words(
      _ counts: KeyValuePairs<String, Int>, passing: [String: Int] = [:], of rows: Int = 1_000_000
    ) throws -> WantedWords {
      let words = counts.map { word, count in
        WantedWords.Word(lexeme: word, query: "'\(word)'", having: count, passing: passing[word] ?? count)
      }
      return try #require(WantedWords(words, total: 1_000_000, passing: rows))
    }
    let few = try words(["tea": 900, "kettle": 20])
    #expect((few.lexemes, few.queries) == (["kettle", "tea"], ["'kettle'", "'tea'"]))
    #expect(few.areRare && few.common == 0 && few.additions == few.weights)
    #expect(abs(few.weights[0] - log(999_980.5 / 20.5)) < 1e-12)
    let many = try words(["is": 900_000, "tea": 9_000, "kettle": 20, "house": 5_000])
    #expect(many.queries == ["'kettle'", "'house'", "('kettle' | 'house') & 'tea'", "('kettle' | 'house') & 'is'"])
    #expect(many.areRare && many.common == 0 && many.additions == many.weights && many.weights[3] == 1e-6)
    let frequent = try words(["tea": 300_000, "house": 200_000])
    #expect(frequent.queries == ["'house'", "('house') & 'tea'"])
    #expect(
      !frequent.areRare && frequent.common == frequent.weights[0] && frequent.additions == [0, frequent.weights[1]])
    let absent = try words(["tea": 300_000, "kettle": 0, "house": 200_000])
    #expect(absent.queries == frequent.queries && absent.weights == frequent.weights)
    let filtered = try words(["tea": 300_000, "kettle": 20, "house": 200_000], passing: ["kettle": 0])
    #expect(filtered.queries == frequent.queries)
    let user = try words(["tea": 300_000, "house": 200_000], of: 10_000)
    #expect(user.queries == ["'house'", "'tea'"] && !user.areRare)
    #expect(user.common == 0 && user.additions == user.weights)
    #expect(WantedWords([], total: 1, passing: 1) == nil)
  }
}
