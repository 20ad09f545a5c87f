import Database
import MemoryModel
import PostgresClient

extension PostgresStore {
  /// Totals over the store, or over one user's memories.
  package func statistics(userID: String?) throws -> StoreStatistics {
    var statistics = StoreStatistics()
    let row = try query(
      """
      SELECT count(*), pg_catalog.count(DISTINCT user_id), pg_catalog.count(DISTINCT category),
        \(unsafeSQL: PostgresStore.aggregates), pg_catalog.count(embedding)
      FROM memories WHERE \(userID.map(PostgresValue.text) ?? .null)::text IS NULL
        OR user_id::text = \(userID.map(PostgresValue.text) ?? .null)::text
      """
    ).first
    statistics.memories = try row?.integer(0) ?? 0
    statistics.users = try row?.integer(1) ?? 0
    statistics.categories = try row?.integer(2) ?? 0
    statistics.averageImportance = try row?.double(3)
    statistics.totalAccesses = try row?.integer(4) ?? 0
    statistics.latest = try row?.timestamp(5).map(Timestamp.init(microseconds:))
    statistics.embeddingsPresent = try row?.integer(6) ?? 0
    statistics.space = try embeddingSpace()
    let others = try query(
      """
      SELECT (SELECT count(*) FROM prompt_fragments), (SELECT count(*) FROM prompt_fragments WHERE is_active),
        (SELECT count(*) FROM memory_duplicates), (SELECT count(*) FROM memory_analytics)
      """
    ).first
    statistics.fragments = try others?.integer(0) ?? 0
    statistics.activeFragments = try others?.integer(1) ?? 0
    statistics.duplicates = try others?.integer(2) ?? 0
    statistics.analytics = try others?.integer(3) ?? 0
    statistics.byUser = try counts("user_id", order: "2 DESC, 1", of: userID)
    statistics.byCategory = try counts("category", order: "2 DESC, 1", of: userID)
    statistics.byImportance = try counts(
      PostgresStore.expression(of: .importance),
      order: "1", of: userID)
    statistics.byMonth = try counts(PostgresStore.expression(of: .month), order: "1", of: userID, limit: nil)
    return statistics
  }

  private func counts(
    _ expression: String, order: String, of userID: String?, limit: Int? = StoreStatistics.listedMaximum
  ) throws -> [StoreStatistics.Count] {
    try query(
      """
      SELECT \(unsafeSQL: expression), count(*) FROM memories
      WHERE \(userID.map(PostgresValue.text) ?? .null)::text IS NULL
        OR user_id::text = \(userID.map(PostgresValue.text) ?? .null)::text
      GROUP BY 1 ORDER BY \(unsafeSQL: order) LIMIT \(limit.map { .integer(Int64($0)) } ?? .null)::bigint
      """
    ).rows.map { StoreStatistics.Count(value: try $0.text(0), memories: try $0.integer(1) ?? 0) }
  }

  /// Steps from each value to the next along the column's index, instead of reading every row.
  package func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [String] {
    let (table, column): (SQL, SQL) =
      switch kind {
      case .users: ("memories", "user_id::text")
      case .categories: ("memories", "category::text")
      case .agents: ("prompt_fragments", "agent_type::text")
      case .runs: ("\(unsafeSQL: ledger).runs", "id")
      case .operations: ("\(unsafeSQL: ledger).journal", "id")
      }
    return try query(
      """
      WITH RECURSIVE known(value) AS (
        (SELECT \(column) FROM \(table) WHERE \(column) IS NOT NULL ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT \(column) FROM \(table) WHERE \(column) > known.value ORDER BY 1 LIMIT 1)
        FROM known WHERE known.value IS NOT NULL
      )
      SELECT value::text FROM known WHERE pg_catalog.starts_with(value::text, \(prefix)) LIMIT \(limit)
      """
    ).rows.compactMap { try $0.text(0) }
  }

  /// Active fragments for an agent and for all, of a tier or below.
  package func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment] {
    try query(
      """
      SELECT category, priority, content, tags, agent_type, context_tier, is_active FROM prompt_fragments
      WHERE is_active AND (agent_type::text = ANY(\([agentType, PromptFragment.everyAgent])) OR agent_type IS NULL)
        AND context_tier::text = ANY(\(tier.included.map(\.rawValue)))
      ORDER BY priority DESC NULLS LAST, id
      """
    ).rows.map { row in
      PromptFragment(
        category: try row.text(0) ?? "", priority: try row.integer(1).map { Int($0) }, content: try row.text(2) ?? "",
        tags: try row.textArray(3), agentType: PromptFragment.agent(named: try row.text(4)),
        contextTier: try row.text(5).flatMap(ContextTier.init(rawValue:)), isActive: try row.boolean(6))
    }
  }

  /// Category, agent and content of every fragment.
  package func fragmentKeys() throws -> Set<FragmentKey> {
    Set(
      try query("SELECT category, agent_type, content FROM prompt_fragments").rows.map {
        FragmentKey(category: try $0.text(0) ?? "", agentType: try $0.text(1), content: try $0.text(2) ?? "")
      })
  }

  /// The ids of memories with exactly this content.
  package func memoryIDs(userID: String, content: String) throws -> [Int64] {
    try query("SELECT id FROM memories WHERE user_id::text = \(userID) AND content::text = \(content) ORDER BY id").rows
      .compactMap { try $0.integer(0) }
  }
}

extension Vector {
  /// pgvector's binary form: the number of components, two zero bytes, the components, all big-endian.
  var postgresBytes: [UInt8] {
    var writer = BinaryWriter()
    writer.append(Int16(dimensions))
    writer.append(Int16(0))
    writer.append(floats: values)
    return writer.bytes
  }
}
