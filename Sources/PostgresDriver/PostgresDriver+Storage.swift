import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// What the tables, with everything that belongs to them, and their indexes take: over all partitions and servers.
  package func storage() throws -> [StorageEntry] {
    let entries = try query(
      """
      SELECT c.relname::text, 'table', 'present',
          (SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(part.oid))::int8 FROM \(parts(of: "c.oid")))
        FROM pg_catalog.unnest(\(Table.names)) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)::oid
      UNION ALL
      SELECT i.relname::text, 'index',
        CASE WHEN NOT x.indisvalid THEN 'invalid' ELSE pg_catalog.concat(a.amname, ', ', (
          SELECT pg_catalog.sum(s.idx_scan)::int8 FROM \(parts(of: "i.oid"))
            JOIN pg_stat_all_indexes AS s ON s.indexrelid = part.oid), ' scans') END,
        (SELECT pg_catalog.sum(pg_catalog.pg_relation_size(part.oid))::int8 FROM \(parts(of: "i.oid")))
        FROM pg_catalog.unnest(\(Table.names)) AS t(name)
        JOIN pg_index x ON x.indrelid = to_regclass(t.name)::oid
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
      """
    ).rows.map { row in
      StorageEntry(
        name: try row.text(0) ?? "", kind: try row.text(1) ?? "", state: try row.text(2) ?? "",
        bytes: try row.integer(3) ?? 0)
    }
    let onNodes = try state().layout == .citus ? bytesOnNodes() : [:]
    return entries.map { entry in
      onNodes[entry.name].map { StorageEntry(name: entry.name, kind: entry.kind, state: entry.state, bytes: $0) }
        ?? entry
    }.sorted { ($0.kind, $0.bytes, $1.name) > ($1.kind, $1.bytes, $0.name) }
  }
}
