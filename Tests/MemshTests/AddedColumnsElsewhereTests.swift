import Foundation
import TestSupport
import Testing

/// Columns that others added, on their way into stores that do not have them, or that have others.
@Suite struct AddedColumnsElsewhereTests {
  @Test(
    "a table with rows refuses columns that it lacks, by name and with the statement", arguments: SchemaCase.tracked)
  func refuses(schema: SchemaCase) throws {
    let source = try schema.filled()
    let file = source.folder.file("export.jsonl")
    try source.expect("export", file)
    let target = try World(schema.isSQLite ? .sqlite : .postgres)
    try target.expect("schema", "--create")
    try target.expect("add", "--user", "eve", "was here before")
    for command in [["import", file], ["import", file, "--dry-run"], ["migrate", "--from", source.store]] {
      let refused = try target.unattended(command)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("memories.usefulness_score"), "\(command): \(refused.errors)")
      #expect(refused.errors.contains("ALTER TABLE memories ADD COLUMN \"usefulness_score\" "), "\(refused.errors)")
      #expect(try target.lines("SELECT content FROM memories") == ["was here before"])
      #expect(try target.lines("SELECT count(*) FROM memory_analytics") == ["0"])
    }
  }

  @Test("a store on PostgreSQL with columns of SQLite is backed up and restored as SQLite had it")
  func backsUp() throws {
    let source = try SchemaCase.trackedOnSQLite.filled()
    let world = try World(.postgres)
    try world.expect("migrate", "--from", source.store, "--skip-test")
    try world.expect("backup", world.folder.file("b.db"))
    let target = try World(.sqlite)
    try target.expect("migrate", "--from", world.folder.file("b.db"), "--skip-test")
    let changes = SchemaText.changes(from: try source.addedValues(), to: try target.addedValues())
    let isLost = changes.contains { $0.hasPrefix("-") }
    #expect(!isLost, "\(changes.joined(separator: "\n"))")
  }

  @Test("the header of a file cannot say more than the type of a column", arguments: World.Kind.allCases)
  func refusesStatements(kind: World.Kind) throws {
    let world = try World(kind)
    try world.expect("schema", "--create")
    let space = #"{"provider":"hash","model":"word-ngram-v1","dimensions":256,"distance":"cosine"}"#
    let types = [
      "text); DROP TABLE memory_analytics; --", "text DEFAULT 'x'", "text CHECK (false)", "integer REFERENCES memories",
      "nobody_knows", "text; SELECT 1",
    ]
    for type in types where !(kind == .sqlite && type == "nobody_knows") {
      let database = kind == .sqlite ? "sqlite" : "postgres"
      let header =
        #"{"memsh_export":1,"space":\#(space),"columns":{"memories":[{"name":"x","type":"\#(type)","database":"\#(database)"}]}}"#
      let file = world.folder.file("odd.jsonl")
      try Data((header + "\n").utf8).write(to: URL(fileURLWithPath: file))
      let refused = try world.unattended(["import", file])
      #expect(refused.status == 1, "\(type)")
      #expect(refused.errors.contains("x of memories"), "\(type): \(refused.errors)")
    }
    #expect(try world.lines("SELECT count(*) FROM memory_analytics") == ["0"])
  }

  @Test("known columns that others gave an unusual type take every value")
  func writesUnusualTypes() throws {
    let world = try SchemaCase.originalOnPostgres.empty()
    try world.change(
      """
      ALTER TABLE memories ALTER importance_score TYPE NUMERIC, ALTER access_count TYPE SMALLINT;
      ALTER TABLE prompt_fragments ALTER tags DROP DEFAULT, ALTER tags TYPE VARCHAR(80)[];
      """)
    let file = world.folder.file("rows.jsonl")
    let text = #"tab\t, line\n, \\N, \\., \"quotes\" and a \\ backslash"#
    try Data(
      """
      {"user_id":"ada","content":"\(text)","importance_score":0.1,"access_count":7,"metadata":{"a":"\(text)"}}
      {"table":"prompt_fragments","category":"c","content":"\(text)","tags":["\(text)","","NULL","{a,b}"]}

      """.utf8
    ).write(to: URL(fileURLWithPath: file))
    try world.expect("import", file)
    let expected = "tab\t, line\n, \\N, \\., \"quotes\" and a \\ backslash"
    #expect(try world.lines("SELECT content FROM memories") == [expected])
    #expect(try world.lines("SELECT metadata->>'a' FROM memories") == [expected])
    #expect(try world.lines("SELECT importance_score || ' ' || access_count FROM memories") == ["0.1 7"])
    #expect(try world.lines("SELECT content FROM prompt_fragments") == [expected])
    #expect(try world.lines("SELECT unnest(tags) FROM prompt_fragments") == [expected, "", "NULL", "{a,b}"])
  }
}
