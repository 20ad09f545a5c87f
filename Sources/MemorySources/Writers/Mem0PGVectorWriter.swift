import Database
import MemoryModel

/// Writes a collection of mem0's pgvector store: a table of its own, with the indexes that mem0 gives it.
final class Mem0PGVectorWriter: MemoryWriter {
  private let database: CollectionDatabase
  private let table: Table
  private var hasBegun = false

  /// pgvector indexes no longer vectors.
  private static let indexedDimensions = 2_000

  /// PostgreSQL cuts longer names off, and then those of the indexes are the same.
  private static let nameBytesMaximum = 63 - indexEnding.utf8.count
  private static let indexEnding = "_text_lemmatized_idx"

  /// - Throws: `usage` for a name that is too long.
  init(_ name: String, _ database: CollectionDatabase) throws {
    guard name.utf8.count <= Mem0PGVectorWriter.nameBytesMaximum else {
      throw MemshError(
        .usage, "the collection's name is longer than \(Mem0PGVectorWriter.nameBytesMaximum) bytes",
        hint: "mem0 makes a table of that name, with indexes: choose a shorter one")
    }
    self.database = database
    table = Table(
      name, columns: [Column("id", .text), Column("vector", .vector), Column("payload", .json)], indexes: [],
      identity: [])
  }

  let takesVectors = true
  var made: [String] { database.made }

  func whole<Value>(_ body: () throws -> Value) throws -> Value { try database.whole(body) }

  func write(_ memories: [Memory]) throws {
    guard database.takes(memories), let dimensions = database.dimensions else { return }
    if !hasBegun { try begin(dimensions) }
    let today = Mem0Payload.today
    try database.driver.load(
      database.identify(memories).map { row in
        [.text(row.id), .vector(row.vector), .json(Mem0PGVectorWriter.payload(of: row.memory, today: today))]
      }, columns: table.columns, added: [], into: .table(table))
  }

  /// The indexes come when the rows are in: that is faster.
  func finish() throws {
    try database.requireVectors()
    if let dimensions = database.dimensions, dimensions <= Mem0PGVectorWriter.indexedDimensions {
      try database.create(
        "index \(table.name)_hnsw_idx",
        "CREATE INDEX \(name: table.name + "_hnsw_idx") ON \(table) USING hnsw (vector vector_cosine_ops)")
    }
    try database.create(
      "index \(table.name)\(Mem0PGVectorWriter.indexEnding)",
      """
      CREATE INDEX \(name: table.name + Mem0PGVectorWriter.indexEnding) ON \(table)
      USING gin (to_tsvector('simple', payload->>'text_lemmatized'))
      """)
  }

  private func begin(_ dimensions: Int) throws {
    hasBegun = true
    guard try !database.hasTable(table.name) else {
      throw MemshError.collectionIsThere(table.name, in: database.driver)
    }
    try database.create(
      "table \(table.name)",
      "CREATE TABLE \(table) (id UUID PRIMARY KEY, vector vector(\(raw: String(dimensions))), payload JSONB)")
  }

  /// mem0 keeps the metadata flat beside its own keys.
  private static func payload(of memory: OutgoingMemory, today: String) -> JSON {
    let own = JSON.object(ofPresent: [
      "data": .string(memory.content), "hash": .string(ContentHash.md5(of: memory.content)),
      "user_id": .string(memory.userID), "created_at": memory.created.map(JSON.string),
      "updated_at": memory.updated.map(JSON.string),
    ])
    return .object(
      own.members
        + ApartMetadata.folding(memory.metadata) { Mem0Form.isReserved($0, of: memory, today: today) })
  }
}
