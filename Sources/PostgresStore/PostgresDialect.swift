import Database
import MemoryModel
import PostgresClient

/// PostgreSQL's own words.
///
/// Whoever may create something in a schema of the search path can define an operator or a function that fits a
/// statement's types better than the system's own, and so is chosen. What is in `pg_catalog` is found first where the
/// types are exactly its own. So columns are cast until they are (`user_id::text = $1`), which takes no index away, and
/// functions are called by their full name.
struct PostgresDialect: Dialect {
  /// The schema of memsh's own tables, as SQL writes it.
  let ledger: String

  func placeholder(_ number: Int, for value: Value) -> String {
    switch value {
    case .vector: "$\(number)::vector"
    case .json: "$\(number)::pg_catalog.text::pg_catalog.jsonb"
    default: "$\(number)"
    }
  }

  func reading(_ column: Column, of row: String?) -> Database.SQL {
    let name = (row.map { "\($0)." } ?? "") + column.name.quotedIdentifier
    return Database.SQL(raw: "\(name)::\(PostgresDialect.type(of: column))")
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

  func name(of table: OwnTable) -> Database.SQL { Database.SQL(raw: "\(ledger).\(table.rawValue)") }

  func function(_ name: String) -> String { "pg_catalog.\(name)" }

  func among(_ values: Value) -> Database.SQL { " = ANY(\(values))" }

  var now: String { "(pg_catalog.now() AT TIME ZONE 'UTC')" }

  func sha256(_ column: Column, of row: String) -> Database.SQL {
    """
    pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(\(column, of: row), 'UTF8')), 'hex')
    """
  }
}

/// Writes values as literals, for COPY, which binds none.
struct LiteralDialect: Dialect {
  let dialect: PostgresDialect

  func placeholder(_ number: Int, for value: Value) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let number): "(\(number))::int8"
    case .integers(let numbers): "'{\(numbers.map(String.init).joined(separator: ","))}'::int8[]"
    case .text(let text): "\(SQL.quoted(literal: text))::text"
    case .texts(let texts): "ARRAY[\(texts.map(SQL.quoted(literal:)).joined(separator: ", "))]::text[]"
    case .timestamp(let moment): "\(SQL.quoted(literal: moment.iso8601))::timestamp"
    case .double(let number): "'\(number)'::float8"
    case .boolean(let flag): "\(flag)"
    case .json(let json): "\(SQL.quoted(literal: json.text))::jsonb"
    case .vector(let vector): "'[\(vector.values.map { "\($0)" }.joined(separator: ","))]'::vector"
    case .bytes(let bytes):
      "'\\x\(bytes.hexadecimal)'::bytea"
    }
  }

  func reading(_ column: Column, of row: String?) -> Database.SQL { dialect.reading(column, of: row) }
  func name(of table: OwnTable) -> Database.SQL { dialect.name(of: table) }
  func function(_ name: String) -> String { dialect.function(name) }
  func among(_ values: Value) -> Database.SQL { dialect.among(values) }
  var now: String { dialect.now }
  func sha256(_ column: Column, of row: String) -> Database.SQL { dialect.sha256(column, of: row) }
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
