import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  package func state() throws -> StoreState {
    askForFactsSoon()
    var reader = StateReader()
    for row in try query(stateQuery).rows {
      try reader.read(PostgresRowValues(values: row, location: identity.location))
    }
    var state = reader.state
    isDistributed = state.layout == .citus
    let userType = state.tables[Table.memories.name]?.column(Column.userID.name)?.type
    usersAreText = userType.map { $0 == "text" || $0.hasPrefix("character varying") } ?? false
    // A column of any length: what stands in it says more.
    if let column = state.tables[Table.memories.name]?.column(Column.embedding.name), state.vectorDimensions == 0,
      column.type.hasSuffix("vector")
    {
      let first = try query(
        "SELECT vector_dims(embedding::vector) FROM memories WHERE embedding IS NOT NULL ORDER BY id LIMIT 1"
      ).first
      state.vectorDimensions = Int(try first?.integer(0) ?? 0)
    }
    return state
  }

  /// Everything in one statement: rows of a kind, a table, three texts and two flags.
  ///
  /// Tables that may not be there cannot be named in it. `ts_stat` reads them all the same, because it runs a statement
  /// that is made of text and gives back the words of vectors of text: here of one that has each value for a word.
  private var stateQuery: SQL {
    let own = schemaName.map { "memsh_\($0)" } ?? "memsh"
    let space = """
      SELECT pg_catalog.array_to_tsvector(ARRAY[value::pg_catalog.text]) FROM \(ledger).settings
      WHERE key OPERATOR(pg_catalog.=) 'embedding_space'::pg_catalog.text
        AND pg_catalog.octet_length(value::pg_catalog.text) OPERATOR(pg_catalog.<=) 2047
      """
    let distributed = """
      SELECT pg_catalog.array_to_tsvector(pg_catalog.array_agg(logicalrelid::pg_catalog.oid::pg_catalog.text))
      FROM pg_catalog.pg_dist_partition
      """
    let nothing = "SELECT NULL::pg_catalog.tsvector"
    return """
      WITH t AS MATERIALIZED (
          SELECT wanted.name, c.oid, c.relkind, c.reltuples,
            pg_catalog.format('TABLE %I.%I', n.nspname, c.relname) AS definition
          FROM pg_catalog.unnest(\(Table.names)) AS wanted(name)
            JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(wanted.name)::oid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace),
        own AS MATERIALIZED (
          SELECT c.relname::text AS name,
            pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS reads,
            pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AS writes
          FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname::text = \(own) AND c.relname::text = ANY (\(OwnTable.allCases.map(\.rawValue)))
            AND c.relkind IN ('r', 'p')),
        distributed AS MATERIALIZED (SELECT word AS oid FROM pg_catalog.ts_stat(
          CASE WHEN pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NULL THEN \(nothing)
            ELSE \(distributed) END))
      SELECT 'table', t.name, CASE t.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' WHEN 'r' THEN 'table'
          ELSE 'view' END, CASE WHEN t.relkind = 'r' THEN NULLIF(
            greatest(t.reltuples::float8, pg_catalog.pg_stat_get_live_tuples(t.oid)::float8), '0'::float8)::int8::text END,
          t.definition, t.oid::text IN (SELECT oid FROM distributed), false FROM t
      UNION ALL
      SELECT * FROM (SELECT 'column', t.name, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
          pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.attgenerated <> ''
        FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        ORDER BY t.name, a.attnum) AS columns
      UNION ALL
      SELECT 'index', t.name, i.relname::text, pg_catalog.pg_get_indexdef(i.oid), m.amname::text, x.indisvalid, false
      FROM t JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
      UNION ALL
      SELECT 'trigger', t.name, g.tgname::text, pg_catalog.pg_get_triggerdef(g.oid), NULL, g.tgenabled <> 'D', false
      FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
      UNION ALL
      SELECT * FROM (SELECT 'partition', t.name, pg_catalog.format('%I.%I', n.nspname, c.relname), NULLIF(
            greatest(c.reltuples::float8, pg_catalog.pg_stat_get_live_tuples(c.oid)::float8), '0'::float8)::int8::text,
          NULL, c.relkind = 'f', pg_catalog.pg_get_partkeydef(t.oid) = 'HASH (user_id)'
        FROM t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS leaf
          JOIN pg_catalog.pg_class AS c ON c.oid = leaf.relid::pg_catalog.oid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE t.name = 'memories' AND t.relkind = 'p' AND leaf.isleaf ORDER BY 3) AS partitions
      UNION ALL
      SELECT 'own', name, NULL, NULL, NULL, reads, writes FROM own
      UNION ALL
      SELECT 'extension', e.extname::text, e.extversion, n.nspname::text, NULL, false, false
      FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
      WHERE e.extname::text IN ('vector', 'citus')
      UNION ALL
      SELECT 'space', '', word, NULL, NULL, false, false FROM pg_catalog.ts_stat(
        CASE WHEN (SELECT pg_catalog.bool_or(reads) FROM own WHERE name = 'settings') THEN \(space) ELSE \(nothing) END)
      """
  }
}

/// Puts a state together from the rows of its query.
private struct StateReader {
  private var kinds: [String: (kind: StoreState.RealTable.Kind, text: String, isDistributed: Bool, rows: Int64?)] = [:]
  private var columns: [String: [StoreState.RealColumn]] = [:]
  private var found = StoreState()

  mutating func read(_ row: any Row) throws {
    let table = try row.string(1)
    switch try row.string(0) {
    case "table":
      let kind = StoreState.RealTable.Kind(rawValue: try row.string(2)) ?? .view
      kinds[table] = (kind, try row.string(4), try row.flag(5), try row.text(3).flatMap { Int64($0) })
    case "column":
      columns[table, default: []].append(
        StoreState.RealColumn(
          name: try row.string(2), type: try row.string(3), isRequired: try row.flag(5), isGenerated: try row.flag(6),
          defaultText: try row.text(4)))
    case "index":
      found.indexes.append(
        StoreState.RealObject(
          name: try row.string(2), table: table, method: try row.string(4), isValid: try row.flag(5),
          definition: try row.text(3) ?? ""))
    case "trigger":
      found.triggers.append(
        StoreState.RealObject(
          name: try row.string(2), table: table, isValid: try row.flag(5), definition: try row.text(3) ?? ""))
    case "partition":
      found.partitions.append(
        StoreState.Partition(
          name: try row.string(2), isForeign: try row.flag(5), isByUser: try row.flag(6),
          rowEstimate: try row.text(3).flatMap { Int64($0) }))
    case "own":
      guard let own = OwnTable(rawValue: table) else { return }
      found.own[own] = StoreState.Rights(mayRead: try row.flag(5), mayWrite: try row.flag(6))
    case "extension" where table == "citus": found.citusVersion = try row.string(2)
    case "extension":
      found.vectorExtension = StoreState.VectorExtension(version: try row.string(2), schema: try row.string(3))
    default: found.recordedSpace = try row.string(2)
    }
  }

  /// About how many rows all partitions have.
  private var rowsOfPartitions: Int64? {
    let counts = found.partitions.compactMap(\.rowEstimate)
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }

  var state: StoreState {
    var state = found
    for (name, table) in kinds {
      let rows = table.kind == .partitioned && name == Table.memories.name ? rowsOfPartitions : table.rows
      state.tables[name] = StoreState.RealTable(
        kind: table.kind, columns: columns[name] ?? [], definition: table.text, isDistributed: table.isDistributed,
        rowEstimate: rows)
    }
    if let type = state.tables[Table.memories.name]?.column(Column.embedding.name)?.type {
      state.vectorDimensions = PostgresDialect.lengthSplit(from: type).length ?? 0
    }
    state.textLanguage = state.validIndex(PostgresDriver.textIndex).flatMap { language(ofIndex: $0.definition) }
    return state
  }

  /// What stands between `to_tsvector('` and `'::regconfig`: every command asks, and a pattern takes half a millisecond.
  private func language(ofIndex definition: String) -> String? {
    guard let start = definition.firstRange(of: "to_tsvector('")?.upperBound else { return nil }
    let name = definition[start...].prefix { $0 != "'" }
    return !name.isEmpty && definition[name.endIndex...].hasPrefix("'::regconfig") ? String(name) : nil
  }
}
