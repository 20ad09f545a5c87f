import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
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
}
