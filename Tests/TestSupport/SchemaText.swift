import PostgresClient

/// What a database consists of, as sorted lines of text: what `pg_dump --schema-only` would tell, on every machine.
package enum SchemaText {
  /// Indexes that memsh may add to a store that others made: the guide's names.
  private static let guideIndexes: Set<String> = [
    "memories_embedding_idx", "memories_user_idx", "memories_category_idx", "memories_importance_idx",
    "memories_access_idx", "prompt_fragments_embedding_idx", "prompt_fragments_category_idx",
    "prompt_fragments_agent_idx", "prompt_fragments_tier_idx", "prompt_fragments_priority_idx",
    "memory_analytics_user_idx", "memory_analytics_time_idx", "memory_duplicates_hash_idx",
    "memory_duplicates_original_idx",
  ]

  /// What went and what came between two texts, but for indexes of memsh's own names that were missing.
  package static func changes(from before: [String], to after: [String]) -> [String] {
    let gone = Set(before).subtracting(after).sorted().map { "- " + $0 }
    let new = Set(after).subtracting(before).filter { !isOwnIndex($0) }.sorted().map { "+ " + $0 }
    return gone + new
  }

  private static func isOwnIndex(_ line: String) -> Bool {
    guard let name = line.firstMatch(of: /^index ([^\s:]+)/).map({ String($0.1) }) else { return false }
    let last = name.split(separator: ".").last.map(String.init) ?? name
    return guideIndexes.contains(last) || last.hasPrefix("memsh_")
  }

  /// One line for each thing that is neither the system's, an extension's nor in a schema that a condition leaves out.
  fileprivate static func postgres(leavingOut schemas: String) -> String {
    """
    WITH spaces AS (
      SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT (\(schemas))
    ), relations AS (
      SELECT c.*, c.oid::regclass::text AS name FROM pg_class AS c
      WHERE c.relnamespace IN (SELECT oid FROM spaces)
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    ), functions AS (
      SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc AS p
      WHERE p.pronamespace IN (SELECT oid FROM spaces) AND p.prokind IN ('f', 'p')
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    ), lines AS (
      SELECT format('extension %s', extname) AS line FROM pg_extension
      UNION ALL SELECT format('schema %s owner %s', nspname, nspowner::regrole) FROM spaces
      UNION ALL SELECT format('grant on schema %s: %s to %s', nspname, a.privilege_type, \(grantee))
        FROM spaces, aclexplode(nspacl) AS a
      UNION ALL SELECT format('relation %s kind %s owner %s security %s %s options %s identity %s', name, relkind,
        relowner::regrole, relrowsecurity, relforcerowsecurity, reloptions, relreplident)
        FROM relations WHERE relkind <> 'i'
      UNION ALL SELECT format('grant on %s: %s to %s option %s', name, a.privilege_type, \(grantee), a.is_grantable)
        FROM relations, aclexplode(relacl) AS a
      UNION ALL SELECT format('column %s.%s %s number %s required %s default %s collation %s', r.name, attname,
        format_type(atttypid, atttypmod), row_number() OVER (PARTITION BY r.oid ORDER BY attnum), attnotnull,
        pg_get_expr(d.adbin, d.adrelid), attcollation::regcollation)
        FROM relations AS r JOIN pg_attribute AS t ON t.attrelid = r.oid AND attnum > 0 AND NOT attisdropped
          LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = attnum
        WHERE relkind IN ('r', 'p', 'v', 'm')
      UNION ALL SELECT format('grant on %s.%s: %s to %s', r.name, attname, a.privilege_type, \(grantee))
        FROM relations AS r JOIN pg_attribute AS t ON t.attrelid = r.oid, aclexplode(attacl) AS a
      UNION ALL SELECT format('view %s: %s', name, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')
      UNION ALL SELECT format('index %s: %s valid %s', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), indisvalid)
        FROM relations AS r JOIN pg_index AS i ON i.indrelid = r.oid
      UNION ALL SELECT format('sequence %s of %s start %s step %s limits %s %s cycle %s', name, seqtypid::regtype, seqstart,
        seqincrement, seqmin, seqmax, seqcycle) FROM relations AS r JOIN pg_sequence ON seqrelid = r.oid
      UNION ALL SELECT format('sequence %s belongs to %s.%s', r.name, d.refobjid::regclass, d.refobjsubid)
        FROM relations AS r JOIN pg_depend AS d ON d.objid = r.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        WHERE relkind = 'S'
      UNION ALL SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(c.oid))
        FROM pg_constraint AS c JOIN relations AS r ON r.oid = conrelid
      UNION ALL SELECT format('trigger %s on %s: %s enabled %s', tgname, tgrelid::regclass, pg_get_triggerdef(t.oid),
        tgenabled) FROM pg_trigger AS t JOIN relations AS r ON r.oid = tgrelid WHERE NOT tgisinternal
      UNION ALL SELECT format('policy %s on %s: %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive,
        polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy JOIN relations AS r ON r.oid = polrelid
      UNION ALL SELECT format('rule %s: %s', w.rulename, pg_get_ruledef(w.oid))
        FROM pg_rewrite AS w JOIN relations AS r ON r.oid = ev_class WHERE rulename <> '_RETURN'
      UNION ALL SELECT format('function %s owner %s: %s', name, proowner::regrole, pg_get_functiondef(oid)) FROM functions
      UNION ALL SELECT format('grant on function %s: %s to %s', name, a.privilege_type, \(grantee))
        FROM functions, aclexplode(proacl) AS a
      UNION ALL SELECT format('statistics %s: %s', stxname, pg_get_statisticsobjdef(s.oid))
        FROM pg_statistic_ext AS s JOIN relations AS r ON r.oid = stxrelid
      UNION ALL SELECT format('comment on %s %s: %s', r.name, objsubid, description)
        FROM pg_description JOIN relations AS r ON r.oid = objoid AND classoid = 'pg_class'::regclass
      UNION ALL SELECT format('publication %s: %s', pubname, prrelid::regclass)
        FROM pg_publication_rel JOIN pg_publication AS p ON p.oid = prpubid
    )
    SELECT line FROM lines ORDER BY line
    """
  }

  private static let grantee = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END"
}

extension TestDatabase {
  /// Everything in it but memsh's own schemas (`memsh`, `memsh_NAME`), unless those are wanted, too.
  package func schemaText(withOwn: Bool = false) throws -> [String] {
    let connection = try connect()
    // Names are written with their schema.
    try connection.execute(unsafeSQL: "SET search_path = ''")
    let statement = SchemaText.postgres(leavingOut: withOwn ? "false" : "nspname = 'memsh' OR nspname ~ '^memsh_'")
    return try connection.query(unsafeSQL: statement).rows.compactMap { try $0.text(0) }
  }
}

extension TestFolder {
  /// Everything in a SQLite file but what memsh makes for itself (`memsh_…`), unless that is wanted, too.
  package func schemaText(_ file: String, withOwn: Bool = false) throws -> [String] {
    try rows(
      file,
      """
      SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master
      WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' AND (\(withOwn) OR name NOT LIKE 'memsh!_%' ESCAPE '!') ORDER BY 1
      """)
  }
}
