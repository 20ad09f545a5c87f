import Database
import GRDB
import MemoryModel

/// What others made in the file.
extension SQLiteStore {
  /// What goes when the four tables are dropped. Views stay, and so do others' tables.
  package func objectsOfOthers() throws -> [ForeignObject] {
    guard fileExists else { return [] }
    return try read { db in
      let definitions = try SQLiteStore.definitionsOfOthers(db)
      return try definitions.filter { ["index", "trigger"].contains($0.object.kind) && $0.isOnMemories }.map(\.object)
        + SQLiteStore.referencesOfOthers(definitions.map(\.object), db) + SQLiteStore.columnsOfOthers(db)
    }
  }

  /// Everything in the file.
  package func contentOfOthers() throws -> [ForeignObject] {
    guard fileExists else { return [] }
    try refuseOtherDatabase()
    return try read { try SQLiteStore.definitionsOfOthers($0).map(\.object) + SQLiteStore.columnsOfOthers($0) }
  }

  private static func definitionsOfOthers(_ db: Database) throws -> [(object: ForeignObject, isOnMemories: Bool)] {
    try db.rows(
      """
      SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_'
      ORDER BY type = 'table', type, name
      """
    ) { row in
      let (kind, name, table) = (try row.text(0) ?? "", try row.text(1) ?? "", try row.text(2) ?? "")
      let object = ForeignObject(
        kind: kind, name: name, definition: try row.text(3) ?? "",
        drop: "DROP \(kind.uppercased()) \(name.quotedIdentifier)")
      return (object, Table.names.contains(table))
    }.filter { !isOwn($0.object.kind, $0.object.name) }
  }

  /// Triggers and views run by themselves, so that memsh's own are known by their whole names.
  private static func isOwn(_ kind: String, _ name: String) -> Bool {
    switch kind {
    case "trigger":
      SchemaNames.triggers.contains { $0.name == name }
        || (SearchDDL.text.triggers + SearchDDL.vectors.triggers).contains(name)
    case "index":
      name.hasPrefix("memsh_") || SchemaNames.indexes.contains { $0.name == name }
        || SchemaNames.vectorIndexes.contains { $0.name == name }
    case "table": name.hasPrefix("memsh_") || Table.names.contains(name)
    default: false
    }
  }

  private static func columnsOfOthers(_ db: Database) throws -> [ForeignObject] {
    try Table.all.flatMap { table in
      let known = table.columnNames
      return try db.texts("SELECT name FROM pragma_table_xinfo(?)", [table.name])
        .filter { !known.contains($0) }.map { column in
          ForeignObject(
            kind: "column", name: "\(table.name).\(column)",
            drop: "ALTER TABLE \(table.name) DROP COLUMN \(column.quotedIdentifier)")
        }
    }
  }

  /// Others' tables that refer to the four: dropping those would delete or empty rows there.
  private static func referencesOfOthers(_ others: [ForeignObject], _ db: Database) throws -> [ForeignObject] {
    try others.filter { $0.kind == "table" }.flatMap { other in
      try db.texts(
        "SELECT DISTINCT lower(\"table\") FROM pragma_foreign_key_list(?)", [other.name]
      ).filter(Table.names.contains).map { table in
        ForeignObject(kind: "foreign key", name: "from \(other.name) to \(table)", drop: nil)
      }
    }
  }
}
