import Foundation
import Logging
import MemoryCore
import PostgresClient
import Synchronization

/// A memory store in a PostgreSQL database with pgvector.
///
/// Connects when it is first used. The protocol's parts are in the extensions, one file each.
public final class PostgresStore: MemoryStore {
  /// Where the store is.
  public let identity: StoreIdentity

  /// Statements are logged without their values.
  private let logger = Logger(label: "memsh.postgres")
  private let parameters: [String: String]
  private let interruption: Interruption
  private let running = RunningStatement()
  private var opened: PostgresConnection?

  /// Describes the store; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - connectionString: A URL or `key=value` string; what it leaves out comes from libpq's environment.
  ///   - interruption: Ends waiting for a lock.
  /// - Throws: `usage` when the string cannot be read.
  public init(connectionString: String, interruption: Interruption, connectTimeoutSeconds: Int?) throws {
    let address: PostgresAddress
    do {
      address = try PostgresAddress(connectionString: connectionString)
    } catch {
      throw MemshError(
        .usage, "the connection string cannot be read", hint: "write postgresql://user@host:port/database",
        cause: (error as? PostgresError)?.message)
    }
    var parameters = ["dbname": connectionString, "fallback_application_name": "memsh", "client_encoding": "UTF8"]
    if let connectTimeoutSeconds { parameters["connect_timeout"] = String(connectTimeoutSeconds) }
    self.parameters = parameters
    self.interruption = interruption
    identity = StoreIdentity(backend: .postgres, name: address.database, location: address.url)
  }

  /// The password inside a connection string, for the one place that redacts secrets.
  public static func password(inside connectionString: String) -> String? {
    PostgresAddress.password(inside: connectionString)
  }

  /// Connects, if there is no connection yet, and makes sure that the server answers.
  public func connect() throws {
    try use { _ = try $0.query("SELECT 1") }
  }

  /// The server's version.
  public func serverVersion() throws -> String {
    try use { "PostgreSQL \($0.reportedParameter("server_version") ?? "")" }
  }

  /// Cancels the running statement on the server.
  public var interruptHandle: @Sendable () -> Void {
    let running = running
    return { running.cancel.withLock { $0 }?() }
  }

  /// Closes the connection.
  public func close() {
    running.cancel.withLock { $0 = nil }
    opened = nil
  }

  /// Runs `body` in one transaction.
  public func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    let isOutermost = try use { connection in
      guard !connection.isInTransaction else { return false }
      try connection.execute(unsafeSQL: "BEGIN")
      return true
    }
    guard isOutermost else { return try body() }
    do {
      let value = try body()
      try use { try $0.execute(unsafeSQL: ending == .commit ? "COMMIT" : "ROLLBACK") }
      return value
    } catch {
      // A failed ROLLBACK means that the connection is gone, and the transaction with it.
      try? opened?.execute(unsafeSQL: "ROLLBACK")
      throw error
    }
  }

  /// Runs one statement.
  @discardableResult
  func query(_ sql: SQL) throws -> PostgresResult {
    logger.debug("\(sql.text)")
    return try use { try $0.query(sql) }
  }

  /// Runs statements that this module made.
  func execute(unsafeSQL sql: String) throws {
    logger.debug("\(sql)")
    try use { try $0.execute(unsafeSQL: sql) }
  }

  /// Hands over the connection, opening it first, and translates what the client throws.
  func use<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
    do {
      return try body(try connection())
    } catch let error as PostgresError {
      if error.kind == .connectionLost { close() }
      throw MemshError(translating: error, location: identity.location)
    }
  }

  /// Sleeps for a moment unless the user has asked to stop.
  ///
  /// Sleeps here, not on the server: a statement that sleeps holds a snapshot, which index builds wait for.
  func pause() throws {
    try interruption.check()
    Thread.sleep(forTimeInterval: 0.2)
  }

  private func connection() throws -> PostgresConnection {
    if let opened { return opened }
    logger.info("connecting to \(identity.location)")
    let connection = try PostgresConnection(parameters: parameters)
    let cancelStatement = connection.cancel
    running.cancel.withLock { $0 = cancelStatement }
    opened = connection
    return connection
  }
}

/// What other threads may know of a connection: how to cancel its statement.
private final class RunningStatement: Sendable {
  let cancel = Mutex<(@Sendable () -> Void)?>(nil)
}
