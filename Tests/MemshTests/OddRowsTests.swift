import Foundation
import TestSupport
import Testing

/// Rows in PostgreSQL that its types allow and memsh never writes: none of them stops a command, or hides the others.
@Suite struct OddRowsTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let database: TestDatabase

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = try TestDatabase()
  }

  private func run(_ arguments: String...) throws -> Memsh.Result {
    try memsh.run(["-q", "-y", "--embedder", "hash", "-d", database.url] + arguments)
  }

  private func change(_ sql: String) throws { try database.execute(sql) }

  @Test(
    "tags of any shape are shown in order, and nothing but them",
    arguments: [
      ("'{{alpha,beta},{gamma,delta}}'", ["alpha", "beta", "gamma", "delta"]),
      ("'{{{alpha}},{{beta}}}'", ["alpha", "beta"]), ("'{NULL,alpha,NULL}'", ["alpha"]),
      ("'[5:6]={alpha,beta}'", ["alpha", "beta"]), ("'{}'", []),
      ("array_fill('x'::text, ARRAY[2000,2])", Array(repeating: "x", count: 4_000)),
    ])
  func showsTags(value: String, expected: [String]) throws {
    #expect(try run("schema", "--create").status == 0)
    #expect(try run("seed").status == 0)
    try change("UPDATE prompt_fragments SET tags = \(value) WHERE id = 1")
    let shown = try run("fragments", "--output", "json")
    #expect(shown.status == 0, "\(shown.errors)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 7)
    let first = rows.first { $0["id"] as? Int == 1 }
    #expect(
      (first?["tags"] as? String ?? (first?["tags"] as? [String])?.joined(separator: ", "))?
        .split(separator: ", ").map(String.init) == expected)
    let export = folder.file("tags.jsonl")
    #expect(try run("export", export).status == 0)
    let exported = try String(contentsOfFile: export, encoding: .utf8)
    #expect(exported.contains("[" + expected.map { "\"\($0)\"" }.joined(separator: ",") + "]"))
    #expect(try run("backup", folder.file("tags.db")).status == 0)
  }

  private func prepare() throws {
    let created = try run(
      "-c",
      """
      set dimensions 16; schema --create; seed; add 'Ada likes green tea' --user ada --force
      add 'Ada likes green tea very much' --user ada --force; add 'Bob owns a bicycle' --user bob --force
      """)
    #expect(created.status == 0, "\(created.errors)")
  }

  @Test(
    "a number or a moment that is none, or lies far outside, stops no command; doctor names the row",
    arguments: [
      ("importance_score = 'Infinity'", "importance_range"), ("importance_score = '-Infinity'", "importance_range"),
      ("importance_score = 'NaN'", "importance_range"), ("importance_score = -12345.678", "importance_range"),
      ("importance_score = 1.7e308 WHERE id < 3; UPDATE memories SET importance_score = 1.7e308", "importance_range"),
      ("created_at = 'infinity'", "timestamp_malformed"), ("created_at = '-infinity'", "timestamp_malformed"),
      ("updated_at = 'infinity'", "timestamp_malformed"), ("last_accessed_at = '-infinity'", "timestamp_malformed"),
      ("created_at = '20000-01-01'", "timestamp_future"), ("updated_at = '4713-01-01 BC'", "timestamp_order"),
      ("access_count = -2147483648", "access_negative"), ("access_count = 2147483647", ""),
    ])
  func survivesNumbers(assignment: String, fault: String) throws {
    try prepare()
    try change("UPDATE memories SET \(assignment) WHERE id = 1")
    let before = try database.dump(
      "(SELECT id, user_id, content, importance_score, access_count, last_accessed_at, "
        + "created_at, updated_at FROM memories)")
    for command in [
      "list", "list --sort importance --descending", "list --sort created --after 2", "show 1", "users", "stats",
      "stats --by importance", "stats --by month", "stats --by day --user ada", "search tea",
      "search tea --mode lexical",
      "prompt tea --user ada", "dedup", "dedup --record", "journal", "recall",
      "export \(folder.file("e.jsonl"))", "export \(folder.file("e.csv")) --format csv",
      "export \(folder.file("e.db")) --format sqlite", "backup \(folder.file("e-backup.db"))", "reembed --user ada",
      "edit 2 --importance 0.4", "undo",
    ] {
      let result = try run("-c", "set dimensions 16; " + command)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
    if !fault.isEmpty {
      let found = try run("--output", "json", "-c", "doctor \(fault)")
      #expect(found.output.contains("\"\(fault)\"") && found.output.contains("memories 1"), "\(found.output)")
    }
    // Everything comes back as it was, NaN included, which SQLite holds as a text.
    let restored = try run("-c", "restore \(folder.file("e-backup.db"))")
    #expect(restored.status == 0, "\(restored.errors)")
    let after = try database.dump(
      "(SELECT id, user_id, content, importance_score, access_count, last_accessed_at, "
        + "created_at, updated_at FROM memories)")
    #expect(after == before)
    if !fault.isEmpty {
      let fixed = try run("-c", "set dimensions 16; doctor --fix \(fault)")
      #expect(fixed.status == 0, "\(fixed.errors)")
      #expect(try !run("-c", "doctor \(fault)").output.contains("\"\(fault)\""))
    }
  }

  @Test("ids of type bigint work in every command, beyond 32 bits, too", arguments: [1, 5_000_000_000])
  func worksWithBigSerial(first: Int) throws {
    #expect(try run("-c", "set dimensions 16; schema --create").status == 0)
    for table in ["memories", "prompt_fragments", "memory_duplicates", "memory_analytics"] {
      try change(
        "ALTER TABLE \(table) ALTER id TYPE bigint; ALTER SEQUENCE \(table)_id_seq AS bigint RESTART \(first)")
    }
    try change("ALTER TABLE memory_duplicates ALTER original_id TYPE bigint")
    try folder.write(
      """
      {"table":"memories","id":\(first + 90),"user_id":"cy","content":"imported with its id"}
      {"table":"memories","user_id":"cy","content":"imported without"}

      """, to: "in.jsonl")
    let other = try memsh.run([
      "-q", "-d", folder.file("other.db"), "--embedder", "hash", "-c",
      "set dimensions 16; schema --create; add 'a memory from elsewhere' --user dora --force",
    ])
    #expect(other.status == 0, "\(other.errors)")
    for command in [
      "add 'Ada likes green tea' --user ada --force", "add 'Ada likes green tea' --user ada --force", "seed",
      "edit \(first) --importance 0.9", "undo", "show \(first)", "list --after \(first)", "search tea --record",
      "dedup --record", "undo", "dedup --merge", "undo", "delete \(first)", "undo",
      "merge \(first) \(first + 1)", "undo", "decay --unused 0 --half-life 1", "reassign --from ada --to eva",
      "fragments edit \(first) --priority 2", "import in.jsonl", "reembed --user cy", "reembed", "doctor --fix all",
      "migrate --from other.db", "rollback --run last", "export all.jsonl", "backup b.db", "restore b.db",
      "add 'after the restore' --user ada --force", "journal", "doctor",
    ] {
      let result = try run("-c", "set dimensions 16; " + command)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
    #expect(try database.value("SELECT count(*) FROM memories") == "5")
    #expect(try database.value("SELECT min(id) FROM memories") == String(first))
  }

  @Test(
    "columns of other widths and kinds are written in their own form",
    arguments: [
      "importance_score TYPE real", "access_count TYPE bigint", "metadata TYPE json", "metadata TYPE text",
      "created_at TYPE timestamptz", "user_id TYPE text", "content TYPE varchar(500)",
    ])
  func writesOtherTypes(column: String) throws {
    try prepare()
    if column.hasPrefix("metadata") { try change("ALTER TABLE memories ALTER metadata DROP DEFAULT") }
    try change("ALTER TABLE memories ALTER \(column)")
    let result = try run(
      "-c",
      """
      set dimensions 16; add 'One more' --user ada --force --metadata '{"a": 1}'; list; search tea; export all.jsonl
      edit 1 --importance 0.25; stats; backup b.db
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try database.value("SELECT count(*) FROM memories") == "4")
  }
}
