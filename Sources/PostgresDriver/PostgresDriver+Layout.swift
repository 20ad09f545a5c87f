import Database
import Foundation
import MemoryModel
import PostgresClient

/// How the memories are laid out, and what keeps them from another layout.
extension PostgresDriver: LayingOut {
  /// The setting of a database, a role or a session that says how new tables are laid out.
  static let layoutSetting = "memsh.layout"
  /// So many shards for each server.
  private static let shardsForEachNode = 4
  /// Partitions are counted exactly where there are about as many rows or fewer.
  private static let countedRowsMaximum: Int64 = 1_000_000

  package func partCount(in state: StoreState) throws -> Int {
    switch state.layout {
    case .single: 1
    case .partitioned: state.partitions.count
    case .citus:
      Int(
        try query(
          """
          SELECT pg_catalog.count(*) FROM pg_catalog.pg_dist_shard
          WHERE logicalrelid = pg_catalog.to_regclass('memories')
          """
        ).first?.integer(0) ?? 0)
    }
  }

  package func parts(in state: StoreState) throws -> [LayoutPart] {
    switch state.layout {
    case .single: []
    case .partitioned: try partitions(in: state)
    case .citus: try shards()
    }
  }

  package func suitingParts(for layout: StoreLayout) throws -> Int {
    switch layout {
    case .single: return 1
    // What the server has, no statement tells; mostly it is a machine like this one.
    case .partitioned: return max(2, ProcessInfo.processInfo.activeProcessorCount)
    case .citus: return try PostgresDriver.shardsForEachNode * requireNodes()
    }
  }

  package func presetLayout() throws -> LayoutWish? {
    let text =
      try query("SELECT pg_catalog.current_setting(\(PostgresDriver.layoutSetting), true)").first?.text(0) ?? ""
    guard !text.isEmpty else { return nil }
    guard let wish = LayoutWish(parsing: text) else {
      throw MemshError(
        .usage, "the database's setting \(PostgresDriver.layoutSetting) is '\(text)', which is not a layout",
        hint: "it is `single`, `partitioned`, `citus`, or one of them with a number: ALTER DATABASE name SET "
          + "\(PostgresDriver.layoutSetting) = 'partitioned 12'")
    }
    return wish
  }

  private func partitions(in state: StoreState) throws -> [LayoutPart] {
    let rows = try rows(of: state.partitions)
    return try query(
      """
      SELECT p.name, CASE WHEN c.relkind = 'f' THEN pg_catalog.concat_ws(':',
          coalesce((SELECT pg_catalog.split_part(o, '=', 2) FROM pg_catalog.unnest(s.srvoptions) AS o WHERE o LIKE 'host=%'),
            s.srvname::text),
          (SELECT pg_catalog.split_part(o, '=', 2) FROM pg_catalog.unnest(s.srvoptions) AS o WHERE o LIKE 'port=%')) END,
        CASE WHEN c.relkind <> 'f' THEN pg_catalog.pg_total_relation_size(c.oid) END, c.relname::text
      FROM pg_catalog.unnest(\(state.partitions.map(\.name))) AS p(name)
        JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(p.name)::oid
        LEFT JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = c.oid
        LEFT JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
      ORDER BY 1
      """
    ).rows.map { row in
      LayoutPart(
        name: try row.text(3) ?? "", node: try row.text(1), rows: rows[try row.text(0) ?? ""] ?? nil,
        bytes: try row.integer(2))
    }
  }

  /// The rows of partitions, by their names; of one on a server that does not answer there are none.
  private func rows(of partitions: [StoreState.Partition]) throws -> [String: Int64?] {
    let estimate = partitions.compactMap(\.rowEstimate).reduce(0, +)
    var rows: [String: Int64?] = [:]
    for partition in partitions {
      guard partition.isForeign || estimate <= PostgresDriver.countedRowsMaximum else {
        rows[partition.name] = partition.rowEstimate
        continue
      }
      do {
        rows[partition.name] = try query("SELECT pg_catalog.count(*) FROM \(raw: partition.name)").first?.integer(0)
      } catch let error as MemshError where partition.isForeign && error.code == .storeFailed {
        rows[partition.name] = .some(nil)
      }
    }
    return rows
  }

  package func objectsInTheWay(of goal: StoreLayout, in state: StoreState) throws -> [ForeignObject] {
    let isMadeAnew = goal != .citus && state.layout != .citus
    let others = try query(postgresDialect.objectsOfOthers(on: [Table.memories.name])).rows.map { row in
      try ForeignObject(PostgresRowValues(values: row, location: identity.location))
    }
    let hanging = ["view", "materialized view", "dependent object", "publication"]
    let standing = others.filter { object in
      switch object.kind {
      case "rule", "parent table": true
      case "foreign key":
        !(object.name.hasPrefix(PostgresDriver.duplicatesKey) && object.name.hasSuffix(Table.duplicates.name))
      // A partition is one as well.
      case "child table": object.effect == .prevents
      default: isMadeAnew && hanging.contains(object.kind)
      }
    }
    return try standing + unfitObjects(for: goal, isMadeAnew: isMadeAnew)
  }

  /// What of the table of memories itself has no place in a layout.
  private func unfitObjects(for goal: StoreLayout, isMadeAnew: Bool) throws -> [ForeignObject] {
    let drop = "ALTER TABLE memories DROP CONSTRAINT %I"
    let (spreads, isNew): (SQL, SQL) = (goal == .single ? "false" : "true", isMadeAnew ? "true" : "false")
    return try query(
      """
      WITH t AS (SELECT c.* FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('memories')::oid),
        -- The numbers of the columns id and user_id.
        n AS (SELECT (SELECT a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.oid AND a.attname::text = 'id') AS id,
          (SELECT a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.oid AND a.attname::text = 'user_id') AS owner
          FROM t),
        k AS (SELECT c.* FROM t JOIN pg_catalog.pg_constraint AS c ON c.conrelid = t.oid)
      SELECT kind, name, statement FROM (
        SELECT 1, 'primary key', k.conname::text, pg_catalog.format(\(drop), k.conname) FROM k, n
          WHERE k.contype = 'p' AND k.conkey <> ARRAY[n.id] AND k.conkey <> ARRAY[n.id, n.owner]
        UNION ALL
        SELECT 2, 'unique constraint', k.conname::text, pg_catalog.format(\(drop), k.conname) FROM k, n
          WHERE \(spreads) AND k.contype = 'u' AND NOT k.conkey @> ARRAY[n.owner]
        UNION ALL
        SELECT 2, 'unique index', i.relname::text, pg_catalog.format('DROP INDEX %s', i.oid::pg_catalog.regclass)
          FROM t JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid, n
          WHERE \(spreads) AND x.indisunique
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.conindid = i.oid)
            AND (x.indexprs IS NOT NULL OR NOT x.indkey::int2[] @> ARRAY[n.owner])
        UNION ALL
        SELECT 3, 'exclusion constraint', k.conname::text, pg_catalog.format(\(drop), k.conname) FROM k
          WHERE \(spreads) AND k.contype = 'x'
        UNION ALL
        SELECT 4, 'foreign key', pg_catalog.format('%s of memories to itself', k.conname), pg_catalog.format(\(drop), k.conname)
          FROM k WHERE \(spreads) AND k.contype = 'f' AND k.confrelid = k.conrelid AND k.conparentid = 0::oid
        UNION ALL
        SELECT 5, 'unchecked constraint', k.conname::text,
            pg_catalog.format('ALTER TABLE memories VALIDATE CONSTRAINT %I', k.conname) FROM k
          WHERE \(isNew) AND NOT k.convalidated
        UNION ALL
        SELECT 6, 'identity', pg_catalog.format('of memories.%s', a.attname),
            pg_catalog.format('ALTER TABLE memories ALTER %I DROP IDENTITY', a.attname)
          FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid
          WHERE \(isNew) AND a.attidentity <> '' AND NOT a.attisdropped
        UNION ALL
        SELECT 7, 'trigger', pg_catalog.format('%s on memories, which looks at all rows of a statement', g.tgname),
            pg_catalog.format('DROP TRIGGER %I ON memories', g.tgname)
          FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid
          WHERE \(spreads) AND NOT g.tgisinternal AND g.tgtype::int4 & 1 = 1
            AND (g.tgoldtable IS NOT NULL OR g.tgnewtable IS NOT NULL)
        UNION ALL
        SELECT 8, 'replica identity', 'of memories', 'ALTER TABLE memories REPLICA IDENTITY DEFAULT' FROM t
          WHERE \(isNew) AND t.relreplident <> 'd'
        UNION ALL
        SELECT 8, 'unlogged table', 'memories', 'ALTER TABLE memories SET LOGGED' FROM t
          WHERE \(isNew) AND t.relpersistence <> 'p'
        UNION ALL
        SELECT 9, 'foreign partition', l.relid::pg_catalog.regclass::text, NULL
          FROM t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS l
            JOIN pg_catalog.pg_class AS c ON c.oid = l.relid::oid
          WHERE t.relkind = 'p' AND c.relkind = 'f'
        UNION ALL
        SELECT 9, 'partitioning', pg_catalog.concat('of memories by ', pg_catalog.pg_get_partkeydef(t.oid)), NULL FROM t
          WHERE t.relkind = 'p' AND pg_catalog.pg_get_partkeydef(t.oid) <> 'HASH (user_id)'
        UNION ALL
        SELECT 10, 'owner', pg_catalog.format('%s of memories, who alone may change the table',
            pg_catalog.pg_get_userbyid(t.relowner)), NULL
          FROM t WHERE NOT pg_catalog.pg_has_role(t.relowner, 'USAGE')
      ) AS f(number, kind, name, statement) ORDER BY number, name
      """
    ).rows.map { row in
      ForeignObject(
        kind: try row.text(0) ?? "", name: try row.text(1) ?? "", drop: try row.text(2), effect: .prevents)
    }
  }

  /// The foreign key by which the records of duplicates refer to memories.
  static let duplicatesKey = "memory_duplicates_original_id_fkey"
}
