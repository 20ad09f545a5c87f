import MemoryModel

/// A database, as far as a store needs it: statements go in, rows come out.
///
/// All calls block until the database has answered; a driver belongs to the thread that made it, except for
/// ``interruptHandle`` and ``closeHandle``. Every error thrown is a ``MemshError``.
package protocol Driver: AnyObject {
  /// Where the database is; free of secrets.
  var identity: StoreIdentity { get }

  /// Its own words.
  var dialect: any Dialect { get }

  /// What it does in its own way.
  var capabilities: Capabilities { get }

  /// Connects, if there is no connection yet, and makes sure that the other side answers.
  func connect() throws

  /// The server or library that answers, such as `PostgreSQL 18.4`.
  func serverVersion() throws -> String

  /// What there is of the four tables. Never writes; a database that is not there yet has none.
  func state() throws -> StoreState

  /// Runs a statement that reads, and hands over its rows, one after the other.
  ///
  /// - Parameters:
  ///   - table: The table that the rows are of, whose id is the first column; names a row in an error. Empty for others.
  ///   - exactly: Whether a value of another type than its column's is an error, where a column can hold such.
  /// - Throws: `schema_missing` when there is no database yet.
  func query(_ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void) throws

  /// Runs a statement that changes something, making the database first where it is a file.
  ///
  /// - Parameter body: Takes the rows of RETURNING.
  /// - Returns: How many rows it changed.
  @discardableResult
  func execute(_ sql: SQL, _ body: (any Row) throws -> Void) throws -> Int

  /// Runs a statement that changes something and whose answer may come later: at the latest with the next statement, and
  /// before the transaction ends. Where statements cross a network, it costs no round trip of its own.
  ///
  /// - Parameters:
  ///   - failing: Says what a failure means.
  ///   - check: Takes how many rows it changed; what it throws keeps the transaction from being committed.
  func executeSoon(
    _ sql: SQL, failing: @escaping (MemshError) -> MemshError, check: ((Int) throws -> Void)?
  ) throws

  /// As ``query(_:of:exactly:_:)``, for a large answer, which sees one snapshot however long it takes. No other statement
  /// can run meanwhile.
  func stream(_ sql: SQL, of table: String, exactly: Bool, _ body: (any Row) throws -> Void) throws

  /// Sums up the rows of several statements, each of which gives a share of them. The statements may run at the same time;
  /// each has a snapshot of its own, and sees only what is committed.
  ///
  /// - Parameters:
  ///   - start: The sum of no rows.
  ///   - add: Adds a row to a sum, on any thread.
  ///   - body: Takes the sum of some hundred rows at a time, on this thread.
  func sum<Sum: Sendable>(
    _ shares: [SQL], of table: String, from start: Sum,
    adding add: @escaping @Sendable (inout Sum, any Row) throws -> Void, _ body: (Sum) throws -> Void
  ) throws

  /// Writes rows in the fastest way there is.
  ///
  /// - Parameters:
  ///   - rows: The values of each, those of added columns last and in this database's own notation.
  ///   - columns: The columns that memsh knows, in the order of the values.
  ///   - added: The columns that others added.
  /// - Throws: `store_failed` for rows that a trigger swallows.
  func load(_ rows: [[Value]], columns: [Column], added: [AddedColumn], into target: LoadTarget) throws

  /// The next free ids of a table, taken at once and for everybody. Belongs into a transaction.
  ///
  /// - Parameters:
  ///   - count: How many; 0 only says where the next ones begin.
  ///   - id: What they are to be behind; nil for no id.
  func nextIDs(_ count: Int, of table: Table, behind id: Int64?) throws -> [Int64]

  /// Runs `body` in one transaction, which ends as `ending` says, or is rolled back when `body` throws.
  ///
  /// Called inside another transaction it only runs `body`.
  func transaction<Value>(_ ending: TransactionEnding, _ body: () throws -> Value) throws -> Value

  /// Changes what may be used and how it works; takes effect at once.
  func apply(_ options: StoreOptions) throws

  /// A function that stops whatever runs; it may be called from any thread, at any time.
  var interruptHandle: @Sendable () -> Void { get }

  /// A function that gives the connection back for a process that is about to end; it may be called from any thread, at
  /// any time, and waits for what runs.
  var closeHandle: @Sendable () -> Void { get }

  /// What the server has said beside its answers since the last call: notices and warnings, one line each.
  func takeNotices() -> [String]

  /// Gives the connection back. The next call connects anew.
  func close()
}

extension Driver {
  /// A database in a file says nothing beside its answers.
  package func takeNotices() -> [String] { [] }

  /// Where a statement costs no round trip, it runs at once.
  package func executeSoon(
    _ sql: SQL, failing: @escaping (MemshError) -> MemshError, check: ((Int) throws -> Void)?
  ) throws { try executeNow(sql, failing: failing, check: check) }

  /// As ``executeSoon(_:failing:check:)``, at once.
  package func executeNow(
    _ sql: SQL, failing: (MemshError) -> MemshError, check: ((Int) throws -> Void)?
  ) throws {
    let changed: Int
    do { changed = try execute(sql) { _ in } } catch let error as MemshError { throw failing(error) }
    try check?(changed)
  }

  /// Runs a statement that changes something, as ``executeSoon(_:failing:check:)`` does.
  package func executeSoon(_ sql: SQL) throws { try executeSoon(sql, failing: { $0 }, check: nil) }

  /// Runs a statement that reads.
  package func query(_ sql: SQL, of table: String = "", _ body: (any Row) throws -> Void) throws {
    try query(sql, of: table, exactly: false, body)
  }

  /// What becomes of the rows of a statement that reads.
  package func rows<Value>(_ sql: SQL, of table: String = "", _ value: (any Row) throws -> Value) throws -> [Value] {
    var values: [Value] = []
    try query(sql, of: table, exactly: false) { values.append(try value($0)) }
    return values
  }

  /// What becomes of the first row of a statement that reads; nil when there is none.
  package func first<Value>(_ sql: SQL, of table: String = "", _ value: (any Row) throws -> Value) throws -> Value? {
    try rows(sql, of: table, value).first
  }

  /// Whether a statement that reads gives a row.
  package func exists(_ sql: SQL) throws -> Bool { try first(sql) { _ in true } ?? false }

  /// The keys that a statement gives.
  package func ids(_ sql: SQL) throws -> [Int64] { try rows(sql) { try $0.number(0) } }

  /// Runs a statement that changes something.
  ///
  /// - Returns: How many rows it changed.
  @discardableResult
  package func execute(_ sql: SQL) throws -> Int { try execute(sql) { _ in } }

  /// The keys that a statement with RETURNING gives.
  package func changing(_ sql: SQL) throws -> [Int64] {
    var ids: [Int64] = []
    try execute(sql) { ids.append(try $0.number(0)) }
    return ids
  }
}

/// What rows are written into.
package enum LoadTarget: Sendable {
  case table(Table)
  case own(OwnTable)
}
