import Database
import MemoryModel

/// What others made in the file.
extension SQLiteDialect {
  var objectsOfOthers: SQL {
    // Triggers and views run by themselves, so that memsh's own are known by their whole names.
    let triggers = SchemaNames.triggers.map(\.name) + SearchDDL.text.triggers + SearchDDL.vectors.triggers
    let indexes = SchemaNames.indexes.map(\.name) + SchemaNames.vectorIndexes.map(\.name)
    let known = Table.all.flatMap { table in table.columnNames.map { "\(table.name).\($0)" } }
    let isOnTables: SQL = "lower(tbl_name) \(among: Table.names)"
    return """
      WITH others AS (
        SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_' AND CASE type
          WHEN 'trigger' THEN NOT name \(among: triggers)
          WHEN 'index' THEN substr(name, 1, 6) <> 'memsh_' AND NOT name \(among: indexes)
          WHEN 'table' THEN substr(name, 1, 6) <> 'memsh_' AND NOT name \(among: Table.names)
          ELSE 1 END
      ), found(number, kind, name, definition, statement, effect, question) AS (
        SELECT type = 'table', type, name, sql, 'DROP ' || upper(type) || ' "' || replace(name, '"', '""') || '"',
            iif(type = 'trigger' AND \(isOnTables), 'fires', ''), NULL FROM others
        UNION ALL
        SELECT 2, 'foreign key', 'from ' || o.name || ' to ' || lower(f."table"), NULL, NULL, 'refers',
            'SELECT 1 FROM "' || replace(o.name, '"', '""') || '" WHERE '
              || group_concat('"' || replace(f."from", '"', '""') || '" IS NOT NULL', ' AND ') || ' LIMIT 1'
          FROM others AS o JOIN pragma_foreign_key_list(o.name) AS f
          WHERE o.type = 'table' AND lower(f."table") \(among: Table.names) GROUP BY o.name, f.id
        UNION ALL
        SELECT 3, 'column', m.name || '.' || x.name, NULL,
            'ALTER TABLE "' || m.name || '" DROP COLUMN "' || replace(x.name, '"', '""') || '"',
            iif(x."notnull" AND x.dflt_value IS NULL AND x.hidden = 0, 'needs value', ''), NULL
          FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS x
          WHERE m.type = 'table' AND m.name \(among: Table.names) AND NOT m.name || '.' || x.name \(among: known)
      )
      SELECT kind, name, definition, statement, effect, question FROM found ORDER BY number, kind, name
      """
  }

  /// A blob has any length.
  func objectsInTheWay(ofVectorsOf dimensions: Int) -> SQL? { nil }

  func mayTruncate(_ tables: [String]) -> SQL? { nil }

}
