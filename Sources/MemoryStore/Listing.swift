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
  /// Rows that have the value and rows that have NULL are two questions: each is a walk along an index, from where the
  /// page begins.
  ///
  /// - Throws: `not_found` when the memory that the page begins behind is gone.
  package func list(_ query: ListQuery) throws -> [Memory] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let comparison = SQL(raw: query.isDescending ? "<" : ">")
    let behindID: SQL = query.after.map { " AND id \(comparison) \($0)" } ?? ""
    guard let column = query.sort.column else {
      if let after = query.after, try !driver.exists("SELECT 1 FROM \(Table.memories) WHERE id = \(after)") {
        throw MemshError.pageGone(after)
      }
      return try page(query, behindID, by: "id")
    }
    let isWithinNull = try isNull(column, of: query.after)
    var memories: [Memory] = []
    if !isWithinNull {
      let behind: SQL =
        query.after.map { after in
          " AND (\(column), id) \(comparison) ((SELECT \(column) FROM \(Table.memories) WHERE id = \(after)), \(after))"
        } ?? ""
      memories = try page(query, " AND \(column) IS NOT NULL\(behind)", by: "\(column)", "id")
      guard memories.count < query.limit else { return memories }
    }
    var rest = query
    rest.limit -= memories.count
    return try memories + page(rest, " AND \(column) IS NULL\(isWithinNull ? behindID : "")", by: "id")
  }

  /// The memories of a page that pass one more condition.
  private func page(_ query: ListQuery, _ condition: SQL, by keys: SQL...) throws -> [Memory] {
    let columns = Table.memories.columns.filter { $0 != .embedding }
    let direction = SQL(raw: query.isDescending ? " DESC" : " ASC")
    let order = keys.dropFirst().reduce(keys[0] + direction) { $0 + ", " + $1 + direction }
    return try driver.rows(
      """
      SELECT id, \(SQL.reading(columns)) FROM \(Table.memories)
      WHERE 1 = 1\(query.filter.conditions())\(condition) ORDER BY \(order) LIMIT \(query.limit)
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

  /// Whether a memory that a page begins behind has NULL in a column; false where the page is the first.
  private func isNull(_ column: Column, of after: Int64?) throws -> Bool {
    guard let after else { return false }
    let isNull = try driver.first("SELECT \(column) IS NULL FROM \(Table.memories) WHERE id = \(after)") {
      try $0.flag(0)
    }
    guard let isNull else { throw MemshError.pageGone(after) }
    return isNull
  }
}
