import Database
import MemoryModel
import PostgresClient

/// The table of memories with everything that was made on it, as far as another table in its place must have it as well.
struct MemoriesTable {
  /// An index that is not a constraint's.
  struct Index {
    /// Its name.
    let name: String
    /// Whether no two rows may have the same.
    let isUnique: Bool
    /// `USING gin (…)`, to the end of its definition.
    let body: String
    /// Whether it is one over vectors.
    let isOverVectors: Bool
  }

  /// Its schema, as SQL writes it.
  fileprivate(set) var schema = ""
  /// Its owner, as SQL writes it.
  fileprivate(set) var owner = ""
  /// Its columns but for those that the server computes, as SQL writes them.
  fileprivate(set) var columns: [String] = []
  /// The name of the constraint that is its key; nil where it has none.
  fileprivate(set) var keyName: String?
  /// `fillfactor=70`, of the table or of its partitions.
  fileprivate(set) var options: [String] = []
  /// Where its rows are, as SQL writes it; nil where that is as usual.
  fileprivate(set) var tablespace: String?
  /// The sequences that it owns, with their columns.
  fileprivate(set) var sequences: [(name: String, column: String)] = []
  /// Its indexes.
  fileprivate(set) var indexes: [Index] = []
  /// The statements that give a table called `memories` its rights, constraints, triggers, policies and the like.
  fileprivate(set) var statements: [String] = []
  /// Those that give its indexes and triggers their comments.
  fileprivate(set) var comments: [String] = []

  /// Its partitions when it gets some: `memories_p00`.
  static func partition(_ number: Int, of count: Int) -> String {
    let digits = String(number)
    return "memories_p" + String(repeating: "0", count: max(0, String(count - 1).count - digits.count)) + digits
  }

  /// The statement that gives the table another key.
  func exchangeOfKey(_ columns: [String]) -> String {
    let name = keyName ?? "memories_pkey"
    let drop = keyName.map { "DROP CONSTRAINT \($0.quotedIdentifier), " } ?? ""
    return "ALTER TABLE memories \(drop)ADD CONSTRAINT \(name.quotedIdentifier) PRIMARY KEY "
      + "(\(columns.joined(separator: ", ")))"
  }
}

/// The statements that put another table in the place of `memories`.
struct TableBuild {
  private let table: MemoriesTable
  private let goal: LaidOut

  init(_ table: MemoriesTable, _ goal: LaidOut) {
    self.table = table
    self.goal = goal
  }

  /// What the new table is called before it takes the old one's place, as SQL writes it.
  var newName: String { "\(table.schema).memsh_new_memories" }

  private var partitions: Range<Int> { 0..<(goal.layout == .partitioned ? goal.parts : 0) }

  private func partition(_ number: Int) -> String { "memsh_new_\(MemoriesTable.partition(number, of: goal.parts))" }

  /// Those that make the new table, still without indexes.
  var creation: [String] {
    let options = table.options.isEmpty ? "" : " WITH (\(table.options.joined(separator: ", ")))"
    let space = table.tablespace.map { " TABLESPACE \($0)" } ?? ""
    let like =
      "(LIKE \(table.schema).memories INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED "
      + "INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS)"
    guard goal.layout == .partitioned else { return ["CREATE TABLE \(newName) \(like)\(options)\(space)"] }
    return ["CREATE TABLE \(newName) \(like) PARTITION BY HASH (user_id)\(space)"]
      + partitions.map { number in
        "CREATE TABLE \(table.schema).\(partition(number)) PARTITION OF \(newName) "
          + "FOR VALUES WITH (MODULUS \(goal.parts), REMAINDER \(number))\(options)"
      }
  }

  /// The one that moves the rows.
  var move: String {
    let columns = table.columns.joined(separator: ", ")
    return "INSERT INTO \(newName) (\(columns)) SELECT \(columns) FROM \(table.schema).memories"
  }

  /// Those that put it in the old one's place. What hangs on the old table after all keeps it from being dropped.
  var exchange: [String] {
    table.sequences.map { "ALTER SEQUENCE \($0.name) OWNED BY NONE" }
      + ["DROP TABLE \(table.schema).memories", "ALTER TABLE \(newName) RENAME TO memories"]
      + partitions.flatMap { number in
        let name = MemoriesTable.partition(number, of: goal.parts)
        return [
          "ALTER TABLE \(table.schema).\(partition(number)) RENAME TO \(name)",
          "ALTER TABLE \(table.schema).\(name) OWNER TO \(table.owner)",
        ]
      }
  }

  /// Those that give it what the old one had, but for the indexes.
  var finish: [String] {
    let key = goal.layout == .single ? "id" : "id, user_id"
    let name = (table.keyName ?? "memories_pkey").quotedIdentifier
    return ["ALTER TABLE memories ADD CONSTRAINT \(name) PRIMARY KEY (\(key))"]
      + ["ALTER TABLE memories OWNER TO \(table.owner)"] + table.statements
      + table.sequences.map { "ALTER SEQUENCE \($0.name) OWNED BY memories.\($0.column)" }
  }
}

extension PostgresDriver {
  /// The table of memories with what was made on it; nil where there is none.
  func memoriesTable() throws -> MemoriesTable? {
    var table = MemoriesTable()
    let rows = try query(SQL(raw: MemoriesTable.question)).rows
    guard !rows.isEmpty else { return nil }
    for row in rows {
      let (text, other) = (try row.text(1) ?? "", try row.text(2) ?? "")
      switch try row.text(0) {
      case "schema": (table.schema, table.owner) = (text, other)
      case "column": table.columns.append(text)
      case "key": table.keyName = text
      case "option": table.options.append(text)
      case "tablespace": table.tablespace = text
      case "sequence": table.sequences.append((text, other))
      case "index":
        let (method, quoted) = (try row.text(3) ?? "", text.quotedIdentifier)
        let isUnique = other.hasPrefix("CREATE UNIQUE ")
        // The names in front of it may be anybody's.
        let start = other.range(of: "memories USING ", after: quoted)
        guard let start else { throw MemshError(.storeFailed, "the definition of the index \(text) cannot be read") }
        table.indexes.append(
          MemoriesTable.Index(
            name: text, isUnique: isUnique, body: "USING " + other[start.upperBound...],
            isOverVectors: VectorIndexMethod(rawValue: method) != nil))
      case "comment": table.comments.append(text)
      default: table.statements.append(text)
      }
    }
    return table
  }
}

extension String {
  /// Where a text stands behind another one.
  fileprivate func range(of text: String, after other: String) -> Range<String.Index>? {
    let start = firstRange(of: other)?.upperBound ?? startIndex
    return self[start...].firstRange(of: text)
  }
}

extension MemoriesTable {
  /// Everything in one question: rows of a kind and three texts, in the order in which the statements are to run.
  fileprivate static let question = """
    WITH t AS (SELECT c.*, n.nspname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = pg_catalog.to_regclass('memories')::oid),
      leaf AS (SELECT c.* FROM pg_catalog.pg_class AS c WHERE c.relkind = 'r' AND c.oid IN (SELECT t.oid FROM t UNION
          SELECT l.relid::oid FROM t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS l)
        ORDER BY c.relname LIMIT 1),
      roles AS (SELECT 0::oid AS oid, 'PUBLIC' AS name UNION ALL
        SELECT r.oid, pg_catalog.quote_ident(r.rolname::text) FROM pg_catalog.pg_roles AS r),
      rights AS (
        SELECT x.grantee, x.privilege_type, x.is_grantable, '' AS columns FROM t, pg_catalog.aclexplode(t.relacl) AS x
          WHERE x.grantee <> t.relowner
        UNION ALL
        SELECT x.grantee, x.privilege_type, x.is_grantable, pg_catalog.format(' (%I)', a.attname)
          FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND NOT a.attisdropped,
            pg_catalog.aclexplode(a.attacl) AS x)
    SELECT kind, one::text, two::text, three::text FROM (
      SELECT 1, 'schema', pg_catalog.quote_ident(t.nspname::text),
        pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(t.relowner)::text), NULL FROM t
      UNION ALL
      SELECT * FROM (SELECT 2, 'column', pg_catalog.quote_ident(a.attname::text), NULL, NULL
        FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
      UNION ALL
      SELECT 3, 'key', k.conname::text, NULL, NULL FROM t JOIN pg_catalog.pg_constraint AS k ON k.conrelid = t.oid
        WHERE k.contype = 'p'
      UNION ALL
      SELECT 4, 'option', o, NULL, NULL FROM leaf, pg_catalog.unnest(leaf.reloptions) AS o
      UNION ALL
      SELECT 5, 'tablespace', pg_catalog.quote_ident(s.spcname::text), NULL, NULL
        FROM t JOIN pg_catalog.pg_tablespace AS s ON s.oid = t.reltablespace
      UNION ALL
      SELECT 6, 'sequence', pg_catalog.format('%I.%I', n.nspname, s.relname), pg_catalog.quote_ident(a.attname::text), NULL
        FROM t JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
            AND d.refobjid = t.oid AND d.deptype = 'a' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
          JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
          JOIN pg_catalog.pg_namespace AS n ON n.oid = s.relnamespace
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
      UNION ALL
      SELECT * FROM (SELECT 7, 'index', i.relname::text, pg_catalog.pg_get_indexdef(i.oid), m.amname::text
        FROM t JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
          JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
        ORDER BY i.relname) AS indexes
      UNION ALL
      SELECT 9, 'statement', pg_catalog.format('GRANT %s%s ON memories TO %s%s', x.privilege_type, x.columns, r.name,
          CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), NULL, NULL
        FROM rights AS x JOIN roles AS r ON r.oid = x.grantee
      UNION ALL
      SELECT 10, 'statement', pg_catalog.format('ALTER TABLE memories ALTER %I SET STATISTICS %s', a.attname, a.attstattarget),
          NULL, NULL
        FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0
      UNION ALL
      SELECT 11, 'statement', pg_catalog.format('ALTER TABLE memories ADD CONSTRAINT %I %s', k.conname,
          pg_catalog.pg_get_constraintdef(k.oid)), NULL, NULL
        FROM t JOIN pg_catalog.pg_constraint AS k ON k.conrelid = t.oid
        WHERE k.contype IN ('u', 'x', 'f') AND k.conparentid = 0::oid
      UNION ALL
      SELECT 12, 'statement', pg_catalog.pg_get_triggerdef(g.oid), NULL, NULL
        FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
      UNION ALL
      SELECT 13, 'statement', pg_catalog.format('ALTER TABLE memories %s TRIGGER %I', CASE g.tgenabled WHEN 'D' THEN 'DISABLE'
          WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, g.tgname), NULL, NULL
        FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal AND g.tgenabled <> 'O'
      UNION ALL
      SELECT 14, 'statement', pg_catalog.format('CREATE POLICY %I ON memories AS %s FOR %s TO %s', p.polname,
          CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
          CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
            ELSE 'ALL' END,
          (SELECT pg_catalog.string_agg(r.name, ', ') FROM roles AS r WHERE r.oid = ANY(p.polroles)))
          || coalesce(' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', '')
          || coalesce(' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''), NULL, NULL
        FROM t JOIN pg_catalog.pg_policy AS p ON p.polrelid = t.oid
      UNION ALL
      SELECT 15, 'statement', 'ALTER TABLE memories ENABLE ROW LEVEL SECURITY', NULL, NULL FROM t WHERE t.relrowsecurity
      UNION ALL
      SELECT 15, 'statement', 'ALTER TABLE memories FORCE ROW LEVEL SECURITY', NULL, NULL FROM t WHERE t.relforcerowsecurity
      UNION ALL
      SELECT 16, 'statement', pg_catalog.pg_get_statisticsobjdef(s.oid), NULL, NULL
        FROM t JOIN pg_catalog.pg_statistic_ext AS s ON s.stxrelid = t.oid
      UNION ALL
      SELECT 17, 'statement', pg_catalog.format('COMMENT ON TABLE memories IS %L', pg_catalog.obj_description(t.oid, 'pg_class')),
        NULL, NULL FROM t WHERE pg_catalog.obj_description(t.oid, 'pg_class') IS NOT NULL
      UNION ALL
      SELECT 18, 'comment', pg_catalog.format('COMMENT ON INDEX %I.%I IS %L', t.nspname, i.relname,
          pg_catalog.obj_description(i.oid, 'pg_class')), NULL, NULL
        FROM t JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        WHERE pg_catalog.obj_description(i.oid, 'pg_class') IS NOT NULL
      UNION ALL
      SELECT 19, 'comment', pg_catalog.format('COMMENT ON TRIGGER %I ON memories IS %L', g.tgname,
          pg_catalog.obj_description(g.oid, 'pg_trigger')), NULL, NULL
        FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid
        WHERE NOT g.tgisinternal AND pg_catalog.obj_description(g.oid, 'pg_trigger') IS NOT NULL
    ) AS f(number, kind, one, two, three) ORDER BY number
    """
}
