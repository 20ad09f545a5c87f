import Database
import Foundation
import MemoryModel
import TestSupport
import Testing

/// `migrate --embeddings auto` says when it computes vectors anew that the source has.
@Suite struct NotKeptTests {
  private func lines(_ result: Memsh.Result) -> [String] {
    result.errors.split(separator: "\n").map(String.init).filter { $0.contains("not kept") }
  }

  @Test("a store of another model, and a file that does not tell its model", arguments: World.Kind.allCases)
  func says(kind: World.Kind) throws {
    let world = try World(kind)
    let file = try world.folder.sqlite(
      "old.db",
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT, content TEXT, embedding TEXT);
      INSERT INTO memories VALUES (1, 'ada', 'Likes tea', '[1, 0.5, 0.25]'), (2, 'ada', 'Likes milk', '[1, 0.5, 2]'),
        (3, 'ada', 'Likes water', NULL);
      """)
    let migrate = ["--embedder", "hash", "migrate", "--from", file, "--skip-test"]
    for isDry in [true, false] {
      let result = try world.run(migrate + (isDry ? ["--dry-run"] : []))
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        lines(result) == [
          (isDry ? "Would have: " : "")
            + "⚠️ 2 vectors of 3 dimensions are not kept: the source does not tell their model, and the store's is "
            + "hash/word-ngram-v1 (256); `--embeddings keep` into a new store keeps them"
        ], "\(result.errors)")
    }
    // A store tells its model.
    let other = try World()
    _ = try other.run(
      ["--embedder", "hash", "migrate", "--from", file, "--source-model", "m", "--embeddings", "keep", "--skip-test"])
    let known = try World(kind)
    let first = try known.folder.sqlite(
      "first.db", "CREATE TABLE memory (id TEXT PRIMARY KEY, content TEXT); INSERT INTO memory VALUES ('1', 'x');")
    _ = try known.run("--embedder", "hash", "migrate", "--from", first, "--skip-test")
    let again = ["--embedder", "hash", "migrate", "--from", other.store, "--skip-test"]
    let result = try known.run(again)
    #expect(
      lines(result) == [
        "⚠️ 2 vectors of unknown/m (3) are not kept: they are of another model than the store's, hash/word-ngram-v1 (256); "
          + "`--embeddings keep` into a new store keeps them"
      ], "\(result.errors)")
  }

  @Test("nothing is said where vectors are kept, or new ones were asked for")
  func isQuiet() throws {
    let folder = try TestFolder()
    let file = try folder.sqlite(
      "old.db",
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY, user_id TEXT, content TEXT, embedding TEXT);
      INSERT INTO memories VALUES (1, 'ada', 'Likes tea', '[1, 0.5, 0.25]');
      """)
    for (mode, count) in [("keep", 0), ("regenerate", 1)] {
      let result = try Memsh(in: folder).run([
        "-d", "\(mode).db", "--embedder", "hash", "--output", "json", "migrate", "--from", file, "--skip-test",
        "--embeddings", mode,
      ])
      #expect(result.status == 0 && lines(result).isEmpty, "\(result.errors)")
      #expect(try JSONParser.parse(result.output)[key: "embeddings"]?[key: "not_kept"] == .integer(count))
    }
  }
}
