import Database
import Logging
import MemoryModel
import PostgresClient
import Synchronization

/// A memory store in a PostgreSQL database with pgvector.
///
/// Connects when it is first used. The protocol's parts are in the extensions, one file each.
package final class PostgresDriver: Driver {
  /// Where the store is.
  package let identity: StoreIdentity

  /// Statements are logged without their values.
  let logger = Logger(label: "memsh.postgres")
  /// The schema that this store has for itself; nil for the one that the role's search path finds.
  let schemaName: String?
  private let isReadOnly: Bool
  let pool: ConnectionPool
  private(set) var options = StoreOptions()
  private(set) var opened: PooledConnection?
  /// Ends waits that are not a statement.
  let interruption: Interruption
  /// What the server said beside the answers to the user's own statements.
  var ownNotices: [String] = []
  /// What the repairs of the present transaction have set and looked up.
  var repairState = RepairState()
  /// The transaction that stays open between commands.
  var held = HeldTransaction()
  /// Statements that go with the next one.
  var waiting = WaitingStatements()
  /// Whether memories stand on other servers, as far as it was looked up.
  var isDistributed = false
  /// Whether the users of memories are text or varchar, as far as the state has been looked at.
  var usersAreText = false

  /// Describes the store; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - connectionString: A URL or `key=value` string; what it leaves out comes from libpq's environment. Behind
  ///     libpq's own parameters, `schema` names the schema that the store has for itself.
  ///   - isReadOnly: Whether the server is told to refuse every change.
  ///   - interruption: The user's wish to stop, raised and cleared by whoever runs commands.
  /// - Throws: `usage` when the string cannot be read.
  package init(
    connectionString: String, isReadOnly: Bool = false, connectTimeoutSeconds: Int? = nil,
    interruption: Interruption = Interruption()
  ) throws {
    self.interruption = interruption
    let (connectionString, schemaName) = try SchemaParameter.split(connectionString)
    let address: PostgresAddress
    do {
      address = try PostgresAddress(connectionString: connectionString)
    } catch let error as PostgresError where error.kind == .missingLibrary {
      throw MemshError(translating: error, location: "")
    } catch {
      // libpq's own words quote the part it cannot read, which may be the password.
      throw MemshError(
        .usage, "the connection string cannot be read",
        hint: "write postgresql://user@host:port/database; in a password, % is %25, / is %2F and @ is %40")
    }
    guard !PostgresDriver.hasMisplacedPassword(connectionString) else {
      throw MemshError(
        .usage, "the connection string has an @ behind its first /",
        hint: "in a password, / is written %2F and @ is written %40")
    }
    var parameters = ["dbname": connectionString, "fallback_application_name": "memsh", "client_encoding": "UTF8"]
    if let connectTimeoutSeconds { parameters["connect_timeout"] = String(connectTimeoutSeconds) }
    // A connection that died on the way is noticed within a minute, not in two hours.
    let patience = [
      "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
    ]
    parameters.merge(patience) { own, _ in own }
    self.isReadOnly = isReadOnly
    self.schemaName = schemaName
    identity = StoreIdentity(
      backend: .postgres, name: schemaName.map { "\(address.database).\($0)" } ?? address.database,
      location: try SchemaParameter.adding(schemaName, to: address.url))
    pool = ConnectionPool(parameters: parameters, size: options.poolSize)
  }

  /// Whether libpq would take a part of a password for the host or the database, and name it in messages.
  private static func hasMisplacedPassword(_ text: String) -> Bool {
    guard let scheme = text.firstRange(of: "://") else { return false }
    let rest = text[scheme.upperBound...].prefix { $0 != "?" }
    guard let slash = rest.firstIndex(of: "/") else { return rest.count { $0 == "@" } > 1 }
    return rest[slash...].contains("@") || rest[..<slash].count { $0 == "@" } > 1
  }

  /// The password inside a connection string, for the one place that redacts secrets.
  package static func password(inside connectionString: String) -> String? {
    let plain = (try? SchemaParameter.split(connectionString).rest) ?? connectionString
    return PostgresAddress.password(inside: plain)
  }

  /// What a connection string says, by libpq's names; nothing where it cannot be read.
  package static func parameters(inside connectionString: String) -> [String: String] {
    let plain = (try? SchemaParameter.split(connectionString).rest) ?? connectionString
    return PostgresAddress.parameters(inside: plain)
  }

  /// Connects, if there is no connection yet, and makes sure that the server answers.
  package func connect() throws {
    let isOpen = opened != nil
    // A connection that is being opened is given its settings, which the server answers.
    try use { if isOpen { _ = try $0.query(unsafeSQL: "SELECT 1") } }
  }

  /// The server's version.
  package func serverVersion() throws -> String {
    try use { "PostgreSQL \($0.reportedParameter("server_version") ?? "")" }
  }

  /// Cancels the running statements on the server.
  package var interruptHandle: @Sendable () -> Void {
    let pool = pool
    return { pool.cancelAll() }
  }

  /// Nothing to do: a server notices by itself that a client has gone.
  package var closeHandle: @Sendable () -> Void { {} }

  /// Closes the connections.
  package func close() {
    held = HeldTransaction()
    waiting = WaitingStatements()
    opened = nil
    repairState = RepairState()
    pool.close()
  }

  /// Changes how many connections there may be and how long a statement may take.
  package func apply(_ options: StoreOptions) throws {
    guard options != self.options else { return }
    self.options = options
    pool.size = options.poolSize
    if opened != nil { try execute(unsafeSQL: timeoutStatement) }
  }

  /// Runs `body` in one transaction.
  package func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value {
    try transaction(ending, settings: [], body)
  }

  /// Runs `body` in one transaction, or as part of one, with settings that last until its end.
  ///
  /// - Parameter settings: Such as `enable_seqscan = off`; they cost no round trip.
  func transaction<Value>(
    _ ending: TransactionEnding, settings: [String], _ body: () throws -> Value
  ) throws -> Value {
    let settings = settings.map { "SET LOCAL " + $0 }
    if held.isBegun, !held.isInPart { return try part(ending, settings: settings, body) }
    guard try !isInTransaction() else {
      for setting in settings { wait(for: PostgresStatement(setting)) }
      return try body()
    }
    defer { repairState.endTransaction() }
    do {
      try begin([ending == .readOnly ? "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" : "BEGIN"] + settings)
      repairState.isChanging = ending != .readOnly
      let value = try body()
      if ending == .commit { try commit() } else { try rollBack() }
      return value
    } catch {
      rollBackAfterError()
      throw error
    }
  }

  /// Ends a transaction that failed, however far it has come.
  func rollBackAfterError() {
    waiting = WaitingStatements()
    // A failed ROLLBACK means that the connection is gone, and the transaction with it.
    if opened?.connection.isIdle == false { cleanUp("ROLLBACK") }
  }

  /// Begins a transaction by some statements, which are sent with the first statement in it.
  func begin(_ statements: [String]) throws {
    repairState = RepairState()
    // A pooler in front of it is known once it is open.
    _ = try isInTransaction()
    for statement in statements { wait(for: PostgresStatement(statement)) }
    waiting.beginsTransaction = true
    try checkProcess()
    // Somebody may have dropped the schema since.
    try setSearchPath()
  }

  /// Whether a transaction is open, or begins with the next statement.
  func isInTransaction() throws -> Bool {
    if waiting.beginsTransaction { return true }
    return try PostgresDriver.translating(identity.location) { try connection().isInTransaction }
  }

  /// Runs what puts the session right after an error; a connection that is gone needs none of it.
  func cleanUp(_ sql: String) {
    guard let opened, !opened.connection.isBroken else { return }
    try? opened.connection.execute(unsafeSQL: sql)
  }

  func commit() throws {
    // Nothing was done in it.
    guard !waiting.holdsNothing else { return waiting = WaitingStatements() }
    // What an answer tells must be known before.
    if waiting.isChecked { try use { _ in } }
    guard opened?.connection.isInFailedTransaction != true else {
      throw MemshError(.storeFailed, "a statement of the transaction failed, so nothing of it can be committed")
    }
    do { try send(PostgresStatement("COMMIT")) } catch let error as MemshError where error.code == .connectionLost {
      throw MemshError(
        .connectionLost, "the connection to \(identity.location) was lost while the changes were being committed",
        hint: "they may be stored or not, all or none: look before you run the command again", cause: error.cause)
    }
    // Citus only warns when a server refuses at the end what the others have committed.
    guard isDistributed, let refused = pool.notices.beginning(with: "failed to commit transaction on ").first else {
      return
    }
    throw MemshError(
      .storeFailed, "a part of the changes is lost: \(refused.message)",
      hint: "the other servers have stored theirs: `journal` shows what was to change, `undo` takes it back, and that "
        + "server's log says why it refused")
  }

  private func rollBack() throws {
    guard !waiting.holdsNothing else { return waiting = WaitingStatements() }
    // A plan is to see what a change would have.
    if waiting.isChecked { try use { _ in } }
    try send(PostgresStatement("ROLLBACK"))
  }

  /// Runs one statement.
  @discardableResult
  func query(_ sql: SQL) throws -> PostgresResult {
    let (location, statement) = (identity.location, statement(sql))
    return try limitingWait(of: statement.text) {
      try send(statement).translatingErrors { MemshError(translating: $0, location: location) }
    }
  }

  /// A statement as it is sent.
  func statement(_ sql: SQL) -> PostgresStatement {
    let (text, values) = sql.rendered(by: postgresDialect)
    logger.debug("\(text)")
    forgetFacts(changedBy: text)
    return PostgresStatement(text, values.map(PostgresValue.init))
  }

  /// Runs one statement over a connection that is to be used as it is. Its errors are the client's.
  @discardableResult
  func query(_ sql: SQL, over connection: PostgresConnection) throws -> PostgresResult {
    let statement = statement(sql)
    return try connection.query(unsafeSQL: statement.text, statement.values)
  }

  /// Runs statements that this module made.
  func execute(unsafeSQL sql: String) throws {
    logger.debug("\(sql)")
    forgetFacts(changedBy: sql)
    try limitingWait(of: sql) { try use { try $0.execute(unsafeSQL: sql) } }
  }

  /// Hands over the connection, opening it first and sending what waits, and translates what the client throws.
  @discardableResult
  func use<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
    try send([])
    return try closingWhenLost {
      try PostgresDriver.translating(identity.location) { try body(try connection()) }
    }
  }

  /// Runs `body`; what it finds gone is forgotten here, too.
  func closingWhenLost<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as MemshError where error.code == .connectionLost {
      close()
      throw error
    }
  }

  /// Translates what the client throws.
  static func translating<Value>(_ location: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PostgresError {
      throw MemshError(translating: error, location: location)
    }
  }

  /// Runs statements that may take as long as they need, such as building an index: the limit is for questions.
  func withoutStatementTimeout<Value>(_ body: () throws -> Value) throws -> Value {
    // A source has none anyway, and a transaction that fails takes the setting back with everything else.
    guard !isReadOnly else { return try body() }
    try execute(unsafeSQL: "SET statement_timeout = 0")
    defer { cleanUp(timeoutStatement) }
    return try body()
  }

  /// Other connections for work beside the store's own, as many as the pool has left and the server lets in.
  func helpers(upTo count: Int) -> [PooledConnection] {
    // One alone first: where the server or a pooler lets no more in, it may take long to say so.
    guard count > 0, let first = helper() else { return [] }
    return [first] + (1..<count).map(\.self).concurrentMap(fewest: 1) { _ in self.helper() }.compactMap(\.self)
  }

  private func helper() -> PooledConnection? {
    guard let helper = try? pool.borrow() else { return nil }
    guard (try? prepare(helper, isLimited: false)) != nil else {
      pool.giveBack(helper)
      return nil
    }
    return helper
  }

  /// Takes ``helpers(upTo:)`` back.
  func giveBack(_ helpers: [PooledConnection]) {
    for helper in helpers { pool.giveBack(helper) }
  }

  func connection() throws -> PostgresConnection {
    if let opened { return opened.connection }
    logger.info("connecting to \(identity.location)")
    guard let lent = try pool.borrow() else { throw MemshError(.storeFailed, "all connections are in use") }
    do {
      try prepare(lent, isLimited: !isReadOnly)
      // A source is read in one snapshot from its first row to its last.
      if isReadOnly { try lent.connection.execute(unsafeSQL: "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY") }
    } catch {
      pool.giveBack(lent)
      throw error
    }
    opened = lent
    return lent.connection
  }

  /// Without a limit of memsh's own, the role's or the server's holds.
  private var timeoutStatement: String {
    timeoutMilliseconds.map { "SET statement_timeout = \($0)" } ?? "RESET statement_timeout"
  }

  private var timeoutMilliseconds: Int? {
    let milliseconds = Int((options.statementTimeoutSeconds * 1_000).rounded())
    return milliseconds > 0 ? milliseconds : nil
  }

  /// - Parameter isLimited: Whether its statements are questions, which have a time limit.
  private func prepare(_ lent: PooledConnection, isLimited: Bool) throws {
    var settings = PostgresDriver.sessionSettings
    if let timeout = isLimited ? timeoutMilliseconds : 0 { settings.append(("statement_timeout", String(timeout))) }
    if isReadOnly { settings += PostgresDriver.sourceSettings }
    try PostgresDriver.translating(identity.location) { try setUp(lent, settings) }
  }
}
