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
