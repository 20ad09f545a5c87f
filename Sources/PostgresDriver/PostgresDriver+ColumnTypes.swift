import Database
import MemoryModel
import PostgresClient

/// Writing into columns that others may have declared wider, or narrower, than memsh does: COPY takes no other form than
/// the column's own.
extension PostgresDriver {
  /// The types of a table's columns, as pg_type numbers them, by name.
  func columnTypes(of table: String) throws -> [String: UInt32] {
    if let known = repairState.columnTypes[table] { return known }
    var types: [String: UInt32] = [:]
    try query(
      """
      SELECT a.attname::text, a.atttypid, t.typname::text FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass(\(table))::oid AND a.attnum > 0 AND NOT a.attisdropped
      """
    ) { row in
      let type = UInt32(truncatingIfNeeded: try row.number(1))
      types[try row.string(0)] = type
      if try row.string(2) == "vector" { repairState.vectorType = type }
    }
    // Outside a transaction somebody may change the table at any time.
    if try use({ $0.isInTransaction }) { repairState.columnTypes[table] = types }
    return types
  }
}

extension BinaryCopyWriter {
  /// Writes a whole number into a column of its own width, or NULL.
  ///
  /// - Throws: `store_failed` when it does not fit.
  mutating func write(integer value: Int64?, _ column: String, _ types: [String: UInt32]) throws {
    guard let value else { return write(int32: nil) }
    guard types[column] != PostgresType.int8 else { return write(int64: value) }
    guard let fitting = Int32(exactly: value) else {
      throw MemshError(
        .storeFailed, "\(column) \(value) does not fit into PostgreSQL's integer",
        hint: "mend it in the source, or give the column the type bigint")
    }
    write(int32: fitting)
  }

  /// Writes a number into a column of its own precision, or NULL.
  mutating func write(double value: Double?, _ column: String, _ types: [String: UInt32]) {
    guard types[column] == PostgresType.float4 else { return write(double: value) }
    write(float: value.map(Float.init))
  }

  /// Writes JSON into a `jsonb`, `json` or text column, or NULL.
  mutating func write(json text: String?, _ column: String, _ types: [String: UInt32]) {
    guard types[column].map({ $0 == PostgresType.jsonb }) ?? true else { return write(text: text) }
    write(jsonb: text)
  }
}
