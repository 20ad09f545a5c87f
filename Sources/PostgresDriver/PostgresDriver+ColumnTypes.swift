import Database
import MemoryModel
import PostgresClient

/// The types of a table's columns.
struct ColumnTypes {
  /// As pg_type numbers them, by the column's name.
  var byName: [String: UInt32] = [:]
  /// The type `vector`, where a column has it.
  var vector: UInt32?
}

/// Writing into columns that others may have declared wider, or narrower, than memsh does: COPY takes no other form than
/// the column's own.
extension PostgresDriver {
  /// The types of the columns of a table that rows are written into.
  func columnTypes(of target: LoadTarget) throws -> ColumnTypes {
    switch target {
    case .table(let table) where Table.names.contains(table.name):
      let facts = try facts()
      return ColumnTypes(byName: facts.types[table.name] ?? [:], vector: facts.vectorType)
    case .table(let table): return try columnTypes(named: table.name.quotedIdentifier)
    case .own(let table): return try columnTypes(named: "\(ledger).\(table.rawValue)")
    }
  }

  /// - Parameter name: As SQL writes it.
  private func columnTypes(named name: String) throws -> ColumnTypes {
    if let known = repairState.columnTypes[name] { return known }
    var types = ColumnTypes()
    try query(
      """
      SELECT a.attname::text, a.atttypid, t.typname::text FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass(\(name))::oid AND a.attnum > 0 AND NOT a.attisdropped
      """
    ) { row in
      let type = UInt32(truncatingIfNeeded: try row.number(1))
      types.byName[try row.string(0)] = type
      if try row.string(2) == "vector" { types.vector = type }
    }
    // Outside a transaction somebody may change the table at any time.
    if try isInTransaction() { repairState.columnTypes[name] = types }
    return types
  }
}
