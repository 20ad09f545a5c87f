import Database
import MemoryModel

extension SQLiteStore {
  package func state() throws -> StoreState {
    guard fileExists else { return StoreState(tables: [:]) }
    var tables: [String: (kind: StoreState.RealTable.Kind, columns: [StoreState.RealColumn])] = [:]
    try query(
      """
      SELECT m.name, m.type, x.name, x.type, x."notnull", x.hidden > 1
      FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS x
      WHERE m.type IN ('table', 'view') AND m.name \(among: Table.names) AND x.hidden <> 1 ORDER BY m.name, x.cid
      """
    ) { row in
      let kind = StoreState.RealTable.Kind(rawValue: try row.string(1)) ?? .table
      tables[try row.string(0), default: (kind, [])].columns.append(
        StoreState.RealColumn(
          name: try row.string(2), type: try row.text(3) ?? "", isRequired: try row.flag(4),
          isGenerated: try row.flag(5)))
    }
    return StoreState(tables: tables.mapValues { StoreState.RealTable(kind: $0.kind, columns: $0.columns) })
  }
}
