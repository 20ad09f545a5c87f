import Database
import MemoryModel

/// Which memories there are, and pages of them.
extension MemoryStore {
  /// The ids of the memories that pass a filter, ascending.
  package func memoryIDs(matching filter: MemoryFilter) throws -> [Int64] {
    try driver.ids("SELECT id FROM \(Table.memories) WHERE 1 = 1\(filter.conditions()) ORDER BY id")
  }

  /// A page of memories, without their embeddings.
  ///
  /// - Throws: `not_found` when the memory that the page begins behind is gone.
  package func list(_ query: ListQuery) throws -> [Memory] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let columns = Table.memories.columns.filter { $0 != .embedding }
    let key: SQL = query.sort.column.map { "\($0)" } ?? "id"
    let direction = SQL(raw: query.isDescending ? "DESC" : "ASC")
    return try driver.rows(
      """
      SELECT id, \(SQL.reading(columns)) FROM \(Table.memories)
      WHERE 1 = 1\(query.filter.conditions())\(try behind(query, key))
      ORDER BY \(key) \(direction) NULLS LAST, id \(direction) LIMIT \(query.limit)
      """, of: Table.memories.name
    ) { row in
      var values: [Value] = []
      for column in Table.memories.columns {
        let value = column == .embedding ? .null : try row.value(values.count + 1, of: column.type)
        // A list shows every row, one that lacks what a memory must have as well: `doctor` names it.
        values.append(value == .null && column.isRequired ? .text("") : value)
      }
      return Memory(id: try row.number(0), fields: try MemoryFields(values: values))
    }
  }

  /// The condition that a memory comes behind the last one of the page before.
  private func behind(_ query: ListQuery, _ key: SQL) throws -> SQL {
    guard let after = query.after else { return "" }
    let last = try driver.first("SELECT \(key) IS NULL FROM \(Table.memories) WHERE id = \(after)") { try $0.flag(0) }
    guard let isNull = last else { throw MemshError.pageGone(after) }
    let comparison = SQL(raw: query.isDescending ? "<" : ">")
    guard !isNull else { return " AND \(key) IS NULL AND id \(comparison) \(after)" }
    let value: SQL = "(SELECT \(key) FROM \(Table.memories) WHERE id = \(after))"
    return """
       AND (\(key) \(comparison) \(value) OR \(key) IS NULL
        OR (\(key) = \(value) AND id \(comparison) \(after)))
      """
  }
}
