import Database
import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Damaged and forged files of systems that keep their memories in SQLite: an error or rejected rows, never a trap.
@Suite struct HostileTableStoreTests {
  /// Reads all that there is; what it throws must be an error of memsh's own.
  private func survive(_ path: String) throws {
    do {
      var selection = SourceSelection()
      selection.states = Set(RowState.allCases)
      guard case .foreign(let source) = try SourceCatalog.open(path: path, selection) else { return }
      _ = try source.survey()
      _ = try source.allRows()
    } catch let error as MemshError {
      #expect(!error.message.isEmpty)
    }
  }

  private static let stores = [
    "mcp-memory-service/sqlite_vec.db", "openmemory-py/openmemory.db", "llm/embeddings.db", "sqlite-vec/vec.db",
  ]

  @Test("flipped bits and cut files", .enabled(if: StoreTruth.isHere), arguments: stores)
  func survivesFlips(store: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: StoreTruth.folder + "/" + store))
    try damage(data, 200)
  }

  @Test("flipped bits and cut files of the fixture of sqlite-vec")
  func survivesFlipsOfFixture() throws {
    try damage(try Data(contentsOf: URL(fileURLWithPath: Memsh.package + "/Tests/Fixtures/sqlite-vec/vec.db")), 200)
  }

  private func damage(_ data: Data, _ count: Int) throws {
    let folder = try TestFolder()
    let path = folder.file("a.db")
    var mutation = Mutation(seed: 16)
    let deadline = Mutation.deadline(defaultSeconds: 2)
    for round in 0..<count where ContinuousClock.now < deadline {
      var bytes = [UInt8](data)
      // The first pages hold the schema and the tops of the trees; chunks fill the rest.
      let reach = round % 2 == 0 ? min(bytes.count, 40_000) : bytes.count
      bytes[mutation.number(below: reach)] ^= 1 << UInt8(mutation.number(below: 8))
      if round % 10 == 9 { bytes.removeLast(mutation.number(below: bytes.count)) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      try survive(path)
    }
  }

  private func forged(_ folder: TestFolder, _ sql: String) throws -> ForeignSource {
    let data = try Data(contentsOf: URL(fileURLWithPath: Memsh.package + "/Tests/Fixtures/sqlite-vec/vec.db"))
    try data.write(to: URL(fileURLWithPath: folder.file("a.db")))
    return try ForeignSource.opened(folder.sqlite("a.db", sql))
  }

  @Test(
    "a vector that cannot be found is said in its row",
    arguments: [
      ("UPDATE notes_vec_vector_chunks00 SET vectors = x'00'", "is too short for its slot"),
      ("UPDATE notes_vec_vector_chunks00 SET vectors = 'text'", "is missing or not a blob"),
      ("DELETE FROM notes_vec_vector_chunks00", "is missing or not a blob"),
      ("UPDATE notes_vec_rowids SET chunk_offset = -1", "is not a number"),
      ("UPDATE notes_vec_rowids SET chunk_offset = 'x'", "is not a number"),
      ("UPDATE notes_vec_rowids SET chunk_id = 'x'", "is not a number"),
      ("UPDATE notes_vec_vector_chunks00 SET vectors = x'\(String(repeating: "0000c07f", count: 80))'", "NaN"),
    ])
  func tellsBadVectors(sql: String, reason: String) throws {
    let rows = try forged(try TestFolder(), sql).allRows().filter { $0.collection == "notes" }
    #expect(rows.count == 66)
    #expect(
      rows.contains { if case .unreadable(let found, _) = $0.embedding { found.contains(reason) } else { false } })
  }

  @Test(
    "metadata that cannot be found is damage of the file",
    arguments: [
      "UPDATE notes_vec_rowids SET chunk_offset = 9223372036854775807", "UPDATE notes_vec_rowids SET chunk_id = 77",
      "UPDATE notes_vec_metadatachunks00 SET data = x'00'", "DELETE FROM notes_vec_metadatachunks03",
      "DELETE FROM notes_vec_metadatatext00",
      "UPDATE notes_vec_metadatachunks00 SET data = x'\(String(repeating: "ff", count: 256))'",
    ])
  func tellsBadMetadata(sql: String) throws {
    let source = try forged(try TestFolder(), sql)
    #expect { try source.allRows() } throws: { ($0 as? MemshError)?.code == .sourceUnreadable }
  }

  @Test("views in place of the inner tables are not followed")
  func ignoresViews() throws {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"
    let source = try forged(
      try TestFolder(),
      """
      DROP TABLE notes_vec_rowids;
      CREATE VIEW notes_vec_rowids AS \(endless) AS rowid, NULL AS id, 1 AS chunk_id, 0 AS chunk_offset FROM n;
      """)
    let rows = try source.allRows()
    #expect(Set(rows.map(\.collection)) == [nil])
    #expect(rows.count == 24)
  }

  @Test("a table whose definition makes no sense is not read")
  func ignoresDefinitions() throws {
    let definitions = [
      "v float[99999999]", "v float[-1]", "v float[]", "v float[2]", "", "embedding float[5], , x",
    ]
    for (index, definition) in definitions.enumerated() {
      let folder = try TestFolder()
      let path = try folder.sqlite(
        "\(index).db",
        """
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(\(definition))');
        PRAGMA writable_schema = RESET;
        """)
      #expect { try ForeignSource.opened(path) } throws: { ($0 as? MemshError)?.code == .sourceUnsupported }
    }
  }
}
