import Foundation
import GRDB
import MemoryCore

extension SQLiteStore {
  /// Inserts memories with one prepared statement.
  public func insert(_ memories: [MemoryFields], ids: [Int64]?) throws -> [Int64] {
    try write { db in
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO memories (id, user_id, content, embedding, metadata, category, importance_score, access_count,
            last_accessed_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      return try memories.enumerated().map { index, memory in
        try statement.execute(arguments: [
          ids?[index], memory.userID, memory.content, memory.embedding.map { Data($0.littleEndianBytes) },
          memory.metadata.text,
          memory.category, memory.importanceScore, memory.accessCount, memory.lastAccessedAt?.iso8601,
          memory.createdAt.iso8601, memory.updatedAt.iso8601,
        ])
        return db.lastInsertedRowID
      }
    }
  }

  /// Inserts fragments.
  public func insert(_ fragments: [PromptFragment]) throws -> [Int64] {
    try write { db in
      try fragments.map { fragment in
        try db.execute(
          sql: """
            INSERT INTO prompt_fragments
              (category, priority, content, tags, embedding, agent_type, context_tier, is_active)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            fragment.category, fragment.priority, fragment.content, SQLiteStore.jsonArray(fragment.tags),
            fragment.embedding.map { Data($0.littleEndianBytes) }, fragment.agentType, fragment.contextTier.rawValue,
            fragment.isActive,
          ])
        return db.lastInsertedRowID
      }
    }
  }

  /// Records that a memory duplicates another.
  public func insert(_ duplicate: DuplicateRecord) throws {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO memory_duplicates (original_id, duplicate_hash, similarity_score, dedup_type)
          VALUES (?, ?, ?, ?)
          """,
        arguments: [duplicate.originalID, duplicate.contentHash, duplicate.similarity, duplicate.method])
    }
  }
}
