import Database
import Foundation
import GRDB
import MemoryModel

extension SQLiteStore {
  /// Inserts memories with one prepared statement.
  package func insert(_ memories: [MemoryFields], ids: [Int64]?) throws -> [Int64] {
    try write { db in
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO memories (id, user_id, content, embedding, metadata, category, importance_score, access_count,
            last_accessed_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      return try memories.enumerated().map { index, memory in
        try statement.execute(arguments: [
          ids?[index], memory.userID, memory.content, memory.embedding.map { Data($0.littleEndianBytes) },
          memory.metadata?.text, memory.category, memory.importanceScore.map(SQLiteStore.bound), memory.accessCount,
          memory.lastAccessedAt?.iso8601, memory.createdAt?.iso8601, memory.updatedAt?.iso8601,
        ])
        return try SQLiteStore.insertedID(in: "memories", db)
      }
    }
  }

  /// The place of an agent in a statement: NULL for every agent, unless memsh 0.1.0 made the table, which refuses it.
  static let boundAgent = """
    coalesce(?, (SELECT '\(PromptFragment.everyAgent)' FROM pragma_table_info('prompt_fragments')
      WHERE name = 'agent_type' AND "notnull"))
    """

  /// A number as SQLite holds it: a NaN, which it would turn into NULL, as the text `NaN`.
  static func bound(_ number: Double) -> DatabaseValue {
    number.isNaN ? "NaN".databaseValue : number.databaseValue
  }

  /// The id of the row that was just inserted.
  ///
  /// - Throws: `store_failed` when a trigger swallowed it: SQLite would name the row before.
  private static func insertedID(in table: String, _ db: Database) throws -> Int64 {
    guard db.changesCount == 1 else { throw MemshError.rowsNotWritten([], of: table, "inserted") }
    return db.lastInsertedRowID
  }

  /// Inserts fragments.
  package func insert(_ fragments: [PromptFragment]) throws -> [Int64] {
    try write { db in
      try fragments.map { fragment in
        try db.execute(
          sql: """
            INSERT INTO prompt_fragments
              (category, priority, content, tags, embedding, agent_type, context_tier, is_active)
            VALUES (?, ?, ?, ?, ?, \(SQLiteStore.boundAgent), ?, ?)
            """,
          arguments: [
            fragment.category, fragment.priority, fragment.content, fragment.tags.map(SQLiteStore.jsonArray),
            fragment.embedding.map { Data($0.littleEndianBytes) }, fragment.agentType, fragment.contextTier?.rawValue,
            fragment.isActive,
          ])
        return try SQLiteStore.insertedID(in: Table.fragments.name, db)
      }
    }
  }

  /// Gives a fragment other values.
  package func update(_ fragment: PromptFragment, id: Int64) throws {
    try write { db in
      try db.execute(
        sql: """
          UPDATE prompt_fragments SET category = ?, priority = ?, content = ?, tags = ?, embedding = ?,
            agent_type = \(SQLiteStore.boundAgent), context_tier = ?, is_active = ? WHERE id = ?
          """,
        arguments: [
          fragment.category, fragment.priority, fragment.content, fragment.tags.map(SQLiteStore.jsonArray),
          fragment.embedding.map { Data($0.littleEndianBytes) }, fragment.agentType, fragment.contextTier?.rawValue,
          fragment.isActive, id,
        ])
      guard db.changesCount == 1 else {
        throw MemshError.rowsNotWritten([id], of: Table.fragments.name, "changed")
      }
    }
  }

  /// Notes a search.
  package func record(_ event: AnalyticsEvent, accessTo ids: [Int64]) throws {
    try transaction(.commit) {
      try write { db in
        try db.execute(
          sql: """
            INSERT INTO memory_analytics (user_id, query_text, results_count, response_time_ms, context_tier)
            VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [event.userID, event.query, event.results, event.milliseconds, event.tier?.rawValue])
        try db.execute(
          sql: """
            UPDATE memories SET access_count = access_count + 1, last_accessed_at = \(SQLiteDDL.now)
            WHERE id IN (SELECT value FROM json_each(?))
            """, arguments: [JSON.array(ids.map { .integer($0) }).text])
      }
    }
  }

  /// Records that a memory duplicates another.
  @discardableResult
  package func insert(_ duplicate: DuplicateRecord) throws -> Int64 {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memory_duplicates (original_id, duplicate_hash, similarity_score, dedup_type)
          VALUES (?, ?, ?, ?)
          """,
        arguments: [duplicate.originalID, duplicate.contentHash, duplicate.similarity, duplicate.method])
      return try SQLiteStore.insertedID(in: Table.duplicates.name, db)
    }
  }
}
