import Database
import MemoryModel
import PostgresClient

/// The server as a database like any other.
extension PostgresDriver: SchemaManaging, Searching, VectorReplacing, RowImaging, Introspecting, SQLAnswering {
  package var capabilities: Capabilities { Capabilities(of: self, layout: self) }

  package var dialect: any Dialect { postgresDialect }

  var postgresDialect: PostgresDialect {
    PostgresDialect(ledger: ledger, schemaName: schemaName, usersAreText: usersAreText)
  }

  package func query(
    _ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void
  ) throws {
    for row in try query(sql).rows { try body(PostgresRowValues(values: row, location: identity.location)) }
  }

  package func execute(_ sql: SQL, _ body: (any Row) throws -> Void) throws -> Int {
    let result = try query(sql)
    for row in result.rows { try body(PostgresRowValues(values: row, location: identity.location)) }
    return result.affectedRows
  }

  package func stream(
    _ shares: [SQL], of table: String, exactly: Bool, _ body: (any Row) throws -> Void
  ) throws {
    var dialect = postgresDialect
    dialect.bindsValues = false
    let statements = shares.map { share -> String in
      let text = share.rendered(by: dialect).text
      logger.debug("\(text)")
      return "COPY (\(text)) TO STDOUT (FORMAT BINARY)"
    }
    let location = identity.location
    let helpers = try shares.count > 1 && !isInTransaction() ? helpers(upTo: shares.count) : []
    defer { giveBack(helpers) }
    guard helpers.count > 1 else {
      return try withoutStatementTimeout {
        for statement in statements {
          try use { try $0.copyOut(statement) { try body(PostgresRowValues(values: $0, location: location)) } }
        }
      }
    }
    try Overlap.run(
      capacity: helpers.count,
      producers: helpers.enumerated().map { index, helper in
        { hand in
          for part in stride(from: index, to: statements.count, by: helpers.count) {
            try PostgresDriver.copyOut(statements[part], from: helper.connection, location, hand)
          }
        }
      },
      consume: { (rows: [CopiedRow]) in
        for row in rows { try body(PostgresRowValues(values: row, location: location)) }
      })
  }

  /// Rows go from thread to thread many at a time.
  private static let rowsAtOnce = 200

  private static func copyOut(
    _ statement: String, from connection: PostgresConnection, _ location: String, _ hand: ([CopiedRow]) throws -> Void
  ) throws {
    var rows: [CopiedRow] = []
    try translating(location) {
      try connection.copyOut(statement) { row in
        rows.append(row)
        guard rows.count == rowsAtOnce else { return }
        try hand(rows)
        rows.removeAll(keepingCapacity: true)
      }
    }
    if !rows.isEmpty { try hand(rows) }
  }

  package func nextIDs(_ count: Int, of table: Table, behind id: Int64?) throws -> [Int64] {
    if let id { try reserveIDs(upTo: id, in: table.name) }
    return count > 0 ? try nextIDs(count, table: table.name) : []
  }
}
