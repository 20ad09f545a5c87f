import Database
import Foundation
import GRDB
import MemoryModel

/// Finding faults in rows, and putting their values right.
extension SQLiteStore {
  /// Looks for a fault.
  package func examine(_ fault: Fault) throws -> FaultFinding? {
    guard let table = fault.table else { return try examineObjects(fault) }
    let dimensions = try embeddingSpace()?.dimensions ?? 0
    guard let rows = SQLiteChecks.rows(with: fault, dimensions: dimensions) else { return nil }
    let ids = try read { db in
      SQLiteChecks.functions.forEach(db.add(function:))
      return try db.ids(
        "SELECT t.id FROM \(table) AS t \(rows.hasPrefix("JOIN") ? rows : "WHERE " + rows) ORDER BY t.id")
    }
    return FaultFinding(fault, ids: ids)
  }

  /// Puts rows or objects right.
  package func mend(_ fault: Fault, ids: [Int64], _ progress: any ProgressReporter) throws {
    guard let table = fault.table else { return try mendObjects(fault, progress) }
    guard let values = SQLiteChecks.values(mending: fault) else { return }
    try write { db in
      SQLiteChecks.functions.forEach(db.add(function:))
      try db.execute(
        sql: """
          UPDATE \(table) AS t SET \(values)
            \(values.contains(" FROM ") ? "AND" : "WHERE") t.id IN (SELECT value FROM json_each(?))
          """, arguments: [JSON.array(ids.map { .integer($0) }).text])
    }
  }
}

/// The faults of rows in SQLite's language.
private enum SQLiteChecks {
  private static let now = SQLiteDDL.now
  private static let tomorrow = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '+1 day')"
  /// What counts as white space: ASCII's, and the no-break space.
  private static let space = "char(9, 10, 11, 12, 13, 32, 160)"

  /// What SQLite has no functions for.
  static let functions =
    [norm, timestamp, microseconds, withoutNUL, caseless, SQLiteStore.sha256] + SQLiteValueTypes.functions

  /// The length of a vector; NULL for bytes that are none, -1 when it has NaN or infinity.
  private static let norm = DatabaseFunction("memsh_norm", argumentCount: 1, pure: true) { values in
    guard let data = Data.fromDatabaseValue(values[0]),
      let vector = data.withUnsafeBytes({ Vector(littleEndianBytes: $0) })
    else { return nil }
    return vector.isFinite ? vector.norm : -1
  }

  /// A moment as every timestamp is written; NULL for what is none.
  private static let timestamp = DatabaseFunction("memsh_timestamp", argumentCount: 1, pure: true) { values in
    String.fromDatabaseValue(values[0]).flatMap(Timestamp.init(parsing:)).flatMap { $0.isFinite ? $0.iso8601 : nil }
  }

  /// A moment in microseconds since 1970; NULL for what is none.
  private static let microseconds = DatabaseFunction("memsh_microseconds", argumentCount: 1, pure: true) { values in
    String.fromDatabaseValue(values[0]).flatMap(Timestamp.init(parsing:)).flatMap {
      $0.isFinite ? $0.microseconds : nil
    }
  }

  /// The text in some bytes with every NUL replaced.
  private static let withoutNUL = DatabaseFunction("memsh_without_nul", argumentCount: 1, pure: true) { values in
    Data.fromDatabaseValue(values[0]).map { String(decoding: $0, as: UTF8.self).replacingNUL }
  }

  /// A text, given as its bytes, in small letters of any alphabet.
  private static let caseless = DatabaseFunction("memsh_lower", argumentCount: 1, pure: true) { values in
    Data.fromDatabaseValue(values[0]).map { String(decoding: $0, as: UTF8.self).lowercased() }
  }

  private static func isBlank(_ column: String) -> String { "trim(t.\(column), \(space)) = ''" }

  private static func hasNUL(_ column: String) -> String { "instr(CAST(t.\(column) AS BLOB), x'00') > 0" }

  private static func withoutNUL(_ column: String) -> String {
    "\(column) = CASE WHEN \(hasNUL(column)) THEN memsh_without_nul(CAST(t.\(column) AS BLOB)) ELSE t.\(column) END"
  }

  /// - Parameter kind: What `memsh_json_kind` says of the JSON that belongs there; NULL is fine, too.
  private static func isOtherJSON(_ column: String, than kind: String) -> String {
    """
    t.\(column) IS NOT NULL
      AND (typeof(t.\(column)) <> 'text' OR memsh_json_kind(CAST(t.\(column) AS BLOB)) IS NOT '\(kind)')
    """
  }

  private static func isMalformed(_ column: String) -> String {
    "(t.\(column) IS NOT NULL AND memsh_timestamp(t.\(column)) IS NULL)"
  }

  private static func isFuture(_ column: String) -> String { "memsh_timestamp(t.\(column)) > \(tomorrow)" }

  /// Each form of a name with the most frequent one among those that differ only in case and spaces.
  private static func forms(_ column: String) -> String {
    """
    (SELECT \(column) AS form, first_value(trim(\(column), \(space))) OVER (
        PARTITION BY memsh_lower(CAST(trim(\(column), \(space)) AS BLOB)) ORDER BY count(*) DESC, \(column)) AS common
      FROM memories GROUP BY \(column)) AS v
    """
  }

  private static func variants(_ column: String) -> String {
    "JOIN \(forms(column)) ON v.form = t.\(column) AND v.common <> t.\(column) AND v.common <> ''"
  }

  /// What follows `FROM table AS t`: a condition or a join; nil for a fault that SQLite cannot have.
  static func rows(with fault: Fault, dimensions: Int) -> String? {
    switch fault {
    case .valueType, .fragmentValueType, .duplicatesValueType, .analyticsValueType: SQLiteValueTypes.rows(with: fault)
    case .nulText: "\(hasNUL("content")) OR \(hasNUL("user_id")) OR coalesce(\(hasNUL("category")), 0)"
    case .contentEmpty, .fragmentContentEmpty: isBlank("content")
    case .userBlank: isBlank("user_id")
    case .userVariants: variants("user_id")
    case .categoryBlank: isBlank("category")
    case .categoryVariants: variants("category")
    case .importanceRange:
      "typeof(t.importance_score) IN ('real', 'integer') AND t.importance_score NOT BETWEEN 0 AND 1"
    case .accessNegative: "typeof(t.access_count) = 'integer' AND t.access_count < 0"
    case .metadataInvalid: isOtherJSON("metadata", than: "object")
    case .timestampMalformed:
      """
      \(isMalformed("created_at")) OR \(isMalformed("updated_at")) OR \(isMalformed("last_accessed_at"))
      """
    case .timestampFuture: "\(isFuture("created_at")) OR \(isFuture("updated_at")) OR \(isFuture("last_accessed_at"))"
    case .timestampOrder, .fragmentOrder: "memsh_timestamp(t.updated_at) < memsh_timestamp(t.created_at)"
    case .accessBeforeCreated:
      """
      memsh_microseconds(t.created_at) - memsh_microseconds(t.last_accessed_at)
        > \(Fault.accessToleranceSeconds * 1_000_000)
      """
    case .duplicatesOrphaned: "t.original_id NOT IN (SELECT id FROM memories)"
    case .duplicatesHash:
      """
      length(t.duplicate_hash) <> 64 OR t.duplicate_hash GLOB '*[^0-9a-f]*' OR (t.dedup_type = 'exact' AND EXISTS (
        SELECT 1 FROM memories AS m WHERE m.id = t.original_id AND memsh_sha256(CAST(m.content AS BLOB)) <> t.duplicate_hash))
      """
    case .duplicatesScore: "t.similarity_score NOT BETWEEN 0 AND 1"
    case .analyticsNegative: "t.results_count < 0 OR t.response_time_ms < 0"
    case .analyticsFuture: isFuture("created_at")
    case .tagsInvalid: isOtherJSON("tags", than: "texts")
    case .fragmentEveryAgent: "t.agent_type = '\(PromptFragment.everyAgent)'"
    case .fragmentDuplicates:
      """
      EXISTS (SELECT 1 FROM prompt_fragments AS f WHERE f.id < t.id AND f.category = t.category
        AND nullif(f.agent_type, '\(PromptFragment.everyAgent)') IS nullif(t.agent_type, '\(PromptFragment.everyAgent)')
        AND f.content = t.content)
      """
    case .exactDuplicates:
      """
      JOIN (SELECT id, row_number() OVER (PARTITION BY user_id, content ORDER BY id) AS number FROM memories) AS n
        ON n.id = t.id AND n.number > 1
      """
    case .embeddingNotFinite: "length(t.embedding) = \(dimensions * 4) AND memsh_norm(t.embedding) = -1"
    case .embeddingLength:
      "t.embedding IS NOT NULL AND (typeof(t.embedding) <> 'blob' OR length(t.embedding) <> \(dimensions * 4))"
    case .embeddingZero: "length(t.embedding) = \(dimensions * 4) AND memsh_norm(t.embedding) = 0"
    case .embeddingMixed:
      """
      memsh_norm(t.embedding) > 0 AND abs(memsh_norm(t.embedding) - 1) > 0.01 AND length(t.embedding) = \(dimensions * 4)
        AND (SELECT avg(abs(memsh_norm(embedding) - 1) <= 0.01) FROM memories) >= 0.9
      """
    case .fragmentEmbeddingInvalid:
      """
      t.embedding IS NOT NULL AND (typeof(t.embedding) <> 'blob' OR length(t.embedding) <> \(dimensions * 4)
        OR memsh_norm(t.embedding) <= 0)
      """
    case .embeddingMissing, .fragmentEmbeddingMissing: "t.embedding IS NULL"
    default: nil
    }
  }

  /// What follows `SET`; nil for a fault that is put right in another way.
  static func values(mending fault: Fault) -> String? {
    func known(_ column: String, else other: String) -> String {
      """
      CASE WHEN t.\(column) IS NOT NULL THEN
        coalesce(memsh_timestamp(t.\(column)), memsh_timestamp(t.\(other)), \(now)) END
      """
    }
    func past(_ column: String) -> String {
      "\(column) = CASE WHEN \(isFuture(column)) THEN \(now) ELSE t.\(column) END"
    }
    return switch fault {
    case .valueType, .fragmentValueType, .duplicatesValueType, .analyticsValueType:
      SQLiteValueTypes.values(mending: fault)
    case .nulText: [withoutNUL("content"), withoutNUL("user_id"), withoutNUL("category")].joined(separator: ", ")
    case .userBlank: "user_id = 'unknown'"
    case .userVariants: "user_id = v.common FROM \(forms("user_id")) WHERE v.form = t.user_id"
    case .categoryBlank: "category = NULL"
    case .categoryVariants: "category = v.common FROM \(forms("category")) WHERE v.form = t.category"
    case .importanceRange: "importance_score = max(0, min(1, t.importance_score))"
    case .accessNegative: "access_count = 0"
    case .metadataInvalid: "metadata = memsh_json_object(CAST(t.metadata AS BLOB))"
    case .timestampMalformed:
      """
      created_at = \(known("created_at", else: "updated_at")), updated_at = \(known("updated_at", else: "created_at")),
        last_accessed_at = memsh_timestamp(t.last_accessed_at)
      """
    case .timestampFuture: [past("created_at"), past("updated_at"), past("last_accessed_at")].joined(separator: ", ")
    case .timestampOrder, .fragmentOrder: "updated_at = t.created_at"
    case .accessBeforeCreated: "last_accessed_at = t.created_at"
    case .duplicatesScore: "similarity_score = max(0, min(1, t.similarity_score))"
    case .analyticsNegative: "results_count = max(t.results_count, 0), response_time_ms = max(t.response_time_ms, 0)"
    case .analyticsFuture: "created_at = \(now)"
    case .tagsInvalid: "tags = '[]'"
    case .fragmentEveryAgent: "agent_type = NULL"
    case .embeddingNotFinite, .embeddingLength, .embeddingZero, .embeddingMixed, .fragmentEmbeddingInvalid:
      "embedding = NULL"
    default: nil
    }
  }
}
