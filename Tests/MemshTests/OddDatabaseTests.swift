import Foundation
import MemoryModel
import TestSupport
import Testing

/// Databases of others that differ from memsh's own in what rarely differs.
@Suite struct OddDatabaseTests {
  @Test("texts in UTF-16 are refused by name, and nothing is written", arguments: ["UTF-16le", "UTF-16be"])
  func refusesUTF16(encoding: String) throws {
    let world = try World()
    try world.change("PRAGMA encoding = '\(encoding)'; CREATE TABLE app (x)")
    let before = FileManager.default.contents(atPath: world.store)
    for command in [["schema", "--create"], ["add", "tea", "--user", "ada"], ["doctor", "--fix", "all"], ["list"]] {
      let result = try world.run(["-q", "--yes", "--embedder", "hash"] + command)
      #expect(result.status == 1 && result.errors.contains("keeps its texts as \(encoding)"), "\(result.errors)")
      #expect(result.errors.contains(".dump | sqlite3 NEW.db"))
    }
    #expect(FileManager.default.contents(atPath: world.store) == before)
  }

  @Test("a sequence that ends before the largest ids is moved on as far as it reaches, by doctor and by import")
  func movesShortSequence() throws {
    let world = try World(.postgres)
    _ = try world.json("schema", "--create")
    try world.change(
      """
      ALTER SEQUENCE memories_id_seq AS integer; ALTER TABLE memories ALTER id TYPE bigint;
      INSERT INTO memories (id, user_id, content) VALUES (3000000000, 'ada', 'beyond'), (70, 'ada', 'ahead')
      """)
    let found = try world.json("doctor")
    #expect(found.text.contains("the sequence is at 0, the largest id 70"), "\(found.text)")
    #expect(try world.run("-q", "doctor", "--fix", "sequences_behind", "--yes").status == 0)
    #expect(try world.json("add", "next", "--user", "ada")[key: "id"]?.integerValue == 71)
    try world.folder.write(
      #"{"id":3000000001,"user_id":"ada","content":"x"}"# + "\n" + #"{"id":80,"user_id":"ada","content":"y"}"# + "\n",
      to: "rows.jsonl")
    let imported = try world.run("-q", "import", "rows.jsonl", "--yes")
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(try world.json("add", "after", "--user", "ada")[key: "id"]?.integerValue == 81)
  }

  @Test("decay in a column of single precision, and of memories whose times tell nothing")
  func decaysOddColumns() throws {
    let world = try World(.postgres)
    _ = try world.json("schema", "--create")
    try world.change(
      """
      ALTER TABLE memories ALTER importance_score TYPE real;
      INSERT INTO memories (user_id, content, created_at, updated_at, importance_score) VALUES
        ('ada', 'old', now() - interval '700 days', now() - interval '700 days', 0.5),
        ('ada', 'no time', '-infinity', '-infinity', 0.5)
      """)
    let result = try world.json("decay", "--half-life", "1", "--unused", "10", "--yes")
    #expect(result[key: "lowered"]?.integerValue == 1, "\(result.text)")
    let kept = try world.json("list", "--sort", "id").arrayValue ?? []
    #expect(kept.map { $0[key: "importance_score"]?.doubleValue } == [0, 0.5], "\(kept.map(\.text))")
  }

  @Test("an embedding with a number that JSON cannot tell is not exported as if it had none")
  func refusesNaN() throws {
    let world = try World()
    _ = try world.run("-q", "--embedder", "hash", "-c", "schema --create; add tea --user ada")
    try world.change("UPDATE memories SET embedding = CAST(x'0000c07f' || substr(embedding, 5) AS BLOB)")
    let result = try world.run("-q", "export", "all.jsonl")
    #expect(
      result.status == 1 && result.errors.contains("memory 1 has a number that JSON cannot tell"), "\(result.errors)")
    #expect(try world.run("-q", "export", "all.jsonl", "--no-embeddings").status == 0)
  }
}
