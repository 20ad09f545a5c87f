import Database
import MemoryModel
import PostgresClient

/// Statements that go to the server with the next one whose answer is asked for, so that they cost no round trip of their
/// own. They run in their order; when one fails, nothing behind it is run.
struct WaitingStatements {
  struct Waiting {
    let statement: PostgresStatement
    /// Says what a failure means.
    let failing: (MemshError) -> MemshError
    /// Looks at the answer.
    let check: ((PostgresResult) throws -> Void)?
  }

  var statements: [Waiting] = []
  /// Whether the first of them begins a transaction.
  var beginsTransaction = false
  /// Whether one of them changes or asks something, so that a transaction which begins with them has a purpose.
  var hasPurpose = false

  /// Whether all of them only make a transaction ready.
  var holdsNothing: Bool { beginsTransaction && !hasPurpose }

  /// Whether an answer is to be looked at.
  var isChecked: Bool { statements.contains { $0.check != nil } }
}

extension PostgresDriver {
  /// No more statements wait.
  private static let waitingMaximum = 100

  package func executeSoon(
    _ sql: SQL, failing: @escaping (MemshError) -> MemshError, check: ((Int) throws -> Void)?
  ) throws {
    // By itself every statement is a transaction.
    guard try isInTransaction() else { return try executeNow(sql, failing: failing, check: check) }
    waiting.hasPurpose = true
    wait(for: statement(sql), failing: failing, check: check.map { check in { try check($0.affectedRows) } })
    if waiting.statements.count >= PostgresDriver.waitingMaximum { try send([]) }
  }

  /// Sends a statement with the next one.
  func wait(
    for statement: PostgresStatement, failing: @escaping (MemshError) -> MemshError = { $0 },
    check: ((PostgresResult) throws -> Void)? = nil
  ) { waiting.statements.append(WaitingStatements.Waiting(statement: statement, failing: failing, check: check)) }

  /// Runs a statement, and those before it that wait.
  @discardableResult
  func send(_ statement: PostgresStatement) throws -> PostgresResult {
    guard let result = try send([statement]) else {
      throw MemshError(.storeFailed, "\(identity.location) gave no answer")
    }
    return result
  }

  /// Runs what waits, and statements behind it.
  ///
  /// - Returns: The answer of the last one.
  @discardableResult
  func send(_ statements: [PostgresStatement]) throws -> PostgresResult? {
    guard !waiting.statements.isEmpty || !statements.isEmpty else { return nil }
    let before = waiting.statements
    waiting = WaitingStatements()
    return try closingWhenLost {
      let connection: PostgresConnection = try PostgresDriver.translating(identity.location) { try self.connection() }
      let (results, failure) = connection.run(before.map(\.statement) + statements)
      for (waiting, result) in zip(before, results) { try waiting.check?(result) }
      if let failure {
        let error = MemshError(translating: failure, location: identity.location)
        throw results.count < before.count ? before[results.count].failing(error) : error
      }
      return results.last
    }
  }
}
