import Foundation
import PostgresClient
import TestSupport
import Testing

/// What roles with few rights get: what they may read, and a refusal that names the missing right.
@Suite struct RolesTests {
  private let folder: TestFolder
  private let memsh: Memsh
  private let database: TestDatabase

  init() throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = try TestDatabase()
    let created = try run(
      nil,
      """
      set dimensions 16; schema --create; seed; add 'Ada likes green tea' --user ada --force
      add 'Bob owns a red bicycle' --user bob --force; search tea --record; dedup --record; edit 1 --importance 0.7
      """)
    #expect(created.status == 0, "\(created.errors)")
  }

  private func run(_ role: String?, _ commands: String) throws -> Memsh.Result {
    let url = role.map { database.url.replacing("postgres@", with: $0 + "@") } ?? database.url
    return try memsh.run(["-q", "-y", "--embedder", "hash", "-d", url, "-c", commands])
  }

  /// Makes a role, or gives one of an earlier test what this one needs.
  private func role(_ name: String, _ grants: String) throws {
    try database.execute(
      """
      DO $$ BEGIN CREATE ROLE \(name) LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      \(grants)
      """)
  }

  private static let reading = [
    "status", "schema", "list", "list --user ada", "show 1", "search tea --mode lexical", "search --similar-to 1",
    "stats", "stats --by day", "stats --index", "users", "categories", "fragments", "duplicates", "analytics", "recall",
    "dedup", "doctor", "sql 'SELECT count(*) FROM memories'",
  ]
  private static let writing = [
    "add 'a new fact' --user eve --force --no-embedding", "edit 1 --importance 0.2", "delete 1", "seed --no-embedding",
    "search tea --mode lexical --record", "reassign --from ada --to eve", "fragments disable 1",
  ]

  @Test(
    "a role that may only SELECT reads everything but memsh's own records, with or without rights on those",
    arguments: [true, false])
  func readsWhatItMay(withLedger: Bool) throws {
    let name = withLedger ? "memsh_test_reader" : "memsh_test_stranger"
    try role(name, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(name);")
    if withLedger {
      try role(name, "GRANT USAGE ON SCHEMA memsh TO \(name); GRANT SELECT ON ALL TABLES IN SCHEMA memsh TO \(name);")
    }
    for command in Self.reading {
      let result = try run(name, command)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
    #expect(try run(name, "backup \(folder.file("copy.db"))").status == 0)
    #expect(try !run(name, "doctor").output.contains("sequences_behind"))
    #expect(try run(name, "journal").status == (withLedger ? 0 : 1))
    let searched = try run(name, "set dimensions 16; search tea")
    #expect(searched.status == (withLedger ? 0 : 1))
    // Not that nobody knows which model made the vectors.
    #expect(withLedger || searched.errors.contains("GRANT USAGE"), "\(searched.errors)")
    #expect(!searched.errors.contains("unknown"), "\(searched.errors)")
    for command in Self.writing {
      let result = try run(name, "set dimensions 16; \(command)")
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains("GRANT ") && result.errors.contains("\"\(name)\""), "\(command): \(result.errors)")
    }
    #expect(try database.value("SELECT count(*) || ',' || sum(access_count) FROM memories") == "2,2")
  }

  @Test("the statements that a refusal names are enough")
  func namesEnough() throws {
    let name = "memsh_test_writer"
    try role(name, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(name);")
    for _ in 0..<12 {
      let result = try run(
        name,
        """
        set dimensions 16; add 'a new fact' --user eve --force --no-embedding; edit 1 --importance 0.2; undo; delete 2
        undo
        """)
      guard result.status != 0 else { return }
      let hint = try #require(result.errors.firstMatch(of: /as the owner: (GRANT .*)/), "\(result.errors)")
      try database.execute(String(hint.1))
    }
    Issue.record("twelve grants are not enough")
  }

  @Test("a role that policies hide rows from can make no copy, and doctor says so")
  func refusesParts() throws {
    let name = "memsh_test_tenant"
    try role(
      name,
      """
      GRANT ALL ON SCHEMA memsh, public TO \(name); GRANT ALL ON ALL TABLES IN SCHEMA memsh, public TO \(name);
      GRANT ALL ON ALL SEQUENCES IN SCHEMA memsh, public TO \(name);
      ALTER TABLE memories ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON memories TO \(name) USING (user_id = 'ada');
      """)
    let url = database.url.replacing("postgres@", with: name + "@")
    for command in [
      "backup \(folder.file("a.db"))", "export \(folder.file("a.jsonl"))",
      "export \(folder.file("a.csv")) --format csv",
      "export \(folder.file("b.db")) --format sqlite", "export \(folder.file("c.jsonl")) --user ada",
      "reembed", "rollback --sync",
    ] {
      let result = try run(name, "set dimensions 16; \(command)")
      #expect(result.status == 1, "\(command)")
      #expect(result.errors.contains("row-level security"), "\(command): \(result.errors)")
    }
    let migrated = try memsh.run([
      "-q", "-y", "--embedder", "hash", "-d", folder.file("target.db"), "-c",
      "set dimensions 16; migrate --from '\(url)'",
    ])
    #expect(migrated.status == 1 && migrated.errors.contains("row-level security"), "\(migrated.errors)")
    for file in ["a.db", "a.jsonl", "a.csv", "b.db", "c.jsonl"] {
      #expect(!FileManager.default.fileExists(atPath: folder.file(file)), "\(file)")
    }
    let doctor = try run(name, "doctor row_security")
    #expect(doctor.output.contains("memories"), "\(doctor.output)")
    #expect(try run(name, "list").output.contains("green tea"))
    // Who sees every row is not kept from it.
    #expect(try run(nil, "backup \(folder.file("whole.db"))").status == 0)
    #expect(try folder.rows("whole.db", "SELECT count(*) FROM memories") == ["2"])
    #expect(try !run(nil, "doctor").output.contains("row_security"))
  }
}
