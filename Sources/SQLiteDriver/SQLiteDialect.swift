import Database
import MemoryModel

/// SQLite's own words.
struct SQLiteDialect: Dialect {
  func placeholder(_ number: Int, for value: Value) -> String { "?" }

  func reading(_ column: Column, of row: String?) -> SQL {
    SQL(raw: (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier)
  }

  func isOf(user: SQL, row: String?) -> SQL { "\(Column.userID, of: row) = \(user)" }

  func reading(_ column: AddedColumn, of row: String?) -> SQL {
    SQL(raw: (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier)
  }

  func writing(_ value: Value, as type: String) -> SQL { "\(value)" }

  /// Words and lengths, as in `VARCHAR(20)` and `DOUBLE PRECISION`: a file may say what it wants.
  func knows(type: String) -> SQL {
    let words = type.prefix { $0 != "(" }.split(separator: " ")
    let rest = type.drop { $0 != "(" }
    let clauses: Set = [
      "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS",
    ]
    let isType =
      words.allSatisfy { word in
        !clauses.contains(word.uppercased()) && word.utf8.allSatisfy { isWord($0) }
          && word.utf8.first.map { !isDigit($0) } ?? false
      }
      && (rest.isEmpty
        || !words.isEmpty && rest.hasSuffix(")") && rest.dropFirst().dropLast().utf8.allSatisfy(isLength))
    return "SELECT 1 WHERE \(isType)"
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 || byte == 0x5F
  }
  private func isLength(_ byte: UInt8) -> Bool { isDigit(byte) || byte == 0x2C || byte == 0x20 }

  func holdsValue(_ column: Column) -> SQL {
    let types =
      switch column.type {
      case .integer, .boolean: "'integer'"
      case .double: "'integer', 'real'"
      case .vector: "'blob'"
      case .timestamp, .json, .text, .texts: "'text'"
      }
    return SQL(raw: "typeof(\(column.name.quotedIdentifier)) IN (\(types))")
  }

  func sum(of column: Column) -> SQL {
    // A column may hold anything: of an infinity there would be no sum.
    "CAST(total(CASE WHEN typeof(\(column)) = 'integer' THEN \(column) END) AS INTEGER)"
  }

  func key(of grouping: Grouping) -> SQL {
    switch grouping {
    case .user: "\(Column.userID)"
    case .category: "\(Column.category)"
    case .day: "substr(\(Column.created), 1, 10)"
    case .month: "substr(\(Column.created), 1, 7)"
    case .importance:
      """
      CASE WHEN importance_score IS NOT NULL
        THEN printf('%.1f', min(CAST(importance_score * 10 AS INTEGER), 9) / 10.0) END
      """
    }
  }

  func largestKey(ofType type: String) -> Int64 { .max }

  func checksum(ofVector column: Column, by pgvector: StoreState.VectorExtension?) -> SQL? { nil }

  var shares: Int64 { 1 }

  func name(of table: OwnTable) -> SQL { SQL(raw: table.name) }

  func function(_ name: String) -> String { name }

  func among(_ values: Value) -> SQL { " IN (SELECT value FROM json_each(\(values)))" }

  var now: String { SQLiteDDL.now }

  var clock: String { SQLiteDDL.now }

  func sha256(_ column: Column, of row: String) -> SQL { "memsh_sha256(CAST(\(column, of: row) AS BLOB))" }

  /// Grouping a million rows sorts them all: only those are grouped whose hash others have, too. A window function would
  /// copy each of them twice.
  var repeatedMemories: SQL {
    let (user, content): (SQL, SQL) = ("\(.userID, of: "m")", "CAST(\(.content, of: "m") AS BLOB)")
    return """
      SELECT e.value FROM (
          SELECT min(m.id) AS first, json_group_array(m.id) AS ids FROM memories AS m
          WHERE m.id IN (SELECT h.value FROM json_each((
            SELECT memsh_alike(m.id, \(user), \(content)) FROM memories AS m)) AS h)
          GROUP BY \(user), \(sha256(.content, of: "m")) HAVING count(*) > 1) AS g, json_each(g.ids) AS e
        WHERE e.value <> g.first
      """
  }

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

  var overridingKeys: String { "" }

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

  func rows(_ keys: [Int64], _ numbers: [Double], as name: String) -> SQL {
    // As bytes: SQLite does not read every number back from its digits.
    let bytes = numbers.withUnsafeBytes(Array.init)
    return """
      (SELECT value AS column1, memsh_number(\(Value.bytes(bytes)), key) AS column2
        FROM json_each(\(Value.integers(keys)))) AS \(raw: name)
      """
  }

  /// As for ``rowLock``.
  var migrationLock: SQL? { nil }

  var sourceKeyIndex: (presence: SQL, creation: SQL)? { nil }
  /// By SQLite's rules for the affinity of a declared type.
  func fits(_ realType: String, _ type: ColumnType) -> Bool {
    let declared = realType.uppercased()
    return switch type {
    case .integer: declared.contains("INT")
    case .vector: declared.isEmpty || declared.contains("BLOB")
    default: true
    }
  }

  var vectorType: String { "a blob of float32" }
}
