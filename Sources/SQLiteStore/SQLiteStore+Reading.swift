import Database
import Foundation
import GRDB
import MemoryModel

extension SQLiteStore {
  static let columns = """
    id, user_id, content, metadata, category, importance_score, access_count, last_accessed_at, created_at, updated_at
    """

  /// The memory of a row of ``columns``.
  static func memory(_ row: StoredRow) throws -> Memory {
    return Memory(
      id: try row.id(0),
      fields: MemoryFields(
        userID: try row.text(1) ?? "", content: try row.text(2) ?? "", metadata: try row.json(3),
        category: try row.text(4), importanceScore: try row.double(5), accessCount: try row.integer(6),
        lastAccessedAt: try row.timestamp(7), createdAt: try row.timestamp(8), updatedAt: try row.timestamp(9)))
  }

  /// Totals over the store, or over one user's memories.
  package func statistics(userID: String?) throws -> StoreStatistics {
    guard let space = try embeddingSpace() else { throw MemshError.schemaMissing(identity) }
    return try read { db in
      var statistics = StoreStatistics()
      statistics.space = space
      try db.forEachRow(
        """
        SELECT count(*), count(DISTINCT user_id), count(DISTINCT category), avg(importance_score),
          CAST(total(access_count) AS INTEGER), max(CASE typeof(created_at) WHEN 'text' THEN created_at END)
        FROM memories WHERE ?1 IS NULL OR user_id = ?1
        """, [userID]
      ) { row in
        statistics.memories = try row.integer(0) ?? 0
        statistics.users = try row.integer(1) ?? 0
        statistics.categories = try row.integer(2) ?? 0
        statistics.averageImportance = try row.double(3)
        statistics.totalAccesses = try row.integer(4) ?? 0
        statistics.latest = try row.timestamp(5)
      }
      func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT count(*) FROM " + sql, arguments: arguments) ?? 0
      }
      statistics.embeddingsPresent =
        try userID.map { try count("memories WHERE embedding IS NOT NULL AND user_id = ?", [$0]) }
        ?? count("memories WHERE embedding IS NOT NULL")
      statistics.fragments = try count("prompt_fragments")
      statistics.activeFragments = try count("prompt_fragments WHERE is_active")
      statistics.duplicates = try count("memory_duplicates")
      statistics.analytics = try count("memory_analytics")
      func counts(
        _ expression: String, order: String, limit: Int = StoreStatistics.listedMaximum
      ) throws -> [StoreStatistics.Count] {
        try db.rows(
          """
          SELECT \(expression), count(*) FROM memories WHERE ?1 IS NULL OR user_id = ?1
          GROUP BY 1 ORDER BY \(order) LIMIT ?2
          """, [userID, limit]
        ) { StoreStatistics.Count(value: try $0.text(0), memories: try $0.integer(1) ?? 0) }
      }
      statistics.byUser = try counts("user_id", order: "2 DESC, 1")
      statistics.byCategory = try counts("category", order: "2 DESC, 1")
      statistics.byImportance = try counts(
        "CASE WHEN importance_score IS NOT NULL THEN printf('%.1f', min(CAST(importance_score * 10 AS INTEGER), 9) / 10.0) END",
        order: "1")
      statistics.byMonth = try counts("substr(created_at, 1, 7)", order: "1", limit: -1)
      return statistics
    }
  }

  /// Steps from each value to the next along the column's index, instead of reading every row.
  package func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [String] {
    let (table, column) =
      switch kind {
      case .users: ("memories", "user_id")
      case .categories: ("memories", "category")
      case .agents: ("prompt_fragments", "agent_type")
      case .runs: ("memsh_runs", "id")
      case .operations: ("memsh_journal", "id")
      }
    return try read { db in
      try db.texts(
        """
        WITH RECURSIVE known(value) AS (
          SELECT min(\(column)) FROM \(table)
          UNION ALL
          SELECT (SELECT min(\(column)) FROM \(table) WHERE \(column) > known.value)
          FROM known WHERE known.value IS NOT NULL
        )
        SELECT CAST(value AS TEXT) FROM known
        WHERE value IS NOT NULL AND substr(CAST(value AS TEXT), 1, length(?1)) = ?1 LIMIT ?2
        """, [prefix, limit])
    }
  }

  /// Active fragments for an agent and for all, of a tier or below.
  package func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment] {
    try read { db in
      try db.rows(
        """
        SELECT category, priority, content, tags, agent_type, context_tier, is_active FROM prompt_fragments
        WHERE is_active AND (agent_type IN (?, ?) OR agent_type IS NULL)
          AND context_tier IN (SELECT value FROM json_each(?))
        ORDER BY priority DESC NULLS LAST, id
        """, [agentType, PromptFragment.everyAgent, SQLiteStore.jsonArray(tier.included.map(\.rawValue))]
      ) { row in
        PromptFragment(
          category: try row.text(0) ?? "", priority: try row.integer(1).map { Int($0) }, content: try row.text(2) ?? "",
          tags: try row.texts(3), agentType: PromptFragment.agent(named: try row.text(4)),
          contextTier: try row.text(5).flatMap(ContextTier.init(rawValue:)), isActive: try row.boolean(6))
      }
    }
  }

  static func jsonArray(_ values: [String]) -> String { JSON.array(values.map(JSON.string)).text }

  /// Category, agent and content of every fragment.
  package func fragmentKeys() throws -> Set<FragmentKey> {
    try read { db in
      Set(
        try db.rows("SELECT category, agent_type, content FROM prompt_fragments") { row in
          FragmentKey(
            category: try row.text(0) ?? "", agentType: try row.text(1) ?? PromptFragment.everyAgent,
            content: try row.text(2) ?? "")
        })
    }
  }

  /// The ids of memories with exactly this content.
  package func memoryIDs(userID: String, content: String) throws -> [Int64] {
    try read { db in
      try db.ids("SELECT id FROM memories WHERE user_id = ? AND content = ? ORDER BY id", [userID, content])
    }
  }
}
