import Database
import MemoryModel
import PostgresClient

/// An index of a table.
struct TableIndex {
  /// Its name.
  let name: String
  /// The table, as SQL writes it.
  let table: String
  /// Whether no two rows may have the same.
  var isUnique = false
  /// What stands behind the table in its definition: `USING gin (…)`, `(user_id)`.
  let body: String

  /// The statement that makes it.
  ///
  /// - Parameters:
  ///   - mode: `CONCURRENTLY ` or nothing.
  ///   - only: Whether partitions are left alone.
  func statement(mode: String, only: Bool = false) -> String {
    "CREATE \(isUnique ? "UNIQUE " : "")INDEX \(mode)\(name.quotedIdentifier) ON \(only ? "ONLY " : "")\(table) \(body)"
  }
}

extension PostgresDriver {
  /// A table or an index and all that is below it where it is partitioned, as a part of FROM with the column `part.oid`.
  ///
  /// - Parameter expression: The number of the whole.
  func parts(of expression: String) -> SQL {
    """
    LATERAL (SELECT \(raw: expression)::oid UNION
      SELECT tree.relid::oid FROM pg_catalog.pg_partition_tree(\(raw: expression)::regclass) AS tree) AS part(oid)
    """
  }
}

extension StoreState {
  /// Whether a table is spread over partitions.
  func isPartitioned(_ table: String) -> Bool { tables[table]?.kind == .partitioned }
}

/// Indexes of partitioned tables: PostgreSQL builds none CONCURRENTLY on the whole, so every partition gets its own, which
/// then becomes a part of the whole's. Building that was interrupted goes on where it ended.
extension PostgresDriver {
  /// Builds an index.
  func build(_ index: TableIndex, mode: String, in state: StoreState) throws {
    try build(index, mode: mode, in: state) { name, table, mode in
      try execute(
        unsafeSQL: TableIndex(name: name, table: table, isUnique: index.isUnique, body: index.body).statement(
          mode: mode))
    }
  }

  /// Builds an index of the memories as it was on another table in their place.
  func build(index: MemoriesTable.Index, mode: String, _ progress: any ProgressReporter) throws {
    let state = try state()
    let whole = TableIndex(name: index.name, table: Table.memories.name, isUnique: index.isUnique, body: index.body)
    guard index.isOverVectors else { return try build(whole, mode: mode, in: state) }
    let bytes = 4 * (state.vectorDimensions ?? 0)
    try build(whole, mode: mode, in: state) { name, table, mode in
      let rows = Int(try query("SELECT pg_catalog.count(*) FROM \(raw: table)").first?.integer(0) ?? 0)
      try tuned(
        TableIndex(name: name, table: table, body: index.body), mode: mode, rows: rows,
        bytesOfVector: bytes, progress)
    }
  }

  /// Builds an index as a whole, or part by part.
  ///
  /// - Parameter create: Makes an index of a name on a table, as SQL writes it, in a mode.
  func build(
    _ index: TableIndex, mode: String, in state: StoreState,
    create: (_ name: String, _ table: String, _ mode: String) throws -> Void
  ) throws {
    guard state.isPartitioned(index.table) else { return try create(index.name, index.table, mode) }
    let present = state.indexes.first { $0.name == index.name }
    // One that lacks no part and does not work has a part that does not.
    let isBroken = try present?.isValid == false && partsLacking(index).isEmpty
    if isBroken { try execute(unsafeSQL: "DROP INDEX \(index.name.quotedIdentifier)") }
    if isBroken || present == nil { try execute(unsafeSQL: index.statement(mode: "", only: true)) }
    for part in try partsLacking(index) {
      let name = "\(part.schema).\(part.index.quotedIdentifier)"
      // CONCURRENTLY leaves an index that is not valid when it is interrupted.
      if part.isValid == false { try execute(unsafeSQL: "DROP INDEX \(mode)\(name)") }
      if part.isValid != true {
        try create(part.index, "\(part.schema).\(part.table.quotedIdentifier)", part.isPartitioned ? "" : mode)
      }
      try execute(unsafeSQL: "ALTER INDEX \(index.name.quotedIdentifier) ATTACH PARTITION \(name)")
    }
  }

  /// A partition whose own index is not a part of the whole's yet.
  private struct PartLacking {
    /// Its schema, as SQL writes it.
    let schema: String
    let table: String
    let isPartitioned: Bool
    /// What its index is called.
    let index: String
    /// Whether that is there and works; nil where it is missing.
    let isValid: Bool?
  }

  private func partsLacking(_ index: TableIndex) throws -> [PartLacking] {
    let suffix = String(index.name.trimmingPrefix("\(index.table)_"))
    return try query(
      """
      SELECT pg_catalog.quote_ident(n.nspname::text), p.relname::text, p.relkind = 'p', x.indisvalid, i.relname::text
      FROM pg_catalog.pg_inherits AS h JOIN pg_catalog.pg_class AS p ON p.oid = h.inhrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
        LEFT JOIN (pg_catalog.pg_class AS i JOIN pg_catalog.pg_index AS x ON x.indexrelid = i.oid)
          ON x.indrelid = p.oid AND i.relname = pg_catalog.left(pg_catalog.concat(p.relname, '_', \(suffix)), 63)::name
      WHERE h.inhparent = pg_catalog.to_regclass(\(index.table))::oid AND p.relkind <> 'f' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_inherits AS a JOIN pg_catalog.pg_index AS y ON y.indexrelid = a.inhrelid
        WHERE a.inhparent = pg_catalog.to_regclass(\(index.name.quotedIdentifier))::oid AND y.indrelid = p.oid)
      ORDER BY p.relname
      """
    ).rows.map { row in
      let table = try row.text(1) ?? ""
      return PartLacking(
        schema: try row.text(0) ?? "", table: table, isPartitioned: try row.boolean(2) ?? false,
        index: try row.text(4) ?? String("\(table)_\(suffix)".prefix(63)), isValid: try row.boolean(3))
    }
  }
}
