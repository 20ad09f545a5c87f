import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Rows in which everything is NULL that the memory system's own tables let be NULL, through every command.
@Suite struct NullTests {
  /// The application's own store on PostgreSQL, or memsh's on SQLite, with such rows and two ordinary fragments.
  private func world(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    if let connection = try world.database?.connect() {
      try connection.execute(unsafeSQL: OriginalSchema.sql(dimensions: 256))
      try connection.execute(unsafeSQL: OriginalSchema.nullRows)
      try connection.execute(unsafeSQL: OriginalSchema.fragments)
      for table in Table.names {
        try connection.execute(unsafeSQL: "SELECT setval('\(table)_id_seq', 7)")
      }
    } else {
      #expect(try world.run("-q", "schema", "--create").status == 0)
      try world.folder.sqlite("store.db", OriginalSchema.nullRows)
      try world.folder.sqlite("store.db", OriginalSchema.fragments)
    }
    return world
  }

  /// The rows of nothing but NULL as an export writes them.
  private func nullRows(_ memsh: Memsh, _ store: String) throws -> [String] {
    let export = try memsh.run(["-d", store, "-q", "export"])
    #expect(export.status == 0, "\(export.errors)")
    return export.output.split(separator: "\n").map(String.init).filter { $0.contains(#""id":7"#) }
      // What has no vector may get one on its way.
      .map { $0.replacing(/"embedding":\[[^\]]*\]/, with: #""embedding":null"#) }
  }

  private static let expected = [
    #"{"table":"memories","id":7,"user_id":"ada","content":"nothing but this is known","metadata":null,"category":null,"importance_score":null,"access_count":null,"last_accessed_at":null,"created_at":null,"updated_at":null,"embedding":null}"#,
    #"{"table":"prompt_fragments","id":7,"category":"bare","priority":null,"content":"nothing but this is said","tags":null,"embedding":null,"agent_type":null,"context_tier":null,"is_active":null,"created_at":null,"updated_at":null}"#,
    #"{"table":"memory_duplicates","id":7,"original_id":null,"duplicate_hash":"0000000000000000000000000000000000000000000000000000000000000007","similarity_score":null,"dedup_type":null,"created_at":null}"#,
    #"{"table":"memory_analytics","id":7,"user_id":"ada","query_text":null,"results_count":null,"response_time_ms":null,"context_tier":null,"created_at":null}"#,
  ]

  @Test("every command that reads takes such rows, and changes nothing", arguments: World.Kind.allCases)
  func reads(kind: World.Kind) throws {
    let world = try world(kind)
    let commands = [
      "list", "list --sort created", "list --sort accesses --descending", "show 7", "search --mode lexical known",
      "stats",
      "stats --by user", "stats --by category", "stats --by day", "stats --by month", "stats --by importance",
      "stats --latency", "users", "categories", "analytics", "fragments", "fragments show 7", "fragments export",
      "dedup", "duplicates", "decay --half-life 30 --dry-run", "reembed --dry-run", "journal", "schema",
    ]
    let before = try nullRows(world.memsh, world.store)
    #expect(before == NullTests.expected)
    for command in commands {
      for format in ["json", "table", "csv"] {
        let result = try world.memsh.run(["-d", world.store, "-q", "--output", format, "-c", command])
        #expect(result.status == 0, "\(command): \(result.errors)")
      }
    }
    #expect(try nullRows(world.memsh, world.store) == before)
  }

  @Test("NULL is null in JSON, empty in CSV and NULL in a table", arguments: World.Kind.allCases)
  func shown(kind: World.Kind) throws {
    let world = try world(kind)
    let statistics = try world.json("stats")
    #expect(statistics[key: "by_category"]?.text == #"[{"category":null,"count":1}]"#)
    #expect(statistics[key: "by_importance"]?.text == #"[{"importance_from":null,"count":1}]"#)
    #expect(statistics[key: "growth"]?.text == #"[{"month":null,"count":1}]"#)
    #expect(try world.json("stats", "--by", "category").arrayValue?.first?[key: "category"] == .null)
    #expect(try world.json("list").arrayValue?.first?[key: "created_at"] == .null)
    #expect(try world.json("fragments", "show", "7").arrayValue?.first?[key: "agent_type"] == .null)
    let table = try world.run("-q", "stats", "--output", "table").output
    #expect(table.contains("NULL"), "\(table)")
    let csv = try world.run("-q", "list", "--output", "csv").output
    #expect(csv.contains("\r\n7,ada,nothing but this is known,,,,,,,\r\n"), "\(csv)")
  }

  @Test("a memory without any time is not taken for one from 1970", arguments: World.Kind.allCases)
  func decays(kind: World.Kind) throws {
    let world = try world(kind)
    #expect(try world.run("-q", "edit", "7", "--importance", "0.9").status == 0)
    if let database = world.database {
      try database.execute(
        "ALTER TABLE memories DISABLE TRIGGER USER; UPDATE memories SET updated_at = NULL")
    } else {
      try world.folder.sqlite(
        "store.db", "DROP TRIGGER update_memories_updated_at; UPDATE memories SET updated_at = NULL")
    }
    #expect(try world.run("-q", "-y", "decay", "--half-life", "30").status == 0)
    #expect(try world.json("show", "7")[key: "importance_score"] == .number("0.9"))
  }

  @Test(
    "doctor takes NULL for no fault, and what it puts right elsewhere leaves NULL alone", arguments: World.Kind.allCases
  )
  func doctor(kind: World.Kind) throws {
    let world = try world(kind)
    let rows: Set<String> = ["embedding_missing", "fragment_embedding_missing", "indexes_missing", "text_index"]
    let findings = try world.json("doctor")[key: "findings"]?.arrayValue ?? []
    let names = findings.compactMap { $0[key: "name"]?.stringValue }
    #expect(Set(names).isSubset(of: rows), "\(names)")

    // Faults in a column beside others that are NULL.
    let future = "'2999-01-01T00:00:00.000000Z'"
    let sql = """
      UPDATE memories SET access_count = -1, last_accessed_at = \(future) WHERE id = 7;
      UPDATE memory_analytics SET results_count = -1 WHERE id = 7;
      """
    if let database = world.database {
      try database.execute("ALTER TABLE memories DISABLE TRIGGER USER; \(sql)")
    } else {
      try world.folder.sqlite("store.db", "DROP TRIGGER update_memories_updated_at; \(sql)")
    }
    let fixed = try world.run(
      "-q", "-y", "doctor", "--fix", "access_negative", "--fix", "timestamp_future", "--fix", "analytics_negative")
    #expect(fixed.status == 0, "\(fixed.errors)")
    let rowsAfter = try nullRows(world.memsh, world.store)
    #expect(rowsAfter[0].contains(#""access_count":0,"last_accessed_at":"2"#))
    #expect(rowsAfter[0].contains(#""created_at":null"#), "\(rowsAfter[0])")
    #expect(rowsAfter[3].contains(#""results_count":0,"response_time_ms":null"#), "\(rowsAfter[3])")
  }

  @Test(
    "every command that changes rows leaves the NULLs of others alone, and undo brings them back",
    arguments: World.Kind.allCases)
  func changes(kind: World.Kind) throws {
    let world = try world(kind)
    let insert = "INSERT INTO memories (id, user_id, content, metadata) VALUES (8, 'ada', 'the same', NULL)"
    if let database = world.database {
      try database.execute(insert)
    } else {
      try world.folder.sqlite("store.db", insert)
    }
    // Whoever changes a row changes its updated_at, and the application's own trigger does so in an undo, too.
    func rows() throws -> [String] {
      try nullRows(world.memsh, world.store).map { $0.replacing(/"updated_at":("[^"]*"|null)/, with: "") }
    }
    for (command, kept, isUndone) in [
      ("edit 7 --category spare", #""access_count":null"#, true),
      ("reassign --from ada --to bo", #""created_at":null"#, true),
      ("delete 7", "", true), ("fragments edit 7 --priority 3", #""is_active":null"#, true),
      ("fragments disable 7", #""priority":null"#, true), ("fragments delete 7", "", true),
      ("merge 7 8 --keep 7", #""metadata":null"#, true), ("dedup --merge", "", false),
      ("decay --half-life 3", "", false), ("reembed", #""access_count":null"#, true),
    ] {
      let before = try rows()
      let done = try world.memsh.run(["-d", world.store, "-q", "-y", "-c", command])
      #expect(done.status == 0, "\(command): \(done.errors)")
      let after = try rows()
      #expect(kept.isEmpty || after.contains { $0.contains(kept) }, "\(command): \(after)")
      if isUndone {
        let undone = try world.run("-q", "-y", "undo")
        #expect(undone.status == 0, "\(command): \(undone.errors)")
      }
      #expect(try rows() == before, "\(command)")
    }
  }

  @Test("every way from store to store carries NULL", arguments: World.Kind.allCases)
  func carries(kind: World.Kind) throws {
    let world = try world(kind)
    let (folder, memsh) = (world.folder, world.memsh)
    func run(_ store: String, _ arguments: String...) throws {
      let result = try memsh.run(["-d", store, "-q", "-y"] + arguments)
      #expect(result.status == 0, "\(arguments): \(result.errors)")
    }
    let files = ["b.db", "e.jsonl", "e.csv", "e.db"].map(folder.file)
    try run(world.store, "backup", files[0])
    for file in files.dropFirst() { try run(world.store, "export", file) }
    for target in World.Kind.allCases {
      for (number, file) in files.enumerated() {
        let other = try World(target)
        let store = target == .sqlite ? folder.file("t\(number).db") : other.store
        try run(store, number == 0 ? "restore" : "import", file)
        let expected = file.hasSuffix("csv") ? Array(NullTests.expected.prefix(1)) : NullTests.expected
        #expect(try nullRows(memsh, store) == expected, "\(file) into \(target)")
      }
    }

    // To PostgreSQL, to SQLite, and back.
    let (there, back) = (try TestDatabase(), try TestDatabase())
    try run(there.url, "migrate", "--from", world.store, "--skip-test")
    try run(folder.file("m.db"), "migrate", "--from", there.url, "--skip-test")
    try run(back.url, "migrate", "--from", folder.file("m.db"), "--skip-test")
    #expect(try nullRows(memsh, back.url) == NullTests.expected)
    // Whoever takes the run back finds nothing changed since.
    let rollback = try memsh.run(["-d", back.url, "-q", "-y", "--output", "json", "rollback", "--run", "last"])
    #expect(try JSONParser.parse(rollback.output)[key: "kept"] == .integer(0), "\(rollback.output)\(rollback.errors)")

    // In the place of what it was, after a backup.
    try run(world.store, "migrate", "--force-recreate", "--from", there.url, "--skip-test")
    #expect(try nullRows(memsh, world.store) == NullTests.expected)
  }

  @Test("a search without a user is noted where the table takes it, else the error says what is missing")
  func notes() throws {
    let world = try world(.postgres)
    #expect(try world.run("-q", "-y", "reembed").status == 0)
    let refused = try world.run("-q", "search", "known", "--record")
    #expect(refused.status == 1 && refused.errors.contains("add `--user NAME`"), "\(refused.errors)")
    #expect(try world.run("-q", "search", "known", "--record", "--user", "ada").status == 0)
    try world.database?.execute("ALTER TABLE memory_analytics ALTER user_id DROP NOT NULL")
    #expect(try world.run("-q", "search", "known", "--record").status == 0)
    #expect(try world.database?.value("SELECT count(*) FROM memory_analytics") == "3")
  }

  @Test("rollback --sync takes NULL along") func syncs() throws {
    let world = try world(.postgres)
    let local = world.folder.file("local.db")
    let gone = try world.memsh.run(
      ["-q", "-y", "rollback", "--sync"], environment: ["DATABASE_URL": world.store, "MEMORY_SQLITE_PATH": local])
    #expect(gone.status == 0, "\(gone.errors)")
    let stores = [local, world.memsh.defaultStore].filter { FileManager.default.fileExists(atPath: $0) }
    let rows = try nullRows(world.memsh, try #require(stores.first))
    #expect(rows == NullTests.expected)
  }
}
