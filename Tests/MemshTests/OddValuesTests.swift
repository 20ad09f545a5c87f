import Foundation
import TestSupport
import Testing

/// SQLite columns have no fixed type. Whatever an application puts into whichever column of a store: every command
/// ends by itself, and no row hides the others.
///
/// By default the values stand in the columns of one table in such a way that each value is once in each column, in
/// another row; one process runs all commands. With `MEMSH_MUTATION_SECONDS` each value of each column gets a store of
/// its own, in a random order, for so long.
@Suite(.serialized) struct OddValuesTests {
  /// SQL expressions of every storage class.
  private static let values = [
    "NULL", "0", "-1", "9223372036854775807", "-9223372036854775807 - 1", "0.5", "1e300", "9e999", "-9e999", "'text'",
    "''", "CAST(x'61ff41' AS TEXT)", "'a' || char(0) || 'b'", "x''", "x'fffe00'", "x'41'", "zeroblob(20000)",
    "'2025-01-01T00:00:00Z'", "'9999-12-31T23:59:59.999999999Z'", "'[1,\"x\"]'", "'{\"a\":\"\\ud800\"}'",
    "replace(hex(zeroblob(20000)), '00', 'long ')", "'{\"dimensions\":9223372036854775807}'",
    "replace(hex(zeroblob(20000)), '00', '[')",
  ]

  /// All columns that an application or a bug can write: the four tables', and those of memsh's own.
  private static let columns: [(table: String, columns: [String])] = [
    (
      "memories",
      [
        "user_id", "content", "embedding", "metadata", "category", "importance_score", "access_count",
        "last_accessed_at", "created_at", "updated_at",
      ]
    ),
    (
      "prompt_fragments",
      [
        "category", "priority", "content", "tags", "embedding", "agent_type", "context_tier", "is_active",
        "created_at", "updated_at",
      ]
    ),
    ("memory_duplicates", ["original_id", "duplicate_hash", "similarity_score", "dedup_type", "created_at"]),
    (
      "memory_analytics",
      ["user_id", "query_text", "results_count", "response_time_ms", "context_tier", "created_at"]
    ),
    ("memsh_settings", ["key", "value"]),
    ("memsh_journal", ["at", "author", "session", "command", "undoes", "undone_by", "space_before"]),
    ("memsh_journal_rows", ["operation_id", "table_name", "row_id", "before", "after"]),
    ("memsh_runs", ["source", "fingerprint", "space", "started_at", "finished_at", "state", "counts"]),
    ("memsh_run_rows", ["table_name", "source_key", "target_id", "content_sha256"]),
    ("memsh_vector_log", ["token"]), ("memsh_vector_state", ["token"]),
  ]

  /// Everything that reads, then everything that repairs.
  private static let commands = """
    set on-error continue
    status
    schema
    stats
    stats --by user
    stats --by category
    stats --by day
    stats --by month
    stats --by importance
    stats --latency
    stats --index
    users
    categories
    list --limit 100
    list --sort created --limit 3
    list --sort importance --descending --after 5
    list --sort user --after 3
    list --where metadata.source=chat
    list --since 30d
    show 1
    show 12
    search milk --limit 50
    search milk --mode lexical
    search --similar-to 30 --limit 5
    search milk --approximate
    prompt milk --user ada
    fragments
    fragments show 3
    fragments export fragments.yaml
    duplicates
    duplicates --of 1
    analytics --limit 100
    recall --sample 5
    journal
    journal show 3
    sql "SELECT * FROM memories"
    dedup --dry-run
    decay --dry-run
    reembed --dry-run
    rollback --run last --dry-run
    undo --dry-run
    migrate --from other.db --dry-run
    export odd.jsonl
    export odd.csv
    export odd-export.db
    export odd-part.jsonl --user ada
    backup odd-backup.db
    restore odd-backup.db --dry-run
    doctor
    doctor --fix all --dry-run
    edit 2 --content "other milk" --importance 0.4
    edit 12 --category new
    reassign --from ada --to eve
    merge 7 8
    delete 5
    delete 13
    undo
    undo
    add "a new milk" --user ada
    decay --half-life 1 --unused 0
    dedup --record
    dedup --merge
    undo --run
    reembed --missing
    reembed
    seed
    fragments edit 4 --content "other instruction"
    fragments delete 5
    import odd.jsonl --on-conflict replace
    import odd-export.db --on-conflict skip
    migrate --from other.db
    rollback --run last
    restore odd-backup.db
    doctor --fix all
    list --limit 100
    export mended.jsonl
    journal prune --older-than 0d
    connect other.db
    migrate --from store.db
    """

  /// A store with forty rows in each table, a journal and runs, and another one to migrate from.
  private func makeStores(in folder: TestFolder) throws {
    let memsh = Memsh(in: folder)
    let rows = (1...40).map { "(\($0), 'row \($0) has milk', '\($0 % 3 == 0 ? "ben" : "ada")')" }
    try folder.sqlite(
      "legacy.db",
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, content TEXT, user_id TEXT);
      INSERT INTO memories VALUES \(rows.joined(separator: ", "))
      """)
    let edits = (1...30).map { "edit \($0) --category facts" }.joined(separator: "\n")
    let made = try memsh.run(
      ["-q", "-y", "--embedder", "hash", "-d", folder.file("base.db")], input: "migrate --from legacy.db\n" + edits)
    #expect(made.status == 0, "\(made.errors)")
    let other = try memsh.run(
      ["-q", "--embedder", "hash", "-d", folder.file("other.db")],
      input: "schema --create\nadd 'a row from elsewhere' --user eve")
    #expect(other.status == 0, "\(other.errors)")
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
    try folder.sqlite(
      "base.db",
      """
      \(numbers) INSERT INTO prompt_fragments (category, content, embedding)
        SELECT 'tone', 'instruction ' || i, (SELECT embedding FROM memories LIMIT 1) FROM n;
      \(numbers) INSERT INTO memory_duplicates (original_id, duplicate_hash, similarity_score, dedup_type)
        SELECT i, printf('%064x', i), 0.9, 'fuzzy' FROM n;
      \(numbers) INSERT INTO memory_analytics (user_id, query_text, results_count, response_time_ms, context_tier)
        SELECT 'ada', 'milk', 3, 12, 'core' FROM n;
      \(numbers) INSERT INTO memsh_runs (source, fingerprint, space, started_at, finished_at, state, memsh_version)
        SELECT 's', 'f', '{}', '2025-01-01T00:00:00Z', '2025-01-01T00:00:01Z', 'finished', '0' FROM n;
      """)
  }

  /// A value for a column of a row.
  private struct Plant {
    let table: String
    let column: String
    let row: Int
    let value: String
  }

  /// The columns that tell the rows of a table that has no row numbers, or whose definition must stay.
  private static let keys = ["memsh_run_rows": "target_id", "memsh_settings": "key"]

  /// Puts values into columns; `loose` takes types, checks and NOT NULL from the table first.
  private func plant(_ plants: [Plant], in folder: TestFolder, loose: Bool) throws {
    let tables = Set(plants.map(\.table)).filter {
      loose && OddValuesTests.keys[$0] == nil && $0 != "memsh_journal_rows"
    }
    for table in tables {
      let names = try folder.rows("store.db", "SELECT name FROM pragma_table_info('\(table)')")
      let key = table.contains("vector") ? "INTEGER PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT"
      let definitions = names.map { $0 == "id" ? "id \(key)" : $0 }.joined(separator: ", ")
      try folder.sqlite(
        "store.db",
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE TABLE \(table) (\(definitions))' WHERE name = '\(table)';
        """)
    }
    let updates = plants.map { plant in
      let key = OddValuesTests.keys[plant.table] ?? "rowid"
      return """
        UPDATE OR IGNORE \(plant.table) SET \(plant.column) = \(plant.value)
        WHERE \(key) = (SELECT \(key) FROM \(plant.table) ORDER BY 1 LIMIT 1 OFFSET \(plant.row));
        """
    }
    try folder.sqlite(
      "store.db", "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; \(updates.joined(separator: "\n"))")
  }

  /// Runs all commands on a copy of the store.
  private func run(_ plants: [Plant], base: TestFolder, loose: Bool) throws -> Memsh.Result {
    let folder = try TestFolder()
    for (name, copy) in [("base.db", "store.db"), ("other.db", "other.db")] {
      try FileManager.default.copyItem(atPath: base.file(name), toPath: folder.file(copy))
    }
    try plant(plants, in: folder, loose: loose)
    let script = try folder.write(OddValuesTests.commands, to: "all.memsh")
    let result = try Memsh(in: folder).runShell(
      "timeout --signal KILL 100 \"$MEMSH\" -q -y --embedder hash -d store.db -f \(script)")
    let planted = plants.count > 1 ? plants[0].table : "\(plants)"
    #expect((0...5).contains(result.status), "\(planted) \(loose): \(result.status) \(result.errors.suffix(2_000))")
    return result
  }

  @Test(
    "every column × every storage class × every command: no signal, no hang, no row that hides the others",
    arguments: [
      (["memories"], true), (["memories"], false), (["prompt_fragments"], true), (["prompt_fragments"], false),
      (["memory_duplicates"], true), (["memory_analytics"], true), (["memory_duplicates", "memory_analytics"], false),
      (["memsh_journal", "memsh_journal_rows", "memsh_runs", "memsh_run_rows"], true), (["memsh_vector_log"], true),
    ])
  func ends(tables: [String], loose: Bool) throws {
    let base = try TestFolder()
    try makeStores(in: base)
    let plants = OddValuesTests.columns.filter { tables.contains($0.table) }.flatMap { table, columns in
      columns.enumerated().flatMap { index, column in
        OddValuesTests.values.enumerated().map { number, value in
          Plant(table: table, column: column, row: (number + index) % OddValuesTests.values.count, value: value)
        }
      }
    }
    let result = try run(plants, base: base, loose: loose)
    // Behind all that was planted: listed before the repairs and after them.
    #expect(result.output.components(separatedBy: "row 35 has milk").count > 3)
    #expect(!result.errors.contains("all.memsh:14: error"), "list fails: \(result.errors)")
    let isOwn = tables[0].hasPrefix("memsh_")
    let names = ["value_type", "fragment_value_type", "duplicates_value_type", "analytics_value_type"]
    #expect(isOwn || names.contains { result.output.contains("\"name\":\"\($0)\"") }, "doctor names nothing")
    #expect(
      isOwn || result.errors.contains("cannot be taken over as it is: "), "an export keeps quiet: \(result.errors)")
    #expect(!result.errors.contains("all.memsh:4: error"), "stats fails: \(result.errors)")
  }

  private static let seconds = Mutation.seconds(default: 0)

  @Test("each value of each column in a store of its own", .enabled(if: seconds > 0, "set MEMSH_MUTATION_SECONDS"))
  func endsEach() throws {
    let base = try TestFolder()
    try makeStores(in: base)
    let end = Date().addingTimeInterval(OddValuesTests.seconds)
    let plants = OddValuesTests.columns.flatMap { table, columns in
      columns.flatMap { column in
        (0..<3).flatMap { row in
          OddValuesTests.values.map { Plant(table: table, column: column, row: row, value: $0) }
        }
      }
    }
    for plant in plants.shuffled() where Date() < end {
      _ = try run([plant], base: base, loose: Bool.random())
    }
  }
}
