import Database
import MemoryModel
import PostgresClient

/// Counting by something, and what the store takes.
extension PostgresStore {
  /// Totals for each value.
  package func totals(by grouping: Grouping, userID: String?, limit: Int) throws -> [GroupTotals] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    // The largest groups, or the last steps.
    let order = grouping.isOrdered ? "1 DESC NULLS LAST" : "2 DESC, 1"
    let user = PostgresStore.value(userID)
    let totals = try query(
      """
      SELECT \(unsafeSQL: PostgresStore.expression(of: grouping)), count(*), pg_catalog.count(embedding),
        \(unsafeSQL: PostgresStore.aggregates)
      FROM memories WHERE \(user)::text IS NULL OR user_id::text = \(user)::text
      GROUP BY 1 ORDER BY \(unsafeSQL: order) LIMIT \(limit)
      """
    ).rows.map { row in
      GroupTotals(
        value: try row.text(0), memories: try row.integer(1) ?? 0, embedded: try row.integer(2) ?? 0,
        averageImportance: try row.double(3), accesses: try row.integer(4) ?? 0,
        latest: try row.timestamp(5).map(Timestamp.init(microseconds:)))
    }
    return grouping.isOrdered ? totals.reversed() : totals
  }

  /// What memories are grouped by, in SQL.
  static func expression(of grouping: Grouping) -> String {
    switch grouping {
    case .user: "user_id::text"
    case .category: "category::text"
    case .day: "pg_catalog.to_char(created_at, 'YYYY-MM-DD')"
    case .month: "pg_catalog.to_char(created_at, 'YYYY-MM')"
    case .importance:
      """
      CASE WHEN importance_score::float8 IN ('NaN', 'Infinity', '-Infinity') THEN importance_score::float8::text
        WHEN importance_score IS NOT NULL THEN pg_catalog.round(
          least(pg_catalog.floor(importance_score::float8::numeric * 10::numeric), 9) / 10::numeric, 1)::text END
      """
    }
  }

  /// The average importance, the sum of the accesses and the last creation, whatever single rows hold.
  static let aggregates = """
    pg_catalog.avg(importance_score::float8) FILTER (
        WHERE importance_score::float8 BETWEEN '-1e100'::float8 AND '1e100'::float8),
      coalesce(least(pg_catalog.sum(access_count), 9223372036854775807), 0)::bigint,
      pg_catalog.max(created_at)::timestamp
    """

  /// How long searches took.
  package func latency(userID: String?) throws -> LatencyStatistics {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let user = PostgresStore.value(userID)
    let shares = LatencyStatistics.percents.map { String(Double($0) / 100) }.joined(separator: ", ")
    let row = try query(
      """
      SELECT pg_catalog.count(response_time_ms),
        pg_catalog.percentile_disc(ARRAY[\(unsafeSQL: shares)]::float8[]) WITHIN GROUP (ORDER BY response_time_ms)::text[]
      FROM memory_analytics WHERE \(user)::text IS NULL OR user_id::text = \(user)::text
      """
    ).first
    let values = try row?.textArray(1)?.map { Int64($0) } ?? LatencyStatistics.percents.map { _ in nil }
    return LatencyStatistics(
      searches: try row?.integer(0) ?? 0,
      percentiles: zip(LatencyStatistics.percents, values).map { (percent: $0, milliseconds: $1) })
  }

  /// The searches noted last.
  package func analytics(userID: String?, limit: Int) throws -> [Record] {
    guard try embeddingSpace() != nil else { throw MemshError.schemaMissing(identity) }
    let user = PostgresStore.value(userID)
    return try query(
      """
      SELECT id, user_id::text, query_text::text, results_count::int8, response_time_ms::int8, context_tier::text,
        created_at::timestamp
      FROM memory_analytics WHERE \(user)::text IS NULL OR user_id::text = \(user)::text
      ORDER BY created_at DESC, id DESC LIMIT \(limit)
      """
    ).rows.map { row in
      Record(
        id: try row.integer(0) ?? 0,
        values: try Table.analytics.columns.enumerated().map {
          try PostgresStore.value(row, $0.offset + 1, $0.element.type)
        })
    }
  }

  /// What the tables, with everything that belongs to them, and their indexes take.
  package func storage() throws -> [StorageEntry] {
    try query(
      """
      SELECT c.relname::text, 'table', 'present', pg_catalog.pg_total_relation_size(c.oid)
        FROM pg_catalog.unnest(\(Table.names)) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)::oid
      UNION ALL
      SELECT i.relname::text, 'index',
        CASE WHEN NOT x.indisvalid THEN 'invalid' ELSE pg_catalog.concat(a.amname, ', ', s.idx_scan, ' scans') END,
        pg_catalog.pg_relation_size(i.oid)
        FROM pg_catalog.unnest(\(Table.names)) AS t(name)
        JOIN pg_index x ON x.indrelid = to_regclass(t.name)::oid
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
        LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.oid
      ORDER BY 2 DESC, 4 DESC, 1
      """
    ).rows.map { row in
      StorageEntry(
        name: try row.text(0) ?? "", kind: try row.text(1) ?? "", state: try row.text(2) ?? "",
        bytes: try row.integer(3) ?? 0)
    }
  }

  private static func value(_ text: String?) -> PostgresValue { text.map(PostgresValue.text) ?? .null }
}
