import Database
import Foundation
import GRDB
import MemoryModel

/// Counting by something, and what the store takes.
extension SQLiteStore {
  /// Totals for each value.
  package func totals(by grouping: Grouping, userID: String?, limit: Int) throws -> [GroupTotals] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    // The largest groups, or the last steps.
    let order = grouping.isOrdered ? "1 DESC" : "2 DESC, 1"
    let totals = try read { db in
      try db.rows(
        """
        SELECT \(SQLiteStore.expression(of: grouping)), count(*), count(embedding), avg(importance_score),
          CAST(total(access_count) AS INTEGER), max(CASE typeof(created_at) WHEN 'text' THEN created_at END)
        FROM memories WHERE ?1 IS NULL OR user_id = ?1 GROUP BY 1 ORDER BY \(order) LIMIT ?2
        """, [userID, limit]
      ) { row in
        GroupTotals(
          value: try row.text(0), memories: try row.integer(1) ?? 0, embedded: try row.integer(2) ?? 0,
          averageImportance: try row.double(3), accesses: try row.integer(4) ?? 0, latest: try row.timestamp(5))
      }
    }
    return grouping.isOrdered ? totals.reversed() : totals
  }

  /// What memories are grouped by, in SQL.
  static func expression(of grouping: Grouping) -> String {
    switch grouping {
    case .user: "user_id"
    case .category: "category"
    case .day: "substr(created_at, 1, 10)"
    case .month: "substr(created_at, 1, 7)"
    case .importance:
      "CASE WHEN importance_score IS NOT NULL THEN printf('%.1f', min(CAST(importance_score * 10 AS INTEGER), 9) / 10.0) END"
    }
  }

  /// How long searches took.
  package func latency(userID: String?) throws -> LatencyStatistics {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    return try transaction(.readOnly) {
      try read { db in
        let from =
          "FROM memory_analytics WHERE typeof(response_time_ms) = 'integer' AND (?1 IS NULL OR user_id = ?1)"
        let count = try Int64.fetchOne(db, sql: "SELECT count(*) \(from)", arguments: [userID]) ?? 0
        let percentiles = try LatencyStatistics.percents.map { percent in
          let rank = max(0, (count * Int64(percent) + 99) / 100 - 1)
          let milliseconds = try Int64.fetchOne(
            db, sql: "SELECT response_time_ms \(from) ORDER BY 1 LIMIT 1 OFFSET ?2", arguments: [userID, rank])
          return (percent: percent, milliseconds: milliseconds)
        }
        return LatencyStatistics(searches: count, percentiles: percentiles)
      }
    }
  }

  /// The searches noted last.
  package func analytics(userID: String?, limit: Int) throws -> [Record] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let columns = Table.analytics.columns
    return try read { db in
      try db.rows(
        """
        SELECT id, \(columns.map(\.name).joined(separator: ", ")) FROM memory_analytics
        WHERE ?1 IS NULL OR user_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2
        """, [userID, limit], of: Table.analytics.name
      ) { try SQLiteStore.sideRow($0, of: .analytics) }
    }
  }

  /// The files of the store: how large each table is, SQLite tells only by reading all of them.
  package func storage() throws -> [StorageEntry] {
    let names = [
      (path, "the store"), (path + "-wal", "not yet in the store"), (VectorFile.path(ofStore: path), "copy"),
    ]
    return names.compactMap { file, state in
      let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber
      return size.map {
        StorageEntry(
          name: URL(fileURLWithPath: file).lastPathComponent, kind: "file", state: state, bytes: $0.int64Value)
      }
    }
  }
}
