import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `diff`: what it finds between two places, and that it finds nothing where a migration has just been.
@Suite struct DiffTests {
  /// A legacy file with vectors of four numbers: the eighth memory is there twice, the tenth has no vector, the eleventh no
  /// times and metadata that say its columns again.
  private static func legacyFile(in folder: TestFolder) throws -> String {
    let plain = (1...10).map { number in
      let vector = number == 10 ? "NULL" : "'[0.5, 0.25, -0.125, \(number)]'"
      return "('mem_\(number)', 'ada', 'Number \(number == 9 ? 8 : number)', \(vector), '{\"n\":\(number).50}', "
        + "'2025-01-\(10 + (number == 9 ? 8 : number))', NULL)"
    }
    let metadata = #"{"category":"facts","importance":0.25,"user_id":"ben","tags":["a","b"],"deep":{"y":1,"x":[2]}}"#
    return try folder.sqlite(
      "legacy.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      INSERT INTO memories VALUES \(plain.joined(separator: ", ")),
        ('mem_11', 'ben', 'before' || char(0) || 'after', x'0000803f000000000000000000000000', '\(metadata)', NULL, NULL);
      """)
  }

  private func migrated(_ kind: World.Kind) throws -> (world: World, legacy: String) {
    let world = try World(kind)
    let legacy = try DiffTests.legacyFile(in: world.folder)
    let result = try world.run("migrate", "--from", legacy, "--embeddings", "keep", "--skip-test")
    #expect(result.status == 0, "\(result.errors)")
    return (world, legacy)
  }

  @Test("migrate tells the diff that proves it, and it finds nothing", arguments: World.Kind.allCases)
  func provesMigration(kind: World.Kind) throws {
    let (world, legacy) = try migrated(kind)
    let again = try world.run("--output", "json", "migrate", "--from", legacy, "--embeddings", "keep", "--skip-test")
    let command = try #require(try JSONParser.parse(again.output)[key: "diff"]?.stringValue)
    #expect(again.errors.contains("`\(command)`"), "\(again.errors)")
    for command in ["diff \(legacy)", command] {
      let result = try world.run("-q", "--output", "json", "-c", command)
      #expect(result.status == 0, "\(command): \(result.errors) \(result.output)")
      let report = try JSONParser.parse(result.output)
      #expect(report[key: "is_equal"] == .bool(true) && report[key: "equal"] == .integer(11), "\(report.text)")
    }
    let vectors = try world.json("diff", legacy)[key: "vectors"]
    #expect(vectors?[key: "equal"] == .integer(10) && vectors?[key: "none"] == .integer(1))
  }

  /// What is done to a copy, which columns differ then, and how the vectors compare.
  private static let changes: [(sql: String, content: String, columns: [String], vectors: VectorComparison)] = [
    ("category = 'other' WHERE id = 1", "Number 1", ["category"], .equal),
    ("importance_score = NULL WHERE id = 2", "Number 2", ["importance_score"], .equal),
    ("metadata = '{\"n\": 3.5, \"m\": null}' WHERE id = 3", "Number 3", ["metadata"], .equal),
    // One bit of the last number: 4.0 and the next one.
    ("embedding = x'0000003f0000803e000000be01008040' WHERE id = 4", "Number 4", ["embedding"], .nearly),
    ("embedding = x'0000003f0000803e000000be00000040' WHERE id = 5", "Number 5", ["embedding"], .different),
    ("embedding = NULL WHERE id = 6", "Number 6", ["embedding"], .onlyA),
    (
      "created_at = '2025-02-01T00:00:00.000000Z', metadata = NULL WHERE id = 7", "Number 7",
      ["metadata", "created_at"], .equal
    ),
    (
      "access_count = 3, last_accessed_at = '2025-02-01T00:00:00.000000Z' WHERE id = 10", "Number 10",
      ["access_count", "last_accessed_at"], .none
    ),
    // The metadata say the importance again, and are as they were.
    ("importance_score = 0.75 WHERE id = 11", "before\u{FFFD}after", ["importance_score"], .equal),
  ]

  @Test("each kind of difference is named", arguments: World.Kind.allCases)
  func namesDifferences(kind: World.Kind) throws {
    let (world, _) = try migrated(kind)
    let other = World(folder: world.folder, store: world.folder.file("other.db"))
    _ = try other.run("migrate", "--from", world.store, "--embeddings", "keep", "--skip-test")
    let updates = DiffTests.changes.map { "UPDATE memories SET \($0.sql);" }.joined()
    try world.folder.sqlite(
      "other.db", "DROP TRIGGER update_memories_updated_at; \(updates) DELETE FROM memories WHERE id = 9")
    let result = try world.run("-q", "--output", "json", "diff", world.store, other.store)
    #expect(result.status == 1 && result.errors.contains("memories_differ"), "\(result.errors)")
    let report = try JSONParser.parse(result.output)
    let examples = report[key: "examples"]?.arrayValue ?? []
    for change in DiffTests.changes {
      let found = examples.first { $0[key: "content"]?.stringValue == change.content }
      #expect(found?[key: "difference"]?.stringValue == "changed", "\(change): \(report.text)")
      #expect(found?[key: "columns"] == .array(change.columns.map(JSON.string)), "\(change): \(found?.text ?? "")")
      #expect(found?[key: "vectors"]?.stringValue == change.vectors.rawValue, "\(change): \(found?.text ?? "")")
    }
    #expect(
      examples.first { $0[key: "content"]?.stringValue == "Number 2" }?[key: "b"]?.text == #"{"importance_score":null}"#
    )
    let counts = ["equal", "only_a", "only_b", "changed"].map { report[key: $0]?.integerValue }
    // The memory that is there twice is there once in the other.
    #expect(counts == [1, 1, 0, 9], "\(report.text)")
    #expect(
      examples.first { $0[key: "difference"]?.stringValue == "only_a" }?[key: "content"]?.stringValue == "Number 8")
    let largest = report[key: "vectors"]?[key: "largest_difference"]?.doubleValue
    #expect(largest == Double(Float(4).nextUp - 4))
    let withoutVectors = try world.json("diff", world.store, other.store, "--no-embeddings")
    #expect(withoutVectors[key: "changed"] == .integer(6), "\(withoutVectors.text)")
  }

  @Test("memories that exist several times are compared as often", arguments: World.Kind.allCases)
  func comparesMultisets(kind: World.Kind) throws {
    let world = try World(kind)
    func row(_ user: String, _ category: String) -> String {
      #"{"table":"memories","user_id":"\#(user)","content":"Twice","category":"\#(category)","created_at":"2025-01-01","updated_at":"2025-01-01"}"#
    }
    let here = [row("ada", "a"), row("ada", "b"), row("ada", "b"), row("ben", "a")]
    let there = [row("ada", "b"), row("ada", "c"), row("cy", "a")]
    let other = World(folder: world.folder, store: world.folder.file("other.db"))
    for (world, rows) in [(world, here), (other, there)] {
      try world.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
      let result = try world.run("-q", "--embedder", "hash", "-c", "import \(world.folder.file("rows.jsonl"))")
      #expect(result.status == 0, "\(result.errors)")
    }
    let report = try world.json("diff", world.store, other.store)
    let counts = ["equal", "changed", "only_a", "only_b"].map { report[key: $0]?.integerValue }
    #expect(counts == [1, 1, 2, 1], "\(report.text)")
    #expect(report[key: "columns"]?.text == #"{"category":1}"#)
  }

  @Test("--output jsonl prints a line for every difference, --limit at most so many of each kind")
  func printsLines() throws {
    let (world, legacy) = try migrated(.sqlite)
    _ = try world.run("-q", "--yes", "delete", "--user", "ada")
    let lines = try world.run("-q", "--output", "jsonl", "diff", legacy)
    let kinds = try lines.output.split(separator: "\n").map {
      try JSONParser.parse(String($0))[key: "difference"]?.stringValue
    }
    #expect(lines.status == 1 && kinds == [String?](repeating: "only_a", count: 10), "\(lines.output)")
    let limited = try world.run("-q", "--output", "jsonl", "diff", legacy, "--limit", "2")
    #expect(limited.output.split(separator: "\n").count == 2 && limited.status == 1)
    let record = try world.json("diff", legacy, "--limit", "3")
    #expect(record[key: "examples"]?.arrayValue?.count == 3 && record[key: "only_a"] == .integer(10))
    let screen = try world.run("-q", "--output", "table", "diff", legacy, "--limit", "1")
    #expect(screen.output.contains("1 equal, 0 with other values, 10 only in A, 0 only in B"), "\(screen.output)")
  }

  @Test("rows that no store would take are differences, too")
  func countsRejectedRows() throws {
    let (world, legacy) = try migrated(.sqlite)
    try world.folder.sqlite(
      "legacy.db", "INSERT INTO memories VALUES ('bad', 'ada', 'when?', NULL, '{}', 'yesterday', NULL)")
    let result = try world.run("-q", "--output", "json", "diff", legacy)
    let report = try JSONParser.parse(result.output)
    #expect(result.status == 1 && report[key: "a"]?[key: "rejected"] == .integer(1), "\(result.output)")
    let example = report[key: "examples"]?.arrayValue?.first
    #expect(example?[key: "difference"]?.stringValue == "rejected_a" && example?[key: "id_a"]?.stringValue == "bad")
    #expect(example?[key: "reason"]?.stringValue?.hasPrefix("invalid_timestamp: ") == true, "\(result.output)")
  }

  @Test("a column that others added is compared like the others")
  func comparesAddedColumns() throws {
    let (world, legacy) = try migrated(.sqlite)
    try world.folder.sqlite("store.db", "ALTER TABLE memories ADD COLUMN mood TEXT; UPDATE memories SET mood = 'glad'")
    let database = try TestDatabase()
    let there = try world.memsh.run(["-d", database.url, "-q", "migrate", "--from", world.store, "--skip-test"])
    #expect(there.status == 0, "\(there.errors)")
    let equal = try world.run("-q", "--output", "json", "diff", database.url)
    #expect(equal.status == 0, "\(equal.output)")
    try database.execute("UPDATE memories SET mood = 'sad' WHERE id = 2")
    let report = try world.json("diff", database.url)
    #expect(report[key: "columns"]?[key: "mood"] == .integer(1), "\(report.text)")
    _ = legacy
  }

  /// Stores that real systems have written, beside the package; not everybody has them.
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"

  @Test(
    "stores of other systems equal what was migrated from them",
    .enabled(if: FileManager.default.fileExists(atPath: stores), "the stores of real systems are not there"),
    arguments: World.Kind.allCases)
  func comparesRealStores(kind: World.Kind) throws {
    let paths = [
      "mcp-memory-service/sqlite_vec.db", "agno-sqlite/agno.db", "openmemory-py/openmemory.db",
      "langgraph-sqlite/store.db", "letta-0.16.8-sqlite/sqlite.db",
    ]
    for path in paths {
      let world = try World(kind)
      let migrated = try world.run(
        "-q", "--output", "json", "migrate", "--from", "\(DiffTests.stores)/\(path)", "--skip-test")
      let command = try #require(try JSONParser.parse(migrated.output)[key: "diff"]?.stringValue, "\(migrated.errors)")
      let result = try world.run("-q", "--output", "json", "-c", command)
      #expect(result.status == 0, "\(path): \(command): \(result.output)")
    }
  }
}
