import Foundation
import MemoryModel
import TestSupport
import Testing

/// What the columns of others and their values become on the way from SQLite to PostgreSQL and back.
@Suite struct AddedTypesTests {
  /// A column of SQLite, its values, and its type on PostgreSQL.
  struct Case: Sendable, CustomStringConvertible {
    let declared: String
    let values: [String]
    let type: String
    var description: String { "\(declared) \(values)" }
  }

  @Test(
    "a column of SQLite is on PostgreSQL what its values are, behind another PostgreSQL and back",
    arguments: [
      Case(declared: "", values: ["1", "-9223372036854775808"], type: "bigint"),
      Case(declared: "", values: ["1.0", "1e300"], type: "double precision"),
      Case(declared: "", values: ["'1'", "'007'", "'1.50'"], type: "text"),
      Case(declared: "", values: ["x'00ff'"], type: "bytea"),
      Case(declared: "BLOB", values: ["7"], type: "bigint"),
      Case(declared: "INTEGER", values: ["1", "'abc'"], type: "text"),
      Case(declared: "REAL", values: ["1.5", "'abc'"], type: "text"),
      Case(declared: "DECIMAL", values: ["1.5", "7", "'abc'"], type: "text"),
    ])
  func types(column: Case) throws {
    let source = try filled("x \(column.declared)", column.values)
    let expected = try source.lines(Self.typed)
    let first = try migrated(from: source, to: .postgres)
    let second = try migrated(from: first, to: .postgres)
    for world in [first, second] {
      let type = try world.lines(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'memories'::regclass AND attname = 'x'")
      #expect(type == [column.type])
    }
    let back = try migrated(from: second, to: .sqlite)
    #expect(try back.lines(Self.typed) == expected)
  }

  @Test("a mix in a column without a type is refused by name")
  func refusesMix() throws {
    let source = try filled("x", ["1", "'abc'"])
    let target = try World(.postgres)
    let refused = try target.unattended(["migrate", "--from", source.store, "--skip-test"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("x holds a value that is not of the column's type (text)"), "\(refused.errors)")
  }

  @Test("texts that were written on PostgreSQL stay as they are in a column that comes from SQLite")
  func keepsTexts() throws {
    let world = try migrated(from: try filled("x DECIMAL", ["1.5", "7"]), to: .postgres)
    try world.change("INSERT INTO memories (user_id, content, x) VALUES ('ada', 'c', '007'), ('ada', 'd', '1.50')")
    let expected = ["1.5", "7", "007", "1.50"]
    for kind in World.Kind.allCases {
      #expect(try migrated(from: world, to: kind).lines("SELECT x FROM memories ORDER BY id") == expected)
    }
    let file = world.folder.file("export.jsonl")
    try world.expect("export", file)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains(#""x":"007""#) && text.contains(#""x":"1.50""#), "\(text)")
  }

  @Test("what is noted of a column that was dropped is not believed of the next of its name")
  func forgets() throws {
    let world = try migrated(from: try filled("x INTEGER", ["1"]), to: .postgres)
    try world.change(
      "ALTER TABLE memories DROP COLUMN x; ALTER TABLE memories ADD COLUMN x NUMERIC(9, 2) DEFAULT 1.50")
    let next = try migrated(from: migrated(from: world, to: .sqlite), to: .postgres)
    #expect(try next.lines("SELECT x FROM memories") == ["1.50"])
    #expect(
      try next.lines(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'memories'::regclass AND attname = 'x'"
      ) == ["numeric(9,2)"])
  }

  @Test("a row is the same for import when its values are, to the byte", arguments: World.Kind.allCases)
  func compares(kind: World.Kind) throws {
    let world = try World(kind)
    try world.expect("schema", "--create")
    try world.change(
      """
      ALTER TABLE memories ADD COLUMN n DOUBLE PRECISION;
      ALTER TABLE memories ADD COLUMN t TEXT;
      INSERT INTO memories (id, user_id, content, n, t) VALUES (1, 'ada', 'a', 1, 'Zo\u{EB}');
      INSERT INTO prompt_fragments (id, category, content) VALUES (1, 'c', 'Zo\u{EB}');
      """)
    let file = world.folder.file("rows.jsonl")
    try world.expect("export", file)
    let exported = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
      try JSONParser.parse(String($0))
    }
    /// What importing a row says that differs in one value.
    func status(_ key: String, _ value: JSON, of content: String = "a") throws -> Int32 {
      let row = try #require(exported.first { $0[key: "content"] == .string(content) }).setting(key, to: value)
      try Data((row.text + "\n").utf8).write(to: URL(fileURLWithPath: file))
      return try world.unattended(["import", file]).status
    }
    for number in ["1.0", "1"] { #expect(try status("n", .number(number)) == 0, "\(number)") }
    #expect(try status("n", .number("2")) == 1)
    #expect(try status("t", .string("Zo\u{EB}")) == 0)
    #expect(try status("t", .string("Zoe\u{308}")) == 1)
    #expect(try status("content", .string("Zo\u{EB}"), of: "Zo\u{EB}") == 0)
    #expect(try status("content", .string("Zoe\u{308}"), of: "Zo\u{EB}") == 1)
  }

  private static let typed = "SELECT quote(x) || ' ' || typeof(x) FROM memories ORDER BY id"

  /// A store on SQLite with a column and a memory for each of its values.
  private func filled(_ column: String, _ values: [String]) throws -> World {
    let world = try World(.sqlite)
    try world.expect("schema", "--create")
    let rows = values.map { "('ada', 'memory', \($0))" }.joined(separator: ", ")
    try world.change(
      "ALTER TABLE memories ADD COLUMN \(column); INSERT INTO memories (user_id, content, x) VALUES \(rows)")
    return world
  }

  private func migrated(from source: World, to kind: World.Kind) throws -> World {
    let target = try World(kind)
    try target.expect("migrate", "--from", source.store, "--skip-test")
    return target
  }
}
