import Foundation
import GRDB
import MemoryCore

extension SQLiteStore {
  /// Text that may hold a NUL comes as bytes: read as a C string, it would end there.
  static let columns = """
    id, CAST(user_id AS BLOB), CAST(content AS BLOB), metadata, category, importance_score, access_count, last_accessed_at, created_at, updated_at
    """

  static func memory(_ row: Row) throws -> Memory {
    func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
      try row.decode(Value.self, atIndex: column)
    }
    func optional<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value? {
      try row.decode(Value?.self, atIndex: column)
    }
    func text(_ column: Int) throws -> String { String(decoding: try value(column) as Data, as: UTF8.self) }
    func moment(_ column: Int) throws -> Timestamp? { try optional(column).flatMap { Timestamp(parsing: $0) } }
    return Memory(
      id: row[0],
      fields: MemoryFields(
        userID: try text(1), content: try text(2),
        metadata: try optional(3).map(JSON.init(stored:)), category: try optional(4),
        importanceScore: try optional(5), accessCount: try optional(6), lastAccessedAt: try moment(7),
        createdAt: try moment(8), updatedAt: try moment(9)))
  }

  /// Totals over the store, or over one user's memories.
  public func statistics(userID: String?) throws -> StoreStatistics {
    guard let space = try embeddingSpace() else { throw MemshError.schemaMissing(identity) }
    return try read { db in
      var statistics = StoreStatistics()
      statistics.space = space
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*), count(DISTINCT user_id), count(DISTINCT category), avg(importance_score),
            CAST(total(access_count) AS INTEGER), max(created_at)
          FROM memories WHERE ?1 IS NULL OR user_id = ?1
          """, arguments: [userID])
      statistics.memories = row?[0] ?? 0
      statistics.users = row?[1] ?? 0
      statistics.categories = row?[2] ?? 0
      statistics.averageImportance = row?[3]
      statistics.totalAccesses = row?[4] ?? 0
      statistics.latest = (row?[5] as String?).flatMap(Timestamp.init(parsing:))
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
        try Row.fetchAll(
          db,
          sql: """
            SELECT \(expression), count(*) FROM memories WHERE ?1 IS NULL OR user_id = ?1
            GROUP BY 1 ORDER BY \(order) LIMIT ?2
            """, arguments: [userID, limit]
        ).map { StoreStatistics.Count(value: $0[0], memories: $0[1]) }
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
  public func values(_ kind: StoredValue, beginningWith prefix: String, limit: Int) throws -> [String] {
    let (table, column) =
      switch kind {
      case .users: ("memories", "user_id")
      case .categories: ("memories", "category")
      case .agents: ("prompt_fragments", "agent_type")
      case .runs: ("memsh_runs", "id")
      case .operations: ("memsh_journal", "id")
      }
    return try read { db in
      try String.fetchAll(
        db,
        sql: """
          WITH RECURSIVE known(value) AS (
            SELECT min(\(column)) FROM \(table)
            UNION ALL
            SELECT (SELECT min(\(column)) FROM \(table) WHERE \(column) > known.value)
            FROM known WHERE known.value IS NOT NULL
          )
          SELECT CAST(value AS TEXT) FROM known
          WHERE value IS NOT NULL AND substr(CAST(value AS TEXT), 1, length(?1)) = ?1 LIMIT ?2
          """, arguments: [prefix, limit])
    }
  }

  /// Active fragments for an agent and for all, of a tier or below.
  public func fragments(agentType: String, tier: ContextTier) throws -> [PromptFragment] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT category, priority, content, tags, agent_type, context_tier, is_active FROM prompt_fragments
          WHERE is_active AND (agent_type IN (?, ?) OR agent_type IS NULL)
            AND context_tier IN (SELECT value FROM json_each(?))
          ORDER BY priority DESC NULLS LAST, id
          """,
        arguments: [agentType, PromptFragment.everyAgent, SQLiteStore.jsonArray(tier.included.map(\.rawValue))]
      ).map { row in
        PromptFragment(
          category: row[0], priority: row[1], content: row[2],
          tags: (row[3] as String?).map(SQLiteStore.strings(jsonArray:)),
          agentType: PromptFragment.agent(named: row[4]),
          contextTier: (row[5] as String?).flatMap(ContextTier.init(rawValue:)), isActive: row[6])
      }
    }
  }

  static func jsonArray(_ values: [String]) -> String { JSON.array(values.map(JSON.string)).text }

  static func strings(jsonArray text: String) -> [String] {
    guard case .array(let items)? = try? JSONParser.parse(text) else { return [] }
    return items.compactMap(\.stringValue)
  }

  /// Category, agent and content of every fragment.
  public func fragmentKeys() throws -> Set<FragmentKey> {
    try read { db in
      Set(
        try Row.fetchAll(db, sql: "SELECT category, agent_type, content FROM prompt_fragments").map {
          FragmentKey(category: $0[0], agentType: $0[1], content: $0[2])
        })
    }
  }

  /// The ids of memories with exactly this content.
  public func memoryIDs(userID: String, content: String) throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db, sql: "SELECT id FROM memories WHERE user_id = ? AND content = ? ORDER BY id",
        arguments: [userID, content])
    }
  }
}
