import Foundation
import MemoryModel
import TestSupport
import Testing

/// Stores whose tables have the right names and are of another kind: refused when they are connected to, by what they are,
/// with nothing created in them.
@Suite struct OtherKindsTests {
  /// A store of another kind.
  struct Kind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    /// What the refusal must name, in any order.
    let named: [String]
  }

  private static let others = """
    CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
    INSERT INTO notes VALUES (1, 'theirs');
    """

  private static let onPostgres = [
    Kind(
      testDescription: "text ids",
      sql: """
        CREATE TABLE memories (id TEXT PRIMARY KEY DEFAULT gen_random_uuid()::text, user_id TEXT NOT NULL,
          content TEXT NOT NULL, embedding TEXT, metadata JSONB, category TEXT, importance_score FLOAT,
          created_at TIMESTAMP DEFAULT now());
        INSERT INTO memories (user_id, content, embedding) VALUES ('ada', 'tea', '[0.1, 0.2]');
        """, named: ["memories", "id", "text"]),
    Kind(
      testDescription: "uuid ids",
      sql: """
        CREATE EXTENSION vector;
        CREATE TABLE memories (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id TEXT NOT NULL,
          content TEXT NOT NULL, embedding vector(4), metadata JSONB, created_at TIMESTAMPTZ DEFAULT now());
        INSERT INTO memories (user_id, content, embedding) VALUES ('ada', 'tea', '[1,2,3,4]');
        """, named: ["memories", "id", "uuid"]),
    Kind(
      testDescription: "vectors as JSON text",
      sql: """
        CREATE TABLE memories (id SERIAL PRIMARY KEY, user_id VARCHAR(255) NOT NULL, content TEXT NOT NULL,
          embedding TEXT, metadata JSONB, category VARCHAR(100), importance_score FLOAT, access_count INTEGER,
          last_accessed_at TIMESTAMP, created_at TIMESTAMP, updated_at TIMESTAMP);
        INSERT INTO memories (user_id, content, embedding) VALUES ('ada', 'tea', '[0.1, 0.2]');
        """, named: ["memories", "embedding", "text"]),
    Kind(
      testDescription: "vectors as bytea, no category",
      sql: """
        CREATE TABLE memories (id SERIAL PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding BYTEA,
          metadata JSONB, created_at TIMESTAMP(3) DEFAULT now(), updated_at TIMESTAMP(3));
        INSERT INTO memories (user_id, content, embedding) VALUES ('ada', 'tea', '\\x0000803f00000040');
        """, named: ["memories", "embedding", "bytea"]),
    Kind(
      testDescription: "a view called memories",
      sql: """
        CREATE TABLE facts (id SERIAL PRIMARY KEY, user_id TEXT, content TEXT, embedding TEXT, created_at TIMESTAMP);
        INSERT INTO facts (user_id, content) VALUES ('ada', 'tea');
        CREATE VIEW memories AS SELECT * FROM facts;
        """, named: ["memories", "view"]),
    Kind(
      testDescription: "no content",
      sql: """
        CREATE TABLE memories (id SERIAL PRIMARY KEY, user_id VARCHAR(255), body TEXT, created_at TIMESTAMP);
        INSERT INTO memories (user_id, body) VALUES ('ada', 'tea');
        """, named: ["memories", "content"]),
  ]

  private static let onSQLite = [
    Kind(
      testDescription: "text ids",
      sql: """
        CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding BLOB,
          metadata TEXT, created_at DATETIME, updated_at DATETIME);
        INSERT INTO memories (id, user_id, content) VALUES ('mem_1751000000000_a1b2c3', 'ada', 'tea');
        """, named: ["memories", "id", "text"]),
    Kind(
      testDescription: "vectors as JSON text",
      sql: """
        CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL, embedding TEXT,
          metadata TEXT, category TEXT, importance_score REAL, access_count INTEGER, last_accessed_at TEXT,
          created_at TEXT, updated_at TEXT);
        INSERT INTO memories (user_id, content, embedding) VALUES ('ada', 'tea', '[0.1, 0.2]');
        """, named: ["memories", "embedding", "text"]),
    Kind(
      testDescription: "a view called memories",
      sql: """
        CREATE TABLE facts (id INTEGER PRIMARY KEY, user_id TEXT, content TEXT);
        INSERT INTO facts (user_id, content) VALUES ('ada', 'tea');
        CREATE VIEW memories AS SELECT * FROM facts;
        """, named: ["memories", "view"]),
    Kind(
      testDescription: "no content",
      sql: """
        CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT, body TEXT, created_at TEXT);
        INSERT INTO memories (user_id, body) VALUES ('ada', 'tea');
        """, named: ["memories", "content"]),
  ]

  /// What would write first if it were not refused, and what would show something wrong.
  private static let commands = [
    "schema --create", "schema --create --index none", "seed --no-embedding", "list", "show 1", "stats", "users",
    "search tea --mode lexical", "add 'more tea' --user ada --no-embedding", "delete 1", "edit 1 --importance 0.5",
    "doctor", "doctor --fix all", "reembed", "dedup --record", "migrate --from legacy.db", "import some.jsonl",
    "backup b.db", "export all.jsonl",
  ]

  @Test("PostgreSQL: a store of another kind is refused at connect, and nothing is created", arguments: onPostgres)
  func refusesOnPostgres(kind: Kind) throws { try refuses(kind, try World(.postgres)) }

  @Test("SQLite: a store of another kind is refused at connect, and nothing is created", arguments: onSQLite)
  func refusesOnSQLite(kind: Kind) throws { try refuses(kind, try World(.sqlite)) }

  private func refuses(_ kind: Kind, _ world: World) throws {
    try world.change(Self.others + kind.sql)
    let (made, row) = (try world.schemaText(withOwn: true), try world.lines("SELECT * FROM memories"))
    _ = try world.folder.legacyFile()
    try world.folder.write(#"{"user_id":"cy","content":"Keeps bees"}"# + "\n", to: "some.jsonl")

    var complaints: [String] = []
    /// Notes what is missing in a refusal, which is one text in JSON or for people.
    func check(_ command: String, _ result: Memsh.Result, _ message: String) {
      let first = message.split(separator: "\n").first.map(String.init) ?? ""
      if result.status == 0 { return complaints.append("\(command) succeeds") }
      let words = message.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      let missing = kind.named.filter { name in !words.contains { $0.hasPrefix(name) } }
      if !missing.isEmpty { complaints.append("\(command) does not name \(missing): \(first)") }
    }
    // At connect, whether it is a command or the location of the whole run.
    for arguments in [["-c", "connect '\(world.store)'"], ["-d", world.store, "-c", "list"]] {
      let refused = try world.memsh.run(["-q", "--output", "json"] + arguments, timeoutSeconds: 60)
      let error = try? JSONParser.parse(refused.errors.split(separator: "\n").last.map(String.init) ?? "null")
      check(arguments[0], refused, refused.errors)
      if error?[key: "hint"]?.stringValue == nil { complaints.append("\(arguments[0]): no hint at what can be done") }
    }
    // A session that went on would do what it was not meant to do to this store.
    for command in Self.commands {
      let refused = try world.unattended(["-c", command])
      check(command, refused, refused.errors)
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    let created = Set(try world.schemaText(withOwn: true)).symmetricDifference(made).sorted()
    #expect(created.isEmpty, "created or changed: \(created.joined(separator: "\n"))")
    #expect(try world.lines("SELECT * FROM memories") == row)
    #expect(try world.lines("SELECT body FROM notes") == ["theirs"])
    for file in ["b.db", "all.jsonl"] {
      #expect(!FileManager.default.fileExists(atPath: world.folder.file(file)), "\(file)")
    }
  }
}
