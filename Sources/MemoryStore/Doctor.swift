import Database
import MemoryModel

extension MemoryStore {
  /// The same store for another thread to examine beside this one; nil where that is not possible, or not worth it.
  ///
  /// Inside a transaction it is not: the other would not see what has been changed in it.
  package func reader() throws -> MemoryStore? {
    guard !isInTransaction, !holdsTransaction, let file, try state().tables[Table.memories.name] != nil,
      try driver.exists("SELECT 1 FROM \(Table.memories) LIMIT 1 OFFSET \(MemoryStore.rowsWorthAnother)")
    else { return nil }
    return MemoryStore(file.reader())
  }

  private static let rowsWorthAnother: Int64 = 10_000

  /// Ranges that have all ids of a table between them, about as wide as each other.
  package func ranges(of table: Table, count: UInt64) throws -> [ClosedRange<Int64>] {
    let ends = try driver.first("SELECT min(t.id), max(t.id) FROM \(table) AS t") { row in
      (first: try row.integer(0), last: try row.integer(1))
    }
    guard let first = ends?.first, let last = ends?.last else { return [] }
    let span = UInt64(bitPattern: last &- first)
    let step = span / count + 1
    return (0..<count).compactMap { number in
      let (start, isBeyond) = step.multipliedReportingOverflow(by: number)
      guard !isBeyond, start <= span else { return nil }
      let end = start + min(span - start, step - 1)
      return first &+ Int64(bitPattern: start)...first &+ Int64(bitPattern: end)
    }
  }

  /// Looks for what checks are about. Never writes.
  ///
  /// What is looked for in the rows of one table is one pass over them.
  ///
  /// - Parameters:
  ///   - ids: The only rows to look at; nil for all.
  ///   - range: The ids among which those of the rows are; nil for all.
  /// - Returns: For each check the rows or objects that have it, none when all is well; nothing for a check that is about
  ///   something this kind of store cannot have.
  package func examine(
    _ checks: [Check], among ids: [Int64]? = nil, within range: ClosedRange<Int64>? = nil
  ) throws -> [Check: Finding] {
    var (findings, conditions) = ([Check: Finding](), [(check: Check, table: Table, condition: SQL)]())
    let dimensions = try embeddingSpace()?.dimensions ?? 0
    for check in checks {
      switch check.search {
      case .objects(let find): findings[check] = try find(self).map { Finding(check: check, objects: $0) }
      case .rows(let condition):
        guard let table = check.table, !check.isAgainstType || !driver.dialect.refusesOtherTypes else { continue }
        findings[check] = Finding(check: check)
        conditions.append((check, table, "(\(condition(dimensions)))"))
      }
    }
    for (table, ofTable) in Dictionary(grouping: conditions, by: \.table) {
      let among: SQL = ids.map { "t.id \(among: $0) AND " } ?? ""
      let within: SQL = range.map { "t.id BETWEEN \($0.lowerBound) AND \($0.upperBound) AND " } ?? ""
      let columns = SQL.joined(ofTable.map { "\($0.condition) IS TRUE" })
      let rows: SQL = """
        SELECT t.id, \(columns) FROM \(table) AS t WHERE \(among)\(within)(\(.any(ofTable.map(\.condition)))) ORDER BY t.id
        """
      try driver.stream(rows, of: "", exactly: false) { row in
        for (index, one) in ofTable.enumerated() where try row.flag(index + 1) {
          findings[one.check]?.ids.append(try row.number(0))
        }
      }
    }
    return findings
  }

  /// Puts rows right, or objects: what a remedy does without deleting or merging rows.
  ///
  /// - Parameter ids: The rows: part of the caller's transaction.
  package func mend(_ check: Check, ids: [Int64], _ progress: any ProgressReporter) throws {
    switch check.remedy {
    case .rebuilding(let rebuild): try rebuild(self, progress)
    case .values(let values, let source):
      guard let table = check.table else { return }
      try isDistributed(table.name)
        ? changeOnShards(table, values, from: source, ids) : change(table, values, from: source, ids)
    case .embedding:
      guard let table = check.table else { return }
      try change(table, [.set(.embedding, to: "NULL")], from: nil, ids)
    case .deletion, .merging: break
    }
  }

  private func change(
    _ table: Table, _ values: [Assignment], from source: (relation: SQL, match: SQL)?, _ ids: [Int64]
  ) throws {
    let assignments = SQL.joined(values.map { "\(name: $0.column.name) = \($0.value)" })
    let from: SQL = source.map { " FROM \($0.relation) WHERE \($0.match) AND " } ?? " WHERE "
    try driver.execute("UPDATE \(table) AS t SET \(assignments)\(from)t.id \(among: ids)")
  }

  /// The same where the rows stand on other servers, which compute in an UPDATE only what never changes, and do not give a
  /// row another user: the values are selected first.
  private func changeOnShards(
    _ table: Table, _ values: [Assignment], from source: (relation: SQL, match: SQL)?, _ ids: [Int64]
  ) throws {
    let names = values.indices.map { "value\($0)" }
    let selected = SQL.joined(zip(values, names).map { "\($0.value) AS \(raw: $1)" })
    let (relation, match): (SQL, SQL) = source.map { (", \($0.relation)", "\($0.match) AND ") } ?? ("", "")
    let found: SQL = """
      SELECT t.id, \(selected) FROM \(table) AS t\(relation) WHERE \(match)t.id \(among: ids)
      """
    if values.contains(where: { $0.column == .userID }) {
      var changes = Dictionary(
        zip(values, names).map { ($0.column.name, "found.\(raw: $1)" as SQL) }, uniquingKeysWith: { $1 })
      changes[Column.updated.name] = changes[Column.updated.name] ?? .now
      return try replace(
        ids, of: table.name, with: changes, from: ImageRows(source: "found", id: "found.id", values: []), found: found,
        "changed")
    }
    let assignments = SQL.joined(zip(values, names).map { "\(name: $0.column.name) = found.\(raw: $1)" })
    try driver.execute(
      """
      WITH found AS MATERIALIZED (\(found))
      UPDATE \(table) AS t SET \(assignments) FROM found WHERE t.id = found.id
      """)
  }
}
