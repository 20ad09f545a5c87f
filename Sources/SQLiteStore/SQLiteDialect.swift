import Database
import MemoryModel

/// SQLite's own words.
struct SQLiteDialect: Dialect {
  func placeholder(_ number: Int, for value: Value) -> String { "?" }

  func reading(_ column: Column, of row: String?) -> SQL {
    SQL(raw: (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier)
  }

  func name(of table: OwnTable) -> SQL { SQL(raw: "memsh_\(table.rawValue)") }

  func function(_ name: String) -> String { name }

  func among(_ values: Value) -> SQL { " IN (SELECT value FROM json_each(\(values)))" }

  var now: String { SQLiteDDL.now }

  var clock: String { SQLiteDDL.now }

  func sha256(_ column: Column, of row: String) -> SQL { "memsh_sha256(CAST(\(column, of: row) AS BLOB))" }

  func metadata(_ path: [String], of row: String?) -> SQL {
    let text = SQL(raw: "CAST(\(row.map { "\($0)." } ?? "")metadata AS TEXT)")
    let path = "$" + path.map { ".\"\($0)\"" }.joined()
    // json_extract gives 1 and 0 for true and false, and an error for what is no JSON.
    return """
      CASE WHEN json_valid(\(text)) THEN CASE json_type(\(text), \(path)) WHEN 'true' THEN 'true'
        WHEN 'false' THEN 'false' ELSE CAST(json_extract(\(text), \(path)) AS TEXT) END END
      """
  }

  /// A transaction that writes holds the file's write lock from its start.
  var rowLock: String? { nil }

  var equals: String { "=" }

  func rows(_ columns: [Value], as name: String) -> SQL {
    let lists = columns.map { column -> [JSON] in
      switch column {
      case .integers(let numbers): numbers.map { .integer($0) }
      case .texts(let texts): texts.map(JSON.string)
      default: []
      }
    }
    let rows = (lists.first ?? []).indices.map { row in JSON.array(lists.map { $0[row] }) }
    let values = lists.indices.map { "json_extract(value, '$[\($0)]') AS column\($0 + 1)" }.joined(separator: ", ")
    return "(SELECT \(raw: values) FROM json_each(\(JSON.array(rows)))) AS \(raw: name)"
  }

  func readability(of table: OwnTable) -> SQL {
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = \("memsh_" + table.rawValue)"
  }

  /// As for ``rowLock``.
  var migrationLock: SQL? { nil }

  var sourceKeyIndex: (presence: SQL, creation: SQL)? { nil }
}
