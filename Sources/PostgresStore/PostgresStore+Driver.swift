import Database
import MemoryModel
import PostgresClient

/// The server as a database like any other.
extension PostgresStore: Driver {
  package var dialect: any Dialect { postgresDialect }

  private var postgresDialect: PostgresDialect { PostgresDialect(ledger: ledger, schemaName: schemaName) }

  private func result(_ sql: Database.SQL) throws -> PostgresResult {
    let (text, values) = sql.rendered(by: dialect)
    logger.debug("\(text)")
    return try use { try $0.query(text, values.map(PostgresValue.init)) }
  }

  package func query(
    _ sql: Database.SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void
  ) throws {
    for row in try result(sql).rows { try body(PostgresRowValues(values: row, location: identity.location)) }
  }

  package func execute(_ sql: Database.SQL, _ body: (any Row) throws -> Void) throws -> Int {
    let result = try result(sql)
    for row in result.rows { try body(PostgresRowValues(values: row, location: identity.location)) }
    return result.affectedRows
  }

  package func stream(
    _ sql: Database.SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void
  ) throws {
    let text = sql.rendered(by: LiteralDialect(dialect: postgresDialect)).text
    logger.debug("\(text)")
    let location = identity.location
    try withoutStatementTimeout {
      try use {
        try $0.copyOut("COPY (\(unsafeSQL: text)) TO STDOUT (FORMAT BINARY)") {
          try body(PostgresRowValues(values: $0, location: location))
        }
      }
    }
  }

  package func load(_ rows: [Record], columns: [Column], into table: Table) throws {
    guard !rows.isEmpty else { return }
    let types = try columnTypes(of: table.name)
    let names = (["id"] + columns.map(\.name)).map(\.quotedIdentifier).joined(separator: ", ")
    try use { connection in
      try connection.copyIn("COPY \(identifier: table.name) (\(unsafeSQL: names)) FROM STDIN (FORMAT BINARY)") {
        writer in
        for row in rows {
          try writer.beginRow(fields: columns.count + 1)
          try writer.write(integer: row.id, "id", types)
          for (column, value) in zip(columns, row.values) { try writer.write(value, column.name, types) }
        }
      }
    }
  }

  package func nextIDs(_ count: Int, of table: Table) throws -> [Int64] { try nextIDs(count, table: table.name) }
}

extension BinaryCopyWriter {
  /// Writes a value into a column of its real type.
  fileprivate mutating func write(_ value: Value, _ column: String, _ types: [String: UInt32]) throws {
    switch value {
    case .null: writeNull()
    case .integer(let number): try write(integer: number, column, types)
    case .double(let number): write(double: number, column, types)
    case .text(let text): write(text: text)
    case .boolean(let flag): write(boolean: flag)
    case .texts(let texts): write(textArray: texts)
    case .timestamp(let moment): write(timestamp: moment.microseconds)
    case .json(let json): write(json: json.text, column, types)
    case .vector(let vector): write(vector: vector.values)
    case .bytes(let bytes): write(bytes: bytes)
    case .integers: writeNull()
    }
  }
}
