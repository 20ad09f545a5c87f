import Database
import MemoryModel
import PostgresClient

/// PostgreSQL's own words.
///
/// Whoever may create something in a schema of the search path can define an operator or a function that fits a
/// statement's types better than the system's own, and so is chosen. What is in `pg_catalog` is found first where the
/// types are exactly its own. So columns are cast until they are (`category::text = $1`), which takes no index away, or
/// operators are called by their full name, as functions are.
struct PostgresDialect: Dialect {
  /// The schema of memsh's own tables, as SQL writes it.
  let ledger: String
  /// The schema that the store has for itself, if it has one.
  let schemaName: String?
  /// Whether the users of memories are known to be text or varchar.
  let usersAreText: Bool
  /// Whether the server computes checksums, as it does from version 18 on.
  let hasChecksums: Bool
  /// Whether values are bound; a COPY binds none, so they are written into it.
  var bindsValues = true

  func placeholder(_ number: Int, for value: Value) -> String {
    guard bindsValues else { return value.literal }
    return switch value {
    case .vector: "$\(number)::vector"
    case .json: "$\(number)::pg_catalog.text::pg_catalog.jsonb"
    default: "$\(number)"
    }
  }

  func reading(_ column: Column, of row: String?) -> SQL {
    let name = (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier
    return SQL(raw: "\(name)::\(PostgresDialect.type(of: column))")
  }

  /// Citus sees whose memories are wanted, and asks one shard, in a comparison without a cast.
  func isOf(user: SQL, row: String?) -> SQL {
    guard usersAreText else { return "\(Column.userID, of: row) = \(user)" }
    let name = (row.map { "\($0)." } ?? "") + Column.userID.name.quotedIdentifier
    return "\(raw: name) OPERATOR(pg_catalog.=) \(user)"
  }

  /// The type in which a column is read; stores that others made may have declared another.
  static func type(of column: Column) -> String {
    switch column.type {
    case .integer: "int8"
    case .double: "float8"
    case .boolean: "boolean"
    case .timestamp: "timestamp"
    case .vector: "vector"
    // Read as its text: the binary form of jsonb is that behind a version.
    case .json: "jsonb::text"
    case .text: "text"
    case .texts: "text[]"
    }
  }

  /// Not a cast to text: casts can be anybody's, and that of char(n) cuts spaces off. Not IS NULL, which is true of a row
  /// of NULLs.
  func reading(_ column: AddedColumn, of row: String?) -> SQL {
    let name = (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier
    return SQL(
      raw: "CASE WHEN pg_catalog.num_nulls(\(name)) = 0 THEN pg_catalog.format('%s', \(name)) END")
  }

  /// Cast to the type without its modifier: a cast would cut a text that is too long, where an assignment refuses it.
  func writing(_ value: Value, as type: String) -> SQL {
    value == .null ? "NULL" : "\(value)::\(raw: PostgresDialect.withoutModifier(type))"
  }

  /// `numeric(10,2)` is `numeric`, `timestamp(3) with time zone` is `timestamp with time zone`.
  static func withoutModifier(_ type: String) -> String {
    var (plain, isQuoted, depth) = ("", false, 0)
    for character in type.unicodeScalars {
      if character == "\"" { isQuoted.toggle() }
      if character == "(", !isQuoted { depth += 1 }
      if depth == 0 { plain.unicodeScalars.append(character) }
      if character == ")", !isQuoted { depth -= 1 }
    }
    guard plain != type else { return type }
    // Without a modifier these two would be of one character.
    for (name, open) in [("character", "bpchar"), ("bit", "varbit")] where plain == name || plain == name + "[]" {
      return open + plain.dropFirst(name.count)
    }
    return plain
  }

  /// `vector(256)` is `vector` and 256; a type that does not end in one number has no length.
  static func lengthSplit(from type: String) -> (type: Substring, length: Int?) {
    guard type.hasSuffix(")"), let open = type.lastIndex(of: "(") else { return (type[...], nil) }
    let digits = type[type.index(after: open)...].dropLast()
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return (type[...], nil)
    }
    return (type[..<open], Int(digits))
  }

  func knows(type: String) -> SQL { "SELECT 1 WHERE pg_catalog.to_regtype(\(type)) IS NOT NULL" }

  func holdsValue(_ column: Column) -> SQL { "\(name: column.name) IS NOT NULL" }

  func sum(of column: Column) -> SQL {
    "coalesce(least(pg_catalog.sum(\(column)), 9223372036854775807), 0)::int8"
  }

  func key(of grouping: Grouping) -> SQL {
    switch grouping {
    case .user: "\(Column.userID)"
    case .category: "\(Column.category)"
    case .day: "pg_catalog.to_char(\(Column.created), 'YYYY-MM-DD')"
    case .month: "pg_catalog.to_char(\(Column.created), 'YYYY-MM')"
    case .importance:
      """
      CASE WHEN \(Column.importance) IN ('NaN', 'Infinity', '-Infinity') THEN \(Column.importance)::text
        WHEN importance_score IS NOT NULL THEN pg_catalog.round(
          least(pg_catalog.floor(\(Column.importance)::numeric * 10::numeric), 9) / 10::numeric, 1)::text END
      """
    }
  }

  func largestKey(ofType type: String) -> Int64 {
    switch type {
    case "smallint": Int64(Int16.max)
    case "integer": Int64(Int32.max)
    default: .max
    }
  }

  func checksum(ofVector column: Column, by pgvector: StoreState.VectorExtension?) -> SQL? {
    guard hasChecksums, let pgvector else { return nil }
    return "pg_catalog.crc32c(\(name: pgvector.schema).vector_send(\(column)))"
  }

  /// Reading vectors is work that one process of the server does alone. More than these gain nothing.
  var shares: Int64 { 3 }

  func name(of table: OwnTable) -> SQL { SQL(raw: "\(ledger).\(table.rawValue)") }

  func function(_ name: String) -> String { "pg_catalog.\(name)" }

  func among(_ values: Value) -> SQL { " = ANY(\(values))" }

  var now: String { "(pg_catalog.now() AT TIME ZONE 'UTC')" }

  var clock: String { "(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC')" }
  func fits(_ realType: String, _ type: ColumnType) -> Bool {
    switch type {
    case .integer: ["smallint", "integer", "bigint"].contains(realType)
    // Where the search path does not find the type, its schema stands before it.
    case .vector:
      ["vector", "halfvec"].contains(PostgresDialect.lengthSplit(from: realType).type.split(separator: ".").last)
    default: true
    }
  }

  var vectorType: String { "pgvector's vector" }

  func sha256(_ column: Column, of row: String) -> SQL {
    """
    pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(\(column, of: row), 'UTF8')), 'hex')
    """
  }

  var repeatedMemories: SQL {
    """
    SELECT n.id FROM (SELECT m.id, pg_catalog.row_number() OVER (
        PARTITION BY \(.userID, of: "m"), \(sha256(.content, of: "m")) ORDER BY m.id) AS number
      FROM memories AS m) AS n WHERE n.number > 1
    """
  }

  func metadata(_ path: [String], of row: String?) -> SQL {
    "(\(raw: row.map { "\($0)." } ?? "")metadata::pg_catalog.jsonb #>> \(path))"
  }

  var rowLock: String? { "FOR UPDATE" }

  var overridingKeys: String { "OVERRIDING SYSTEM VALUE" }

  var equals: String { "OPERATOR(pg_catalog.=)" }

  func rows(_ columns: [Value], as name: String) -> SQL {
    let lists = SQL.joined(columns.map { "pg_catalog.unnest(\($0))" })
    let names = columns.indices.map { "column\($0 + 1)" }.joined(separator: ", ")
    return "ROWS FROM (\(lists)) AS \(raw: name)(\(raw: names))"
  }

  func rows(_ keys: [Int64], _ numbers: [Double], as name: String) -> SQL {
    """
    ROWS FROM (pg_catalog.unnest(\(Value.integers(keys))),
        pg_catalog.unnest(\(numbers.map(\.description))::pg_catalog.float8[])) AS \(raw: name)(column1, column2)
    """
  }

  /// An arbitrary number that every memsh uses for "migrating into this database": the bytes of "memsh".
  private static let migrationKey: Int64 = 0x6D65_6D73_68

  /// The lock is tried, never waited for: a waiter would hold up index builds. And whoever embeds inside the transaction
  /// may have to wait for a server.
  var migrationLock: SQL? {
    let key: SQL =
      schemaName.map { "pg_catalog.hashtextextended(\($0), \(PostgresDialect.migrationKey))" }
      ?? "\(PostgresDialect.migrationKey)"
    return """
      SELECT pg_catalog.pg_try_advisory_xact_lock(\(key)),
        pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true)
      """
  }

  var sourceKeyIndex: (presence: SQL, creation: SQL)? {
    (
      "SELECT 1 WHERE pg_catalog.to_regclass(\(ledger + ".run_rows_source_key_idx")) IS NOT NULL",
      "CREATE INDEX run_rows_source_key_idx ON \(OwnTable.runRows) (source_key)"
    )
  }
}

extension Value {
  /// The value as SQL writes it, for COPY, which binds none.
  fileprivate var literal: String {
    switch self {
    case .null: "NULL"
    case .integer(let number): "(\(number))::int8"
    case .integers(let numbers): "'{\(numbers.map(String.init).joined(separator: ","))}'::int8[]"
    case .text(let text): "\(text.quotedPostgresLiteral)::text"
    case .texts(let texts): "ARRAY[\(texts.map(\.quotedPostgresLiteral).joined(separator: ", "))]::text[]"
    case .timestamp(let moment): "\(moment.iso8601.quotedPostgresLiteral)::timestamp"
    case .double(let number): "'\(number)'::float8"
    case .boolean(let flag): "\(flag)"
    case .json(let json): "\(json.text.quotedPostgresLiteral)::jsonb"
    case .vector(let vector): "'[\(vector.values.map { "\($0)" }.joined(separator: ","))]'::vector"
    case .bytes(let bytes): "'\\x\(bytes.hexadecimal)'::bytea"
    }
  }
}

extension PostgresValue {
  /// A value in the form that the client sends.
  init(_ value: Value) {
    self =
      switch value {
      case .null: .null
      case .integer(let number): .integer(number)
      case .double(let number): .double(number)
      case .text(let text): .text(text)
      case .boolean(let flag): .boolean(flag)
      case .texts(let texts): .textArray(texts)
      case .timestamp(let moment): .timestamp(microseconds: moment.microseconds)
      case .json(let json): .text(json.text)
      case .vector(let vector): .binary(vector.postgresBytes)
      case .bytes(let bytes): .bytes(bytes)
      case .integers(let numbers): .integerArray(numbers)
      }
  }
}
