import MemoryCore
import PostgresClient

/// Exchanging the vectors of rows.
extension PostgresStore {
  /// Texts whose vectors are to be computed.
  public func texts(
    in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int
  ) throws -> [EmbeddableText] {
    var conditions: SQL = "id > \(id)"
    switch selection {
    case .all: break
    case .missing: conditions = "\(conditions) AND embedding IS NULL"
    case .matching(let filter): conditions = "\(conditions)\(PostgresStore.conditions(filter) ?? "")"
    }
    return try query(
      "SELECT id, content::text FROM \(identifier: table) WHERE \(conditions) ORDER BY id LIMIT \(limit)"
    ).rows.map { EmbeddableText(id: try $0.integer(0) ?? 0, content: try $0.text(1) ?? "") }
  }

  /// Makes a temporary table for new vectors.
  public func beginStaging(dimensions: Int) throws {
    try execute(
      unsafeSQL: """
        DROP TABLE IF EXISTS pg_temp.memsh_staged;
        CREATE TEMP TABLE memsh_staged (table_name text COLLATE "C" NOT NULL, id bigint NOT NULL,
          content_sha256 text COLLATE "C" NOT NULL, embedding vector(\(dimensions)) NOT NULL)
        """)
  }

  /// Puts new vectors into it.
  public func stage(_ vectors: [StagedVector]) throws {
    try use { connection in
      try connection.copyIn("COPY pg_temp.memsh_staged FROM STDIN (FORMAT BINARY)") { writer in
        for staged in vectors {
          try writer.beginRow(fields: 4)
          writer.write(text: staged.table)
          writer.write(int64: staged.id)
          writer.write(text: staged.contentHash)
          writer.write(vector: staged.vector.values)
        }
      }
    }
  }

  /// Drops the vector indexes, gives the columns the new length, and records the space.
  public func moveVectors(to space: EmbeddingSpace) throws {
    try withoutStatementTimeout {
      try lockTables()
      // Only what stands on the store's own tables: another schema may have objects of the same names.
      let present = try schema().filter { $0.state != .missing }.map(\.name)
      for index in SchemaNames.vectorIndexes {
        if present.contains(index.name) { try execute(unsafeSQL: "DROP INDEX \(index.name)") }
        try execute(
          unsafeSQL: "ALTER TABLE \(index.table) ALTER embedding TYPE vector(\(space.dimensions)) USING NULL")
      }
      try query(
        """
        INSERT INTO \(unsafeSQL: ledger).settings (key, value)
        VALUES ('embedding_space', \(space.json.text)::text::jsonb)
        ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
        """)
    }
  }

  /// Gives the rows their new vectors; `updated_at` stays, because the memory itself has not changed.
  public func switchVectors(to space: EmbeddingSpace?) throws {
    if let space { try moveVectors(to: space) }
    try withoutStatementTimeout {
      try lockTables()
      try execute(unsafeSQL: "ANALYZE pg_temp.memsh_staged")
      for index in SchemaNames.vectorIndexes {
        try withoutTrigger(on: index.table) {
          try execute(
            unsafeSQL: """
              UPDATE \(index.table) AS t SET embedding = s.embedding FROM pg_temp.memsh_staged AS s
              WHERE s.table_name = '\(index.table)' AND s.id = t.id
                AND s.content_sha256 = \(PostgresStore.contentHash("t"))
              """)
        }
      }
      try execute(unsafeSQL: "DROP TABLE pg_temp.memsh_staged")
    }
  }

  /// Runs `body` while nothing sets a table's `updated_at` but `body` itself. Belongs into a transaction.
  func withoutTrigger(on table: String, _ body: () throws -> Void) throws {
    let trigger = try schema().first { $0.kind == .trigger && $0.table == table && $0.state == .present }
    guard let trigger else { return try body() }
    try execute(unsafeSQL: "ALTER TABLE \(table) DISABLE TRIGGER \(trigger.name)")
    try body()
    try execute(unsafeSQL: "ALTER TABLE \(table) ENABLE TRIGGER \(trigger.name)")
  }
}
