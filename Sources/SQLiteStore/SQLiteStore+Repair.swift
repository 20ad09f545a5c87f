import Database
import Foundation
import GRDB
import MemoryModel

/// Listing memories, and changing them one by one or many at a time.
extension SQLiteStore {
  /// The ids of the memories that pass a filter.
  package func memoryIDs(matching filter: MemoryFilter) throws -> [Int64] {
    let (conditions, arguments) = SQLiteStore.conditions(filter)
    return try read { db in
      try db.ids("SELECT id FROM memories WHERE 1\(conditions) ORDER BY id", arguments)
    }
  }

  /// A page of memories.
  package func list(_ query: ListQuery) throws -> [Memory] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let column = query.sort.column
    let (direction, comparison) = query.isDescending ? ("DESC", "<") : ("ASC", ">")
    var (conditions, arguments) = SQLiteStore.conditions(query.filter)
    return try read { db in
      if let after = query.after {
        let isNull = try Bool.fetchOne(
          db, sql: "SELECT \(column) IS NULL FROM memories WHERE id = ?", arguments: [after])
        guard let isNull else { throw MemshError.pageGone(after) }
        let value = "(SELECT \(column) FROM memories WHERE id = ?)"
        if isNull {
          conditions += " AND \(column) IS NULL AND id \(comparison) ?"
          arguments += [after]
        } else {
          conditions += """
             AND (\(column) \(comparison) \(value) OR \(column) IS NULL
              OR (\(column) = \(value) AND id \(comparison) ?))
            """
          arguments += [after, after, after]
        }
      }
      return try db.rows(
        """
        SELECT \(SQLiteStore.columns) FROM memories WHERE 1\(conditions)
        ORDER BY \(column) \(direction) NULLS LAST, id \(direction) LIMIT ?
        """, arguments + [query.limit], of: "memories", SQLiteStore.memory)
    }
  }

  /// Nothing to do: the transaction holds the file's write lock.
  package func lockRows(_ ids: [Int64], of table: String) throws {}

  /// Gives memories other values.
  package func update(_ changes: [MemoryChange], memories ids: [Int64]) throws {
    guard !changes.isEmpty, !ids.isEmpty else { return }
    let assignments = changes.map { "\($0.column) = ?" }.joined(separator: ", ")
    try write { db in
      let updated = try Int64.fetchSet(
        db, sql: "UPDATE memories SET \(assignments) WHERE id IN (SELECT value FROM json_each(?)) RETURNING id",
        arguments: StatementArguments(changes.map(SQLiteStore.value))
          + [JSON.array(ids.map { .integer($0) }).text])
      try SQLiteStore.check(updated, reached: ids, of: "memories")
    }
  }

  /// Makes sure that a statement reached all rows that it was to.
  ///
  /// - Throws: `store_failed`, which names rows that a trigger kept from it.
  private static func check(_ reached: Set<Int64>, reached ids: [Int64], of table: String) throws {
    let missed = ids.filter { !reached.contains($0) }
    guard missed.isEmpty else { throw MemshError.rowsNotWritten(missed, of: table, "changed") }
  }

  private static func value(_ change: MemoryChange) -> DatabaseValue {
    switch change {
    case .userID(let value): value.databaseValue
    case .content(let value): value.databaseValue
    case .category(let value): value.databaseValue
    case .importance(let value): value.map(bound) ?? .null
    case .metadata(let value): (value?.text).databaseValue
    case .embedding(let value): (value.map { Data($0.littleEndianBytes) }).databaseValue
    case .accessCount(let value): value.databaseValue
    case .lastAccessedAt(let value), .createdAt(let value), .updatedAt(let value): (value?.iso8601).databaseValue
    }
  }

  /// Gives each memory its own importance.
  package func setImportance(_ values: [(id: Int64, importance: Double)]) throws {
    try write { db in
      let statement = try db.cachedStatement(sql: "UPDATE memories SET importance_score = ? WHERE id = ?")
      var changed: Set<Int64> = []
      for (id, importance) in values {
        try statement.execute(arguments: [importance, id])
        if db.changesCount == 1 { changed.insert(id) }
      }
      try SQLiteStore.check(changed, reached: values.map(\.id), of: "memories")
    }
  }

  /// The records of duplicates that refer to these memories.
  package func duplicateIDs(ofOriginals ids: [Int64]) throws -> [Int64] {
    try read { db in
      try db.ids(
        "SELECT id FROM memory_duplicates WHERE original_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [JSON.array(ids.map { .integer($0) }).text])
    }
  }

  /// The hashes of the duplicates that are recorded for a memory.
  package func duplicateHashes(ofOriginal id: Int64) throws -> [String] {
    try read { db in
      try db.texts("SELECT duplicate_hash FROM memory_duplicates WHERE original_id = ?", [id])
    }
  }

  /// Makes records of duplicates refer to another memory.
  package func repoint(duplicates ids: [Int64], to original: Int64) throws {
    try write { db in
      let updated = try Int64.fetchSet(
        db,
        sql: "UPDATE memory_duplicates SET original_id = ? WHERE id IN (SELECT value FROM json_each(?)) RETURNING id",
        arguments: [original, JSON.array(ids.map { .integer($0) }).text])
      try SQLiteStore.check(updated, reached: ids, of: Table.duplicates.name)
    }
  }
}
