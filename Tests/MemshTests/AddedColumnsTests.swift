import Foundation
import MemoryModel
import TestSupport
import Testing

/// Columns that others added keep every value, of every type, wherever memsh takes or changes the rows.
@Suite struct AddedColumnsTests {
  /// Repairs of memories that have such values, each of which `undo` takes back.
  private static let repairs = [
    "delete 101 102 103 104", "delete --user ada", "reassign --from ada --to eve", "merge 103 104",
    "merge 103 104 --keep 104",
    "edit 101 --importance 0.9 --category x", "edit 104 --content 'something else' --no-embedding",
    "edit 102 --user eve",
    "decay --unused 0 --half-life 1", "fragments delete 101", "fragments edit 102 --priority 1",
    "fragments disable 101",
  ]

  @Test("a repair and its undo give back every value", arguments: SchemaCase.tracked, repairs)
  func undoes(schema: SchemaCase, repair: String) throws {
    let world = try schema.filled()
    let before = try (world.addedValues(), world.lines("SELECT content FROM memories ORDER BY id"))
    try world.expect("-c", repair)
    try world.expect("undo")
    let after = try (world.addedValues(), world.lines("SELECT content FROM memories ORDER BY id"))
    let changes = SchemaText.changes(from: before.0, to: after.0)
    #expect(changes.isEmpty, "\(changes.joined(separator: "\n"))")
    #expect(after.1 == before.1)
  }

  @Test("what changes a memory leaves its added columns alone", arguments: SchemaCase.tracked)
  func leavesAlone(schema: SchemaCase) throws {
    let world = try schema.filled()
    let before = try world.addedValues()
    for line in [
      "edit 101 --importance 0.9", "edit 102 --category x", "reassign --from ada --to eve", "reembed --missing",
      "fragments edit 101 --priority 1", "search values --mode lexical --record --user ada", "seed", "doctor --fix all",
    ] {
      try world.expect("-c", line)
      // Fragments that came are no loss.
      let lost = Set(before).subtracting(try world.addedValues()).sorted()
      #expect(lost.isEmpty, "\(line): \(lost.joined(separator: "\n"))")
    }
  }

  @Test("show tells them", arguments: SchemaCase.tracked)
  func shows(schema: SchemaCase) throws {
    let world = try schema.filled()
    let names = try #require(
      (schema.isSQLite ? TrackedSchema.sqliteColumns : TrackedSchema.postgresColumns).first { $0.key == "memories" })
    for format in ["json", "table"] {
      let shown = try world.memsh.run(["-d", world.store, "-q", "--output", format, "show", "101"])
      #expect(shown.status == 0, "\(shown.errors)")
      let missing = names.value.filter { !shown.output.contains($0) }
      #expect(missing.isEmpty, "\(format): \(missing)")
      for value in ["archived", schema.isSQLite ? "9223372036854775807" : "123456789012345678901234567890.0123456789"] {
        let isShown = shown.output.contains(value)
        #expect(isShown, "\(format): \(value)")
      }
    }
  }

  @Test("a backup restored into the same store gives back every value", arguments: SchemaCase.tracked)
  func restoresInPlace(schema: SchemaCase) throws {
    let world = try schema.filled()
    let before = try (world.addedValues(), world.addedTypes())
    try world.expect("backup", world.folder.file("b.db"))
    try world.change(
      """
      DELETE FROM memories WHERE id = 101; UPDATE memories SET status = 'archived', usefulness_score = 1;
      UPDATE prompt_fragments SET reviewed_by = 'nobody'; DELETE FROM memory_analytics;
      """)
    try world.expect("restore", world.folder.file("b.db"), "--no-backup")
    let changes = SchemaText.changes(from: before.0, to: try world.addedValues())
    #expect(changes.isEmpty, "\(changes.joined(separator: "\n"))")
    #expect(try world.addedTypes() == before.1)
  }

  @Test("a backup restored into a new store brings the columns, their types and values", arguments: SchemaCase.tracked)
  func restoresElsewhere(schema: SchemaCase) throws {
    let world = try schema.filled()
    // A SQLite file with code that runs by itself is not restored into a store that has no such code.
    if schema.isSQLite { try world.change("DROP TRIGGER audit_memories; DROP VIEW active_memories") }
    try world.expect("backup", world.folder.file("b.db"))
    let target = try World(schema.isSQLite ? .sqlite : .postgres)
    try target.expect("restore", world.folder.file("b.db"))
    try expectSame(target, world)
  }

  @Test(
    "an export comes into a store with such columns as it was", arguments: SchemaCase.tracked,
    ["jsonl", "csv", "sqlite"])
  func imports(schema: SchemaCase, format: String) throws {
    let world = try schema.filled()
    let file = world.folder.file("export.\(format)")
    try world.expect("export", file, "--format", format)
    let target = try schema.empty()
    try target.expect("import", file, "--format", format)
    // CSV holds memories.
    let tables = format == "csv" ? ["memories"] : Table.names
    let expected = try world.addedValues(of: tables)
    var changes = SchemaText.changes(from: expected, to: try target.addedValues(of: tables))
    #expect(changes.isEmpty, "\(changes.joined(separator: "\n"))")
    // In the place of rows that have changed since, which undo gives back.
    try target.change("UPDATE memories SET status = 'archived', usefulness_score = 0.25 WHERE id IN (102, 103)")
    let changed = try target.addedValues()
    try target.expect("import", file, "--format", format, "--on-conflict", "replace")
    changes = SchemaText.changes(from: expected, to: try target.addedValues(of: tables))
    #expect(changes.isEmpty, "replaced: \(changes.joined(separator: "\n"))")
    try target.expect("undo")
    changes = SchemaText.changes(from: changed, to: try target.addedValues())
    #expect(changes.isEmpty, "undone: \(changes.joined(separator: "\n"))")
  }

  /// Where the rows go on their way back to a store of the kind they come from.
  private static let ways: [[World.Kind]] = [[], [.sqlite], [.postgres], [.sqlite, .postgres, .sqlite]]

  @Test("migrating from store to store carries every value", arguments: SchemaCase.tracked, ways)
  func migrates(schema: SchemaCase, way: [World.Kind]) throws {
    let world = try schema.filled()
    var source = world
    for kind in way {
      let next = try World(kind)
      try next.expect("migrate", "--from", source.store, "--skip-test")
      source = next
    }
    // Into a store that has the columns, and into one that has nothing.
    for target in [try schema.empty(), try World(schema.isSQLite ? .sqlite : .postgres)] {
      try target.expect("migrate", "--from", source.store, "--skip-test")
      try expectSame(target, world)
    }
  }

  @Test("rollback --sync takes them along, and migrating again brings them back")
  func syncs() throws {
    let world = try SchemaCase.trackedOnPostgres.filled()
    let local = world.folder.file("local.db")
    let gone = try world.memsh.run(
      ["-q", "-y", "--embedder", "hash", "rollback", "--sync"],
      environment: ["DATABASE_URL": world.store, "MEMORY_SQLITE_PATH": local])
    #expect(gone.status == 0, "\(gone.errors)")
    let store = try #require([local, world.memsh.defaultStore].first { FileManager.default.fileExists(atPath: $0) })
    let target = try SchemaCase.trackedOnPostgres.empty()
    try target.expect("migrate", "--from", store, "--skip-test")
    try expectSame(target, world)
  }

  /// Compares what the original has with what a store that began without its rows has now.
  private func expectSame(_ target: World, _ original: World) throws {
    let (types, expected) = (try target.addedTypes(), try original.addedTypes())
    let missing = Set(expected).subtracting(types).sorted()
    try #require(missing.isEmpty, "columns are missing or of another type: \(missing)")
    // The default fragments that a migration brings along are no loss.
    let changes = SchemaText.changes(from: try original.addedValues(), to: try target.addedValues())
    let isLost = changes.contains { $0.hasPrefix("-") }
    #expect(!isLost, "\(changes.joined(separator: "\n"))")
  }
}

extension World {
  /// The added columns with their types.
  fileprivate func addedTypes() throws -> [String] {
    let columns = database == nil ? TrackedSchema.sqliteColumns : TrackedSchema.postgresColumns
    return try columns.flatMap { table, names in
      let list = names.map { "'\($0)'" }.joined(separator: ", ")
      return try lines(
        database == nil
          ? "SELECT '\(table).' || name || ' ' || type FROM pragma_table_info('\(table)') WHERE name IN (\(list))"
          : """
          SELECT '\(table).' || attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
          WHERE attrelid = '\(table)'::regclass AND attname IN (\(list)) AND NOT attisdropped
          """)
    }.sorted()
  }
}
