import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// What `migrate` says it has done, and when it says so.
@Suite struct MigrationReportTests {
  @Test("keeping vectors where there are none is an error, before anything is written", arguments: World.Kind.allCases)
  func refusesToKeepNothing(kind: World.Kind) throws {
    let world = try World(kind)
    let plain = try world.folder.plainLegacyFile(rows: 3)
    let unreadable = try world.folder.sqlite(
      "unreadable.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
      INSERT INTO memories VALUES ('1', 'ada', 'tea', 'no vector'), ('2', 'ada', 'milk', '[]');
      """)
    for source in [plain, unreadable] {
      for arguments in [["--dry-run"], []] {
        let result = try world.memsh.run(
          ["-d", world.store, "migrate", "--from", source, "--embeddings", "keep"] + arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("has no embeddings to keep"), "\(result.errors)")
        #expect(result.errors.contains("--embeddings auto"))
      }
    }
    #expect(try !world.run("--json", "schema").output.contains("present"))
    // A memsh store of which no memory has a vector is no better.
    let other = try World(kind)
    #expect(try other.run("schema", "--create").status == 0)
    #expect(try other.run("add", "Likes tea", "--user", "ada", "--no-embedding").status == 0)
    let moved = try world.run("migrate", "--from", other.store, "--embeddings", "keep")
    #expect(moved.status == 1 && moved.errors.contains("has no embeddings to keep"), "\(moved.errors)")
  }

  @Test("an empty file is an empty database: said, and the other steps go on", arguments: World.Kind.allCases)
  func goesOnWithEmptyFile(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.write("", to: "empty.db")
    for embeddings in ["auto", "keep", "regenerate"] {
      let result = try world.run("--output", "json", "migrate", "--from", source, "--embeddings", embeddings)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("SQLite database exists but is empty\n"))
      #expect(try JSONParser.parse(result.output)[key: "verified"] == .bool(true))
    }
    #expect(try world.json("stats")[key: "fragments"]?[key: "total"] == .integer(7))
    #expect(try Data(contentsOf: URL(fileURLWithPath: source)).isEmpty)
  }

  @Test("rows of all three tables arrive once, with users and vectors", arguments: World.Kind.allCases)
  func readsAllTables(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.sqlite(
      "three.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
      CREATE TABLE memory (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB);
      CREATE TABLE user_memories (id TEXT PRIMARY KEY, userId TEXT, message TEXT, vector BLOB);
      INSERT INTO memories VALUES ('1', 'ada', 'tea', '[1,2]');
      INSERT INTO memory VALUES ('1', 'ada', 'tea', '[2,1]'), ('2', 'ben', 'milk', NULL);
      INSERT INTO user_memories VALUES ('1', 'cem', 'water', '[0,1]');
      """)
    let report = try world.json("migrate", "--from", source, "--embeddings", "keep", "--skip-test")
    #expect(report[key: "memories_migrated"] == .integer(4))
    #expect(report[key: "embeddings"]?[key: "kept"] == .integer(3))
    #expect(report[key: "verified"] == .bool(true))
    let again = try world.json("migrate", "--from", source, "--embeddings", "keep", "--skip-test")
    #expect(again[key: "already_present"] == .integer(4))
    #expect(again[key: "verified"] == .bool(true))
    let users = try world.json("users").arrayValue
    #expect(users?.compactMap { $0[key: "user_id"]?.stringValue }.sorted() == ["ada", "ben", "cem"])
  }

  @Test("fragments without vectors are counted and said; where their embedder is here, they get them")
  func countsFragments() throws {
    let world = try World()
    let source = try world.folder.legacyFile()
    let kept = try world.run("--output", "json", "migrate", "--from", source, "--embeddings", "keep", "--skip-test")
    #expect(try JSONParser.parse(kept.output)[key: "embeddings"]?[key: "missing"] == .integer(2 + 7))
    #expect(kept.errors.contains("⚠️ 7 prompt fragments without an embedding: no embedder of unknown/unknown (4)"))

    // text-embedding-3-large in four numbers: the server of that space is here, and fills what is missing.
    let server = try EmbeddingServer(dimensions: 4)
    let other = try World()
    let filled = try other.memsh.run(
      [
        "-d", other.store, "-q", "--output", "json", "migrate", "--from", source, "--embeddings", "keep",
        "--source-model", "text-embedding-3-large", "--skip-test",
      ], environment: ["OPENAI_BASE_URL": server.url])
    #expect(
      try JSONParser.parse(filled.output)[key: "embeddings"]?.text
        == #"{"kept":2,"generated":2,"missing":0,"not_kept":0}"#,
      "\(filled.errors)")
    #expect(try other.folder.rows("store.db", "SELECT count(embedding) FROM prompt_fragments") == ["7"])
  }

  @Test("fragments that come from another store with vectors of another space get new ones")
  func embedsCopiedFragments() throws {
    let (world, other) = (try World(), try World())
    let source = try other.folder.legacyFile()
    _ = try other.json("migrate", "--from", source, "--embeddings", "keep", "--skip-test")
    let report = try world.json("migrate", "--from", other.store, "--embeddings", "regenerate", "--skip-test")
    #expect(report[key: "embeddings"]?[key: "missing"] == .integer(0))
    #expect(try world.folder.rows("store.db", "SELECT count(*), count(embedding) FROM prompt_fragments") == ["7|7"])
  }

  @Test("nothing is called done before the commit", arguments: World.Kind.allCases)
  func saysItAfterTheCommit(kind: World.Kind) throws {
    let world = try World(kind)
    #expect(try world.run("schema", "--create").status == 0)
    // What an application adds makes the commit itself fail, after every row has been taken.
    if let database = world.database {
      try database.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON memories DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION refuse();
        """)
    } else {
      try world.folder.sqlite(
        "store.db",
        """
        CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER refuse AFTER INSERT ON memories BEGIN INSERT INTO children VALUES (1); END;
        """)
    }
    let result = try world.run("migrate", "--from", try world.folder.legacyFile(), "--skip-test")
    #expect(result.status == 1)
    for word in ["✅ Migrated", "✅ Inserted", "✅ Schema created", "✅ Verified", "successfully"] {
      #expect(!result.errors.contains(word), "\(word): \(result.errors)")
    }
    #expect(try world.json("stats")[key: "memories"]?[key: "total"] == .integer(0))
  }

  @Test("a dry run foretells the numbers of the run", arguments: World.Kind.allCases, [false, true])
  func foretells(kind: World.Kind, intoMemsh: Bool) throws {
    let world = try World(kind)
    var source = try world.folder.legacyFile()
    if intoMemsh {
      // A memsh store brings two of the seven along.
      let other = try World(folder: TestFolder(), store: world.folder.file("other.db"))
      _ = try other.json("migrate", "--from", source, "--skip-test")
      try world.folder.sqlite("other.db", "DELETE FROM prompt_fragments WHERE id > 2")
      source = other.store
    }
    for _ in 1...2 {
      let dry = try world.run("--output", "json", "migrate", "--from", source, "--dry-run")
      let run = try world.json("migrate", "--from", source, "--skip-test")
      for key in ["memories_migrated", "already_present", "rejected", "embeddings", "fragments_inserted"] {
        #expect(try JSONParser.parse(dry.output)[key: key]?.text == run[key: key]?.text, "\(key)")
      }
    }
  }

  @Test("a second run with nothing to do is verified, too", arguments: World.Kind.allCases)
  func verifiesNothing(kind: World.Kind) throws {
    let world = try World(kind)
    let source = try world.folder.legacyFile()
    let script = try world.script(
      "migrate --from \(source) --skip-test\nassert .verified = true\nmigrate --from \(source) --skip-test\n"
        + "assert .already_present = 4\nassert .verified = true\n")
    let result = try world.memsh.run(["-d", world.store, "-f", script])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try world.json("migrate", "--from", source, "--no-verify")[key: "verified"] == .null)
  }
}
