import Database
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Columns of the application's own with names that SQL must quote.
@Suite struct AwkwardColumnTests {
  private static let names = [
    "it's", "a\"b", "both ' and \"", "line\nbreak", "select", "Groß 🙂", "e\u{301}", "\u{301}'\u{301}\"\u{301}",
    "back\\slash",
    "$1", "a$2b", "?1", "%s", "-- x", ";", "*", "t", "updated_at ", "{\"a\":1}", " ", "value",
    String(repeating: "n", count: 63),
  ]

  /// Doubles quotes by itself, so that memsh's own function is not its own witness.
  private static func quoted(_ name: String) -> String {
    "\"" + String(name.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }.map(Character.init)) + "\""
  }

  /// A store whose memories have all of these columns, each with a value of its own.
  private static func world(_ kind: World.Kind) throws -> World {
    let world = try World(kind)
    let made = try world.run(
      "-q", "-c",
      "schema --create; add 'good memory' --user ada --force; add 'other memory' --user ada --force; "
        + "add 'third thing' --user ada --force")
    #expect(made.status == 0, "\(made.errors)")
    let sql = names.map {
      "ALTER TABLE memories ADD COLUMN \(quoted($0)) text; UPDATE memories SET \(quoted($0)) = 'value ' || CAST(id AS text)"
    }.joined(separator: ";\n")
    try world.runForeign(sql)
    return world
  }

  @Test("delete, edit, merge, reassign, undo, journal, show, backup and restore", arguments: World.Kind.allCases)
  func commands(kind: World.Kind) throws {
    let world = try AwkwardColumnTests.world(kind)
    let before = try world.rows("memories")
    #expect(before.count == 3)
    for command in [
      ["delete", "1", "2"], ["edit", "1", "--importance", "0.9", "--content", "x"], ["merge", "1", "2", "3"],
      ["reassign", "--from", "ada", "--to", "zoe"],
    ] {
      let done = try world.run(["-q"] + command + (command[0] == "edit" ? [] : ["--yes"]))
      #expect(done.status == 0, "\(command) \(done.errors)")
      #expect(try world.rows("memories") != before)
      #expect(try world.run("-q", "show", "3").status == (command[0] == "merge" ? 1 : 0))
      #expect(try world.run("-q", "journal").status == 0)
      let undone = try world.run("-q", "undo", "--yes")
      #expect(undone.status == 0, "\(command) \(undone.errors)")
      #expect(try world.rows("memories") == before, "\(command)")
    }
    let backup = world.folder.file("b.db")
    let backedUp = try world.run("-q", "backup", backup)
    #expect(backedUp.status == 0, "\(backedUp.errors)")
    guard kind == .sqlite else { return }
    _ = try world.run("-q", "delete", "1", "--yes")
    let restored = try world.run("-q", "restore", backup, "--yes", "--no-backup")
    #expect(restored.status == 0, "\(restored.errors)")
    #expect(try world.rows("memories") == before)
  }

  @Test("migrate from a file with such columns")
  func migrates() throws {
    let world = try World(.sqlite)
    let columns = AwkwardColumnTests.names.map { "\(AwkwardColumnTests.quoted($0)) text DEFAULT 'v'" }.joined(
      separator: ", ")
    let legacy = try world.folder.sqlite(
      "legacy.db",
      """
      CREATE TABLE memories (id text PRIMARY KEY, user_id text, content text, created_at text, \(columns));
      INSERT INTO memories (id, user_id, content, created_at) VALUES ('a', 'ada', 'c', '2025-01-01T00:00:00Z')
      """)
    let result = try world.run("-q", "migrate", "--from", legacy)
    #expect(result.status == 0, "\(result.errors)")
    let metadata = try world.folder.rows("store.db", "SELECT metadata FROM memories")
    let json = try JSONParser.parse(metadata[0])
    for name in AwkwardColumnTests.names { #expect(json.contains(key: name), "\(name) is not in \(metadata[0])") }
  }
}

extension JSON {
  /// Whether an object, or one inside it, has a key.
  fileprivate func contains(key: String) -> Bool {
    guard case .object(let members) = self else { return false }
    return members.contains { $0.key.utf8.elementsEqual(key.utf8) || $0.value.contains(key: key) }
  }
}

extension World {
  /// Runs statements as another program would.
  fileprivate func runForeign(_ sql: String) throws {
    if let database { try database.execute(sql) } else { try folder.sqlite("store.db", sql) }
  }

  /// The rows of a table as the database writes them.
  fileprivate func rows(_ table: String) throws -> [String] {
    try database.map { try $0.dump(table) } ?? folder.rows("store.db", "SELECT * FROM \(table) ORDER BY id")
  }
}
