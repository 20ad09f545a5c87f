import Database
import Foundation
import MemoryModel

/// Writes a collection of LangChain's PGVector: a row of its own in the table of collections, and the memories in the table
/// that all collections share.
final class LangChainWriter: MemoryWriter {
  private let name: String
  private let database: CollectionDatabase
  private let collection = UUID().text
  private var hasBegun = false

  private static let rows = Table(
    "langchain_pg_embedding",
    columns: [
      Column("id", .text), Column("collection_id", .text), Column("embedding", .vector), Column("document", .text),
      Column("cmetadata", .json),
    ], indexes: [], identity: [])
  private static let collections = "langchain_pg_collection"

  init(_ name: String, _ database: CollectionDatabase) {
    self.name = name
    self.database = database
  }

  let takesVectors = true
  var made: [String] { database.made }

  func whole<Value>(_ body: () throws -> Value) throws -> Value { try database.whole(body) }

  func write(_ memories: [Memory]) throws {
    guard database.takes(memories) else { return }
    if !hasBegun { try begin() }
    let rows = try database.identify(memories) { ids in
      Set(
        try database.driver.rows("SELECT id FROM \(LangChainWriter.rows) WHERE id \(among: ids)") {
          try $0.string(0)
        })
    }
    try database.driver.load(
      rows.map { row in
        [
          .text(row.id), .text(collection), .vector(row.vector), .text(row.memory.content),
          .json(LangChainWriter.metadata(of: row.memory)),
        ]
      }, columns: LangChainWriter.rows.columns, added: [], into: .table(LangChainWriter.rows))
  }

  func finish() throws { try database.requireVectors() }

  /// LangChain has no columns for whose a memory is and when it was made: they stand in the metadata.
  private static func metadata(of memory: OutgoingMemory) -> JSON {
    let own = JSON.object(ofPresent: [
      "user_id": .string(memory.userID), "created_at": memory.created.map(JSON.string),
      "updated_at": memory.updated.map(JSON.string),
    ]).members
    let folded = ApartMetadata.folding(memory.metadata) { member in
      ["user_id", "created_at", "updated_at"].contains(member.key) && !own.contains(member)
    }
    return .object(folded.filter { !own.contains($0) } + own)
  }

  /// Makes the tables as the library makes them, where they are missing, and the collection.
  private func begin() throws {
    hasBegun = true
    if try !database.hasTable(LangChainWriter.collections) {
      try database.create(
        "table \(LangChainWriter.collections)",
        """
        CREATE TABLE \(name: LangChainWriter.collections) (uuid UUID NOT NULL, name VARCHAR NOT NULL, cmetadata JSON,
          PRIMARY KEY (uuid), UNIQUE (name))
        """)
    }
    if try !database.hasTable(LangChainWriter.rows.name) {
      try database.create(
        "table \(LangChainWriter.rows.name)",
        """
        CREATE TABLE \(LangChainWriter.rows) (id VARCHAR NOT NULL, collection_id UUID, embedding vector, document VARCHAR,
          cmetadata JSONB, PRIMARY KEY (id),
          FOREIGN KEY (collection_id) REFERENCES \(name: LangChainWriter.collections) (uuid) ON DELETE CASCADE)
        """)
      try database.create(
        "index ix_cmetadata_gin",
        "CREATE INDEX ix_cmetadata_gin ON \(LangChainWriter.rows) USING gin (cmetadata jsonb_path_ops)")
    }
    let isThere = try database.driver.exists(
      "SELECT 1 FROM \(name: LangChainWriter.collections) WHERE name = \(name)")
    guard !isThere else { throw MemshError.collectionIsThere(name, in: database.driver) }
    try database.create(
      "collection \(name)",
      """
      INSERT INTO \(name: LangChainWriter.collections) (uuid, name, cmetadata)
      VALUES (CAST(\(collection) AS UUID), \(name), NULL)
      """)
  }
}

extension MemshError {
  /// The error for a collection whose name is taken.
  static func collectionIsThere(_ name: String, in driver: any Driver) -> MemshError {
    MemshError(
      .idConflict, "\(driver.identity.location) has a collection \(name) already; nothing was written",
      hint: "name another one with `--collection`")
  }
}
