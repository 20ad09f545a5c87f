import Database
import MemoryModel

extension MemoryStore {
  /// Inserts memories in order, in the fastest way the database has.
  ///
  /// - Parameter ids: The id that each is to have, which must be free; nil for the next free ones.
  /// - Returns: The ids, in the same order.
  package func insert(_ memories: [MemoryFields], ids: [Int64]? = nil) throws -> [Int64] {
    try transaction(.commit) {
      let ids = try ids ?? driver.nextIDs(memories.count, of: .memories, behind: nil)
      try load(
        zip(ids, memories).map { Record(id: $0, values: $1.values, added: $1.added) }, columns: Table.memories.columns,
        into: .memories)
      return ids
    }
  }

  /// Inserts rows into a table under ids that are free.
  package func insert(_ rows: [Record], ids: [Int64], into table: Table) throws {
    let numbered = zip(rows, ids).map { Record(id: $1, values: $0.values, added: $0.added) }
    try load(numbered, columns: table.columns, into: table)
  }

  /// Inserts fragments.
  ///
  /// - Returns: Their ids, in the same order.
  @discardableResult
  package func insert(_ fragments: [PromptFragment]) throws -> [Int64] {
    try transaction(.commit) {
      let ids = try driver.nextIDs(fragments.count, of: .fragments, behind: nil)
      try load(
        zip(ids, fragments).map { Record(id: $0, values: $1.values) }, columns: PromptFragment.columns,
        into: .fragments)
      return ids
    }
  }

  /// Writes rows; those with the same added columns go together.
  private func load(_ rows: [Record], columns: [Column], into table: Table) throws {
    let agent = try wordForEveryAgent(in: table).flatMap { word in columns.firstIndex(of: .agent).map { ($0, word) } }
    let places = try rows.contains { !$0.added.isEmpty } ? addedPlaces(in: table) : []
    let columns = [Column.id] + columns
    var (batch, added): ([[Value]], [AddedColumn]) = ([], [])
    for var row in rows {
      if let (index, word) = agent, row.values[index] == .null { row.values[index] = word }
      if !row.added.isEmpty { row.added = try places.writing(row.added, ofRow: row.id, in: table) }
      if !row.added.isEmpty || !added.isEmpty {
        let others = row.added.map(\.column)
        if others != added, !batch.isEmpty {
          try driver.load(batch, columns: columns, added: added, into: .table(table))
          batch.removeAll()
        }
        added = others
      }
      var values: [Value] = []
      values.reserveCapacity(1 + row.values.count + row.added.count)
      values.append(.integer(row.id))
      for value in row.values { values.append(value) }
      for value in row.added { values.append(value.value) }
      batch.append(values)
    }
    if !batch.isEmpty { try driver.load(batch, columns: columns, added: added, into: .table(table)) }
  }

  /// What stands for every agent in a table that refuses NULL, because memsh 0.1.0 made it.
  private func wordForEveryAgent(in table: Table) throws -> Value? {
    guard table == .fragments, try state().tables[table.name]?.column(Column.agent.name)?.isRequired == true else {
      return nil
    }
    return .text(PromptFragment.everyAgent)
  }

  /// Gives a fragment other values, all of them.
  package func update(_ fragment: PromptFragment, id: Int64) throws {
    let word = try wordForEveryAgent(in: .fragments)
    let assignments = zip(PromptFragment.columns, fragment.values).map { column, value -> SQL in
      "\(name: column.name) = \(column == .agent && value == .null ? word ?? .null : value)"
    }
    let changed = try driver.changing(
      "UPDATE \(Table.fragments) SET \(SQL.joined(assignments)) WHERE id = \(id) RETURNING id")
    guard changed.contains(id) else { throw MemshError.rowsNotWritten([id], of: Table.fragments.name, "changed") }
  }

  /// The next free ids of a table, taken at once and for everybody. Belongs into a transaction.
  package func nextIDs(_ count: Int, of table: Table) throws -> [Int64] {
    try driver.nextIDs(count, of: table, behind: nil)
  }

  /// Makes the next free ids of a table follow this one, at once and for everybody.
  package func reserveIDs(upTo id: Int64, in table: String) throws {
    guard let table = Table.named(table) else { return }
    _ = try driver.nextIDs(0, of: table, behind: id)
  }

  /// Notes a search as an agent does: a row of analytics, one more access to each memory found.
  package func record(_ event: AnalyticsEvent, accessTo ids: [Int64]) throws {
    try transaction(.commit) {
      // The first version of the memory system notes no search without a user.
      let user = try state().tables[Table.analytics.name]?.column(Column.searchUser.name)
      guard event.userID != nil || user?.isRequired != true else {
        throw MemshError(
          .storeFailed, "this store notes no search that is of no user",
          hint: "add `--user NAME`, or leave out `--record`")
      }
      let columns = zip(Table.analytics.columns, event.values).map(\.0)
      try driver.execute(
        "INSERT INTO \(Table.analytics) (\(SQL.names(columns))) VALUES (\(SQL.values(event.values)))")
      try driver.execute(
        """
        UPDATE \(Table.memories) SET access_count = access_count + 1, last_accessed_at = \(SQL.now)
        WHERE id \(among: ids)
        """)
    }
  }

  /// Records that a memory duplicates another.
  ///
  /// - Returns: The record's id.
  @discardableResult
  package func insert(_ duplicate: DuplicateRecord) throws -> Int64 {
    let columns = zip(Table.duplicates.columns, duplicate.values).map(\.0)
    let inserted = try driver.changing(
      """
      INSERT INTO \(Table.duplicates) (\(SQL.names(columns))) VALUES (\(SQL.values(duplicate.values))) RETURNING id
      """)
    guard let id = inserted.first else { throw MemshError.rowsNotWritten([], of: Table.duplicates.name, "inserted") }
    return id
  }
}

extension SQL {
  /// Values as they stand in an INSERT.
  fileprivate static func values(_ values: [Value]) -> SQL { joined(values.map { "\($0)" }) }
}
