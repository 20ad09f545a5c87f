import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@Suite struct MigrationTests {
  @Test("a legacy file arrives whole: text, metadata, times and vectors", arguments: World.Kind.allCases)
  func migrates(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    let before = try Data(contentsOf: URL(fileURLWithPath: source))
    let report = try world.json("migrate", "--from", source, "--embeddings", "keep", "--source-model", "test")
    #expect(report[key: "memories_migrated"] == .integer(4))
    #expect(report[key: "system_test"] == .string("passed"))
    // Two memories and the seven fragments.
    #expect(report[key: "embeddings"]?.text == #"{"kept":2,"generated":0,"missing":9,"not_kept":0}"#)
    #expect(try Data(contentsOf: URL(fileURLWithPath: source)) == before)
    #expect(try stored(world) == MigrationTests.expected)

    let again = try world.json("migrate", "--from", source, "--embeddings", "keep", "--source-model", "test")
    #expect(again[key: "memories_migrated"] == .integer(0))
    #expect(again[key: "already_present"] == .integer(4))
    #expect(again[key: "run"] == .null)
    #expect(try stored(world) == MigrationTests.expected)
  }

  private static let expected = [
    #"ada|Prefers a double espresso|preferences|2025-01-01T10:00:00.123000|2025-01-02T10:00:00.000000|preferences|1.50|mem_1"#,
    #"ada|Works in Turin||2025-01-01T00:00:00.123000|2025-01-01T00:00:00.123000||12345678901234567890|mem_2"#,
    #"ben|Ships 🙂 to שלום 毎朝||2025-01-03T00:00:00.000000|2025-01-03T00:00:00.000000|||mem_3"#,
    "ben|before\u{FFFD}after||2025-01-04T00:00:00.000000|2025-01-04T00:00:00.000000|||mem_nul",
    "0000803f000000000000000000000000", "cdcccc3dcdcc4c3e9a9999becdcccc3e",
  ]

  /// The rows as the database itself tells them, then the vectors as little-endian hexadecimal.
  private func stored(_ world: World) throws -> [String] {
    if let connection = try world.database?.connect() {
      let rows = try connection.query(
        unsafeSQL:
          """
          SELECT concat_ws('|', user_id, content, coalesce(category, ''),
            to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), to_char(updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            coalesce(metadata->>'category', ''), coalesce(metadata->>'n', metadata->>'big', ''),
            metadata->>'legacy_id')
          FROM memories ORDER BY metadata->>'legacy_id'
          """
      ).rows.compactMap { try $0.text(0) }
      let vectors = try connection.query(
        unsafeSQL: "SELECT vector_send(embedding) FROM memories WHERE embedding IS NOT NULL")
      return try rows + vectors.rows.compactMap { try $0.bytes(0) }.map(littleEndianHex).sorted()
    }
    return try world.folder.rows(
      "store.db",
      """
      SELECT user_id, content, coalesce(category, ''), substr(created_at, 1, 26), substr(updated_at, 1, 26),
        coalesce(metadata->>'category', ''),
        coalesce(metadata->'n', metadata->'big', ''), metadata->>'legacy_id'
      FROM memories ORDER BY metadata->>'legacy_id'
      """)
      + world.folder.rows(
        "store.db", "SELECT embedding FROM memories WHERE embedding IS NOT NULL ORDER BY hex(embedding)")
  }

  /// A vector as `vector_send` gives it: behind four bytes of header, big-endian floats.
  private func littleEndianHex(_ bytes: [UInt8]) -> String {
    let body = Array(bytes.dropFirst(4))
    return stride(from: 0, to: body.count, by: 4).flatMap { body[$0..<$0 + 4].reversed() }
      .map { String(format: "%02x", $0) }.joined()
  }

  @Test(
    "rows that cannot be migrated go whole to the reject file, each with its reason", arguments: World.Kind.allCases)
  func rejects(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    try world.folder.addRejectedRows()
    let report = try world.json(
      "migrate", "--from", source, "--embeddings", "keep", "--reject-file", world.folder.file("rejects.jsonl"))
    #expect(report[key: "memories_migrated"] == .integer(4))
    #expect(report[key: "rejected"] == .integer(7))
    let lines = try String(contentsOfFile: world.folder.file("rejects.jsonl"), encoding: .utf8).split(separator: "\n")
    let rejected = try lines.map { try JSONParser.parse(String($0)) }
    #expect(rejected.map { $0[key: "reason"] } == rejected.map { $0[key: "key"] })
    #expect(
      rejected.first { $0[key: "key"] == .string("invalid_utf8") }?[key: "row"]?[key: "content"]?.text
        == #"{"base64":"Y2Fm6Q=="}"#)
    #expect(
      rejected.first { $0[key: "key"] == .string("wrong_dimensions") }?[key: "row"]?[key: "embedding"]?.text
        == "[1.0,2.0,3.0]")
    let mode = try FileManager.default.attributesOfItem(atPath: world.folder.file("rejects.jsonl"))[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
  }

  @Test("a run that rejects rows ends with status 1, unless as many are allowed", arguments: World.Kind.allCases)
  func failsForRejectedRows(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    try world.folder.addRejectedRows()
    let migrate = ["-q", "migrate", "--from", source, "--embeddings", "keep", "--skip-test"]
    let looked = try world.run(migrate + ["--dry-run"])
    #expect(looked.status == 1 && looked.errors.contains("error: 7 rows would be rejected\n"), "\(looked.errors)")
    let failed = try world.run(migrate + ["--reject-file", world.folder.file("rejects.jsonl")])
    #expect(failed.status == 1 && failed.output.contains("memories_migrated\t4"), "\(failed.output)")
    #expect(
      failed.errors.contains("error: 7 rows were rejected: \(world.folder.file("rejects.jsonl"))"), "\(failed.errors)")
    #expect(failed.errors.contains("hint: add `--max-rejected 7`"))
    for (allowed, status) in [("6", Int32(1)), ("7", 0), ("all", 0)] {
      let result = try world.run(migrate + ["--max-rejected", allowed])
      #expect(result.status == status, "\(result.errors)")
    }
    #expect(try world.run("migrate", "--max-rejected", "-1").status == 2)
  }

  @Test("`assert .verified = true` holds after a run that had nothing to do", arguments: World.Kind.allCases)
  func verifiesAgain(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    let script = try world.script("migrate --from '\(source)' --embeddings keep --skip-test\nassert .verified = true\n")
    for _ in 1...2 {
      let result = try world.run("-q", "-f", script)
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test("a row that changed in the source since is neither lost nor doubled", arguments: World.Kind.allCases)
  func noticesChanges(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source)
    try world.folder.sqlite("legacy.db", "UPDATE memories SET content = 'Prefers tea now' WHERE id = 'mem_1'")
    let report = try world.json("migrate", "--from", source)
    #expect(report[key: "memories_migrated"] == .integer(0))
    #expect(report[key: "already_present"] == .integer(3))
    #expect(report[key: "rejected"] == .integer(1))
    let path = try #require(report[key: "reject_file"]?.stringValue)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("changed_since_migrated"))
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(4))
  }

  @Test("two files with the same ids are two sources", arguments: World.Kind.allCases)
  func tellsSourcesApart(kind: World.Kind) throws {
    let world = try World(kind)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile())
    let other = try world.folder.sqlite(
      "other.db",
      "CREATE TABLE memory (id TEXT PRIMARY KEY, content TEXT); INSERT INTO memory VALUES ('mem_1', 'another')")
    #expect(try world.json("migrate", "--from", other)[key: "memories_migrated"] == .integer(1))
    // The same file under another name is the same source.
    try FileManager.default.copyItem(atPath: world.folder.file("legacy.db"), toPath: world.folder.file("moved.db"))
    #expect(try world.json("migrate", "--from", world.folder.file("moved.db"))[key: "already_present"] == .integer(4))
  }

  @Test("files that count from 1 do not hide each other's rows", arguments: World.Kind.allCases)
  func tellsUsersApart(kind: World.Kind) throws {
    let world = try World(kind)
    for (name, user) in [("a.db", "ada"), ("b.db", "ben")] {
      let source = try world.folder.sqlite(
        name,
        """
        CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT, content TEXT);
        INSERT INTO memories VALUES (1, '\(user)', 'Likes tea');
        """)
      #expect(try world.json("migrate", "--from", source)[key: "memories_migrated"] == .integer(1))
    }
  }

  @Test("a reject file never replaces a file that is there")
  func sparesFiles() throws {
    let world = try World()
    let source = try world.folder.legacyFile()
    try world.folder.addRejectedRows()
    let before = try Data(contentsOf: URL(fileURLWithPath: source))
    let result = try world.run("migrate", "--from", source, "--reject-file", source)
    #expect(result.status == 1)
    #expect(result.errors.contains("cannot create the reject file"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: source)) == before)
    #expect(try world.run("stats").status == 1)
  }

  @Test("the lines of the migration guide are printed, on standard error")
  func printsSteps() throws {
    let world = try World(.postgres)
    let result = try world.run("migrate", "--from", try world.folder.legacyFile())
    for line in [
      "🚀 Starting memory system migration to PostgreSQL...", "✅ PostgreSQL database connection successful",
      "✅ Schema created successfully",
      "Created tables: ['memories', 'memory_analytics', 'memory_duplicates', 'prompt_fragments']",
      "✅ Inserted 7 default prompt fragments", "🧪 Testing memory system operations...",
      "✅ Embedding service working: 256 dimensions", "✅ Memory search working: found 1 results",
      "✅ Test data cleaned up", "🎉 All memory system tests passed!", "Migration Summary:", "  Memories migrated: 4",
      "  Prompt fragments: 7", "  Errors encountered: 0", "🎉 Migration completed successfully!",
      "✅ Memory system is ready for use!",
    ] {
      #expect(result.errors.contains(line + "\n"), "\(line)")
    }
    #expect(result.output.hasPrefix("field\tvalue\nrun\t1\n"))
    // What came along from a store of memsh's own is no default fragment.
    let copied = try World().run("migrate", "--from", world.store, "--skip-test")
    #expect(copied.errors.contains("  Prompt fragments: 0\n  Other rows copied: 7, of fragments"), "\(copied.errors)")
  }

  @Test("the system test leaves no rows, even when it fails", arguments: World.Kind.allCases)
  func cleansUp(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source)
    // A trigger that refuses duplicates makes the test fail near its end.
    if let connection = try world.database?.connect() {
      try connection.execute(
        unsafeSQL: """
          CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
          CREATE TRIGGER refuse BEFORE INSERT ON memory_duplicates FOR EACH ROW EXECUTE FUNCTION refuse();
          """)
    } else {
      try world.folder.sqlite(
        "store.db", "CREATE TRIGGER refuse BEFORE INSERT ON memory_duplicates BEGIN SELECT RAISE(ABORT, 'refused'); END"
      )
    }
    let result = try world.run("--output", "json", "migrate", "--from", source)
    #expect(result.status == 1)
    #expect(try JSONParser.parse(result.output)[key: "system_test"] == .string("failed"))
    #expect(try JSONParser.parse(result.output)[key: "errors"] == .integer(1))
    #expect(result.errors.contains("refused"))
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(4))
  }

  @Test("a default source that is missing is said, and the other steps go on")
  func goesOnWithoutSource() throws {
    let world = try World()
    let result = try world.run("migrate")
    #expect(result.status == 0)
    #expect(result.errors.contains("No source to migrate: there is no file"))
    #expect(try world.json("stats")[key: "fragments"]?[key: "total"] == .integer(7))
  }

  @Test("--force-recreate asks, and starts anew with --yes", arguments: World.Kind.allCases)
  func recreates(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source)
    let refused = try world.run("migrate", "--from", source, "--force-recreate")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("hint: add `--yes` to go on"))
    let report = try world.json("migrate", "--from", source, "--force-recreate", "--yes", "--embeddings", "keep")
    #expect(report[key: "memories_migrated"] == .integer(4))
    #expect(try world.json("stats")[key: "embeddings"]?[key: "space"]?[key: "dimensions"] == .integer(4))
  }

  @Test("vectors of another space are refused, with both names and the way out", arguments: World.Kind.allCases)
  func refusesOtherSpaces(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    _ = try world.json("migrate", "--from", source, "--embeddings", "keep")
    let search = try world.run("search", "espresso")
    #expect(search.status == 1)
    #expect(
      search.errors.contains(
        "this store's vectors are unknown/unknown (4); the embedder in use makes hash/word-ngram-v1 (256)"))
    #expect(try world.run("migrate", "--from", source, "--embeddings", "regenerate").status == 1)
  }

  @Test("a source that is missing, foreign or no database stops before the store is touched")
  func refusesSources() throws {
    let world = try World()
    try world.folder.write(String(repeating: "text ", count: 300), to: "text.db")
    try world.folder.sqlite("foreign.db", "CREATE TABLE orders (id INTEGER)")
    for (name, message) in [
      ("missing.db", "there is no file"), ("text.db", "is not a SQLite database"),
      ("foreign.db", "has no table memories, memory or user_memories"),
    ] {
      let result = try world.run("migrate", "--from", world.folder.file(name))
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: world.store))
  }
}
