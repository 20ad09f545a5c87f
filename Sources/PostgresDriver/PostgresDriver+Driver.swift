import Database
import MemoryModel
import PostgresClient

/// The server as a database like any other.
extension PostgresDriver: SchemaManaging, Searching, VectorReplacing, RowImaging, Introspecting, SQLAnswering {
  package var capabilities: Capabilities { Capabilities(of: self, layout: self) }

  package var dialect: any Dialect { postgresDialect }

  var postgresDialect: PostgresDialect {
    PostgresDialect(
      ledger: ledger, schemaName: schemaName, usersAreText: usersAreText,
      hasChecksums: opened.map { $0.connection.serverVersion >= 180_000 } ?? false)
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

  package func stream(_ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void) throws {
    let (statement, location) = (copying(sql), identity.location)
    try withoutStatementTimeout {
      try use { try $0.copyOut(statement) { try body(PostgresRowValues(values: $0, location: location)) } }
    }
  }

  /// A statement that sends an answer's rows as fast as there is a way.
  private func copying(_ sql: SQL) -> String {
    var dialect = postgresDialect
    dialect.bindsValues = false
    let text = sql.rendered(by: dialect).text
    logger.debug("\(text)")
    return "COPY (\(text)) TO STDOUT (FORMAT BINARY)"
  }

  package func sum<Sum: Sendable>(
    _ shares: [SQL], of table: String, from start: Sum,
    adding add: @escaping @Sendable (inout Sum, any Row) throws -> Void, _ body: (Sum) throws -> Void
  ) throws {
    let helpers = try shares.count > 1 && !isInTransaction() ? helpers(upTo: shares.count) : []
    defer { giveBack(helpers) }
    guard helpers.count > 1 else {
      var batch = BatchSum(start, add)
      for share in shares { try stream(share, of: table, exactly: false) { try batch.add($0, body) } }
      return try batch.finish(body)
    }
    let (statements, location) = (shares.map(copying), identity.location)
    try Overlap.run(
      capacity: helpers.count,
      producers: helpers.enumerated().map { index, helper in
        { hand in
          var batch = BatchSum(start, add)
          for part in stride(from: index, to: statements.count, by: helpers.count) {
            try PostgresDriver.translating(location) {
              try helper.connection.copyOut(statements[part]) { row in
                try batch.add(PostgresRowValues(values: row, location: location), hand)
              }
            }
          }
          try batch.finish(hand)
        }
      }, consume: body)
  }

  package func nextIDs(_ count: Int, of table: Table, behind id: Int64?) throws -> [Int64] {
    if let id { try reserveIDs(upTo: id, in: table.name) }
    return count > 0 ? try nextIDs(count, table: table.name) : []
  }
}
