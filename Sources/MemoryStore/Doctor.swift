import Database
import MemoryModel

extension MemoryStore {
  /// Looks for what a check is about. Never writes.
  ///
  /// - Parameter ids: The only rows to look at; nil for all.
  /// - Returns: The rows or objects that have it, none when all is well; nil where this kind of store cannot have it.
  package func examine(_ check: Check, among ids: [Int64]? = nil) throws -> Finding? {
    switch check.search {
    case .objects(let find): return try find(self).map { Finding(check: check, objects: $0) }
    case .rows(let condition):
      guard let table = check.table, !check.isAgainstType || !driver.dialect.refusesOtherTypes else { return nil }
      let dimensions = try embeddingSpace()?.dimensions ?? 0
      let rows: SQL = ids.map { "t.id \(among: $0) AND (\(condition(dimensions)))" } ?? condition(dimensions)
      var found: [Int64] = []
      try driver.stream(["SELECT t.id FROM \(table) AS t WHERE \(rows) ORDER BY t.id"], of: "", exactly: false) {
        found.append(try $0.number(0))
      }
      return Finding(check: check, ids: found)
    }
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
