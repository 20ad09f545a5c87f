import Database
import MemoryModel
import PostgresClient

extension PostgresStore {
  package func state() throws -> StoreState {
    var kinds: [String: StoreState.RealTable.Kind] = [:]
    var columns: [String: [StoreState.RealColumn]] = [:]
    for row in try query(
      """
      SELECT t.name::text, CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign'
          WHEN 'r' THEN 'table' ELSE 'view' END, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attgenerated <> ''
      FROM pg_catalog.unnest(\(Table.names)) AS t(name) JOIN pg_class AS c ON c.oid = to_regclass(t.name)::oid
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY t.name, a.attnum
      """
    ).rows {
      guard let table = try row.text(0), let kind = try row.text(1).flatMap(StoreState.RealTable.Kind.init(rawValue:)),
        let name = try row.text(2), let type = try row.text(3)
      else { continue }
      kinds[table] = kind
      columns[table, default: []].append(
        StoreState.RealColumn(
          name: name, type: type, isRequired: try row.boolean(4) == true, isGenerated: try row.boolean(5) == true))
    }
    return StoreState(
      tables: kinds.reduce(into: [:]) {
        $0[$1.key] = StoreState.RealTable(kind: $1.value, columns: columns[$1.key] ?? [])
      })
  }
}
