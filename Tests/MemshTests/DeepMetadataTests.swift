import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Metadata nested deeper than anybody needs, on its way through `migrate`.
@Suite struct DeepMetadataTests {
  @Test(
    "each row arrives and can be read, or is a line of the reject file; none fails the run",
    arguments: World.Kind.allCases)
  func takesOrRejects(kind: World.Kind) throws {
    let world = try World(kind)
    // An array is wrapped into an object, which makes it one level deeper.
    let levels = [1, 254, 255, 256, 257, 998, 999, 1_000, 1_001, 5_000]
    let rows = levels.map { level in
      let metadata = String(repeating: "[", count: level) + String(repeating: "]", count: level)
      return "('\(level)', 'ada', 'Nested \(level) times', '\(metadata)')"
    }
    let source = try world.folder.sqlite(
      "deep.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, metadata TEXT);
      INSERT INTO memories VALUES ('plain', 'ada', 'Likes tea', '{}'), \(rows.joined(separator: ", "));
      """)
    let result = try world.memsh.run(
      [
        "-d", world.store, "-q", "--output", "json", "migrate", "--from", source, "--reject-file",
        world.folder.file("rejects.jsonl"), "--max-rejected", "all",
      ])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONParser.parse(result.output)
    let (migrated, rejected) = (report[key: "memories_migrated"], report[key: "rejected"])
    #expect((migrated?.integerValue ?? 0) + (rejected?.integerValue ?? 0) == levels.count + 1)
    #expect((migrated?.integerValue ?? 0) >= 3 && (rejected?.integerValue ?? 0) >= 1)
    let lines = try String(contentsOfFile: world.folder.file("rejects.jsonl"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == rejected?.integerValue)
    for line in lines { #expect(line.contains("invalid_metadata"), "\(line.prefix(200))") }
    for command in [["list", "--limit", "100"], ["search", "nested"], ["export", world.folder.file("out.jsonl")]] {
      let read = try world.run(command)
      #expect(read.status == 0, "\(command): \(read.errors)")
    }
    #expect(try world.json("list", "--limit", "100").arrayValue?.count == migrated?.integerValue)
  }
}
