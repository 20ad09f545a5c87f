import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver
import TestSupport
import Testing

/// The list of changed vectors, from which a search learns what the file of vectors does not know yet.
@Suite struct VectorChangesTests {
  private static let dimensions = 16

  private static func filled(_ folder: TestFolder) throws {
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    defer { store.close() }
    _ = try store.createSchema(space: EmbeddingSpace(provider: "test", model: "m", dimensions: dimensions))
    _ = try store.buildIndexes(nil, NoProgress())
    var random = SplitMix(state: 5)
    _ = try store.insert((0..<2_500).map { memory("row \($0)", vector: random.vector(dimensions, spread: 1)) })
    _ = try store.search(query)
  }

  private static var query: VectorQuery {
    var random = SplitMix(state: 9)
    return VectorQuery(vector: Vector(random.vector(dimensions, spread: 1)), limit: 20)
  }

  /// What a process that begins now finds.
  private static func answer(_ folder: TestFolder) throws -> SearchAnswer {
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    defer { store.close() }
    return try store.search(query)
  }

  /// The same from every vector itself.
  private static func truth(_ folder: TestFolder) throws -> [Int64] {
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    defer { store.close() }
    var ranked: [(id: Int64, similarity: Double)] = []
    try store.readMemories(batchSize: 1_000) { batch in
      for memory in batch {
        guard let vector = memory.fields.embedding else { continue }
        let similarity = vector.values.withUnsafeBufferPointer { left in
          query.vector.values.withUnsafeBufferPointer { Cosine.similarityOrNil($0, left) }
        }
        if let similarity { ranked.append((memory.id, similarity)) }
      }
    }
    return ranked.sorted { ($1.similarity, $0.id) < ($0.similarity, $1.id) }.prefix(query.limit).map(\.id)
  }

  private static func newer(_ answer: SearchAnswer) -> Int? {
    answer.plan.details.lazy.compactMap {
      $0.hasSuffix("newer than the vector file") ? Int($0.prefix { $0 != " " }) : nil
    }
    .first
  }

  @Test("a search looks at what has changed, not at the whole log")
  func readsChangesOnly() throws {
    let folder = try TestFolder()
    try VectorChangesTests.filled(folder)
    // Whoever read all of the log would now take every row for a changed one.
    try folder.sqlite("store.db", "UPDATE memsh_vector_log SET token = token + 1 WHERE id > 10")
    try folder.sqlite(
      "store.db",
      """
      UPDATE memories SET embedding = (SELECT embedding FROM memories WHERE id = 9) WHERE id IN (1, 2);
      DELETE FROM memories WHERE id = 3;
      """)
    let answer = try VectorChangesTests.answer(folder)
    #expect(VectorChangesTests.newer(answer) == 2)
    #expect(answer.hits.map(\.memory.id) == (try VectorChangesTests.truth(folder)))
  }

  @Test("a list that misses changes, or is cut short, is not believed")
  func distrustsList() throws {
    let move =
      "UPDATE memories SET embedding = (SELECT embedding FROM memories o WHERE o.id = memories.id + 1) WHERE id"
    for (what, statements) in [
      ("triggers of an earlier version", ["UPDATE memsh_vector_state SET token = random()"]),
      ("cut off at its end", ["DELETE FROM memsh_vector_changes WHERE number > 2510"]),
      ("cut off at its beginning", ["DELETE FROM memsh_vector_changes WHERE number < 2520"]),
      ("emptied", ["DELETE FROM memsh_vector_changes"]), ("gone", [VectorChangesTests.withoutList]),
    ] {
      let folder = try TestFolder()
      try VectorChangesTests.filled(folder)
      try folder.sqlite("store.db", "\(move) < 40")
      for statement in statements { try folder.sqlite("store.db", statement) }
      let answer = try VectorChangesTests.answer(folder)
      #expect(VectorChangesTests.newer(answer) == 39, "\(what)")
      #expect(answer.hits.map(\.memory.id) == (try VectorChangesTests.truth(folder)), "\(what)")
    }
  }

  /// A store as memsh 0.1.0 made it.
  private static let withoutList = """
    DROP TABLE memsh_vector_changes;
    DROP TRIGGER memsh_vector_insert; DROP TRIGGER memsh_vector_update; DROP TRIGGER memsh_vector_delete;
    CREATE TRIGGER memsh_vector_insert AFTER INSERT ON memories BEGIN
      DELETE FROM memsh_vector_log WHERE id = NEW.id;
      INSERT INTO memsh_vector_log SELECT NEW.id, random() WHERE NEW.embedding IS NOT NULL;
      UPDATE memsh_vector_state SET token = random();
    END;
    CREATE TRIGGER memsh_vector_update AFTER UPDATE ON memories
    WHEN NEW.id <> OLD.id OR NEW.embedding IS NOT OLD.embedding BEGIN
      DELETE FROM memsh_vector_log WHERE id IN (OLD.id, NEW.id);
      INSERT INTO memsh_vector_log SELECT NEW.id, random() WHERE NEW.embedding IS NOT NULL;
      UPDATE memsh_vector_state SET token = random();
    END;
    CREATE TRIGGER memsh_vector_delete AFTER DELETE ON memories BEGIN
      DELETE FROM memsh_vector_log WHERE id = OLD.id;
      UPDATE memsh_vector_state SET token = random();
    END;
    """

  @Test("a store without the list gets one with its indexes, and its file of vectors stays good")
  func addsList() throws {
    let folder = try TestFolder()
    try VectorChangesTests.filled(folder)
    try folder.sqlite("store.db", VectorChangesTests.withoutList)
    let before = try FileManager.default.attributesOfItem(atPath: folder.file("store.db-vectors"))[.modificationDate]
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    _ = try store.buildIndexes(nil, NoProgress())
    store.close()
    try folder.sqlite(
      "store.db", "UPDATE memories SET embedding = NULL WHERE id = 4; DELETE FROM memories WHERE id = 5")
    try folder.sqlite("store.db", "UPDATE memories SET id = 9000 WHERE id = 6")
    let answer = try VectorChangesTests.answer(folder)
    #expect(VectorChangesTests.newer(answer) == 1)
    #expect(answer.hits.map(\.memory.id) == (try VectorChangesTests.truth(folder)))
    let after = try FileManager.default.attributesOfItem(atPath: folder.file("store.db-vectors"))[.modificationDate]
    #expect(before as? Date == after as? Date)
  }
}
