import Database
import MemoryModel
import PostgresClient

/// What a session needs before its first statement, and the poolers that would give it to somebody else.
extension PostgresDriver {
  /// A setting's name and its value.
  typealias Setting = (name: String, value: String)

  /// The settings of every session.
  static let sessionSettings: [Setting] = [
    // Columns of type timestamptz, in stores that others made, are then read as UTC.
    ("TimeZone", "UTC"),
    // The journal's images must not lose digits, nor a backslash in a literal mean something else.
    ("extra_float_digits", "1"), ("standard_conforming_strings", "on"),
    // Nor must the text of a value, by which columns that others added travel, depend on the role's settings.
    ("datestyle", "ISO, MDY"), ("intervalstyle", "postgres"), ("bytea_output", "hex"), ("lc_monetary", "C"),
    ("xmloption", "content"),
  ]

  /// Those of a source.
  ///
  /// A source that is the target under another name would wait for the target's locks for ever; and it may have to wait,
  /// in its snapshot, for another migration to end. What is copied is copied whole: a policy that hides rows from the
  /// role is an error.
  static let sourceSettings: [Setting] = [
    ("lock_timeout", "30s"), ("idle_in_transaction_session_timeout", "0"), ("default_transaction_read_only", "on"),
    ("row_security", "off"),
  ]

  /// Gives a session its settings, in one round trip, unless they would outlive it.
  func setUp(_ lent: PooledConnection, _ settings: [Setting]) throws {
    let connection = lent.connection
    guard try !apply(settings, to: connection, of: connection.announcedProcess) else { return }
    let process = try processBehindPooler(connection)
    lent.process = process
    guard try apply(settings, to: connection, of: process) else { throw sharedSessions }
  }

  /// Makes settings if it is this process of the server that answers.
  private func apply(_ settings: [Setting], to connection: PostgresConnection, of process: Int64) throws -> Bool {
    let path: SQL = "pg_catalog.set_config('search_path', \(searchPath(withExtension: nil)), false)"
    let calls = settings.reduce(path) {
      "\($0), pg_catalog.set_config(\($1.name)::pg_catalog.text, \($1.value)::pg_catalog.text, false)"
    }
    return try query(
      """
      SELECT CASE WHEN pg_catalog.pg_backend_pid()::pg_catalog.int8 OPERATOR(pg_catalog.=) \(process)::pg_catalog.int8
        THEN pg_catalog.concat(\(calls)) END
      """, over: connection
    ).first?.text(0) != nil
  }

  // MARK: Poolers

  /// How long a second connection may take to answer, in milliseconds.
  private static let patienceMilliseconds = 3_000

  /// The process that answers behind a pooler; nothing has been set yet.
  ///
  /// Two connections ask in turn and out of turn. In a pooler's session mode each keeps a process of its own; in its other
  /// modes they get whichever is free: the same one, or others each time.
  ///
  /// - Throws: `connection_failed` when the connection has no session of its own.
  private func processBehindPooler(_ connection: PostgresConnection) throws -> Int64 {
    let other = try pool.openAnother()
    var processes: [Bool: Set<Int64>] = [:]
    for isOther in [false, true, false, false, true, true, false] {
      let asked = isOther ? other : connection
      guard let process = try asked.answeringProcess(withinMilliseconds: PostgresDriver.patienceMilliseconds) else {
        throw sharedSessions
      }
      processes[isOther, default: []].insert(process)
    }
    guard let own = processes[false], let others = processes[true], own.count == 1, others.count == 1,
      own != others, let process = own.first
    else { throw sharedSessions }
    return process
  }

  /// Makes sure that a transaction behind a pooler runs in the session that has the settings.
  func checkProcess() throws {
    guard let process = opened?.process else { return }
    guard try query("SELECT pg_backend_pid()").first?.integer(0) == process else { throw sharedSessions }
  }

  private var sharedSessions: MemshError {
    MemshError(
      .connectionFailed,
      "refused: a connection pooler in front of \(identity.location) shares its sessions, so that memsh's settings would "
        + "reach others and theirs memsh",
      hint:
        "connect to the PostgreSQL server itself, or to a pooler in session mode (in pgbouncer: pool_mode = session)")
  }
}
