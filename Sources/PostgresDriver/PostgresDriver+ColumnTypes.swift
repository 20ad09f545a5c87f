import Database
import MemoryModel
import PostgresClient

/// Writing into columns that others may have declared wider, or narrower, than memsh does: COPY takes no other form than
/// the column's own.
extension PostgresDriver {
  /// The types of the columns of one of the four tables, as pg_type numbers them, by name.
  func columnTypes(of table: Table) throws -> [String: UInt32] { try facts().types[table.name] ?? [:] }

  /// The same of one of memsh's own.
  func columnTypes(of table: OwnTable) throws -> [String: UInt32] {
    if let known = repairState.ownTypes[table.rawValue] { return known }
    var types: [String: UInt32] = [:]
    try query(
      """
      SELECT a.attname::text, a.atttypid FROM pg_attribute AS a
      WHERE a.attrelid = to_regclass(\("\(ledger).\(table.rawValue)"))::oid AND a.attnum > 0 AND NOT a.attisdropped
      """
    ) { types[try $0.string(0)] = UInt32(truncatingIfNeeded: try $0.number(1)) }
    if try isInTransaction() { repairState.ownTypes[table.rawValue] = types }
    return types
  }
}
