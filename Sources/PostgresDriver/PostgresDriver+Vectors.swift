import Database
import MemoryModel
import PostgresClient

/// Exchanging the vectors of rows.
extension PostgresDriver {
  /// Texts whose vectors are to be computed.
  package func texts(
    in table: String, _ selection: ReembedSelection, behind id: Int64, limit: Int
  ) throws -> [EmbeddableText] {
    var conditions: SQL = "id > \(id)"
    switch selection {
    case .all: break
    case .missing: conditions = "\(conditions) AND embedding IS NULL"
    case .matching(let filter): conditions = "\(conditions)\(filter.conditions())"
    case .rows(let ids): conditions = "\(conditions) AND id \(among: ids)"
    }
    return try query(
      "SELECT id, content::text FROM \(name: table) WHERE \(conditions) ORDER BY id LIMIT \(limit)"
    ).rows.map { EmbeddableText(id: try $0.integer(0) ?? 0, content: try $0.text(1) ?? "") }
  }

  /// Makes a temporary table for new vectors.
  package func beginStaging(dimensions: Int) throws {
    try execute(
      unsafeSQL: """
        DROP TABLE IF EXISTS pg_temp.memsh_staged;
        CREATE TEMP TABLE memsh_staged (table_name text COLLATE "C" NOT NULL, id bigint NOT NULL,
          content_sha256 text COLLATE "C" NOT NULL, embedding vector(\(dimensions)) NOT NULL)
        """)
  }

  /// Puts new vectors into it.
  package func stage(_ vectors: [StagedVector]) throws {
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

  /// Drops the vector indexes, gives columns of another length the new one, and records the space.
  package func moveVectors(to space: EmbeddingSpace) throws {
    try withoutStatementTimeout {
      try lockTables()
      repairState.removedIndexes = [:]
      // Only what stands on the store's own tables: another schema may have objects of the same names.
      let present = try schema().filter { $0.state != .missing }
      for index in SchemaNames.vectorIndexes {
        // A column without a length, as others make it, takes any vector and goes on to do so.
        let changes = try length(of: index.table).map { $0 > 0 && $0 != space.dimensions } ?? false
        if let found = present.first(where: { $0.name == index.name }), try isOwn(index.table) {
          // The name in front of it is a whole table's, the parts of which get indexes of their own.
          if !changes, let start = found.definition?.firstRange(of: "\(index.table) USING "),
            let definition = found.definition
          {
            repairState.removedIndexes[index.name] = "USING " + definition[start.upperBound...]
          }
          try execute(unsafeSQL: "DROP INDEX \(index.name)")
        }
        guard changes else { continue }
        try execute(
          unsafeSQL: "ALTER TABLE \(index.table) ALTER embedding TYPE vector(\(space.dimensions)) USING NULL")
      }
      try query(
        """
        INSERT INTO \(raw: ledger).settings (key, value)
        VALUES ('embedding_space', \(space.json.text)::text::jsonb)
        ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
        """)
    }
  }

  /// The length that the vectors of a table's column must have; -1 for any, nil where there is no such column.
  func length(of table: String) throws -> Int? {
    try query(
      """
      SELECT atttypmod FROM pg_catalog.pg_attribute
      WHERE attrelid = pg_catalog.to_regclass(\(table.quotedIdentifier))::oid AND attname = 'embedding'
      """
    ).first?.integer(0).map(Int.init)
  }

  /// Whether this role may change a table itself, not only its rows.
  private func isOwn(_ table: String) throws -> Bool {
    try query(
      """
      SELECT pg_catalog.pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class
      WHERE oid = pg_catalog.to_regclass(\(table.quotedIdentifier))::oid
      """
    ).first?.boolean(0) == true
  }

  /// Gives the rows their new vectors; `updated_at` stays, because the memory itself has not changed.
  package func switchVectors(to space: EmbeddingSpace?) throws {
    if let space { try moveVectors(to: space) }
    try withoutStatementTimeout {
      try execute(unsafeSQL: "ANALYZE pg_temp.memsh_staged")
      for index in SchemaNames.vectorIndexes { try switchVectors(of: index.table, takesOut: space != nil) }
      try execute(unsafeSQL: "DROP TABLE pg_temp.memsh_staged")
    }
  }

  /// - Parameter takesOut: Whether vectors go for which there is no new one.
  private func switchVectors(of table: String, takesOut: Bool) throws {
    var condition: SQL = "s.table_name = \(table) AND s.id = t.id"
    if isDistributed, table == Table.memories.name {
      // An UPDATE of shards computes no such sum: what does not fit goes before.
      try query(
        """
        DELETE FROM pg_temp.memsh_staged AS s WHERE s.table_name = \(table) AND (s.id, s.content_sha256) NOT IN (
          SELECT t.id::int8, \(raw: PostgresDriver.contentHash("t")) FROM \(name: table) AS t)
        """)
    } else {
      condition = "\(condition) AND s.content_sha256 = \(raw: PostgresDriver.contentHash("t"))"
    }
    if takesOut {
      try change(
        table, "embedding = NULL", from: nil,
        where: """
          t.embedding IS NOT NULL AND \(isDistributed
            ? "t.id NOT IN (SELECT s.id FROM pg_temp.memsh_staged AS s WHERE s.table_name = \(table))"
            : "NOT EXISTS (SELECT 1 FROM pg_temp.memsh_staged AS s WHERE \(condition))" as SQL)
          """)
    }
    try change(table, "embedding = s.embedding", from: "pg_temp.memsh_staged AS s", where: condition)
  }

  /// Changes rows `t` of a table, and leaves their time alone.
  private func change(_ table: String, _ assignment: SQL, from source: SQL?, where condition: SQL) throws {
    let update: SQL = "UPDATE \(name: table) AS t SET \(assignment)"
    let from: SQL = source.map { " FROM \($0)" } ?? ""
    let others: SQL = source.map { "\($0), " } ?? ""
    try keepingTimes {
      guard try !keepsTimes(table), try columns(of: table).contains(where: { $0.name == "updated_at" }) else {
        try query("\(update)\(from) WHERE \(condition)")
        return
      }
      // A trigger that does not know the setting sets the time: another statement puts it back. Shards join what stands
      // together.
      let isSame: SQL =
        isDistributed && table == Table.memories.name
        ? "was.id = t.id AND \(isOf: SQL(raw: usersAreText ? "t.user_id" : "t.user_id::text"), row: "was")"
        : "was.id = t.id"
      let moved = try query(
        """
        WITH changed AS (\(update) FROM \(others)\(name: table) AS was
          WHERE \(isSame) AND \(condition) RETURNING t.id, was.updated_at AS old, t.updated_at AS new)
        SELECT id::int8, old::text FROM changed WHERE old IS DISTINCT FROM new
        """
      ).rows.map { (id: try $0.integer(0) ?? 0, time: try $0.text(1)) }
      for start in stride(from: 0, to: moved.count, by: 1_000) {
        let part = moved[start..<min(start + 1_000, moved.count)]
        let images = part.map { JSON.object([JSON.Member("updated_at", .optional($0.time))]).text }
        try query(
          """
          UPDATE \(name: table) AS t SET updated_at = r.updated_at
          FROM ROWS FROM (pg_catalog.unnest(\(Value.integers(part.map(\.id)))),
              pg_catalog.unnest(\(images)::pg_catalog.jsonb[])) AS image(id, value)
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::\(name: table), image.value) AS r
          WHERE t.id = image.id
          """)
      }
    }
  }
}
