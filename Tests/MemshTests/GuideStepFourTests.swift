import Foundation
import MemoryModel
import TestSupport
import Testing

/// The migration guide's step 4: whatever stands where the old SQLite database is expected.
@Suite struct GuideStepFourTests {
  /// The three tables as the memory system's JavaScript side made them.
  private static let threeTables = """
    CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding BLOB,
      metadata TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE memory (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding BLOB,
      metadata TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE user_memories (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding BLOB,
      metadata TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO memories (id, user_id, content, metadata) VALUES
      ('mem_1751000000000_a1b2c3', 'ada', 'Drinks tea', '{"category":"preferences"}'), ('mem_2', 'ada', 'Has a cat', NULL);
    INSERT INTO memory (id, user_id, content) VALUES ('mem_2', 'ben', 'Has a dog'), ('mem_3', 'ben', 'Rows a boat');
    INSERT INTO user_memories (id, user_id, content) VALUES ('mem_2', 'cy', 'Has a bee'), ('mem_9', 'cy', 'Sings');
    """

  @Test("the rows of all three tables arrive, each once", arguments: World.Kind.allCases)
  func migratesAll(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite("old.db", Self.threeTables)
    let report = try world.json("migrate", "--from", source, "--skip-test")
    #expect(report[key: "memories_migrated"] == .integer(6), "\(report.text)")
    #expect(report[key: "rejected"] == .integer(0))
    let expected = ["ada Drinks tea", "ada Has a cat", "ben Has a dog", "ben Rows a boat", "cy Has a bee", "cy Sings"]
    let statement = "SELECT user_id || ' ' || content FROM memories ORDER BY 1"
    #expect(try world.lines(statement) == expected)
    let again = try world.json("migrate", "--from", source, "--skip-test")
    #expect(again[key: "memories_migrated"] == .integer(0))
    #expect(again[key: "already_present"] == .integer(6))
    #expect(try world.lines(statement) == expected)
  }

  @Test("a key/value table of that name beside them is left alone, which is said", arguments: World.Kind.allCases)
  func leavesKeysAlone(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite(
      "old.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT);
      CREATE TABLE user_memories (user_id TEXT, key TEXT, value TEXT, PRIMARY KEY (user_id, key));
      INSERT INTO memories VALUES ('1', 'ada', 'tea'); INSERT INTO user_memories VALUES ('ada', 'drink', 'tea');
      """)
    let result = try world.run("migrate", "--from", source, "--skip-test")
    #expect(result.status == 0 && result.errors.contains("user_memories"), "\(result.errors)")
    #expect(try world.lines("SELECT count(*) FROM memories") == ["1"])
  }

  /// Files without a row, by the statements that make them; a file of no bytes has none.
  private static let empty = [
    "", "PRAGMA user_version = 1",
    "CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB)",
  ]

  @Test(
    "an empty file is said to be empty, and the setup goes on to its end", arguments: World.Kind.allCases, empty)
  func goesOn(kind: World.Kind, sql: String) throws {
    for byVariable in [true, false] {
      let world = try World(kind)
      let source =
        sql.isEmpty ? try world.folder.write("", to: "espressobot_memory.db") : try world.folder.sqlite("old.db", sql)
      let before = try Data(contentsOf: URL(fileURLWithPath: source))
      let result = try world.memsh.run(
        ["-d", world.store, "migrate"] + (byVariable ? [] : ["--from", source]),
        environment: byVariable ? ["MEMORY_SQLITE_PATH": source] : [:])
      #expect(result.status == 0, "\(result.errors)")
      for line in [
        "SQLite database exists but is empty", "✅ Inserted 7 default prompt fragments",
        "🎉 Migration completed successfully!",
      ] { #expect(result.errors.contains(line), "\(line): \(result.errors)") }
      #expect(try world.lines("SELECT count(*) FROM prompt_fragments") == ["7"])
      #expect(try world.lines("SELECT count(*) FROM memories") == ["0"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: source)) == before)
    }
  }
}
