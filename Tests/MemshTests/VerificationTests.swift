import Foundation
import MemoryModel
import TestSupport
import Testing

/// What a migration compares when it has written everything. Others' triggers stand for a disk, a server or a network that
/// gives back another value than it was given.
@Suite struct VerificationTests {
  /// A column, and what one of three rows gets in it: on SQLite and on PostgreSQL.
  private static let changes: [(column: String, sqlite: String, postgres: String, isSeen: Bool)] = [
    ("user_id", "'eve'", "'eve'", true), ("content", "NEW.content || ' '", "NEW.content || ' '", true),
    ("category", "'other'", "'other'", true), ("importance_score", "0.25", "0.25", true),
    ("created_at", "'2020-01-01 00:00:00.000000'", "NEW.created_at - interval '1 microsecond'", true),
    // The next number after 2.
    ("embedding", "x'0000803f01000040'", "'[1,2.0000002]'", true), ("embedding", "NULL", "NULL", true),
    // What an agent changes while the verification runs is not compared.
    ("access_count", "7", "7", false),
  ]

  @Test("a value that comes back as another fails the migration, whichever it is", arguments: World.Kind.allCases)
  func failsForEachColumn(kind: World.Kind) throws {
    func source(_ world: World, _ name: String, _ contents: [String]) throws -> String {
      let rows = contents.enumerated().map { "('\(name)\($0)', 'ada', '\($1)', '[1,2]')" }.joined(separator: ", ")
      return try world.folder.sqlite(
        name + ".db",
        """
        CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
        INSERT INTO memories VALUES \(rows);
        """)
    }
    for (column, sqlite, postgres, isSeen) in VerificationTests.changes {
      // A trigger cannot move a row to another partition.
      if column == "user_id", TestDatabase.layout != nil { continue }
      let world = try World(kind)
      let first = try world.run(
        "migrate", "--from", try source(world, "first", ["milk"]), "--embeddings", "keep", "--skip-test")
      #expect(first.status == 0, "\(first.errors)")
      if let database = world.database {
        try database.execute(
          """
          CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF NEW.content = 'tea' THEN NEW.\(column) := \(postgres); END IF; RETURN NEW; END $$;
          CREATE TRIGGER theirs BEFORE INSERT ON memories FOR EACH ROW EXECUTE FUNCTION theirs();
          """)
      } else {
        try world.folder.sqlite(
          "store.db",
          """
          CREATE TRIGGER theirs AFTER INSERT ON memories WHEN NEW.content = 'tea'
            BEGIN UPDATE memories SET \(column) = \(sqlite) WHERE id = NEW.id; END;
          """)
      }
      let result = try world.run(
        "--output", "json", "migrate", "--from", try source(world, "second", ["water", "tea", "juice"]),
        "--embeddings", "keep", "--skip-test")
      #expect(result.status == (isSeen ? 1 : 0), "\(column): \(result.errors)")
      #expect(result.errors.contains("verification_failed") == isSeen, "\(column): \(result.errors)")
    }
  }
}
