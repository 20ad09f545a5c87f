import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver
import TestSupport
import Testing

@Suite struct SQLiteDriverTests {
  @Test("asking a store that is not there creates no file")
  func createsNothing() throws {
    let folder = try TestFolder()
    let store = MemoryStore(SQLiteDriver(path: folder.file("none/store.db")))
    try store.connect()
    #expect(try store.schema().allSatisfy { $0.state == .missing })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("a memory file of another system is not written to")
  func refusesForeignFile() throws {
    let folder = try TestFolder()
    let path = try folder.sqlite("legacy.db", "CREATE TABLE memories (id TEXT PRIMARY KEY, content TEXT)")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let store = MemoryStore(SQLiteDriver(path: path))
    #expect { try store.createSchema(space: Fixture.space) } throws: { error in
      (error as? MemshError)?.code == .schemaMissing && (error as? MemshError)?.hint?.contains("--from") == true
    }
    store.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test("a file that is no database is told by its code")
  func refusesOtherFiles() throws {
    let folder = try TestFolder()
    let path = try folder.write(String(repeating: "text ", count: 500), to: "x.db")
    #expect { try MemoryStore(SQLiteDriver(path: path)).connect() } throws: {
      ($0 as? MemshError)?.code == .storeCorrupt
    }
  }

  @Test("the updated_at trigger fires unless the statement sets the time itself")
  func keepsUpdatedAt() throws {
    let fixture = try Fixture.prepared(.sqlite)
    _ = try fixture.store.insert([memory("a")])
    fixture.store.close()
    try fixture.folder.sqlite("store.db", "UPDATE memories SET content = 'b'")
    let updated = try fixture.folder.rows("store.db", "SELECT updated_at > '2026', length(updated_at) FROM memories")
    #expect(updated == ["1|27"])
    try fixture.folder.sqlite("store.db", "UPDATE memories SET updated_at = '2020-01-01T00:00:00.000000Z'")
    #expect(try fixture.folder.rows("store.db", "SELECT updated_at FROM memories") == ["2020-01-01T00:00:00.000000Z"])
  }

  @Test("a value of another type hides no row; only who must have it exactly is told")
  func survivesWrongTypes() throws {
    let fixture = try Fixture.prepared(.sqlite)
    _ = try fixture.store.insert([memory("a", vector: [1, 0, 0])])
    try fixture.folder.sqlite("store.db", "UPDATE memories SET importance_score = 'high', access_count = 1e300")
    let hit = try #require(try fixture.store.search(VectorQuery(vector: Vector([1, 0, 0]))).hits.first).memory.fields
    #expect(hit.content == "a" && hit.importanceScore == nil && hit.accessCount == nil)
    #expect(try fixture.store.statistics(userID: nil).memories == 1)
    let error = #expect(throws: MemshError.self) {
      try fixture.store.readingExactly { try fixture.store.readMemories(batchSize: 10) { _ in } }
    }
    #expect(error?.code == .storeCorrupt)
    #expect(
      error?.message == "row 1 of memories cannot be taken over as it is: importance_score holds no number")
  }

  @Test("a store is in WAL mode once something is written")
  func usesWriteAheadLog() throws {
    let fixture = try Fixture(.sqlite)
    _ = try fixture.store.transaction(.commit) { try fixture.store.createSchema(space: Fixture.space) }
    #expect(try fixture.folder.rows("store.db", "PRAGMA journal_mode") == ["wal"])
  }

  @Test("embeddings are little-endian 32-bit floats")
  func storesFloats() throws {
    let fixture = try Fixture.prepared(.sqlite)
    _ = try fixture.store.insert([memory("a", vector: [1, -0.5, 0])])
    #expect(try fixture.folder.rows("store.db", "SELECT embedding FROM memories") == ["0000803f000000bf00000000"])
  }
}
