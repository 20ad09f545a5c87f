import Database
import MemoryModel
import MemoryServices
import TestSupport

/// Embeds by counting letters in three groups: the same text gives the same vector, and other texts mostly others.
final class LetterEmbedder: Embedder {
  let space: EmbeddingSpace
  let notice: String? = nil

  init(_ space: EmbeddingSpace = Fixture.space) { self.space = space }

  func embed(_ texts: [String]) throws -> [Vector] {
    texts.map { text in
      var counts = [Float](repeating: 0.5, count: space.dimensions)
      for (place, scalar) in text.unicodeScalars.enumerated() {
        counts[Int(scalar.value) % space.dimensions] += 1 + Float(place % 7) / 10
      }
      return Vector(counts).normalized
    }
  }
}

extension Fixture {
  /// A store with rows in all four tables, awkward ones among them.
  static func filled(_ kind: StoreKind) throws -> Fixture {
    let fixture = try prepared(kind)
    let store = fixture.store
    let contents = [
      "Likes green tea in the morning", "likes green tea in the  morning", "Likes green tea in the morning",
      "", " \t\n", "👩‍👩‍👧 emoji, عربي, \u{202E}reversed, \u{1B}[31mred\u{1B}[0m", "\"\u{301}quoted\", it's; -- $1 ?1 \\ %s",
      "e\u{301} and é", String(repeating: "long ", count: 20_000), "plain words about a contract renewal in June",
      "about a contract renewal: plain words in June", "something else entirely",
    ]
    var memories: [MemoryFields] = []
    let embedder = LetterEmbedder()
    for (number, content) in contents.enumerated() {
      var fields = memory(
        content, user: number % 4 == 3 ? "ben" : "ada", vector: try embedder.embed([content])[0].values,
        category: number % 3 == 0 ? nil : "facts", importance: number == 7 ? nil : 0.1 + Double(number) / 20)
      fields.metadata = .object([
        JSON.Member("n", .number("12345678901234567890")), JSON.Member("k\u{301} \"", .array([.null, .bool(true)])),
      ])
      fields.accessCount = Int64(number)
      fields.lastAccessedAt = number % 2 == 0 ? nil : Timestamp(microseconds: 1_736_000_000_000_000)
      if number == 11 { fields.embedding = nil }
      memories.append(fields)
    }
    let ids = try store.insert(memories)
    try store.insert(
      DuplicateRecord(originalID: ids[0], contentHash: ContentHash.hex(of: contents[1]), similarity: 1, method: "fuzzy")
    )
    try store.insert([
      PromptFragment(
        category: "tone 🙂", priority: 3, content: "Be\nkind", tags: ["a", "b \""],
        embedding: try embedder.embed(["x"])[0])
    ])
    try store.record(
      AnalyticsEvent(userID: "ada", query: "tea\u{1B}", results: 1, milliseconds: 2), accessTo: [ids[5]])
    _ = try store.buildIndexes(nil, NoProgress())
    return fixture
  }

  /// Every value of every row of the four tables, as the store itself writes it down.
  func dump() throws -> [String] {
    try Table.names.flatMap { table in
      let last = try store.largestID(in: table, notAbove: 1_000_000)
      return try store.images(Array(0...last), of: table, columns: nil).map { "\(table) \($0.columns.text)" }
    }
  }
}

/// A repair's author, for tests.
func author(_ command: String = "test", session: String = "1", at moment: Timestamp? = nil) -> RepairAuthor {
  RepairAuthor(
    command: command, name: "ada@host", session: session,
    moment: moment ?? Timestamp(microseconds: 1_780_000_000_000_000))
}
