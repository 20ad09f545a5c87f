import Database
import GRDB
import MemoryModel

/// What else changes when rows do.
extension SQLiteDriver {
  /// A table's name; nil without a file.
  package func writtenName(of table: String) throws -> String? { fileExists ? table.quotedIdentifier : nil }

  /// The triggers on a table that are not memsh's own.
  package func foreignTriggers(on table: String) throws -> [String] {
    guard fileExists else { return [] }
    let own = SchemaNames.triggers.map(\.name) + SearchDDL.text.triggers + SearchDDL.vectors.triggers
    return try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE
            AND name NOT IN (SELECT value FROM json_each(?)) ORDER BY name
          """, arguments: [table, SQLiteDriver.jsonArray(own)])
    }
  }

  package func deletingKeys() throws -> [DeletingKey] { try read(SQLiteDriver.foreignKeys) }

  /// The foreign keys of the file that delete or clear. SQLite's names differ in no more than case.
  private static func foreignKeys(_ db: Database) throws -> [DeletingKey] {
    guard try Bool.fetchOne(db, sql: "PRAGMA foreign_keys") == true else { return [] }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT m.name, f.id, p.name, f."from", coalesce(f."to", (
            SELECT k.name FROM pragma_table_info(p.name) AS k WHERE k.pk = f.seq + 1)), f.on_delete
        FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f
          JOIN sqlite_master AS p ON p.type = 'table' AND p.name = f."table" COLLATE NOCASE
        WHERE m.type = 'table' AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') ORDER BY m.name, f.id, f.seq
        """)
    var keys: [DeletingKey] = []
    var last: (child: String, id: Int)?
    for row in rows {
      let (child, id): (String, Int) = (row[0], row[1])
      let isSame = last.map { $0.child == child && $0.id == id } ?? false
      let earlier = isSame ? keys.popLast() : nil
      last = (child, id)
      keys.append(
        DeletingKey(
          childName: child, child: child.quotedIdentifier, childColumns: (earlier?.childColumns ?? []) + [row[3]],
          parent: (row[2] as String).quotedIdentifier,
          parentColumns: (earlier?.parentColumns ?? []) + [row[4] as String? ?? "id"],
          effect: row[5] == "CASCADE" ? .deleted : .cleared))
    }
    return keys
  }
}
