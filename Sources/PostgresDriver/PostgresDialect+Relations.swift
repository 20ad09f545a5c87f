import Database
import MemoryModel

/// The tables and views in the schemas that the store's statements see, and memsh's own.
extension PostgresDialect {
  /// What an extension brought along is left out.
  var relations: SQL {
    """
    SELECT n.nspname::text, c.relname::text, CASE WHEN c.relispartition THEN 'partition' ELSE CASE c.relkind
        WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        ELSE 'foreign table' END END,
      CASE WHEN c.relkind IN ('r', 'm') THEN NULLIF(
        greatest(c.reltuples::float8, pg_catalog.pg_stat_get_live_tuples(c.oid)::float8), '0'::float8)::int8 END,
      pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
      CASE WHEN n.nspname::text = \(ownSchema) THEN c.relname::text END
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (n.nspname::text = \(ownSchema) OR n.nspname::text IN (
        SELECT s::text FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS path(s)
        WHERE NOT pg_catalog.starts_with(s::text, 'pg_')))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass::oid AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname::text = \(ownSchema), 1, 2
    """
  }

  private var ownSchema: String { schemaName.map { "memsh_\($0)" } ?? "memsh" }

  func columns(of relation: Relation) -> SQL {
    """
    SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '',
      pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM \(relationIdentity(relation)) JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
      LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
  }

  func objects(of relation: Relation) -> SQL {
    """
    SELECT 'index', i.relname::text, x.indisvalid, pg_catalog.pg_get_indexdef(i.oid)
    FROM \(relationIdentity(relation)) JOIN pg_catalog.pg_index AS x ON x.indrelid = c.oid
      JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
    UNION ALL
    SELECT 'trigger', g.tgname::text, g.tgenabled <> 'D', pg_catalog.pg_get_triggerdef(g.oid)
    FROM \(relationIdentity(relation)) JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = c.oid WHERE NOT g.tgisinternal
    ORDER BY 1, 2
    """
  }

  private func relationIdentity(_ relation: Relation) -> SQL {
    """
    (SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname::text = \(relation.schema ?? "") AND c.relname::text = \(relation.name)) AS c
    """
  }
}
