import Database
import MemoryModel
import MemoryStore

/// The migration guide's test of a whole memory system: store, search, embed, assemble, count, deduplicate.
///
/// It works inside a transaction that is always rolled back, so its rows are gone however it ends.
struct SystemTest {
  let store: MemoryStore
  let embedder: (any Embedder)?
  let space: EmbeddingSpace
  let progress: any ProgressReporter

  private static let userID = "memsh_system_test"

  /// Runs all tests.
  ///
  /// - Throws: `system_test_failed`, or what a store failed with.
  func run() throws {
    report(.started)
    do {
      try store.transaction(.rollback) {
        let vector = try embed(EmbedderTest.text)
        try storesAndFinds(vector)
        try assembles(vector)
        try counts()
        try deduplicates(vector)
        try tellsApart(vector)
      }
    } catch {
      report(.failed)
      throw error
    }
    report(.cleanedUp)
    report(.passed)
  }

  private func report(_ step: SystemTestStep) { progress.report(.systemTest(step)) }

  /// The text's vector; where no embedder of the store's space is configured, a fixed one that tests the store.
  private func embed(_ text: String) throws -> Vector {
    guard let embedder else {
      report(.noEmbedder(space))
      return Vector((0..<space.dimensions).map { Float(($0 * 37) % 101) - 50 }).normalized
    }
    guard let vector = try embedder.embed([text]).first, vector.dimensions == space.dimensions else {
      throw failure("the embedder answered with no vector of \(space.dimensions) numbers")
    }
    report(.embedded(dimensions: vector.dimensions))
    return vector
  }

  private func testMemory(_ vector: Vector) -> MemoryFields {
    let now = Timestamp(microseconds: 1_751_373_296_789_000)
    return MemoryFields(
      userID: SystemTest.userID, content: EmbedderTest.text, embedding: vector,
      metadata: .object([JSON.Member("test", .bool(true))]), category: "preferences", importanceScore: 0.8,
      createdAt: now, updatedAt: now)
  }

  private func storesAndFinds(_ vector: Vector) throws {
    guard let id = try store.insert([testMemory(vector)]).first else { throw failure("the memory got no id") }
    report(.stored(id: id))
    let hits = try store.search(
      VectorQuery(vector: vector, filter: MemoryFilter(userID: SystemTest.userID), limit: 5)
    ).hits
    guard hits.count == 1, hits[0].memory.id == id, let similarity = hits[0].similarity, similarity > 0.99 else {
      throw failure("the memory just stored was not found")
    }
    guard hits[0].memory.fields.content == EmbedderTest.text else { throw failure("the memory came back changed") }
    report(.found(count: hits.count, similarity: similarity))
  }

  private func assembles(_ vector: Vector) throws {
    let prompt = try PromptAssembly(store: store).assemble(
      vector: vector, userID: SystemTest.userID, agentType: "general", tier: .standard)
    guard prompt.memories.count == 1 else { throw failure("the prompt lacks the memory just stored") }
    report(.assembled(memories: prompt.memories.count, fragments: prompt.fragments.count))
  }

  private func counts() throws {
    let statistics = try store.statistics(userID: SystemTest.userID)
    guard statistics.memories == 1, statistics.embeddingsPresent == 1 else {
      throw failure("the statistics do not count the memory just stored")
    }
    report(
      .counted(
        memories: statistics.memories, categories: statistics.categories,
        averageImportance: statistics.averageImportance, accesses: statistics.totalAccesses))
  }

  private func deduplicates(_ vector: Vector) throws {
    let ids = try store.insert([testMemory(vector)])
    let same = try store.memoryIDs(userID: SystemTest.userID, content: EmbedderTest.text)
    guard same.count == 2, ids.allSatisfy(same.contains), let original = same.min() else {
      throw failure("an exact duplicate was not noticed")
    }
    try store.insert(
      DuplicateRecord(
        originalID: original, contentHash: ContentHash.hex(of: EmbedderTest.text), similarity: 1, method: "exact"))
    report(.deduplicated)
  }

  /// Whether the embedder tells texts apart, and the store then finds each by its own.
  private func tellsApart(_ vector: Vector) throws {
    guard let embedder else { return }
    do {
      let (text, other) = try EmbedderTest.vectors(embedder)
      guard try EmbedderTest.cosine(vector, text) >= EmbedderTest.sameAtLeast else {
        throw EmbedderTest.Fault(what: "gives the same text another vector each time")
      }
      try findsEach(text, other)
    } catch let fault as EmbedderTest.Fault {
      throw failure("the embedder \(fault.what)", isEmbedder: true)
    }
  }

  private func findsEach(_ text: Vector, _ other: Vector) throws {
    var memory = testMemory(other)
    memory.content = EmbedderTest.otherText
    guard let id = try store.insert([memory]).first else { throw failure("the memory got no id") }
    for (query, content) in [(text, EmbedderTest.text), (other, EmbedderTest.otherText)] {
      let hit = try store.search(
        VectorQuery(vector: query, filter: MemoryFilter(userID: SystemTest.userID), limit: 1)
      ).hits.first
      guard hit?.memory.fields.content == content, (hit?.memory.id == id) == (content == EmbedderTest.otherText),
        hit?.similarity ?? 0 >= EmbedderTest.sameAtLeast
      else { throw failure("a memory is not the first that its own content finds") }
    }
    report(.toldApart)
  }

  private func failure(_ what: String, isEmbedder: Bool) -> MemshError {
    MemshError(
      .systemTestFailed, "the memory system test failed: \(what)",
      hint: "the embedder is of \(space): look at its server or model, then compute the vectors anew with `reembed`")
  }

  private func failure(_ what: String) -> MemshError {
    MemshError(
      .systemTestFailed, "the memory system test failed: \(what)",
      hint: "look at the store with `schema`; `--skip-test` migrates without the test")
  }
}
