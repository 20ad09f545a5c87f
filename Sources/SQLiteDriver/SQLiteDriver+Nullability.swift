import Database
import GRDB
import MemoryModel

/// Letting columns take NULL that memsh 0.1.0 made without.
extension SQLiteDriver {
  func columnsRefusingNull() throws -> [String] { try state().columnsRefusingNull(now: SQLiteDDL.now) }

  /// Takes the refusals out of the tables' definitions.
  ///
  /// This is SQLite's own procedure for removing NOT NULL and defaults (lang_altertable.html, "Making Other Kinds Of
  /// Table Schema Changes"): no row is written anew, and triggers and indexes stay.
  func allowNull() throws {
    try transaction(.commit) {
      try write { db in
        for (table, columns) in Table.onceRequired {
          let definition = try String.fetchOne(
            db, sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", arguments: [table])
          guard let definition else { continue }
          let wider = columns.reduce(definition, SQLiteDriver.allowingNull)
          guard wider != definition else { continue }
          let names = try db.columns(in: table).map(\.name)
          try SQLiteDriver.redefine(table, as: wider, db)
          guard try db.columns(in: table).map(\.name) == names else { throw cannotAllowNull([table]) }
        }
      }
      let left = try columnsRefusingNull()
      guard left.isEmpty else { throw cannotAllowNull(left) }
    }
  }

  /// The definition of a table without the refusal of one column, which stands there in the words of memsh 0.1.0.
  private static func allowingNull(_ definition: String, _ column: String) -> String {
    let type = ["priority", "access_count", "is_active"].contains(column) ? "INTEGER" : "TEXT"
    let everyAgent = column == "agent_type" ? " DEFAULT '\(PromptFragment.everyAgent)'" : ""
    let line = "\n  \(column) \(type)"
    // In older versions of SQLite NULL is not valid JSON either.
    return definition.replacing("\(line) NOT NULL\(everyAgent)", with: line, maxReplacements: 1)
      .replacing("CHECK (json_valid(\(column)))", with: "CHECK (\(column) IS NULL OR json_valid(\(column)))")
  }

  private static func redefine(_ table: String, as definition: String, _ db: Database) throws {
    let version = try Int64.fetchOne(db, sql: "PRAGMA schema_version") ?? 0
    try db.execute(sql: "PRAGMA writable_schema = ON")
    defer { try? db.execute(sql: "PRAGMA writable_schema = OFF") }
    try db.execute(
      sql: "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", arguments: [definition, table])
    try db.execute(sql: "PRAGMA schema_version = \(version + 1)")
    db.clearSchemaCache()
  }

  private func cannotAllowNull(_ what: [String]) -> MemshError {
    MemshError(
      .storeFailed,
      "the definition of a table was changed, so it cannot be mended in place: \(what.joined(separator: ", "))",
      hint:
        "`migrate --from \(identity.location.shellWord)` into a new store moves everything into tables that take NULL")
  }
}
