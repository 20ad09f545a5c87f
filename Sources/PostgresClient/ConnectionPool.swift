import Foundation

/// Up to a number of connections to one database, opened when they are asked for and kept for the next time.
///
/// `@unchecked Sendable` because the lock is held wherever its state is touched; what it lends belongs to one borrower.
package final class ConnectionPool: @unchecked Sendable {
  private let parameters: [String: String]
  private let lock = NSLock()
  private var limit: Int
  private var idle: [PooledConnection] = []
  private var lent: [ObjectIdentifier: @Sendable () -> Void] = [:]
  /// How many are about to be lent, most of them still being opened.
  private var coming = 0
  /// What the server says beside its answers, over any of the connections.
  package let notices = PostgresNotices()

  /// Sets a pool up; nothing is opened yet.
  ///
  /// - Parameter parameters: As for ``PostgresConnection/init(parameters:)``.
  package init(parameters: [String: String], size: Int) {
    self.parameters = parameters
    limit = size
  }

  /// How many connections there may be at a time; those above it are closed when they come back.
  package var size: Int {
    get { lock.withLock { limit } }
    set { lock.withLock { limit = newValue } }
  }

  /// Lends a connection, opening one where none is idle; nil when as many as allowed are lent.
  ///
  /// - Throws: ``PostgresError`` when no connection can be opened.
  package func borrow() throws -> PooledConnection? {
    let (known, mayOpen): (PooledConnection?, Bool) = lock.withLock {
      guard lent.count + coming < limit else { return (nil, false) }
      coming += 1
      return (idle.popLast(), true)
    }
    guard mayOpen else { return nil }
    let connection = Result {
      try known ?? PooledConnection(PostgresConnection(parameters: parameters, notices: notices))
    }
    lock.withLock {
      coming -= 1
      if case .success(let lending) = connection { lent[ObjectIdentifier(lending)] = lending.connection.cancel }
    }
    return try connection.get()
  }

  /// Opens a connection that does not belong to the pool.
  package func openAnother() throws -> PostgresConnection { try PostgresConnection(parameters: parameters) }

  /// Takes a connection back.
  package func giveBack(_ connection: PooledConnection) {
    lock.withLock {
      lent[ObjectIdentifier(connection)] = nil
      if connection.connection.isIdle, idle.count + lent.count + coming < limit { idle.append(connection) }
    }
  }

  /// Asks the server to stop the statements of all connections that are lent.
  package func cancelAll() {
    for cancel in lock.withLock({ Array(lent.values) }) { cancel() }
  }

  /// Closes the idle connections and forgets the others, which close when their borrowers let go of them.
  package func close() {
    lock.withLock {
      idle = []
      lent = [:]
    }
  }
}

/// A connection of a ``ConnectionPool`` on its way between threads; one of them uses it at a time.
///
/// `@unchecked Sendable` because the pool lends it to one borrower, who hands it on whole.
package final class PooledConnection: @unchecked Sendable {
  /// The connection.
  package let connection: PostgresConnection
  /// The server's process that must answer every time, where a pooler stands in between; else nil.
  package var process: Int64?

  init(_ connection: PostgresConnection) {
    self.connection = connection
  }
}
