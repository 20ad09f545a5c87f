import Database
import GRDB
import MemoryModel

/// What else changes when rows do.
extension SQLiteStore {
  /// Whether any foreign key that deletes or clears refers to a table.
  package func isReferenced(_ table: String) throws -> Bool {
    try !reached(from: table).isEmpty
  }

  /// Counts the rows that go with others.
  package func dependents(of ids: [Int64], in table: String) throws -> [DependentRows] {
    let wanted = JSON.array(ids.map { .integer($0) }).text
    return try reached(from: table).compactMap { reached in
      let count = try read { db in
        try Int.fetchOne(
          db,
          sql: """
            WITH wanted(id) AS (SELECT value FROM json_each(?))
            SELECT count(*) FROM \(reached.table) AS t0 WHERE \(reached.condition)
            """, arguments: [wanted]) ?? 0
      }
      return count == 0 ? nil : DependentRows(table: reached.name, effect: reached.effect, count: count)
    }
  }

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
          """, arguments: [table, SQLiteStore.jsonArray(own)])
    }
  }

  private func reached(from table: String) throws -> [ForeignKeyWalk.Reached] {
    guard fileExists else { return [] }
    let duplicates = table == "memories" ? Table.duplicates.name.quotedIdentifier : nil
    return try read { db in
      ForeignKeyWalk.reached(
        from: table.quotedIdentifier, along: try SQLiteStore.foreignKeys(db), duplicates: duplicates)
    }
  }

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
