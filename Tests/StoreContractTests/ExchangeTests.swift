import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver
import TestSupport
import Testing

/// Export, import, backup and restore between stores of all kinds.
@Suite struct ExchangeTests {
  /// All rows as an export writes them: what both backends agree on.
  private func lines(_ store: MemoryStore, _ format: TextFormat = .jsonl) throws -> [String] {
    var options = ExportOptions()
    options.format = format
    var lines: [String] = []
    _ = try ExportService(store: store, interruption: Interruption()).export(options) { lines.append($0) }
    return lines
  }

  private func importing(
    _ lines: [String], into store: MemoryStore, _ options: ImportOptions = ImportOptions()
  ) throws -> ImportReport {
    // As a file has them: a field in quotes may go over several lines.
    var rest = lines.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }[...]
    return try ImportService(
      store: store, author: author("import"), progress: NoProgress(), interruption: Interruption(), name: "file"
    ).run(options, space: { Fixture.space }) { rest.popFirst() }
  }

  /// The same text on both backends: jsonb orders keys and rewrites numbers.
  private func normalized(_ lines: [String]) throws -> [String] {
    try lines.map { line in
      let json = try JSONParser.parse(line)
      guard case .object(let members)? = json[key: "metadata"] else { return line }
      return json.setting("metadata", to: .object(members.sorted { $0.key < $1.key })).text
    }
  }

  @Test("exported and imported, stores are equal", arguments: StoreKind.allCases, StoreKind.allCases)
  func roundTrip(from: StoreKind, to: StoreKind) throws {
    let (source, target) = (try Fixture.filled(from), try Fixture(to))
    let exported = try lines(source.store)
    let report = try importing(exported, into: target.store)
    #expect(report.inserted == ["memories": 12, "prompt_fragments": 1, "memory_duplicates": 1, "memory_analytics": 1])
    #expect(try normalized(lines(target.store)) == normalized(exported))
    // Again: nothing happens. Undone: nothing is left.
    let again = try importing(exported, into: target.store)
    #expect(again.alreadyPresent == 15 && again.operation == nil && again.inserted.values.allSatisfy { $0 == 0 })
    _ = try UndoService(store: target.store, author: author()).undo(nil, wholeSession: false, dryRun: false)
    #expect(try lines(target.store).count == 1)
    // Ids that come behind are free.
    #expect(try target.store.insert([memory("next")])[0] == 13)
  }

  @Test("many lines at once are the same lines", arguments: StoreKind.allCases, [TextFormat.jsonl, .csv])
  func joinsLines(kind: StoreKind, format: TextFormat) throws {
    let fixture = try Fixture.filled(kind)
    let store = fixture.store
    let whole = try lines(store, format).joined(separator: "\n")
    for count in [2, 5, 1_000] {
      var options = ExportOptions()
      options.format = format
      var texts: [String] = []
      let counts = try ExportService(store: store, interruption: Interruption()).export(options, linesAtOnce: count) {
        texts.append($0)
      }
      #expect(counts["memories"] == 12)
      #expect(texts.joined(separator: "\n").utf8.elementsEqual(whole.utf8))
      #expect(texts.count == (format == .csv ? 1 : 4) + (11 / count + 1))
    }
    #expect(try fixture.count("memories") == 12)
  }

  @Test("memories survive CSV", arguments: StoreKind.allCases)
  func roundTripCSV(kind: StoreKind) throws {
    let (source, target) = (try Fixture.filled(kind), try Fixture.prepared(kind))
    var options = ImportOptions()
    options.format = .csv
    let exported = try lines(source.store, .csv)
    #expect(try importing(exported, into: target.store, options).inserted["memories"] == 12)
    #expect(try lines(target.store, .csv) == exported)
  }

  @Test(
    "an import into an empty SQLite file leaves all definitions as they were, whoever made them",
    arguments: [
      "",
      """
      DROP INDEX memories_user_idx; CREATE INDEX memories_user_idx ON memories (user_id, id);
      CREATE INDEX others_idx ON memories (content);
      """,
      """
      CREATE TABLE counts (n); CREATE TRIGGER others_count AFTER INSERT ON memories
      BEGIN INSERT INTO counts SELECT count(*) FROM memsh_memories_text; END
      """,
      """
      CREATE TRIGGER others_log AFTER INSERT ON memsh_vector_log BEGIN SELECT 1; END;
      CREATE INDEX others_idx ON memsh_vector_changes (id)
      """,
      """
      DROP TABLE memsh_memories_text;
      CREATE VIRTUAL TABLE memsh_memories_text USING fts5(content, tokenize='trigram', prefix='2 3')
      """,
      "ALTER TABLE memsh_vector_state ADD COLUMN note DEFAULT 'kept'",
      """
      DROP TRIGGER memsh_text_insert; CREATE TABLE audit (id);
      CREATE TRIGGER memsh_text_insert AFTER INSERT ON memories BEGIN
        INSERT INTO memsh_memories_text (rowid, content) VALUES (NEW.id, NEW.content); INSERT INTO audit VALUES (NEW.id);
      END
      """,
      """
      DROP TRIGGER memsh_vector_insert; CREATE TRIGGER memsh_vector_insert AFTER INSERT ON memories BEGIN
        INSERT INTO memsh_vector_log SELECT id, 1 FROM memories INDEXED BY memories_user_idx
          WHERE user_id = NEW.user_id AND id = NEW.id AND embedding IS NOT NULL;
      END
      """,
      "CREATE TABLE mine (id REFERENCES memsh_vector_state (id) ON DELETE CASCADE, t); INSERT INTO mine VALUES (1, 'kept')",
      "INSERT INTO memsh_memories_text (memsh_memories_text, rank) VALUES ('rank', 'bm25(10.0)')",
      "INSERT INTO memories (user_id, content) VALUES ('a', 'b'), ('a', 'c'); ANALYZE; DELETE FROM memories",
    ])
  func keepsDefinitions(others: String) throws {
    let (source, target) = (try Fixture.filled(.sqlite), try Fixture.prepared(.sqlite))
    _ = try target.store.buildIndexes(nil, NoProgress())
    try target.runForeign(others)
    func rows(_ sql: String) throws -> [String] { try target.folder.rows("store.db", sql) }
    /// The first change makes the journal's tables.
    func definitions() throws -> [String] {
      try rows(
        """
        SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
        WHERE tbl_name NOT LIKE 'memsh_journal%' ORDER BY 1
        """) + rows("SELECT k || v FROM memsh_memories_text_config")
        + (others.contains("mine") ? rows("SELECT t FROM mine") : [])
        + (others.contains("ANALYZE") ? rows("SELECT tbl || idx || stat FROM sqlite_stat1 WHERE tbl = 'memories'") : [])
    }
    let before = try definitions()
    let exported = try lines(source.store)
    #expect(throws: MemshError.self) { try importing(exported + ["{"], into: target.store) }
    #expect(try definitions() == before)
    #expect(try importing(exported, into: target.store).inserted["memories"] == 12)
    #expect(try definitions() == before)
    for table in ["counts", "audit"] where others.contains("TABLE \(table)") {
      #expect(try rows("SELECT count(*) FROM \(table)") == ["12"])
    }
    #expect(try rows("SELECT count(*) FROM memsh_memories_text WHERE content <> ''") == ["11"])
    #expect(
      try rows("SELECT id FROM memsh_vector_log ORDER BY id")
        == rows("SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY id"))
    // The list of changes does not claim to know more than it does.
    #expect(
      try others.contains("INDEXED BY")
        || rows("SELECT state FROM memsh_vector_changes ORDER BY number DESC LIMIT 1")
          == rows("SELECT token FROM memsh_vector_state")
    )
  }

  @Test("what cannot be imported is refused with its line, and nothing is imported", arguments: StoreKind.allCases)
  func refusesLines(kind: StoreKind) throws {
    let fixture = try Fixture.prepared(kind)
    let good = #"{"user_id":"ada","content":"x"}"#
    let table: [(lines: [String], message: String, code: ErrorCode)] = [
      ([good, "{"], "file:2: not valid JSON", .importFailed),
      ([good, "", #"{"user_id":"ada"}"#], "file:3: content is missing", .importFailed),
      ([#"{"user_id":"","content":"x"}"#], "file:1: user_id is not a text of 1 to 255 characters", .importFailed),
      ([#"{"user_id":"a","content":"x","colour":1}"#], "file:1: there is no column 'colour'", .importFailed),
      ([#"{"user_id":"a","content":"x","created_at":"soon"}"#], "file:1: created_at is not a moment", .importFailed),
      ([#"{"user_id":"a","content":"x","embedding":[1,2]}"#], "file:1: the embedding has 2 numbers", .invalidVector),
      ([#"{"user_id":"a","content":"x","embedding":[1,2,"3"]}"#], "file:1: embedding has something", .importFailed),
      ([#"{"user_id":"a","content":"x","importance_score":"much"}"#], "file:1: importance_score is no", .importFailed),
      (
        [#"{"id":1,"user_id":"a","content":"x"}"#, #"{"id":1,"user_id":"a","content":"y"}"#],
        "file:2: the id 1 stands on line 1 already", .importFailed
      ),
      ([#"{"id":0,"user_id":"a","content":"x"}"#], "file:1: 0 is not an id", .importFailed),
      ([#"{"table":"prompt_fragments","category":"c"}"#], "file:1: content is missing", .importFailed),
      (
        [#"{"table":"prompt_fragments","category":"c","content":"x","context_tier":"best"}"#],
        "file:1: context_tier is not", .importFailed
      ),
      (
        [good, #"{"table":"memory_duplicates","original_id":77,"duplicate_hash":"x"}"#],
        "file:2: original_id refers to memory 77", .importFailed
      ),
      (
        [good, #"{"id":5,"user_id":"a","content":"x"}"#],
        "file:2: a row of memories with an id stands behind one without", .importFailed
      ),
      ([#"{"table":"users","id":1}"#], "file:1: there is no table 'users'", .importFailed),
      ([#"{"memsh_export":2,"space":{}}"#], "file:1: the file is of another version", .importFailed),
      (
        [#"{"memsh_export":1,"space":{"provider":"p","model":"m","dimensions":3,"distance":"cosine"}}"#],
        "file has embeddings of p/m (3)", .embeddingSpaceMismatch
      ),
    ]
    for (lines, message, code) in table {
      let error = #expect(throws: MemshError.self) { try importing(lines, into: fixture.store) }
      #expect(error?.message.contains(message) == true && error?.code == code, "\(error?.message ?? "")")
    }
    var csv = ImportOptions()
    csv.format = .csv
    for (lines, message) in [
      (["user_id,content", "ada"], "file:2: there are 1 fields for 2 columns"),
      (["user_id,wrong"], "file:1: the first line names a column 'wrong'"),
      (["user_id,content", "ada,\"x"], "file:2: a quote that opens on line 2 is never closed"),
      (["user_id,content", "ada,\"x\"y"], "file:2: text stands behind a closing quote"),
      (["user_id,content,metadata", "ada,\"two\nlines\",{"], "file:3: metadata cannot be read"),
    ] {
      let error = #expect(throws: MemshError.self) { try importing(lines, into: fixture.store, csv) }
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
    #expect(try fixture.store.memoryIDs(matching: MemoryFilter()).isEmpty)
    #expect(try fixture.store.operations(.all, limit: 1).isEmpty)
  }

  @Test("an id that belongs to another row: fail, skip, replace", arguments: StoreKind.allCases)
  func conflicts(kind: StoreKind) throws {
    let fixture = try Fixture.filled(kind)
    let before = try fixture.dump()
    let lines = [
      #"{"id":1,"user_id":"zoe","content":"other","updated_at":"2026-01-01"}"#,
      #"{"id":20,"user_id":"zoe","content":"new"}"#,
      #"{"table":"prompt_fragments","id":1,"category":"c","content":"other","agent_type":"all","context_tier":"core","priority":1,"tags":[],"is_active":true,"created_at":"2026-01-01","updated_at":"2026-01-01"}"#,
    ]
    let error = #expect(throws: MemshError.self) { try importing(lines, into: fixture.store) }
    #expect(error?.code == .idConflict && error?.message == "file:1: memories has another row 1 already")
    #expect(try fixture.dump() == before)
    for policy in [ConflictPolicy.skip, .replace] {
      var options = ImportOptions()
      (options.onConflict, options.dryRun) = (policy, true)
      let preview = try importing(lines, into: fixture.store, options)
      #expect(try fixture.dump() == before)
      options.dryRun = false
      var report = try importing(lines, into: fixture.store, options)
      #expect(policy == .skip ? report.skipped == 2 : report.replaced == ["memories": 1, "prompt_fragments": 1])
      #expect(report.inserted["memories"] == 1)
      let memory = try #require(try fixture.store.memories([1]).first).fields
      #expect(memory.content == (policy == .skip ? "Likes green tea in the morning" : "other"))
      report.operation = nil
      #expect(report == preview, "the dry run told something else")
      _ = try UndoService(store: fixture.store, author: author()).undo(nil, wholeSession: false, dryRun: false)
      #expect(try fixture.dump() == before)
    }
  }

  @Test("backed up and restored into either kind, stores are equal", arguments: StoreKind.allCases, StoreKind.allCases)
  func backups(from: StoreKind, to: StoreKind) throws {
    let (source, target) = (try Fixture.filled(from), try Fixture.filled(to))
    _ = try RepairService(store: target.store, author: author()).delete(.ids([1, 2, 3]), dryRun: false)
    let service = BackupService(progress: NoProgress(), interruption: Interruption())
    let path = source.folder.file("backup.db")
    let backup = MemoryStore(SQLiteDriver(path: path))
    try service.backUp(source.store, into: backup, at: author().moment)
    backup.close()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: source.folder.path).filter { $0.hasPrefix("backup") } == [
        "backup.db"
      ])
    var asked = 0
    try service.restore(MemoryStore(SQLiteDriver(path: path)), into: target.store, at: author().moment) { asked += 1 }
    #expect(asked == 1)
    #expect(try normalized(lines(target.store)) == normalized(lines(source.store)))
    #expect(try target.store.schema().allSatisfy { $0.state == .present })
    // Nothing is left of the seal, and what comes next works.
    #expect(try target.store.insert([memory("next")])[0] == 13)
    if from == .sqlite, to == .sqlite { #expect(try target.dump().count == source.dump().count + 1) }
  }

  @Test("a restore builds the index of vectors that was there, and none where there was none")
  func keepsIndexes() throws {
    let (source, target) = (try Fixture.filled(.sqlite), try Fixture.filled(.postgres))
    let service = BackupService(progress: NoProgress(), interruption: Interruption())
    let path = source.folder.file("backup.db")
    let backup = MemoryStore(SQLiteDriver(path: path))
    try service.backUp(source.store, into: backup, at: author().moment)
    backup.close()
    func missing() throws -> [String] {
      try service.restore(MemoryStore(SQLiteDriver(path: path)), into: target.store, at: author().moment) {}
      return try target.store.schema().filter { $0.state != .present }.map(\.name)
    }
    #expect(try missing() == [])
    try target.runForeign("DROP INDEX memories_embedding_idx")
    target.store.forgetState()
    #expect(try missing() == ["memories_embedding_idx"])
  }

  @Test("a damaged backup, and a file that is none, are refused before anything changes", arguments: StoreKind.allCases)
  func refusesDamage(kind: StoreKind) throws {
    let (source, target) = (try Fixture.filled(.sqlite), try Fixture.filled(kind))
    let service = BackupService(progress: NoProgress(), interruption: Interruption())
    let before = try target.dump()
    func path(_ name: String) -> String { source.folder.file(name) }
    let good = MemoryStore(SQLiteDriver(path: path("good.db")))
    try service.backUp(source.store, into: good, at: author().moment)
    good.close()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path("good.db")))
    // A changed value, a page of noise, half of the file, no memsh file, no database.
    try bytes.write(to: URL(fileURLWithPath: path("changed.db")))
    try source.folder.sqlite("changed.db", "UPDATE memories SET importance_score = 0.123 WHERE id = 1")
    var noisy = bytes
    for offset in stride(from: 4_096 * 3 + 8, to: 4_096 * 4, by: 3) { noisy[offset] ^= 0x5A }
    try noisy.write(to: URL(fileURLWithPath: path("noisy.db")))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path("half.db")))
    try source.folder.sqlite("other.db", "CREATE TABLE t (x)")
    try source.folder.write("no database at all, but long enough to look at", to: "text.db")
    for name in ["changed.db", "noisy.db", "half.db", "other.db", "text.db"] {
      var isReached = false
      #expect(throws: MemshError.self, "\(name)") {
        try service.restore(MemoryStore(SQLiteDriver(path: path(name))), into: target.store, at: author().moment) {
          isReached = true
        }
      }
      #expect(!isReached)
      #expect(try target.dump() == before, "\(name)")
    }
  }

  @Test("a restore over somebody who writes meanwhile, or over another system's database, changes nothing")
  func refusesToOverwrite() throws {
    let (source, target) = (try Fixture.filled(.sqlite), try Fixture.filled(.sqlite))
    let service = BackupService(progress: NoProgress(), interruption: Interruption())
    let backup = MemoryStore(SQLiteDriver(path: source.folder.file("backup.db")))
    try service.backUp(source.store, into: backup, at: author().moment)
    let busy = #expect(throws: MemshError.self) {
      try service.restore(backup, into: target.store, at: author().moment) {
        try target.folder.sqlite("store.db", "UPDATE memories SET importance_score = 0.5 WHERE id = 1")
      }
    }
    #expect(busy?.code == .storeBusy)
    #expect(try target.store.memories([1]).first?.fields.importanceScore == 0.5)
    let other = MemoryStore(
      SQLiteDriver(
        path: try source.folder.sqlite("other.db", "CREATE TABLE invoices (x); INSERT INTO invoices VALUES (1)")))
    let foreign = #expect(throws: MemshError.self) {
      try service.restore(backup, into: other, at: author().moment) {}
    }
    #expect(foreign?.code == .schemaMissing)
    #expect(try source.folder.rows("other.db", "SELECT x FROM invoices") == ["1"])
  }
}
