import Database
import MemoryModel
import MemoryStore

/// Notes every statement that a store sends by its driver, without its values.
final class StatementNotingDriver: Driver {
  private let driver: any Driver
  private var statements: [String] = []

  init(_ driver: any Driver) { self.driver = driver }

  /// The statements since the last call.
  func take() -> [String] {
    defer { statements = [] }
    return statements
  }

  private func note(_ sql: SQL) { statements.append(sql.rendered(by: dialect).text) }

  var identity: StoreIdentity { driver.identity }
  var dialect: any Dialect { driver.dialect }
  var capabilities: Capabilities { driver.capabilities }
  func connect() throws { try driver.connect() }
  func serverVersion() throws -> String { try driver.serverVersion() }
  func state() throws -> StoreState { try driver.state() }

  func query(_ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void) throws {
    note(sql)
    try driver.query(sql, of: table, exactly: exactly, body)
  }

  func execute(_ sql: SQL, _ body: (any Row) throws -> Void) throws -> Int {
    note(sql)
    return try driver.execute(sql, body)
  }

  func stream(_ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void) throws {
    note(sql)
    try driver.stream(sql, of: table, exactly: exactly, body)
  }

  func sum<Sum: Sendable>(
    _ shares: [SQL], of table: String, from start: Sum,
    adding add: @escaping @Sendable (inout Sum, any Row) throws -> Void, _ body: (Sum) throws -> Void
  ) throws {
    for share in shares { note(share) }
    try driver.sum(shares, of: table, from: start, adding: add, body)
  }

  func load(_ rows: [[Value]], columns: [Column], added: [AddedColumn], into target: LoadTarget) throws {
    try driver.load(rows, columns: columns, added: added, into: target)
  }

  func nextIDs(_ count: Int, of table: Table, behind id: Int64?) throws -> [Int64] {
    try driver.nextIDs(count, of: table, behind: id)
  }

  func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    try driver.transaction(ending, body)
  }

  func apply(_ options: StoreOptions) throws { try driver.apply(options) }
  var interruptHandle: @Sendable () -> Void { driver.interruptHandle }
  var closeHandle: @Sendable () -> Void { driver.closeHandle }
  func close() { driver.close() }
}
