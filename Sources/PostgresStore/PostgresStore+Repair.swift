import Database
import MemoryModel
import PostgresClient

/// Listing memories, and changing them one by one or many at a time.
extension PostgresStore {
  /// The ids of the memories that pass a filter.
  package func memoryIDs(matching filter: MemoryFilter) throws -> [Int64] {
    try query("SELECT id FROM memories WHERE true\(PostgresStore.conditions(filter) ?? "") ORDER BY id").rows
      .compactMap { try $0.integer(0) }
  }

  /// A page of memories.
  package func list(_ query: ListQuery) throws -> [Memory] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let isText = query.sort == .user || query.sort == .category
    let column = query.sort.column + (isText ? "::text" : "")
    let direction = query.isDescending ? "DESC" : "ASC"
    var behind: SQL = ""
    if let after = query.after {
      guard let row = try self.query("SELECT \(unsafeSQL: column) IS NULL FROM memories WHERE id = \(after)").first
      else { throw MemshError.pageGone(after) }
      let value = SQL("(SELECT \(unsafeSQL: column) FROM memories WHERE id = \(after))")
      let comparison = query.isDescending ? "<" : ">"
      behind =
        try row.boolean(0) == true
        ? " AND \(unsafeSQL: column) IS NULL AND id \(unsafeSQL: comparison) \(after)"
        : """
         AND (\(unsafeSQL: column) \(unsafeSQL: comparison) \(value) OR \(unsafeSQL: column) IS NULL
          OR (\(unsafeSQL: column) = \(value) AND id \(unsafeSQL: comparison) \(after)))
        """
    }
    return try self.query(
      """
      SELECT \(unsafeSQL: PostgresStore.memoryColumns) FROM memories
      WHERE true\(PostgresStore.conditions(query.filter) ?? "")\(behind)
      ORDER BY \(unsafeSQL: "\(column) \(direction) NULLS LAST, id \(direction)") LIMIT \(query.limit)
      """
    ).rows.map { Memory(id: try $0.integer(0) ?? 0, fields: try PostgresStore.fields($0, from: 1, embedding: nil)) }
  }

  /// Locks rows, waiting some seconds for whoever holds them.
  package func lockRows(_ ids: [Int64], of table: String) throws {
    try prepareRepair()
    do {
      try query(
        """
        SELECT FROM \(identifier: table) WHERE id = ANY(\(ids.map(String.init))::text[]::bigint[]) ORDER BY id FOR UPDATE
        """)
    } catch let error as MemshError where error.code == .storeBusy {
      throw MemshError(
        .storeBusy, "another session holds a lock on rows of \(table)",
        hint: "nothing was changed; try again when its transaction has ended", cause: error.cause)
    }
  }

  /// Makes sure that a statement which returns ids reached all rows that it was to.
  ///
  /// - Throws: `store_failed`, which names rows that a trigger or rule kept from it.
  func check(_ result: PostgresResult, reached ids: [Int64], of table: String, _ what: String) throws {
    let reached = Set(try result.rows.compactMap { try $0.integer(0) })
    let missed = ids.filter { !reached.contains($0) }
    guard missed.isEmpty else { throw MemshError.rowsNotWritten(missed, of: table, what) }
  }

  /// Gives memories other values.
  package func update(_ changes: [MemoryChange], memories ids: [Int64]) throws {
    guard !changes.isEmpty, !ids.isEmpty else { return }
    let assignments = changes.map { SQL("\(identifier: $0.column) = \(PostgresStore.value($0))") }
    let list = assignments.dropFirst().reduce(assignments[0]) { "\($0), \($1)" }
    let updated = try query(
      "UPDATE memories SET \(list) WHERE id = ANY(\(ids.map(String.init))::text[]::bigint[]) RETURNING id")
    try check(updated, reached: ids, of: "memories", "changed")
  }

  private static func value(_ change: MemoryChange) -> SQL {
    func text(_ value: String?) -> PostgresValue { value.map(PostgresValue.text) ?? .null }
    func moment(_ value: Timestamp) -> PostgresValue { .timestamp(microseconds: value.microseconds) }
    switch change {
    case .userID(let value): return "\(value)"
    case .content(let value): return "\(value)"
    case .category(let value): return "\(text(value))::text"
    case .importance(let value): return "\(value.map(PostgresValue.double) ?? .null)::float8"
    case .metadata(let value): return "\(text(value?.text))::text::jsonb"
    case .embedding(let value): return "\(value.map { PostgresValue.binary($0.postgresBytes) } ?? .null)::vector"
    case .accessCount(let value): return "\(value.map(PostgresValue.integer) ?? .null)::int8"
    case .lastAccessedAt(let value), .createdAt(let value), .updatedAt(let value):
      return "\(value.map(moment) ?? .null)::timestamp"
    }
  }

  /// Gives each memory its own importance.
  package func setImportance(_ values: [(id: Int64, importance: Double)]) throws {
    let (ids, importances) = (values.map { String($0.id) }, values.map { "\($0.importance)" })
    let updated = try query(
      """
      UPDATE memories AS m SET importance_score = v.importance
      FROM ROWS FROM (pg_catalog.unnest(\(ids)::text[]::bigint[]), pg_catalog.unnest(\(importances)::text[]::float8[]))
        AS v(id, importance)
      WHERE m.id = v.id RETURNING m.id
      """)
    try check(updated, reached: values.map(\.id), of: "memories", "changed")
  }

  /// The records of duplicates that refer to these memories.
  package func duplicateIDs(ofOriginals ids: [Int64]) throws -> [Int64] {
    try query(
      """
      SELECT id FROM memory_duplicates WHERE original_id = ANY(\(ids.map(String.init))::text[]::bigint[]) ORDER BY id
      """
    ).rows.compactMap { try $0.integer(0) }
  }

  /// The hashes of the duplicates that are recorded for a memory.
  package func duplicateHashes(ofOriginal id: Int64) throws -> [String] {
    try query("SELECT duplicate_hash::text FROM memory_duplicates WHERE original_id = \(id)").rows.compactMap {
      try $0.text(0)
    }
  }

  /// Makes records of duplicates refer to another memory.
  package func repoint(duplicates ids: [Int64], to original: Int64) throws {
    let updated = try query(
      """
      UPDATE memory_duplicates SET original_id = \(original) WHERE id = ANY(\(ids.map(String.init))::text[]::bigint[])
      RETURNING id
      """)
    try check(updated, reached: ids, of: Table.duplicates.name, "changed")
  }
}
