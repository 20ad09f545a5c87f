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
      try driver.stream([rows], of: "", exactly: false) { row in
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
    case .values(let assignments, from: nil): try change(check, assignments, ids)
    case .values(let assignments, let source?):
      try change(check, "\(assignments) FROM \(source.relation)", ids, "\(source.match) AND ")
    case .embedding: try change(check, "embedding = NULL", ids)
    case .deletion, .merging: break
    }
  }

  private func change(_ check: Check, _ assignments: SQL, _ ids: [Int64], _ match: SQL = "") throws {
    guard let table = check.table else { return }
    try driver.execute("UPDATE \(table) AS t SET \(assignments) WHERE \(match)t.id \(among: ids)")
  }
}
