import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// `migrate --from` on what other memory systems keep: named or described, and never taken for the legacy format.
@Suite struct ForeignSourceTests {
  /// Stores that real systems have written, beside the package; not everybody has them.
  private static let stores = URL(fileURLWithPath: Memsh.package).deletingLastPathComponent().path + "/shared/stores"
  private static let hasStores = FileManager.default.fileExists(atPath: stores)

  /// A path below the stores, and what the error must call it.
  private static let real = [
    ("mem0-ts/memory.db", "mem0 (TypeScript; its history)"), ("mem0-qdrant/history.db", "mem0 (its history)"),
    ("mem0-pgvector/dump.sql", "mem0's pgvector"),
    ("langchain-pgvector/dump.sql", "LangChain's PGVector"),
    ("mcp-server-memory", "is a folder"),
    ("mcp-server-memory/truth.json", "a JSON file"), ("mcp-server-memory/README", "is not a SQLite database"),
  ]

  @Test("stores of other systems are refused by name, and nothing is changed", .enabled(if: hasStores))
  func refusesRealStores() throws {
    let world = try World()
    for (path, name) in ForeignSourceTests.real {
      try expectRefusal(of: ForeignSourceTests.stores + "/" + path, naming: name, in: world)
    }
  }

  /// Small files with the tables of other systems, some with rows that are gone.
  private static let lookAlikes = [
    (

      "Basic Memory",
      """
      CREATE TABLE entity (id INTEGER, title TEXT); CREATE TABLE relation (id INTEGER);
      CREATE TABLE observation (id INTEGER, entity_id INTEGER, content TEXT, category TEXT, context TEXT, tags JSON);
      """
    ),
    // Nobody's in particular: described, not named.
    (
      "the column deleted_at of memories marks rows that are gone",
      "CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, deleted_at TEXT);"
    ),
    (
      "the vectors of memories stand in another table, memory_embeddings",
      "CREATE TABLE memories (id TEXT, content TEXT); CREATE TABLE memory_embeddings (memory_id TEXT, v BLOB);"
    ),
    (
      "the table user_memories has no column content, text or message",
      "CREATE TABLE user_memories (user_id TEXT, key TEXT, value TEXT, PRIMARY KEY (user_id, key));"
    ),
    ("orders(id, total)", "CREATE TABLE orders (id INTEGER, total REAL);"),
  ]

  @Test("look-alikes are refused by their columns and neighbours, whatever their tables are called")
  func refusesLookAlikes() throws {
    for (index, (name, sql)) in ForeignSourceTests.lookAlikes.enumerated() {
      let world = try World()
      try expectRefusal(of: world.folder.sqlite("look-alike-\(index).db", sql), naming: name, in: world)
    }
  }

  /// Files and folders that are no SQLite databases.
  private static let texts = [

    ("agent.af", #"{"agents": [], "groups": [], "blocks": []}"#, "an agent file of Letta"),
    ("memsh.jsonl", #"{"memsh_export":1,"space":{}}"#, "`import "), ("plain.json", "\u{FEFF} [1, 2]", "a JSON file"),
    ("lance/t.lance/x", "", "a LanceDB store"), ("other/x.txt", "", "it holds x.txt"),
  ]

  @Test("files and folders of other kinds are named, too")
  func refusesOtherFiles() throws {
    let world = try World()
    for (path, text, name) in ForeignSourceTests.texts {
      let folder = world.folder.file(path.split(separator: "/").count > 1 ? String(path.prefix { $0 != "/" }) : "")
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: world.folder.file(path)).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      let file = try world.folder.write(text, to: path)
      try expectRefusal(of: path.contains("/") ? folder : file, naming: name, in: world)
    }
  }

  @Test("a system that is not read tells its own way in")
  func tellsTheWayIn() throws {
    let world = try World()
    let notes = try world.folder.sqlite(
      "memory.db",
      """
      CREATE TABLE entity (id INTEGER, title TEXT);
      CREATE TABLE observation (id INTEGER, entity_id INTEGER, content TEXT, category TEXT);
      """)
    try expectRefusal(of: notes, naming: "`memsh migrate --from FOLDER` reads the folder of the notes", in: world)
    let lance = world.folder.file("crew")
    try FileManager.default.createDirectory(atPath: lance + "/memories.lance", withIntermediateDirectories: true)
    try expectRefusal(of: lance, naming: "lancedb.connect(\"\(lance)\").open_table(\"memories\")", in: world)
  }

  private func expectRefusal(of path: String, naming name: String, in world: World) throws {
    let result = try world.run("migrate", "--from", path, "--embeddings", "keep")
    #expect(result.status == 1, "\(path)")
    #expect(result.errors.contains(name), "\(path): \(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: world.store), "\(path)")
  }
}
