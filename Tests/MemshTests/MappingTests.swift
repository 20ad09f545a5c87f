import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `migrate --from PLACE --table T --map …` on tables of either database that no reader knows.
@Suite struct MappingTests {
  /// A place with tables of somebody's own, and a fresh store to migrate into.
  private struct Source {
    let folder: TestFolder
    let memsh: Memsh
    let place: String
    private let database: TestDatabase?

    init(_ kind: World.Kind, _ sql: String) throws {
      folder = try TestFolder()
      memsh = Memsh(in: folder)
      switch kind {
      case .sqlite:
        place = try folder.sqlite("notes.db", sql)
        database = nil
      case .postgres:
        let database = try TestDatabase()
        try database.execute(sql)
        (place, self.database) = (database.url, database)
      }
    }

    func migrate(_ options: String...) throws -> Memsh.Result {
      try memsh.run(
        ["-q", "-d", "new.db", "--embedder", "hash", "migrate", "--from", place, "--skip-test"] + options)
    }

    /// The memories of the new store in the order of their contents.
    func memories() throws -> [JSON] {
      let result = try memsh.run(["-q", "-d", "new.db", "--output", "json", "list", "--limit", "5000"])
      return (try JSONParser.parse(result.output).arrayValue ?? []).sorted {
        ($0[key: "content"]?.stringValue ?? "") < ($1[key: "content"]?.stringValue ?? "")
      }
    }

    func value(_ sql: String) throws -> String? {
      try database.map { try $0.value(sql) } ?? folder.rows("notes.db", sql).first
    }
  }

  private static let awkward = """
    CREATE TABLE "Odd ""T"" table" ("ID" TEXT PRIMARY KEY, "select" TEXT, "Body Text" TEXT, "o.w'n""er" TEXT, "vec" TEXT,
      "doc" TEXT, "user" TEXT, "a=b,c" TEXT);
    INSERT INTO "Odd ""T"" table" VALUES
      ('x1', 'chosen', 'likes tea', 'ada', '[0.1,-2.5e-3]',
       '{"a.b": "2024-05-06T07:08:09Z", "q\\"k": {"it''s": 0.25, "kept": [1, 2.50]}, "un": 12345678901234567890}', 'u1', 'e'),
      ('x2', NULL, 'likes milk', 'ben', NULL, 'not JSON', NULL, NULL);
    """

  @Test("columns and keys with quotes, dots, spaces, commas and reserved words", arguments: World.Kind.allCases)
  func readsAwkwardNames(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.awkward)
    let result = try source.migrate(
      "--table", #"Odd "T" table"#, "--embeddings", "keep", "--map",
      #"id=id, content=Body Text, user="o.w'n""er", vector=vec, created=doc."a.b", "#
        + #"importance=doc."q""k"."it's", category="a=b,c""#)
    #expect(result.status == 0, "\(result.errors)")
    let memories = try source.memories()
    try #require(memories.count == 2)
    #expect(memories.map { $0[key: "user_id"] } == [.string("ben"), .string("ada")])
    let first = memories[1]
    #expect(first[key: "importance_score"] == .number("0.25"))
    #expect(first[key: "category"] == .string("e"))
    #expect(first[key: "created_at"]?.stringValue?.hasPrefix("2024-05-06T07:08:09") == true)
    let metadata = first[key: "metadata"]
    #expect(metadata?[key: "legacy_id"] == .string("x1"))
    #expect(metadata?[key: "select"] == .string("chosen"))
    #expect(metadata?[key: "user"] == .string("u1"))
    // What was taken out of the document is not in it any more, and the rest is as it was.
    #expect(metadata?[key: "doc"]?.text == #"{"q\"k":{"kept":[1,2.50]},"un":12345678901234567890}"#)
    #expect(memories[0][key: "metadata"]?[key: "doc"] == .string("not JSON"))
    let exported = try source.memsh.run(["-q", "-d", "new.db", "export", "--with-embeddings"])
    if exported.status == 0 { #expect(exported.output.contains("[0.1,-0.0025]")) }
  }

  private static let notes = """
    CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, body TEXT, gone INTEGER, payload TEXT);
    INSERT INTO notes VALUES (1, 'ada', 'one', 0, '{"data": "first", "user_id": "eve", "v": [1, 0.5], "x": 1}'),
      (2, 'ada', 'two', 1, '{"data": "second", "user_id": "eve", "v": "[0.25,4]"}'),
      (3, 'ben', 'three', NULL, '{"data": "third", "v": null}'), (4, 'ben', 'four', 0, NULL);
    CREATE VIEW shown AS SELECT id, body AS content, owner AS user_id FROM notes WHERE gone = 0;
    """

  @Test("rows for which --live is false or NULL count as deleted", arguments: World.Kind.allCases)
  func readsLiveRows(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    let map = ["--table", "notes", "--map", "id=id,content=body,user=owner", "--live", "gone = 0"]
    #expect(
      try source.memsh.run(["-q", "-d", "new.db", "--embedder", "hash", "migrate", "--from", source.place] + map).status
        == 0)
    #expect(try source.memories().map { $0[key: "content"] } == [.string("four"), .string("one")])
    let rest = try source.memsh.run(
      ["-q", "-d", "new.db", "--embedder", "hash", "migrate", "--from", source.place, "--include", "deleted"] + map)
    #expect(rest.status == 0, "\(rest.errors)")
    let states = try source.memories().map { $0[key: "metadata"]?[key: "legacy_state"]?.stringValue }
    #expect(states == [nil, nil, "deleted", "deleted"])
    let counts = try JSONParser.parse(
      try source.memsh.run(["inspect", source.place, "--json"] + map).output)[key: "rows"]
    #expect(counts?[key: "live"] == .number("2") && counts?[key: "deleted"] == .number("2"))
  }

  @Test(
    "content, user and vector inside a JSON column; a user that is not there is missing", arguments: World.Kind.allCases
  )
  func readsDocuments(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    let result = try source.migrate(
      "--table", "notes", "--map", "content=payload.data,user=payload.user_id,vector=payload.v,metadata=payload",
      "--embeddings", "keep", "--max-rejected", "2")
    #expect(result.status == 0, "\(result.errors)")
    let memories = try source.memories()
    #expect(memories.map { $0[key: "content"] } == [.string("first"), .string("second")])
    #expect(memories[0][key: "user_id"] == .string("eve"))
    #expect(memories[0][key: "metadata"]?[key: "x"] == .number("1"))
    #expect(memories[0][key: "metadata"]?[key: "v"] == nil)
    let shown = try source.memsh.run(
      ["-q", "-d", "new.db", "--output", "json", "sql", "SELECT hex(embedding) AS h FROM memories ORDER BY content"])
    #expect(shown.output.contains("0000803F0000003F") && shown.output.contains("0000803E00008040"), "\(shown)")
  }

  @Test("a constant, and a view whose columns have memsh's own names", arguments: World.Kind.allCases)
  func readsViews(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    #expect(try source.migrate("--table", "notes", "--map", "content=body,user='it''s, me'").status == 0)
    #expect(try Set(source.memories().map { $0[key: "user_id"]?.stringValue }) == ["it's, me"])
    let view = try Source(kind, MappingTests.notes)
    let result = try view.migrate("--table", "SHOWN")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try view.memories().map { $0[key: "user_id"]?.stringValue } == ["ben", "ada"])
  }

  @Test("what is not said is asked for, with the line to type", arguments: World.Kind.allCases)
  func asks(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    let cases: [(options: [String], message: String)] = [
      (["--table", "notes"], "--map id=id,user=owner,content=body"), (["--table", "nots"], "has no table 'nots'"),
      (["--table", "notes", "--map", "content=bdy"], "has no column 'bdy'"),
      (["--table", "notes", "--map", "user=owner"], "which column of notes is the content"),
      (["--table", "notes", "--map", "content='x'"], "takes a column, not a constant"),
      (["--table", "notes", "--map", "contents=body"], "did you mean 'content'?"),
      (["--table", "notes", "--map", "content=body,content=owner"], "twice"),
      (["--table", "notes", "--map", "content"], "not of the form part=column"),
      (["--table", "notes", "--map", "content=\"body"], "a quote is not closed"),
      (["--map", "content=body"], "--map is about a table"), (["--live", "1 = 1"], "--live is about a table"),
      (["--table", "notes", "--system", "x", "--map", "content=body"], "--system reads a table in its own way"),
    ]
    for (options, message) in cases {
      let result = try source.memsh.run(["-d", "new.db", "migrate", "--from", source.place] + options)
      #expect(result.status == 2 && result.errors.contains(message), "\(options): \(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: source.folder.file("new.db")))
  }

  @Test("what is not a condition fails without any effect", arguments: World.Kind.allCases)
  func refusesStatements(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    let conditions = [
      "1 = 1; DELETE FROM notes", "1 = 1) IS NOT TRUE THEN 'live' END FROM notes t; DROP TABLE notes; --",
      "gone = 0 --",
      "gone = 0 /* x", "(gone = 0", "gone = 0)", "'x", "", "  ", "DELETE FROM notes", "nothing = 1",
      "gone = 0 UNION SELECT 1",
      #"body = E'\'' ; DROP TABLE notes; --'"#, "body = $$'$$ ; DROP TABLE notes; SELECT $$'$$", "count(*) > 0",
      "body = '\u{1}' ; DROP TABLE notes",
    ]
    for condition in conditions {
      let result = try source.migrate("--table", "notes", "--map", "content=body,user=owner", "--live", condition)
      #expect(
        result.status == 2 && result.errors.contains("--live is not a condition"), "\(condition): \(result.errors)")
      #expect(try source.value("SELECT count(*) FROM notes") == "4", "\(condition)")
    }
    #expect(!FileManager.default.fileExists(atPath: source.folder.file("new.db")))
    let kept = "body <> ';)--' AND id IN (SELECT id FROM notes WHERE gone = 0)"
    #expect(try source.migrate("--table", "notes", "--map", "content=body,user=owner", "--live", kept).status == 0)
    #expect(try source.memories().count == 2)
  }

  @Test("a table with as many columns as an answer can have", arguments: World.Kind.allCases)
  func readsWideTables(kind: World.Kind) throws {
    // PostgreSQL allows 1,600.
    let count = kind == .sqlite ? 2_000 : 1_500
    let columns = (1...count).map { "c\($0)" }
    let values = (1...count).map { $0 == count ? "'the last'" : "NULL" }
    let filled = (1...count).map { "'v\($0)'" }
    let source = try Source(
      kind,
      """
      CREATE TABLE wide (\(columns.map { $0 + " TEXT" }.joined(separator: ", ")));
      INSERT INTO wide VALUES (\(values.joined(separator: ", ")));
      INSERT INTO wide VALUES (\(filled.joined(separator: ", ")));
      """)
    let result = try source.migrate("--table", "wide", "--map", "content=c\(count),user='ada'")
    #expect(result.status == 0, "\(result.errors)")
    let memories = try source.memories()
    #expect(memories.map { $0[key: "content"]?.stringValue } == ["the last", "v\(count)"])
    #expect(memories.last?[key: "metadata"]?[key: "c7"] == .string("v7"))
    let inspected = try source.memsh.run(["--output", "table", "inspect", source.place])
    #expect(inspected.status == 0 && inspected.output.contains(" and \(count - 30) more"), "\(inspected)")
  }

  @Test("a mapping in a YAML file", arguments: World.Kind.allCases)
  func readsFiles(kind: World.Kind) throws {
    let source = try Source(kind, MappingTests.notes)
    let file = try source.folder.write(
      "table: notes\nlive: gone = 0\nmap:\n  content: body\n  user: \"'ada'\"\n", to: "notes.yaml")
    let result = try source.migrate("--map", file)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try source.memories().map { $0[key: "user_id"]?.stringValue } == ["ada", "ada"])
    let wrong: [(text: String, message: String)] = [
      ("map: {content: body}", "--map is about a table"), ("table: notes", "has no map"), ("[1]", "does not say how"),
      ("table: notes\nmap: {contents: body}", "not one of id, user"), ("tabel: x", "a member 'tabel'"),
      ("table: notes\nmap: {content: [1]}", "names no column for the part content"), ("{", "is not valid YAML"),
      ("a: &a [x]\nb: [*a]", "is not valid YAML"),
      (String(repeating: "[", count: 100_000), "is not valid YAML"),
    ]
    for (text, message) in wrong {
      let result = try source.migrate("--map", try source.folder.write(text, to: "wrong.yml"))
      #expect(result.status == 2 && result.errors.contains(message), "\(text.prefix(40)): \(result.errors.prefix(500))")
    }
    #expect(try source.migrate("--map", "none.yaml").errors.contains("none.yaml"))
  }
}
