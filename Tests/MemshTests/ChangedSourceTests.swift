import Database
import Foundation
import MemoryModel
import TestSupport
import Testing

/// A second `migrate` of a source whose rows have changed beside their text.
@Suite struct ChangedSourceTests {
  private static let table = """
    CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT, content TEXT, category TEXT, importance_score REAL,
      metadata TEXT, created_at TEXT);
    INSERT INTO memories VALUES
      (1, 'ada', 'Likes tea', 'food', 0.5, '{"a": 1}', '2024-01-01T00:00:00Z'),
      (2, 'ada', 'Lives in Turin', 'place', 0.5, '{}', '2024-01-01T00:00:00Z');
    """

  @Test("a row of another user than before is told, not counted as present", arguments: World.Kind.allCases)
  func tellsUsers(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite("old.db", ChangedSourceTests.table)
    let migrate = ["--embedder", "hash", "migrate", "--from", source, "--skip-test", "--max-rejected", "all"]
    #expect(try world.json(migrate)[key: "memories_migrated"] == .integer(2))
    try world.folder.sqlite("old.db", "UPDATE memories SET user_id = 'ben' WHERE id = 1")
    let report = try world.json(migrate)
    #expect(report[key: "memories_migrated"] == .integer(0))
    #expect(report[key: "already_present"] == .integer(1) && report[key: "rejected"] == .integer(1))
    let path = try #require(report[key: "reject_file"]?.stringValue)
    let rejects = try String(contentsOfFile: path, encoding: .utf8)
    #expect(rejects.contains("changed_since_migrated"))
    #expect(rejects.contains("the store has it for the user 'ada', not for 'ben'"), "\(rejects)")
    let difference = try world.json("diff", source, world.store, "--no-embeddings")
    #expect(difference[key: "only_a"] == .integer(1) && difference[key: "only_b"] == .integer(1))
  }

  @Test("a memory that a repair gave to another user is still there", arguments: World.Kind.allCases)
  func knowsRepairs(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite("old.db", ChangedSourceTests.table)
    let migrate = ["--embedder", "hash", "migrate", "--from", source, "--skip-test"]
    _ = try world.json(migrate)
    for (from, to) in [("ada", "ben"), ("ben", "cy")] {
      let moved = try world.run("-q", "reassign", "--from", from, "--to", to, "--yes")
      #expect(moved.status == 0, "\(moved.errors)")
    }
    #expect(try world.json(migrate)[key: "already_present"] == .integer(2))
    // The source may follow.
    try world.folder.sqlite("old.db", "UPDATE memories SET user_id = 'cy' WHERE id = 1")
    #expect(try world.json(migrate)[key: "already_present"] == .integer(2))
    try world.folder.sqlite("old.db", "UPDATE memories SET user_id = 'dan' WHERE id = 1")
    #expect(try world.json(migrate + ["--max-rejected", "1"])[key: "rejected"] == .integer(1))
  }

  @Test("`diff` shows every other column that changed", arguments: World.Kind.allCases)
  func showsColumns(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite("old.db", ChangedSourceTests.table)
    _ = try world.json("--embedder", "hash", "migrate", "--from", source, "--skip-test")
    #expect(try world.run("-q", "diff", source, world.store, "--no-embeddings").status == 0)
    try world.folder.sqlite(
      "old.db",
      """
      UPDATE memories SET category = 'drink', importance_score = 0.9, metadata = '{"a": 2}',
        created_at = '2025-01-01T00:00:00Z' WHERE id = 1
      """)
    let difference = try world.json("diff", source, world.store, "--no-embeddings")
    #expect(difference[key: "changed"] == .integer(1))
    let text = difference.text
    for column in ["category", "importance_score", "metadata", "created_at"] {
      #expect(text.contains("\"\(column)\""), "\(column): \(text)")
    }
  }
}
