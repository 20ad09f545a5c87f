import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The seal of a backup: whatever changes in the file, restoring refuses it.
@Suite struct SealTests {
  private static let changes = [
    "UPDATE memsh_settings SET value = replace(value, 'model', 'evil') WHERE key = 'embedding_space'",
    "UPDATE memsh_settings SET value = '2' WHERE key = 'schema_version'",
    "DELETE FROM memsh_settings WHERE key = 'schema_version'",
    "CREATE TRIGGER evil AFTER INSERT ON memories BEGIN DELETE FROM prompt_fragments; END",
    "DROP TRIGGER update_memories_updated_at", "DROP INDEX memories_user_idx", "CREATE TABLE evil (id)",
    "CREATE VIEW evil AS SELECT 1", "ALTER TABLE memory_analytics ADD COLUMN evil TEXT",
    "INSERT INTO memsh_journal_rows (position, operation_id, table_name, row_id, before) VALUES (999, 1, 'memories', 77, '{}')",
    "UPDATE memsh_journal_rows SET after = NULL", "UPDATE memsh_journal SET author = 'somebody@else'",
    "DELETE FROM memsh_run_rows", "UPDATE memsh_run_rows SET content_sha256 = ''", "UPDATE memsh_runs SET source = 'x'",
    "UPDATE memsh_vector_log SET token = 1", "UPDATE memsh_memories_text_content SET c0 = 'other words'",
    "UPDATE sqlite_sequence SET seq = 99", "PRAGMA user_version = 7",
    "UPDATE memories SET importance_score = 0.1 WHERE id = 1",
    // The same to whoever compares values as text.
    "UPDATE memories SET content = content || char(0) || 'x' WHERE id = 1",
    "UPDATE memories SET metadata = CAST(metadata AS BLOB) WHERE id = 1",
    "UPDATE memories SET embedding = CAST(embedding AS TEXT) WHERE id = 1",
    "UPDATE memories SET id = 99 WHERE id = 1", "DELETE FROM prompt_fragments WHERE id = 1",
  ]

  @Test("any change of anything in the file is noticed, and nothing is restored") func notices() throws {
    let world = try World(.sqlite)
    _ = try world.json("migrate", "--from", try world.folder.legacyFile(), "--embeddings", "keep")
    #expect(try world.run("-q", "edit", "1", "--category", "x").status == 0)
    _ = try world.json("backup", world.folder.file("good.db"))
    let target = world.folder.file("t.db")
    for change in SealTests.changes {
      let bad = world.folder.file("bad.db")
      try? FileManager.default.removeItem(atPath: bad)
      try FileManager.default.copyItem(atPath: world.folder.file("good.db"), toPath: bad)
      try world.folder.sqlite("bad.db", change)
      let refused = try world.memsh.run(["-d", target, "-q", "restore", bad, "--yes"])
      #expect(refused.status == 1, "\(change)")
      #expect(
        refused.errors.contains("is damaged: its content is not what was written"), "\(change): \(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: target))
    }
    // Looking at it is no change.
    _ = try world.memsh.run(["-d", world.folder.file("good.db"), "-q", "list"])
    let restored = try world.memsh.run(["-d", target, "-q", "restore", world.folder.file("good.db"), "--yes"])
    #expect(restored.status == 0, "\(restored.errors)")
    let settings = try world.folder.rows("t.db", "SELECT key FROM memsh_settings ORDER BY key")
    #expect(settings == ["embedding_space", "schema_version"])
  }

  /// A backup that memsh 0.1.0 made and sealed.
  private func oldBackup(_ folder: TestFolder, _ name: String, adding sql: String = "") throws -> String {
    try folder.sqlite(
      name,
      OldStore.tables + """
        INSERT INTO memories (id, user_id, content, created_at, updated_at)
          VALUES (1, 'ada', 'Tea, not coffee', '2025-01-01T00:00:00.000000Z', '2025-01-01T00:00:00.000000Z');
        INSERT INTO memsh_settings
          VALUES ('backup_sha256', '36df0d35fd50305796cd0a77ce382d8cb10eb5b40007fd31d56a1c002dd0e7be');
        """ + sql)
  }

  @Test(
    "a backup that 0.1.0 sealed is restored, and what its seal does not cover is said", arguments: World.Kind.allCases)
  func restoresOld(kind: World.Kind) throws {
    let world = try World(kind)
    let restored = try world.run("restore", try oldBackup(world.folder, "old.db"), "--yes")
    #expect(restored.status == 0, "\(restored.errors)")
    #expect(restored.errors.contains("was sealed by memsh 0.1.0: only the rows"), "\(restored.errors)")
    #expect(try world.json("list").arrayValue?.first?[key: "content"] == .string("Tea, not coffee"))
    let bad = try oldBackup(world.folder, "bad.db", adding: "UPDATE memories SET content = 'Coffee, not tea'")
    let refused = try world.run("restore", bad, "--yes")
    #expect(refused.status == 1 && refused.errors.contains("is damaged"), "\(refused.errors)")
  }

  @Test("triggers and views that the store does not know come along with no backup") func refusesWhatRuns() throws {
    let world = try World(.sqlite)
    for (number, sql) in [
      "CREATE TRIGGER evil AFTER INSERT ON memories BEGIN DELETE FROM prompt_fragments; END",
      "CREATE VIEW evil AS SELECT * FROM memories",
      "CREATE TRIGGER memsh_evil AFTER INSERT ON memories BEGIN DELETE FROM prompt_fragments; END",
    ].enumerated() {
      let backup = try oldBackup(world.folder, "b\(number).db", adding: sql)
      let refused = try world.run("-q", "restore", backup, "--yes")
      #expect(refused.status == 1, "\(sql)")
      #expect(refused.errors.contains("evil") && refused.errors.contains("copy the file"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: world.store))
    }
  }
}
