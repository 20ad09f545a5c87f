import Database
import MemoryModel
import PostgresClient

/// What others made on the four tables and beside them.
extension PostgresStore {
  /// What goes when the four tables are dropped: with them, or because it hangs on them.
  package func objectsOfOthers() throws -> [ForeignObject] {
    let columns = Table.all.flatMap { table in table.columnNames.map { "\(table.name).\($0)" } }
    let indexes =
      SchemaNames.indexes.map(\.name) + SchemaNames.vectorIndexes.map(\.name) + [PostgresStore.textIndex]
    let rows = try query(
      """
      WITH t AS (
        SELECT c.oid, name, c.oid::regclass::text AS quoted, c.relowner, c.relacl, c.reltype, c.relrowsecurity, c.relkind
        FROM pg_catalog.unnest(\(Table.names)) AS name JOIN pg_class c ON c.oid = to_regclass(name)::oid
      ), found AS (
      \(unsafeSQL: OthersSQL.owners) UNION ALL \(unsafeSQL: OthersSQL.grants) UNION ALL
      \(unsafeSQL: OthersSQL.dependents) UNION ALL \(unsafeSQL: OthersSQL.attached) UNION ALL
      SELECT 9, 'trigger', pg_catalog.format('%s on %s', g.tgname, t.name), pg_catalog.format('DROP TRIGGER %I ON %s', g.tgname, t.quoted)
        FROM t JOIN pg_trigger g ON g.tgrelid = t.oid
        WHERE NOT g.tgisinternal AND g.tgname <> ALL(\(SchemaNames.triggers.map(\.name)))
      UNION ALL
      SELECT 10, 'index', i.relname, pg_catalog.format('DROP INDEX %s', i.oid::regclass)
        FROM t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE i.relname <> ALL(\(indexes)) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid)
      UNION ALL
      SELECT 11, 'constraint', pg_catalog.format('%s on %s', k.conname, t.name),
          pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', t.quoted, k.conname)
        FROM t JOIN pg_constraint k ON k.conrelid = t.oid
        WHERE k.contype IN ('c', 'u', 'x', 'f') AND k.conname <> ALL(\(OthersSQL.knownConstraints))
      UNION ALL
      SELECT 12, 'column', pg_catalog.format('%s.%s', t.name, a.attname), pg_catalog.format('ALTER TABLE %s DROP COLUMN %I', t.quoted, a.attname)
        FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE t.name || '.' || a.attname::text <> ALL(\(columns))
      )
      SELECT kind::text, name::text, statement::text FROM found AS f(number, kind, name, statement)
      GROUP BY number, kind, name, statement ORDER BY number, name
      """
    ).rows
    return try rows.map { ForeignObject(kind: try $0.text(0) ?? "", name: try $0.text(1) ?? "", drop: try $0.text(2)) }
  }

  /// What a copy of the four tables leaves out: the same, and the other tables and views of their schema.
  package func contentOfOthers() throws -> [ForeignObject] {
    let rows = try query(
      """
      SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
          c.oid::regclass::text FROM pg_class c
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('memories')::oid)
          AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
          AND c.oid <> ALL(ARRAY(SELECT to_regclass(name)::oid FROM pg_catalog.unnest(\(Table.names)) AS name
            WHERE to_regclass(name) IS NOT NULL))
          AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass::oid AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY 1, 2
      """
    ).rows
    let beside = try rows.map { ForeignObject(kind: try $0.text(0) ?? "", name: try $0.text(1) ?? "", drop: nil) }
    // Whose the tables are is no part of what is in them.
    let attached = try objectsOfOthers().filter { $0.kind != "owner" }
    return attached
      + beside.filter { object in !attached.contains { $0.kind == object.kind && $0.name == object.name } }
  }
}

/// Parts of the question what others made: number in the order in which it can be taken away, kind, name, statement.
private enum OthersSQL {
  /// Checks and references that the applications' own tables have, by the names that PostgreSQL gives them.
  static let knownConstraints = [
    "prompt_fragments_context_tier_check", "memory_duplicates_dedup_type_check", "memory_duplicates_original_id_fkey",
  ]

  /// Tables made anew belong to whoever makes them.
  static let owners = """
    SELECT 1, 'owner', pg_catalog.format('%s of %s', pg_catalog.pg_get_userbyid(t.relowner), t.name), NULL
      FROM t WHERE t.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    """

  /// Rights of others on the tables, their columns and their sequences.
  static let grants = """
    SELECT 2, 'grant', pg_catalog.format('%s on %s to %s', pg_catalog.string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type), o.what,
          coalesce(r.rolname, 'PUBLIC')),
        pg_catalog.format('REVOKE ALL ON %s FROM %s', o.object, coalesce(pg_catalog.quote_ident(r.rolname::text), 'PUBLIC'))
      FROM (
        SELECT t.relowner AS owner, t.relacl AS acl, t.name AS what, t.quoted AS object FROM t
        UNION ALL
        SELECT t.relowner, a.attacl, t.name || '.' || a.attname::text, t.quoted
          FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attacl IS NOT NULL
        UNION ALL
        SELECT s.relowner, s.relacl, 'sequence ' || s.relname::text, 'SEQUENCE ' || s.oid::regclass::text
          FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid
            AND d.classid = 'pg_class'::regclass::oid AND d.deptype IN ('a', 'i')
          JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      ) AS o CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) AS x LEFT JOIN pg_roles r ON r.oid = x.grantee
      WHERE x.grantee <> o.owner GROUP BY o.what, o.object, r.rolname
    """

  /// What hangs on the tables from outside: views, foreign keys, functions, child tables.
  static let dependents = """
    SELECT 3, CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, v.oid::regclass::text,
        pg_catalog.format('DROP %s %s', CASE v.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, v.oid::regclass)
      FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid
        AND d.classid = 'pg_rewrite'::regclass::oid
      JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
    UNION ALL
    SELECT 4, 'foreign key', pg_catalog.format('%s on %s', k.conname, k.conrelid::regclass),
        pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)
      FROM t JOIN pg_constraint k ON k.confrelid = t.oid AND k.contype = 'f'
      WHERE k.conrelid NOT IN (SELECT oid FROM t)
    UNION ALL
    SELECT 5, 'dependent object', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid), NULL
      FROM t JOIN pg_type y ON y.oid = t.reltype JOIN pg_depend d ON d.deptype = 'n'
        AND ((d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid)
          OR (d.refclassid = 'pg_type'::regclass::oid AND d.refobjid IN (y.oid, y.typarray)))
      WHERE d.classid NOT IN ('pg_rewrite'::regclass::oid, 'pg_constraint'::regclass::oid, 'pg_policy'::regclass::oid)
        AND d.objid NOT IN (SELECT oid FROM t)
        AND NOT (d.classid = 'pg_class'::regclass::oid AND d.refclassid = 'pg_class'::regclass::oid)
    UNION ALL
    SELECT 6, 'child table', i.inhrelid::regclass::text, pg_catalog.format('DROP TABLE %s', i.inhrelid::regclass)
      FROM t JOIN pg_inherits i ON i.inhparent = t.oid
    """

  /// What belongs to the tables: rules, row security, publications, comments, statistics, a parent.
  static let attached = """
    SELECT 7, 'rule', pg_catalog.format('%s on %s', w.rulename, t.name), pg_catalog.format('DROP RULE %I ON %s', w.rulename, t.quoted)
      FROM t JOIN pg_rewrite w ON w.ev_class = t.oid
    UNION ALL
    SELECT 7, 'policy', pg_catalog.format('%s on %s', p.polname, t.name), pg_catalog.format('DROP POLICY %I ON %s', p.polname, t.quoted)
      FROM t JOIN pg_policy p ON p.polrelid = t.oid
    UNION ALL
    SELECT 8, 'row security', 'of ' || t.name, pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t.quoted)
      FROM t WHERE t.relrowsecurity
    UNION ALL
    SELECT 8, 'publication', pg_catalog.format('%s of %s', b.pubname, t.name),
        pg_catalog.format('ALTER PUBLICATION %I DROP TABLE %s', b.pubname, t.quoted)
      FROM t JOIN pg_publication_rel p ON p.prrelid = t.oid JOIN pg_publication b ON b.oid = p.prpubid
    UNION ALL
    SELECT 8, 'statistics', s.stxname, pg_catalog.format('DROP STATISTICS %I.%I', n.nspname, s.stxname)
      FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.oid JOIN pg_namespace n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT 8, 'comment', 'on ' || t.name || coalesce('.' || a.attname::text, ''),
        CASE WHEN a.attname IS NULL THEN pg_catalog.format('COMMENT ON TABLE %s IS NULL', t.quoted)
          ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I IS NULL', t.quoted, a.attname) END
      FROM t JOIN pg_description d ON d.classoid = 'pg_class'::regclass::oid AND d.objoid = t.oid
        LEFT JOIN pg_attribute a ON d.objsubid > 0 AND a.attrelid = t.oid AND a.attnum = d.objsubid
    UNION ALL
    SELECT 8, 'parent table', i.inhparent::regclass::text, pg_catalog.format('ALTER TABLE %s NO INHERIT %s', t.quoted, i.inhparent::regclass)
      FROM t JOIN pg_inherits i ON i.inhrelid = t.oid
    UNION ALL
    SELECT 8, 'partitioning', 'of ' || t.name, NULL FROM t WHERE t.relkind = 'p'
    """
}
