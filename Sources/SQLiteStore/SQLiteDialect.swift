import Database
import MemoryModel

/// SQLite's own words.
struct SQLiteDialect: Dialect {
  func placeholder(_ number: Int, for value: Value) -> String { "?\(number)" }

  func reading(_ column: Column, of row: String?) -> SQL {
    SQL(raw: (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier)
  }

  func name(of table: OwnTable) -> SQL { SQL(raw: "memsh_\(table.rawValue)") }

  func function(_ name: String) -> String { name }

  func among(_ values: Value) -> SQL { " IN (SELECT value FROM json_each(\(values)))" }

  var now: String { SQLiteDDL.now }

  func sha256(_ column: Column, of row: String) -> SQL { "memsh_sha256(CAST(\(column, of: row) AS BLOB))" }
}
