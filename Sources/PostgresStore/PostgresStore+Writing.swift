import Database
import MemoryModel
import PostgresClient

extension PostgresStore {
  /// Inserts memories by COPY BINARY; ids that are not given come from the table's own sequence.
  package func insert(_ memories: [MemoryFields], ids: [Int64]?) throws -> [Int64] {
    let ids = try ids ?? nextIDs(memories.count, table: "memories")
    let types = try columnTypes(of: "memories")
    try use { connection in
      try connection.copyIn(
        """
        COPY memories (id, user_id, content, embedding, metadata, category, importance_score, access_count,
          last_accessed_at, created_at, updated_at) FROM STDIN (FORMAT BINARY)
        """
      ) { writer in
        for (id, memory) in zip(ids, memories) { try PostgresStore.write(memory, id: id, to: &writer, types) }
      }
    }
    return ids
  }

  private static func write(
    _ memory: MemoryFields, id: Int64, to writer: inout BinaryCopyWriter, _ types: [String: UInt32]
  ) throws {
    try writer.beginRow(fields: 11)
    try writer.write(integer: id, "id", types)
    writer.write(text: memory.userID)
    writer.write(text: memory.content)
    writer.write(vector: memory.embedding?.values)
    writer.write(json: memory.metadata?.text, "metadata", types)
    writer.write(text: memory.category)
    writer.write(double: memory.importanceScore, "importance_score", types)
    try writer.write(integer: memory.accessCount, "access_count", types)
    writer.write(timestamp: memory.lastAccessedAt?.microseconds)
    writer.write(timestamp: memory.createdAt?.microseconds)
    writer.write(timestamp: memory.updatedAt?.microseconds)
  }

  /// Inserts fragments.
  package func insert(_ fragments: [PromptFragment]) throws -> [Int64] {
    try fragments.map { fragment in
      let inserted = try query(
        """
        INSERT INTO prompt_fragments
          (category, priority, content, tags, embedding, agent_type, context_tier, is_active)
        VALUES (\(PostgresStore.values(of: fragment))) RETURNING id
        """
      ).first?.integer(0)
      guard let inserted else { throw MemshError.rowsNotWritten([], of: Table.fragments.name, "inserted") }
      return inserted
    }
  }

  /// Gives a fragment other values.
  package func update(_ fragment: PromptFragment, id: Int64) throws {
    let updated = try query(
      """
      UPDATE prompt_fragments SET (category, priority, content, tags, embedding, agent_type, context_tier, is_active)
        = (\(PostgresStore.values(of: fragment))) WHERE id = \(id) RETURNING id
      """)
    try check(updated, reached: [id], of: Table.fragments.name, "changed")
  }

  private static func values(of fragment: PromptFragment) -> SQL {
    let priority = fragment.priority.map { PostgresValue.integer(Int64($0)) } ?? .null
    let tags = fragment.tags.map(PostgresValue.textArray) ?? .null
    let vector = fragment.embedding.map { PostgresValue.binary($0.postgresBytes) } ?? .null
    let tier = fragment.contextTier.map { PostgresValue.text($0.rawValue) } ?? .null
    let isActive = fragment.isActive.map(PostgresValue.boolean) ?? .null
    return """
      \(fragment.category), \(priority)::int8, \(fragment.content), \(tags)::text[], \(vector)::vector,
        \(boundAgent(fragment.agentType.map(PostgresValue.text) ?? .null)), \(tier)::text, \(isActive)::bool
      """
  }

  /// An agent in a statement: NULL for every agent, unless memsh 0.1.0 made the table, which refuses it.
  static func boundAgent(_ agent: PostgresValue) -> SQL {
    """
    coalesce(\(agent)::text, (SELECT \(PromptFragment.everyAgent)::text FROM pg_catalog.pg_attribute
      WHERE attrelid = to_regclass('prompt_fragments')::oid AND attname = 'agent_type' AND attnotnull))
    """
  }

  /// Notes a search.
  package func record(_ event: AnalyticsEvent, accessTo ids: [Int64]) throws {
    try transaction(.commit) {
      if event.userID == nil { try refuseWithoutUser() }
      try query(
        """
        INSERT INTO memory_analytics (user_id, query_text, results_count, response_time_ms, context_tier)
        VALUES (\(event.userID.map(PostgresValue.text) ?? .null), \(event.query), \(event.results), \(event.milliseconds),
          \(event.tier.map { .text($0.rawValue) } ?? PostgresValue.null))
        """)
      try query(
        """
        UPDATE memories SET access_count = access_count + 1, last_accessed_at = now() AT TIME ZONE 'UTC'
        WHERE id = ANY(\(ids.map(String.init))::bigint[])
        """)
    }
  }

  /// The first version of the memory system notes no search without a user.
  private func refuseWithoutUser() throws {
    let isRequired = try query(
      """
      SELECT attnotnull FROM pg_attribute WHERE attrelid = to_regclass('memory_analytics')::oid AND attname = 'user_id'
      """
    ).first?.boolean(0)
    guard isRequired != true else {
      throw MemshError(
        .storeFailed, "this store notes no search that is of no user",
        hint: "add `--user NAME`, or leave out `--record`")
    }
  }

  /// Records that a memory duplicates another.
  @discardableResult
  package func insert(_ duplicate: DuplicateRecord) throws -> Int64 {
    let inserted = try query(
      """
      INSERT INTO memory_duplicates (original_id, duplicate_hash, similarity_score, dedup_type)
      VALUES (\(duplicate.originalID), \(duplicate.contentHash), \(duplicate.similarity),
        \(duplicate.method.map(PostgresValue.text) ?? .null))
      RETURNING id
      """
    ).first?.integer(0)
    guard let inserted else { throw MemshError.rowsNotWritten([], of: Table.duplicates.name, "inserted") }
    return inserted
  }
}
