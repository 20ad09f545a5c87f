import Database
import Foundation
import GRDB
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Legacy files with flipped bits, zeroed pages and cut ends, fed to `migrate`: no signal, no hang, and no row that SQLite
/// still reads is lost without a word.
///
/// `MEMSH_MUTATION_SECONDS` makes it go on that long; the seeds are numbered, so that a failure can be had again.
@Suite struct SourceMutationTests {
  private static let count = 30
  private static let seconds = Mutation.seconds(default: 0)
  private static let tables = ["memories", "user_memories"]
  private static let headerBytes = 100
  private static let pageBytes = 4_096

  @Test("a damaged legacy file is migrated row by row, or refused")
  func survivesDamage() throws {
    let world = try World()
    let original = try Data(contentsOf: URL(fileURLWithPath: original(in: world)))
    let started = ContinuousClock().now
    var (seed, read, refused): (UInt64, Int, Int) = (0, 0, 0)
    while seed < SourceMutationTests.count || ContinuousClock().now - started < .seconds(SourceMutationTests.seconds) {
      let source = world.folder.file("source-\(seed).db")
      try SourceMutationTests.mutated(original, seed: seed).write(to: URL(fileURLWithPath: source))
      if try survives(source, seed: seed, in: world) { read += 1 } else { refused += 1 }
      seed += 1
    }
    #expect(read > 0 && refused > 0)
  }

  /// Runs the migration and compares it with what SQLite itself reads.
  ///
  /// - Returns: Whether the file was migrated; false when it was refused.
  private func survives(_ source: String, seed: UInt64, in world: World) throws -> Bool {
    let store = world.folder.file("store-\(seed).db")
    let result = try world.memsh.run(
      [
        "60", Memsh.binary, "-d", store, "-q", "--output", "json", "migrate", "--from", source, "--skip-test",
        "--embeddings", seed % 2 == 0 ? "auto" : "keep", "--max-rejected", "all",
      ], executable: "/usr/bin/timeout")
    guard result.status == 0 else {
      #expect(result.status == 1, "seed \(seed) ended with \(result.status): \(result.errors)")
      #expect(result.errors.contains(#""code":"source_"#), "seed \(seed): \(result.errors)")
      let isThere = FileManager.default.fileExists(atPath: store)
      #expect(try isThere ? rows(of: store, tables: ["memories"]) == 0 : true, "seed \(seed)")
      return false
    }
    let report = try JSONParser.parse(result.output)
    let accounted = ["memories_migrated", "already_present", "rejected"].reduce(0) {
      $0 + (report[key: $1]?.integerValue ?? 0)
    }
    let expected = try? rows(of: source, tables: SourceMutationTests.tables)
    #expect(accounted == expected, "seed \(seed): \(result.errors)")
    return true
  }

  /// How many rows SQLite reads of the tables that are there, from the first to the last.
  private func rows(of path: String, tables: [String]) throws -> Int {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    return try queue.read { db in
      try tables.filter { try db.tableExists($0) }.reduce(0) { count, table in
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) ORDER BY rowid")
        var found = 0
        while try rows.next() != nil { found += 1 }
        return count + found
      }
    }
  }

  /// A file of some hundred pages: short rows, rows with overflow pages, keys with an index of their own.
  private func original(in world: World) throws -> String {
    let statements = SourceMutationTests.tables.map { table in
      """
      CREATE TABLE \(table) (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO \(table) SELECT 'mem_' || i, 'user_' || (i % 5), 'Memory ' || i || hex(zeroblob(i % 7 * i * 8)),
        CASE i % 4 WHEN 0 THEN NULL ELSE '[' || i || '.5, -0.25, 1e-3, ' || i || ']' END,
        '{"category":"facts","n":' || i || '}', '2025-01-01T10:00:00Z', 1735689600123 FROM n;
      """
    }
    return try world.folder.sqlite("original.db", statements.joined(separator: "\n"))
  }

  private static func mutated(_ original: Data, seed: UInt64) -> Data {
    var random = SeededGenerator(state: seed)
    var bytes = [UInt8](original)
    func position() -> Int { Int.random(in: bytes.indices, using: &random) }
    switch seed % 5 {
    case 0: bytes.removeLast(bytes.count - position())
    case 1:
      for _ in 0..<(1 << Int.random(in: 0...5, using: &random)) {
        bytes[position()] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
    case 2: bytes[Int.random(in: 0..<headerBytes, using: &random)] = UInt8.random(in: 0...255, using: &random)
    case 3:
      // The head of a page: how many cells it has, where they stand, how long they are.
      let page = position() / pageBytes * pageBytes
      for _ in 0..<3 {
        bytes[page + Int.random(in: 0..<64, using: &random)] = [0, 255, 127, 1].randomElement(using: &random) ?? 0
      }
    default:
      let start = position()
      for index in start..<min(start + pageBytes / 8, bytes.count) { bytes[index] = 0 }
    }
    return Data(bytes)
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
