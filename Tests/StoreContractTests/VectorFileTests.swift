import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver
import TestSupport
import Testing

/// The file of quantised vectors beside a SQLite store: it makes searching quick and must never make it wrong.
@Suite struct VectorFileTests {
  private static let dimensions = 48
  private static let space = EmbeddingSpace(provider: "test", model: "m", dimensions: dimensions)

  /// A store with rows around some centres, near duplicates, equal vectors, zero vectors and missing ones among them.
  private static func filled(_ folder: TestFolder, rows: Int = 2_500) throws -> MemoryStore {
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    _ = try store.createSchema(space: space)
    _ = try store.buildIndexes(nil, NoProgress())
    var random = SplitMix(state: 42)
    let centres = (0..<20).map { _ in random.vector(dimensions, spread: 1) }
    var memories: [MemoryFields] = []
    for row in 0..<rows {
      var values = zip(centres[row % 20], random.vector(dimensions, spread: 0.2)).map { $0 + $1 }
      if row % 50 == 7 { values = centres[row % 20] }
      if row % 500 == 9 { values = [Float](repeating: 0, count: dimensions) }
      let vector = row % 500 == 11 ? nil : values
      memories.append(memory("row \(row)", user: "user\(row % 40)", vector: vector, category: "c\(row % 3)"))
    }
    _ = try store.insert(memories)
    return store
  }

  /// What comparing every float gives: the truth.
  private static func truth(_ folder: TestFolder, _ query: VectorQuery) throws -> [Int64] {
    let other = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    var ranked: [(id: Int64, similarity: Double)] = []
    try other.readMemories(batchSize: 1_000) { batch in
      for memory in batch where query.filter.userID.map({ $0 == memory.fields.userID }) ?? true {
        guard let vector = memory.fields.embedding, vector.dimensions == query.vector.dimensions else { continue }
        let similarity = vector.values.withUnsafeBufferPointer { left in
          query.vector.values.withUnsafeBufferPointer { Cosine.similarityOrNil($0, left) }
        }
        if let similarity, similarity >= query.threshold ?? -2 { ranked.append((memory.id, similarity)) }
      }
    }
    return ranked.sorted { ($1.similarity, $0.id) < ($0.similarity, $1.id) }.prefix(query.limit).map(\.id)
  }

  private static func queries(_ count: Int) -> [Vector] {
    var random = SplitMix(state: 7)
    return (0..<count).map { _ in Vector(random.vector(dimensions, spread: 1)) }
  }

  private static func fileExists(_ folder: TestFolder) -> Bool {
    FileManager.default.fileExists(atPath: folder.file("store.db-vectors"))
  }

  @Test("the answer is that of comparing every row: all limits, thresholds and filters")
  func isExact() throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    for vector in VectorFileTests.queries(2) {
      for limit in [1, 10, 300, 10_000] {
        for user in [nil, "user3", "nobody"] {
          for threshold in [nil, 0.2, 0.999] {
            let query = VectorQuery(
              vector: vector, filter: MemoryFilter(userID: user), limit: limit, threshold: threshold)
            let answer = try store.search(query)
            #expect(answer.hits.map(\.memory.id) == (try VectorFileTests.truth(folder, query)))
            #expect(answer.plan.index == "store.db-vectors")
          }
        }
      }
    }
  }

  @Test("rows added, changed and deleted by plain sqlite3 are seen at once, few or many", arguments: [5, 1_800])
  func followsForeignWrites(count: Int) throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    let queries = VectorFileTests.queries(3).map { VectorQuery(vector: $0, limit: 25) }
    for query in queries { _ = try store.search(query) }
    #expect(VectorFileTests.fileExists(folder))
    for statement in [
      "INSERT INTO memories (user_id, content, embedding) SELECT 'new', content, embedding FROM memories LIMIT \(count)",
      "UPDATE memories SET embedding = (SELECT embedding FROM memories o WHERE o.id = memories.id + 1) WHERE id <= \(count)",
      "DELETE FROM memories WHERE id % 3 = 0 AND id <= \(count)",
      "UPDATE memories SET id = id + 100000 WHERE id = 2",
      "UPDATE memories SET rowid = 200000 WHERE id = 7",
      "INSERT OR REPLACE INTO memories (id, user_id, content, embedding) SELECT 4, 'r', 'r', embedding FROM memories WHERE id = 50",
      "INSERT OR IGNORE INTO memories (id, user_id, content, embedding) SELECT 3, 'r', 'r', embedding FROM memories WHERE id = 51",
      "UPDATE memories SET embedding = NULL WHERE id = 5",
    ] {
      try folder.sqlite("store.db", statement)
      for query in queries {
        #expect(try store.search(query).hits.map(\.memory.id) == VectorFileTests.truth(folder, query), "\(statement)")
      }
    }
  }

  @Test("a file cut off, overwritten, half written or of a copied store's own future is not believed")
  func survivesBadFiles() throws {
    let folder = try TestFolder()
    let query = VectorQuery(vector: VectorFileTests.queries(1)[0], limit: 25)
    func check(_ what: Comment) throws {
      // A new store: nothing is in its memory.
      let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
      #expect(try store.search(query).hits.map(\.memory.id) == VectorFileTests.truth(folder, query), what)
      store.close()
    }
    let store = try VectorFileTests.filled(folder)
    _ = try store.search(query)
    store.close()
    let file = URL(fileURLWithPath: folder.file("store.db-vectors"))
    let whole = try Data(contentsOf: file)
    for size in [0, 10, 64, 4_096, whole.count - 1] {
      try whole.prefix(size).write(to: file)
      try check("cut to \(size)")
    }
    try Data(repeating: 0xFF, count: whole.count).write(to: file)
    try check("garbage")
    // What a killed process leaves behind.
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: file.path + ".new"))
    try FileManager.default.removeItem(at: file)
    try check("half written")
    #expect(VectorFileTests.fileExists(folder))
    // A copy goes its own way; then its file comes back beside the original.
    try folder.sqlite("store.db", "VACUUM INTO '\(folder.file("copy.db"))'")
    for (name, id) in [("store.db", 100), ("copy.db", 200)] {
      try folder.sqlite(name, "UPDATE memories SET embedding = NULL WHERE id BETWEEN \(id) AND \(id) + 80")
    }
    let copy = MemoryStore(SQLiteDriver(path: folder.file("copy.db")))
    _ = try copy.search(query)
    copy.close()
    try check("the original has changed")
    try FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(atPath: folder.file("copy.db-vectors"), toPath: file.path)
    try check("the copy's file beside the original")
  }

  @Test("lost pages and turned bits, wherever they are, are noticed and mended")
  func noticesDamage() throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    var query = VectorQuery(vector: VectorFileTests.queries(1)[0], limit: 25)
    var filtered = query
    filtered.filter = MemoryFilter(userID: "user3")
    _ = try store.search(query)
    store.close()
    let truth = (try VectorFileTests.truth(folder, query), try VectorFileTests.truth(folder, filtered))
    let file = URL(fileURLWithPath: folder.file("store.db-vectors"))
    let whole = try Data(contentsOf: file)
    var random = SystemRandomNumberGenerator()
    var damages: [(what: String, bytes: Data)] = stride(from: 0, to: whole.count, by: 3 * 4_096).map { start in
      var bytes = whole
      bytes.resetBytes(in: start..<min(start + 4_096, whole.count))
      return ("page at \(start)", bytes)
    }
    for number in 0..<32 {
      // Every other one among the ids, which stand first.
      let range = number % 2 == 0 ? 64..<20_000 : 0..<whole.count
      let (place, bit) = (Int.random(in: range, using: &random), UInt8.random(in: 0..<8, using: &random))
      var bytes = whole
      bytes[place] ^= 1 << bit
      damages.append(("bit \(bit) of byte \(place)", bytes))
    }
    var (third, noise) = (whole, whole)
    third.resetBytes(in: whole.count / 3..<whole.count * 2 / 3)
    for place in whole.count / 2..<whole.count / 2 + 512 { noise[place] = UInt8.random(in: 0...255, using: &random) }
    damages += [("the middle third", third), ("noise", noise)]
    for (what, bytes) in damages where bytes != whole {
      for isFiltered in [false, true] {
        try bytes.write(to: file)
        let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
        defer { store.close() }
        let found = try store.search(isFiltered ? filtered : query).hits.map(\.memory.id)
        #expect(found == (isFiltered ? truth.1 : truth.0), "\(what)")
      }
    }
    // Doctor looks at all of it, and so does an approximate answer at what it uses.
    for (what, bytes) in damages.suffix(2) {
      try bytes.write(to: file)
      let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
      defer { store.close() }
      #expect(try store.examine([.vectorFile])[.vectorFile]?.count == 1, "\(what)")
      query.strategy = .approximate(breadth: 2_500)
      #expect(try store.search(query).hits.map(\.memory.id) == truth.0, "\(what)")
      #expect(try store.examine([.vectorFile])[.vectorFile]?.count == 0, "\(what)")
    }
  }

  @Test("where no file can be written, and without its triggers, every row is compared")
  func doesWithout() throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    let query = VectorQuery(vector: VectorFileTests.queries(1)[0], limit: 25)
    try FileManager.default.createDirectory(
      atPath: folder.file("store.db-vectors.new"), withIntermediateDirectories: true)
    var answer = try store.search(query)
    #expect(answer.plan.index == nil)
    #expect(answer.hits.map(\.memory.id) == (try VectorFileTests.truth(folder, query)))
    try FileManager.default.removeItem(atPath: folder.file("store.db-vectors.new"))
    #expect(try store.search(query).plan.index != nil)
    try folder.sqlite(
      "store.db", "DROP TRIGGER memsh_vector_update; UPDATE memories SET embedding = NULL WHERE id < 900")
    answer = try store.search(query)
    #expect(answer.plan.index == nil)
    #expect(answer.hits.map(\.memory.id) == (try VectorFileTests.truth(folder, query)))
    // Building the indexes mends it.
    _ = try store.buildIndexes(nil, NoProgress())
    answer = try store.search(query)
    #expect(answer.plan.index != nil)
    #expect(answer.hits.map(\.memory.id) == (try VectorFileTests.truth(folder, query)))
  }

  @Test("a file of somebody else's under the same name is left alone")
  func sparesOtherFiles() throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    let query = VectorQuery(vector: VectorFileTests.queries(1)[0], limit: 25)
    for name in ["store.db-vectors", "store.db-vectors.new"] {
      try folder.write("another program's data", to: name)
      #expect(try store.search(query).plan.index == nil)
      #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8) == "another program's data")
      try FileManager.default.removeItem(atPath: folder.file(name))
    }
  }

  @Test("words follow replaced, moved and deleted rows")
  func wordsFollow() throws {
    let folder = try TestFolder()
    let store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    _ = try store.createSchema(space: VectorFileTests.space)
    _ = try store.buildIndexes(nil, NoProgress())
    _ = try store.insert([memory("apple pie"), memory("plum cake")])
    for (statement, apple, cherry) in [
      ("INSERT OR IGNORE INTO memories (id, user_id, content) VALUES (1, 'u', 'cherry')", [1], []),
      ("INSERT OR REPLACE INTO memories (id, user_id, content) VALUES (1, 'u', 'cherry')", [], [1]),
      ("UPDATE memories SET rowid = 9 WHERE id = 1", [], [9]),
      ("UPDATE OR REPLACE memories SET id = 2 WHERE id = 9", [], [2]),
      ("UPDATE memories SET content = 'apple' WHERE id = 2", [2], []), ("DELETE FROM memories", [], []),
    ] as [(String, [Int64], [Int64])] {
      try folder.sqlite("store.db", statement)
      #expect(try store.search(TextQuery(text: "apple")).hits.map(\.memory.id) == apple, "\(statement)")
      #expect(try store.search(TextQuery(text: "cherry")).hits.map(\.memory.id) == cherry, "\(statement)")
    }
  }

  @Test("an approximate answer finds nearly all")
  func approximates() throws {
    let folder = try TestFolder()
    let store = try VectorFileTests.filled(folder)
    var found = 0
    let queries = VectorFileTests.queries(20)
    for vector in queries {
      var query = VectorQuery(vector: vector, limit: 10)
      let truth = Set(try VectorFileTests.truth(folder, query))
      query.strategy = .approximate(breadth: 500)
      let answer = try store.search(query)
      #expect(answer.plan.method == "binary scan, re-ranked")
      found += answer.hits.count { truth.contains($0.memory.id) }
    }
    #expect(found >= queries.count * 8)
  }
}

/// The same numbers in every run (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SplitMix {
  var state: UInt64

  mutating func next() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float((mixed ^ (mixed >> 31)) >> 40) / Float(1 << 23) - 1
  }

  mutating func vector(_ count: Int, spread: Float) -> [Float] { (0..<count).map { _ in next() * spread } }
}
