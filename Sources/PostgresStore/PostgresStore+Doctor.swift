import Database
import MemoryModel
import PostgresClient

/// Finding faults in rows, and putting their values right.
extension PostgresStore {
  /// Looks for a fault.
  package func examine(_ fault: Fault) throws -> FaultFinding? {
    guard let table = fault.table else { return try examineObjects(fault) }
    let dimensions = try embeddingSpace()?.dimensions ?? 0
    guard let rows = PostgresChecks.rows(with: fault, dimensions: dimensions) else { return nil }
    let ids = try withoutStatementTimeout { () -> [Int64] in
      try query(
        """
        SELECT t.id FROM \(identifier: table) AS t \(unsafeSQL: rows.hasPrefix("JOIN") ? rows : "WHERE " + rows)
        ORDER BY t.id
        """
      ).rows.compactMap { try $0.integer(0) }
    }
    return FaultFinding(fault, ids: ids)
  }

  /// Puts rows or objects right.
  package func mend(_ fault: Fault, ids: [Int64], _ progress: any ProgressReporter) throws {
    guard let table = fault.table else { return try mendObjects(fault, progress) }
    guard let values = PostgresChecks.values(mending: fault) else { return }
    try query(
      """
      UPDATE \(identifier: table) AS t SET \(unsafeSQL: values)
        \(unsafeSQL: values.contains(" FROM ") ? "AND" : "WHERE") t.id = ANY(\(ids.map(String.init))::text[]::int8[])
      """)
  }
}

/// The faults of rows in PostgreSQL's language.
private enum PostgresChecks {
  private static let now = "(now() AT TIME ZONE 'UTC')"
  private static let tomorrow = "(now() AT TIME ZONE 'UTC' + interval '1 day')"
  /// What counts as white space: ASCII's, and the no-break space.
  private static let space = "E' \\t\\n\\u000B\\f\\r\\u00A0'"

  private static func trimmed(_ column: String) -> String { "pg_catalog.btrim(\(column)::text, \(space))" }

  private static func isBlank(_ column: String) -> String { "\(trimmed("t.\(column)")) = ''" }

  /// Each form of a name with the most frequent one among those that differ only in case and spaces.
  private static func forms(_ column: String) -> String {
    """
    (SELECT \(column)::text AS form, pg_catalog.first_value(\(trimmed(column))) OVER (
        PARTITION BY pg_catalog.lower(\(trimmed(column))) ORDER BY count(*) DESC, \(column)) AS common
      FROM memories GROUP BY \(column)) AS v
    """
  }

  private static func distanceFromOne(_ column: String) -> String {
    "pg_catalog.abs(vector_norm(\(column)::vector) - 1::float8)"
  }

  private static func variants(_ column: String) -> String {
    "JOIN \(forms(column)) ON v.form = t.\(column)::text AND v.common <> t.\(column)::text AND v.common <> ''"
  }

  /// What follows `FROM table AS t`: a condition or a join; nil for a fault that PostgreSQL's types rule out.
  static func rows(with fault: Fault, dimensions: Int) -> String? {
    switch fault {
    case .contentEmpty, .fragmentContentEmpty: isBlank("content")
    case .userBlank: isBlank("user_id")
    case .userVariants: variants("user_id")
    case .categoryBlank: isBlank("category")
    case .categoryVariants: variants("category")
    case .importanceRange: "t.importance_score::float8 NOT BETWEEN 0::float8 AND 1::float8"
    case .accessNegative: "t.access_count::int8 < 0"
    case .metadataInvalid: "jsonb_typeof(t.metadata::jsonb) <> 'object'"
    case .timestampMalformed:
      "NOT isfinite(t.created_at) OR NOT isfinite(t.updated_at) OR NOT isfinite(t.last_accessed_at)"
    case .timestampFuture:
      """
      (t.created_at > \(tomorrow) AND isfinite(t.created_at)) OR (t.updated_at > \(tomorrow) AND isfinite(t.updated_at))
        OR (t.last_accessed_at > \(tomorrow) AND isfinite(t.last_accessed_at))
      """
    case .timestampOrder, .fragmentOrder:
      "t.updated_at < t.created_at AND isfinite(t.updated_at) AND isfinite(t.created_at)"
    case .accessBeforeCreated:
      """
      t.last_accessed_at < t.created_at - interval '\(Fault.accessToleranceSeconds) seconds' AND isfinite(t.last_accessed_at)
      """
    case .duplicatesOrphaned:
      "t.original_id IS NOT NULL AND NOT EXISTS (SELECT FROM memories AS m WHERE m.id = t.original_id)"
    case .duplicatesHash:
      """
      t.duplicate_hash::text !~ '^[0-9a-f]{64}$' OR (t.dedup_type::text = 'exact' AND EXISTS (SELECT FROM memories AS m
        WHERE m.id = t.original_id AND \(PostgresStore.contentHash("m")) <> t.duplicate_hash::text))
      """
    case .duplicatesScore: "t.similarity_score::float8 NOT BETWEEN 0::float8 AND 1::float8"
    case .analyticsNegative: "t.results_count::int8 < 0 OR t.response_time_ms::int8 < 0"
    case .analyticsFuture: "t.created_at > \(tomorrow) AND isfinite(t.created_at)"
    case .fragmentEveryAgent: "t.agent_type::text = '\(PromptFragment.everyAgent)'"
    case .fragmentDuplicates:
      """
      EXISTS (SELECT FROM prompt_fragments AS f WHERE f.id < t.id AND f.category::text = t.category::text
        AND nullif(f.agent_type::text, '\(PromptFragment.everyAgent)')
          IS NOT DISTINCT FROM nullif(t.agent_type::text, '\(PromptFragment.everyAgent)')
        AND f.content::text = t.content::text)
      """
    case .exactDuplicates:
      """
      JOIN (SELECT id, row_number() OVER (PARTITION BY user_id, \(PostgresStore.contentHash("m")) ORDER BY id) AS number
        FROM memories AS m) AS n ON n.id = t.id AND n.number > 1
      """
    case .embeddingLength: "vector_dims(t.embedding::vector) <> \(dimensions)"
    case .embeddingZero: "vector_norm(t.embedding::vector) = 0::float8"
    case .embeddingMixed:
      """
      vector_norm(t.embedding::vector) > 0::float8 AND \(distanceFromOne("t.embedding")) > 0.01::float8
        AND (SELECT pg_catalog.avg((\(distanceFromOne("embedding")) <= 0.01::float8)::int) FROM memories) >= 0.9
      """
    case .fragmentEmbeddingInvalid:
      "vector_dims(t.embedding::vector) <> \(dimensions) OR vector_norm(t.embedding::vector) = 0::float8"
    case .embeddingMissing, .fragmentEmbeddingMissing: "t.embedding IS NULL"
    default: nil
    }
  }

  /// What follows `SET`; nil for a fault that is put right in another way.
  static func values(mending fault: Fault) -> String? {
    // Not least(), which gives the other value for NULL.
    func past(_ column: String) -> String { "CASE WHEN t.\(column) > \(now) THEN \(now) ELSE t.\(column) END" }
    return switch fault {
    case .userBlank: "user_id = 'unknown'"
    case .userVariants: "user_id = v.common FROM \(forms("user_id")) WHERE v.form = t.user_id::text"
    case .categoryBlank: "category = NULL"
    case .categoryVariants: "category = v.common FROM \(forms("category")) WHERE v.form = t.category::text"
    case .importanceRange:
      "importance_score = CASE WHEN t.importance_score = 'NaN' THEN 0.5 ELSE greatest(0, least(1, t.importance_score)) END"
    case .accessNegative: "access_count = 0"
    case .metadataInvalid:
      """
      metadata = CASE WHEN jsonb_typeof(t.metadata::jsonb) = 'null' THEN '{}'::jsonb
        ELSE pg_catalog.jsonb_build_object('value', t.metadata) END
      """
    case .timestampMalformed:
      """
      created_at = CASE WHEN isfinite(t.created_at) OR t.created_at IS NULL THEN t.created_at WHEN isfinite(t.updated_at) THEN t.updated_at
          ELSE \(now) END,
        updated_at = CASE WHEN isfinite(t.updated_at) OR t.updated_at IS NULL THEN t.updated_at WHEN isfinite(t.created_at) THEN t.created_at
          ELSE \(now) END,
        last_accessed_at = CASE WHEN isfinite(t.last_accessed_at) THEN t.last_accessed_at END
      """
    case .timestampFuture:
      """
      created_at = \(past("created_at")), updated_at = \(past("updated_at")),
        last_accessed_at = \(past("last_accessed_at"))
      """
    case .timestampOrder, .fragmentOrder: "updated_at = t.created_at"
    case .accessBeforeCreated: "last_accessed_at = t.created_at"
    case .duplicatesScore:
      "similarity_score = CASE WHEN t.similarity_score = 'NaN' THEN 0 ELSE greatest(0, least(1, t.similarity_score)) END"
    case .analyticsNegative:
      """
      results_count = CASE WHEN t.results_count < 0 THEN 0 ELSE t.results_count END,
        response_time_ms = CASE WHEN t.response_time_ms < 0 THEN 0 ELSE t.response_time_ms END
      """
    case .fragmentEveryAgent: "agent_type = NULL"
    case .analyticsFuture: "created_at = \(now)"
    case .embeddingLength, .embeddingZero, .embeddingMixed, .fragmentEmbeddingInvalid: "embedding = NULL"
    default: nil
    }
  }
}
