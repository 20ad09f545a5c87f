import Database
import MemoryModel

/// What others made on the four tables, beside them and hanging on them.
extension PostgresDialect {
  var objectsOfOthers: SQL { objectsOfOthers(on: Table.names) }

  /// What others made on some of the four tables, beside them and hanging on them.
  func objectsOfOthers(on tables: [String]) -> SQL {
    let known = Table.all.flatMap { table in table.columnNames.map { "\(table.name).\($0)" } }
    let indexes =
      SchemaNames.indexes.map(\.name) + SchemaNames.vectorIndexes.map(\.name) + [PostgresDriver.textIndex]
    return """
      WITH \(PostgresDialect.tables(tables)), found AS (
      \(raw: OthersSQL.owners) UNION ALL \(raw: OthersSQL.grants) UNION ALL
      \(raw: OthersSQL.dependents) UNION ALL \(raw: OthersSQL.attached) UNION ALL \(raw: OthersSQL.beside) UNION ALL
      SELECT 9, 'trigger', pg_catalog.format('%s on %s', g.tgname, t.name),
          pg_catalog.format('DROP TRIGGER %I ON %s', g.tgname, t.quoted),
          CASE WHEN g.tgtype::int4 & 44 <> 0 AND g.tgenabled IN ('O', 'A') THEN 'fires' ELSE '' END, NULL
        FROM t JOIN pg_trigger g ON g.tgrelid = t.oid
        WHERE NOT g.tgisinternal AND g.tgname::text <> ALL(\(SchemaNames.triggers.map(\.name)))
      UNION ALL
      SELECT 10, 'index', i.relname, pg_catalog.format('DROP INDEX %s', i.oid::regclass), '', NULL
        FROM t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE i.relname::text <> ALL(\(indexes)) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid)
      UNION ALL
      SELECT 11, 'constraint', pg_catalog.format('%s on %s', k.conname, t.name),
          pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', t.quoted, k.conname), '', NULL
        FROM t JOIN pg_constraint k ON k.conrelid = t.oid
        WHERE k.contype IN ('c', 'u', 'x', 'f') AND k.conname::text <> ALL(\(OthersSQL.knownConstraints))
      UNION ALL
      SELECT 12, 'column', pg_catalog.format('%s.%s', t.name, a.attname),
          pg_catalog.format('ALTER TABLE %s DROP COLUMN %I', t.quoted, a.attname),
          CASE WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' THEN 'needs value' ELSE '' END, NULL
        FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE t.name || '.' || a.attname::text <> ALL(\(known))
      UNION ALL
      SELECT 12, 'default', pg_catalog.format('of %s.%s', t.name, a.attname),
          pg_catalog.format('ALTER TABLE %s ALTER %I DROP DEFAULT', t.quoted, a.attname), '', NULL
        FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE t.name || '.' || a.attname::text <> ALL(\(known)) AND a.atthasdef AND a.attgenerated = ''
      )
      SELECT kind::text, name::text, NULL::text, statement::text, effect::text, question::text
      FROM found AS f(number, kind, name, statement, effect, question)
      GROUP BY number, kind, name, statement, effect, question ORDER BY number, name
      """
  }

  func objectsInTheWay(ofVectorsOf dimensions: Int) -> SQL? {
    let tables = SchemaNames.vectorIndexes.map(\.table)
    let indexes = SchemaNames.vectorIndexes.map(\.name)
    return """
      WITH RECURSIVE \(PostgresDialect.tables(tables)), c AS (
        SELECT t.*, a.attnum FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'embedding'
        WHERE a.atttypmod > 0 AND a.atttypmod <> \(dimensions)::int4
      ), d AS (
        SELECT c.name, c.quoted, d.classid, d.objid, d.objsubid FROM c JOIN pg_depend d
          ON d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = c.oid AND d.refobjsubid = c.attnum
      ), views(oid, depth) AS (
        SELECT w.ev_class, 1 FROM d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass::oid AND w.oid = d.objid
        UNION
        SELECT w.ev_class, views.depth + 1 FROM views JOIN pg_depend x
            ON x.refclassid = 'pg_class'::regclass::oid AND x.refobjid = views.oid AND x.classid = 'pg_rewrite'::regclass::oid
          JOIN pg_rewrite w ON w.oid = x.objid AND w.ev_class <> views.oid
        WHERE views.depth < 100
      ), found AS (
        SELECT 1 AS number, -pg_catalog.max(views.depth) AS place,
            CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, c.oid::regclass::text,
            pg_catalog.format('DROP %s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.oid::regclass)
          FROM views JOIN pg_class c ON c.oid = views.oid AND c.relkind IN ('v', 'm') GROUP BY c.oid, c.relkind
        UNION ALL
        SELECT 2, 0, 'rule', pg_catalog.format('%s on %s', w.rulename, w.ev_class::regclass),
            pg_catalog.format('DROP RULE %I ON %s', w.rulename, w.ev_class::regclass)
          FROM d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass::oid AND w.oid = d.objid
          JOIN pg_class c ON c.oid = w.ev_class AND c.relkind NOT IN ('v', 'm')
        UNION ALL
        SELECT 2, 0, 'policy', pg_catalog.format('%s on %s', p.polname, p.polrelid::regclass),
            pg_catalog.format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass)
          FROM d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass::oid AND p.oid = d.objid
        UNION ALL
        SELECT 2, 0, 'trigger', pg_catalog.format('%s on %s', g.tgname, g.tgrelid::regclass),
            pg_catalog.format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass)
          FROM d JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass::oid AND g.oid = d.objid
        UNION ALL
        SELECT 2, 0, 'function', d.objid::regprocedure::text, pg_catalog.format('DROP FUNCTION %s', d.objid::regprocedure)
          FROM d WHERE d.classid = 'pg_proc'::regclass::oid
        UNION ALL
        SELECT 2, 0, 'generated column', pg_catalog.format('%s.%s', d.name, a.attname),
            pg_catalog.format('ALTER TABLE %s DROP COLUMN %I', d.quoted, a.attname)
          FROM d JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass::oid AND f.oid = d.objid
          JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attname <> 'embedding'
        UNION ALL
        -- One that is on the column alone is built anew with it; an expression may name the length.
        SELECT 2, 0, 'index', i.relname::text, pg_catalog.format('DROP INDEX %s', i.oid::regclass)
          FROM d JOIN pg_index x ON d.classid = 'pg_class'::regclass::oid AND x.indexrelid = d.objid AND x.indexprs IS NOT NULL
          JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relname::text <> ALL(\(indexes))
        UNION ALL
        SELECT 2, 0, 'publication', pg_catalog.format('%s of %s', b.pubname, d.name),
            pg_catalog.format('ALTER PUBLICATION %I DROP TABLE %s', b.pubname, d.quoted)
          FROM d JOIN pg_publication_rel p ON d.classid = 'pg_publication_rel'::regclass::oid AND p.oid = d.objid
          JOIN pg_publication b ON b.oid = p.prpubid
        UNION ALL
        SELECT 2, 0, 'column', pg_catalog.format('%s.%s', a.attrelid::regclass, a.attname),
            pg_catalog.format('ALTER TABLE %s DROP COLUMN %I', a.attrelid::regclass, a.attname)
          FROM c JOIN pg_type y ON y.oid = c.reltype JOIN pg_depend x ON x.refclassid = 'pg_type'::regclass::oid
            AND x.refobjid IN (y.oid, y.typarray) AND x.classid = 'pg_class'::regclass::oid AND x.objsubid > 0
          JOIN pg_attribute a ON a.attrelid = x.objid AND a.attnum = x.objsubid
        UNION ALL
        SELECT 3, 0, 'owner', pg_catalog.format('%s of %s, who alone may change its columns',
            pg_catalog.pg_get_userbyid(c.relowner), c.name), NULL
          FROM c WHERE NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
      )
      SELECT kind::text, name::text, statement::text FROM found AS f(number, place, kind, name, statement)
      GROUP BY number, place, kind, name, statement ORDER BY number, place, name
      """
  }

  func mayTruncate(_ tables: [String]) -> SQL? {
    """
    WITH \(PostgresDialect.tables(tables))
    SELECT pg_catalog.bool_and(pg_catalog.has_table_privilege(t.oid, 'TRUNCATE')) AND NOT EXISTS (
      SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0::oid
        AND k.confrelid IN (SELECT oid FROM t) AND k.conrelid NOT IN (SELECT oid FROM t))
    FROM t
    """
  }

  /// Those of some tables that are there, as a part of WITH.
  static func tables(_ names: [String]) -> SQL {
    """
    t AS (
      SELECT c.oid, name, c.oid::regclass::text AS quoted, c.relowner, c.relacl, c.reltype, c.relrowsecurity, c.relkind,
        c.relnamespace
      FROM pg_catalog.unnest(\(names)) AS name JOIN pg_class c ON c.oid = to_regclass(name)::oid
    )
    """
  }
}

/// Parts of the question what others made: number in the order in which it can be taken away, kind, name, statement,
/// effect, question.
private enum OthersSQL {
  /// Checks and references that the applications' own tables have, by the names that PostgreSQL gives them.
  static let knownConstraints = [
    "prompt_fragments_context_tier_check", "memory_duplicates_dedup_type_check", "memory_duplicates_original_id_fkey",
  ]

  /// A copy belongs to whoever makes it.
  static let owners = """
    SELECT 1, 'owner', pg_catalog.format('%s of %s', pg_catalog.pg_get_userbyid(t.relowner), t.name), NULL, '', NULL
      FROM t WHERE t.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    """

  /// Rights of others on the tables, their columns and their sequences.
  static let grants = """
    SELECT 2, 'grant', pg_catalog.format('%s on %s to %s', pg_catalog.string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type), o.what,
          coalesce(r.rolname, 'PUBLIC')),
        pg_catalog.format('REVOKE ALL ON %s FROM %s', o.object, coalesce(pg_catalog.quote_ident(r.rolname::text), 'PUBLIC')),
        '', NULL
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
        pg_catalog.format('DROP %s %s', CASE v.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, v.oid::regclass),
        '', NULL
      FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid
        AND d.classid = 'pg_rewrite'::regclass::oid
      JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
    UNION ALL
    SELECT 4, 'foreign key', pg_catalog.format('%s on %s', k.conname, k.conrelid::regclass),
        pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname), 'refers',
        CASE WHEN pg_catalog.has_table_privilege(k.conrelid, 'SELECT') AND NOT pg_catalog.row_security_active(k.conrelid)
          THEN pg_catalog.format('SELECT 1::int8 FROM %s WHERE %s LIMIT 1', k.conrelid::regclass, (
            SELECT pg_catalog.string_agg(pg_catalog.format('%I IS NOT NULL', a.attname), ' AND ') FROM pg_attribute a
            WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey))) END
      FROM t JOIN pg_constraint k ON k.confrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0::oid
      WHERE k.conrelid NOT IN (SELECT oid FROM t)
    UNION ALL
    SELECT 5, 'dependent object', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid), NULL, '', NULL
      FROM t JOIN pg_type y ON y.oid = t.reltype JOIN pg_depend d ON d.deptype = 'n'
        AND ((d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid)
          OR (d.refclassid = 'pg_type'::regclass::oid AND d.refobjid IN (y.oid, y.typarray)))
      WHERE d.classid NOT IN ('pg_rewrite'::regclass::oid, 'pg_constraint'::regclass::oid, 'pg_policy'::regclass::oid)
        AND d.objid NOT IN (SELECT oid FROM t)
        AND NOT (d.classid = 'pg_class'::regclass::oid AND d.refclassid = 'pg_class'::regclass::oid)
    UNION ALL
    SELECT 6, 'child table', i.inhrelid::regclass::text, pg_catalog.format('DROP TABLE %s', i.inhrelid::regclass),
        CASE t.relkind WHEN 'p' THEN '' ELSE 'prevents' END, NULL
      FROM t JOIN pg_inherits i ON i.inhparent = t.oid
    """

  /// What belongs to the tables: rules, row security, publications, comments, statistics, a parent.
  static let attached = """
    SELECT 7, 'rule', pg_catalog.format('%s on %s', w.rulename, t.name),
        pg_catalog.format('DROP RULE %I ON %s', w.rulename, t.quoted), 'prevents', NULL
      FROM t JOIN pg_rewrite w ON w.ev_class = t.oid
    UNION ALL
    SELECT 7, 'policy', pg_catalog.format('%s on %s', p.polname, t.name),
        pg_catalog.format('DROP POLICY %I ON %s', p.polname, t.quoted), '', NULL
      FROM t JOIN pg_policy p ON p.polrelid = t.oid
    UNION ALL
    SELECT 8, 'row security', 'of ' || t.name, pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t.quoted),
        '', NULL
      FROM t WHERE t.relrowsecurity
    UNION ALL
    SELECT 8, 'publication', pg_catalog.format('%s of %s', b.pubname, t.name),
        pg_catalog.format('ALTER PUBLICATION %I DROP TABLE %s', b.pubname, t.quoted), '', NULL
      FROM t JOIN pg_publication_rel p ON p.prrelid = t.oid JOIN pg_publication b ON b.oid = p.prpubid
    UNION ALL
    SELECT 8, 'statistics', s.stxname, pg_catalog.format('DROP STATISTICS %I.%I', n.nspname, s.stxname), '', NULL
      FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.oid JOIN pg_namespace n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT 8, 'comment', 'on ' || t.name || coalesce('.' || a.attname::text, ''),
        CASE WHEN a.attname IS NULL THEN pg_catalog.format('COMMENT ON TABLE %s IS NULL', t.quoted)
          ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I IS NULL', t.quoted, a.attname) END, '', NULL
      FROM t JOIN pg_description d ON d.classoid = 'pg_class'::regclass::oid AND d.objoid = t.oid
        LEFT JOIN pg_attribute a ON d.objsubid > 0 AND a.attrelid = t.oid AND a.attnum = d.objsubid
    UNION ALL
    SELECT 8, 'parent table', i.inhparent::regclass::text,
        pg_catalog.format('ALTER TABLE %s NO INHERIT %s', t.quoted, i.inhparent::regclass), '', NULL
      FROM t JOIN pg_inherits i ON i.inhrelid = t.oid
    UNION ALL
    SELECT 8, 'partitioning', 'of ' || t.name, NULL, '', NULL FROM t WHERE t.relkind = 'p'
    """

  /// The other tables and views of their schema.
  static let beside = """
    SELECT 13, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
        c.oid::regclass::text, NULL, '', NULL
      FROM pg_class c
      WHERE c.relnamespace IN (SELECT relnamespace FROM t WHERE t.name = 'memories')
        AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND c.oid NOT IN (SELECT oid FROM t)
        AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass::oid AND d.objid = c.oid AND d.deptype = 'e')
        AND NOT EXISTS (SELECT FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = t.oid
            AND d.classid = 'pg_rewrite'::regclass::oid
          JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_class = c.oid)
    """
}
