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
  let logger = Logger(label: "memsh.postgres")
  private let parameters: [String: String]
  private let isReadOnly: Bool
  private let running = RunningStatement()
  private var opened: PostgresConnection?
  /// The names of sequences, by table, as far as they have been looked up.
  var sequences: [String: String] = [:]

  /// Describes the store; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - connectionString: A URL or `key=value` string; what it leaves out comes from libpq's environment.
  ///   - isReadOnly: Whether the server is told to refuse every change.
  /// - Throws: `usage` when the string cannot be read.
  public init(connectionString: String, isReadOnly: Bool = false, connectTimeoutSeconds: Int? = nil) throws {
    let address: PostgresAddress
    do {
      address = try PostgresAddress(connectionString: connectionString)
    } catch {
      // libpq's own words quote the part it cannot read, which may be the password.
      throw MemshError(
        .usage, "the connection string cannot be read",
        hint: "write postgresql://user@host:port/database; in a password, % is %25, / is %2F and @ is %40")
    }
    guard !PostgresStore.hasMisplacedPassword(connectionString) else {
      throw MemshError(
        .usage, "the connection string has an @ behind its first /",
        hint: "in a password, / is written %2F and @ is written %40")
    }
    var parameters = ["dbname": connectionString, "fallback_application_name": "memsh", "client_encoding": "UTF8"]
    if let connectTimeoutSeconds { parameters["connect_timeout"] = String(connectTimeoutSeconds) }
    // A connection that died on the way is noticed within a minute, not in two hours.
    parameters.merge(["keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"]) { own, _ in own }
    self.parameters = parameters
    self.isReadOnly = isReadOnly
    identity = StoreIdentity(backend: .postgres, name: address.database, location: address.url)
  }

  /// Whether libpq would take a part of a password for the host or the database, and name it in messages.
  private static func hasMisplacedPassword(_ text: String) -> Bool {
    guard let scheme = text.firstRange(of: "://") else { return false }
    let rest = text[scheme.upperBound...].prefix { $0 != "?" }
    guard let slash = rest.firstIndex(of: "/") else { return rest.count { $0 == "@" } > 1 }
    return rest[slash...].contains("@") || rest[..<slash].count { $0 == "@" } > 1
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
    sequences = [:]
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

  /// What a second connection to the same database is opened with.
  var connectionParameters: [String: String] { parameters }

  private func connection() throws -> PostgresConnection {
    if let opened { return opened }
    logger.info("connecting to \(identity.location)")
    let connection = try PostgresConnection(parameters: parameters)
    // A source that is the target under another name would wait for the target's locks for ever.
    // Columns of type timestamptz, in stores that others made, are then read as UTC.
    try connection.execute(
      unsafeSQL: "SET TIME ZONE 'UTC'"
        + (isReadOnly ? "; SET default_transaction_read_only = on; SET lock_timeout = '30s'" : ""))
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
