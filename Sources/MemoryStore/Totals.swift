import Database
import MemoryModel

/// Counting.
extension MemoryStore {
  private static let count: SQL = "\(function: "count")(*)"
  /// The average importance, the sum of the accesses and the last creation, whatever single rows hold.
  private static let aggregates: SQL = """
    \(function: "avg")(CASE WHEN \(Column.importance) BETWEEN \(-1e100) AND \(1e100) THEN \(Column.importance) END),
      \(dialect: { $0.sum(of: .accessCount) }),
      \(function: "max")(CASE WHEN \(dialect: { $0.holdsValue(.created) }) THEN \(Column.created) END)
    """
  private static let embedded: SQL = """
    \(function: "count")(CASE WHEN \(dialect: { $0.holdsValue(.embedding) }) THEN 1 END)
    """

  private static func condition(_ userID: String?) -> SQL {
    userID.map { " WHERE \(isOf: "\($0)")" } ?? ""
  }

  /// Totals over the store, or over one user's memories.
  package func statistics(userID: String?) throws -> StoreStatistics {
    var statistics = StoreStatistics()
    guard let space = try embeddingSpace() else { throw MemshError.schemaMissing(identity) }
    statistics.space = space
    try driver.query(
      """
      SELECT \(MemoryStore.count), \(function: "count")(DISTINCT \(Column.userID)),
        \(function: "count")(DISTINCT \(Column.category)), \(MemoryStore.aggregates), \(MemoryStore.embedded)
      FROM \(Table.memories)\(MemoryStore.condition(userID))
      """
    ) { row in
      statistics.memories = try row.number(0)
      statistics.users = try row.number(1)
      statistics.categories = try row.number(2)
      statistics.averageImportance = try row.double(3)
      statistics.totalAccesses = try row.number(4)
      statistics.latest = try row.timestamp(5)
      statistics.embeddingsPresent = try row.number(6)
    }
    try driver.query(
      """
      SELECT (SELECT \(MemoryStore.count) FROM \(Table.fragments)),
        (SELECT \(MemoryStore.count) FROM \(Table.fragments) WHERE \(Column.isActive)),
        (SELECT \(MemoryStore.count) FROM \(Table.duplicates)), (SELECT \(MemoryStore.count) FROM \(Table.analytics))
      """
    ) { row in
      statistics.fragments = try row.number(0)
      statistics.activeFragments = try row.number(1)
      statistics.duplicates = try row.number(2)
      statistics.analytics = try row.number(3)
    }
    statistics.byUser = try counts(by: .user, order: "2 DESC, 1", of: userID)
    statistics.byCategory = try counts(by: .category, order: "2 DESC, 1", of: userID)
    statistics.byImportance = try counts(by: .importance, order: "1", of: userID)
    statistics.byMonth = try counts(by: .month, order: "1", of: userID, limit: .max)
    return statistics
  }

  private func counts(
    by grouping: Grouping, order: SQL, of userID: String?, limit: Int = StoreStatistics.listedMaximum
  ) throws -> [StoreStatistics.Count] {
    try driver.rows(
      """
      SELECT \(dialect: { $0.key(of: grouping) }), \(MemoryStore.count) FROM \(Table.memories)\(MemoryStore.condition(userID))
      GROUP BY 1 ORDER BY \(order) LIMIT \(limit)
      """
    ) { StoreStatistics.Count(value: try $0.text(0), memories: try $0.number(1)) }
  }

  /// How many rows each of the four tables has.
  package func rowCounts() throws -> [String: Int64] {
    try requireTables()
    let counts = SQL.joined(Table.all.map { "(SELECT \(MemoryStore.count) FROM \($0))" })
    return try driver.first("SELECT \(counts)") { row in
      Dictionary(
        uniqueKeysWithValues: try Table.all.enumerated().map { ($1.name, try row.number($0)) })
    } ?? [:]
  }

  /// How many memories there are, counted no further than to a limit.
  package func memories(countedTo limit: Int64) throws -> Int64 {
    try requireTables()
    return try driver.rows(
      "SELECT \(MemoryStore.count) FROM (SELECT 1 FROM \(Table.memories) LIMIT \(limit)) AS some_memories"
    ) { try $0.number(0) }.first ?? 0
  }

  /// Totals for each value, most memories first; days and importances in their own order, the last `limit` of them.
  package func totals(by grouping: Grouping, userID: String?, limit: Int) throws -> [GroupTotals] {
    try requireTables()
    // The largest groups, or the last steps.
    let order: SQL = grouping.isOrdered ? "1 DESC NULLS LAST" : "2 DESC, 1"
    let totals = try driver.rows(
      """
      SELECT \(dialect: { $0.key(of: grouping) }), \(MemoryStore.count), \(MemoryStore.embedded), \(MemoryStore.aggregates)
      FROM \(Table.memories)\(MemoryStore.condition(userID)) GROUP BY 1 ORDER BY \(order) LIMIT \(limit)
      """
    ) { row in
      GroupTotals(
        value: try row.text(0), memories: try row.number(1), embedded: try row.number(2),
        averageImportance: try row.double(3), accesses: try row.number(4), latest: try row.timestamp(5))
    }
    return grouping.isOrdered ? totals.reversed() : totals
  }

  /// How long searches took, over the whole store or one user's.
  package func latency(userID: String?) throws -> LatencyStatistics {
    try requireTables()
    let user: SQL = userID.map { " AND \(Column.searchUser) = \($0)" } ?? ""
    // The rank of a percentile: as many rows as do not exceed it, at least one.
    let ranks = LatencyStatistics.percents.map { SQL(raw: "(total * \($0) + 99) / 100") }
    var times: [Int64: Int64] = [:]
    var total: Int64 = 0
    try driver.query(
      """
      SELECT place, milliseconds, total FROM (
        SELECT \(Column.responseTime) AS milliseconds, \(function: "count")(*) OVER () AS total,
          \(function: "row_number")() OVER (ORDER BY \(Column.responseTime)) AS place
        FROM \(Table.analytics) WHERE \(dialect: { $0.holdsValue(.responseTime) })\(user)) AS times
      WHERE place IN (\(SQL.joined(ranks)))
      """
    ) { row in
      times[try row.number(0)] = try row.number(1)
      total = try row.number(2)
    }
    return LatencyStatistics(
      searches: total,
      percentiles: LatencyStatistics.percents.map { percent in
        (percent: percent, milliseconds: times[(total * Int64(percent) + 99) / 100])
      })
  }

  /// The searches noted last, newest first.
  package func analytics(userID: String?, limit: Int) throws -> [Record] {
    try requireTables()
    let selection = try selection(of: .analytics)
    let condition: SQL = userID.map { " WHERE \(Column.searchUser) = \($0)" } ?? ""
    return try driver.rows(
      """
      SELECT \(selection.columns) FROM \(Table.analytics)\(condition)
      ORDER BY \(Column.created) DESC NULLS LAST, id DESC LIMIT \(limit)
      """, of: Table.analytics.name, selection.record)
  }
}
