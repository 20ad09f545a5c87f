internal import CLibPQ
import Foundation

/// One connection to a PostgreSQL server. It belongs to the thread that uses it; only cancelling is for others.
package final class PostgresConnection {
  let handle: OpaquePointer
  private let cancelHandle: CancelHandle
  /// Where the server's notices go; libpq keeps a pointer to it.
  private let notices: PostgresNotices

  /// Connects and waits until the server is ready.
  ///
  /// - Parameter parameters: libpq's own keywords. `dbname` may be a whole connection string or URL, whose parts
  ///   win over the other parameters; what neither names comes from libpq's environment variables.
  /// - Parameter notices: Gathers what the server says beside its answers.
  /// - Throws: ``PostgresError`` of kind `connection`.
  package init(parameters: [String: String], notices: PostgresNotices = PostgresNotices()) throws {
    try PostgresLibrary.check()
    self.notices = notices
    let fallback = parameters.filter { $0.key != "dbname" }.sorted { $0.key < $1.key }
    let ordered = fallback + parameters.filter { $0.key == "dbname" }
    let opened = withCStrings(ordered.map(\.key)) { keywords in
      withCStrings(ordered.map(\.value)) { values in PQconnectdbParams(keywords, values, 1) }
    }
    guard let opened else { throw PostgresError(kind: .connection, message: "out of memory") }
    guard PQstatus(opened) == CONNECTION_OK else {
      defer { PQfinish(opened) }
      throw PostgresError(
        kind: .connection, message: PostgresConnection.firstLine(String(cString: PQerrorMessage(opened))))
    }
    handle = opened
    cancelHandle = CancelHandle(PQgetCancel(opened))
    PQsetNoticeReceiver(opened, PostgresNotices.receive, Unmanaged.passUnretained(notices).toOpaque())
  }

  deinit { PQfinish(handle) }

  /// A function that asks the server to stop the running statement; it may be called from any thread.
  package var cancel: @Sendable () -> Void {
    let cancelHandle = cancelHandle
    return { cancelHandle.cancel() }
  }

  /// The user, host, port and database of the connection; never the password.
  package var address: PostgresAddress {
    PostgresAddress(
      user: String(cString: PQuser(handle)), host: String(cString: PQhost(handle)),
      port: String(cString: PQport(handle)), database: String(cString: PQdb(handle)))
  }

  /// The server's process, as it was told when the connection began: a pooler in between tells a number of its own.
  package var announcedProcess: Int64 { Int64(PQbackendPID(handle)) }

  /// Asks which process of the server answers; nil when none does in time.
  package func answeringProcess(withinMilliseconds limit: Int) throws -> Int64? {
    guard PQsendQueryParams(handle, "SELECT pg_catalog.pg_backend_pid()", 0, nil, nil, nil, nil, 1) == 1 else {
      throw connectionError()
    }
    let deadline = ContinuousClock.now + .milliseconds(limit)
    while PQisBusy(handle) == 1 {
      guard case let milliseconds = (deadline - .now) / .milliseconds(1), milliseconds > 0 else { return nil }
      var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, Int32(milliseconds) + 1)
      guard PQconsumeInput(handle) == 1 else { throw connectionError() }
    }
    let result = PQgetResult(handle)
    drain()
    return try checked(result, expecting: PGRES_TUPLES_OK).first?.integer(0)
  }

  /// A setting that the server reports by itself, such as `server_version`.
  package func reportedParameter(_ name: String) -> String? {
    PQparameterStatus(handle, name).map { String(cString: $0) }
  }

  /// The server's version as a number: 180004 for 18.4.
  package var serverVersion: Int { Int(PQserverVersion(handle)) }

  /// Whether a transaction is open, failed or not.
  package var isInTransaction: Bool {
    let status = PQtransactionStatus(handle)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  /// Whether a statement of the open transaction has failed.
  package var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

  /// Whether it is ready for any statement, and no transaction is open.
  package var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

  /// Whether nothing can be sent over it any more.
  package var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

  /// Runs one statement that the program itself made.
  ///
  /// - Parameters:
  ///   - text: The statement, with `$1`, `$2`, … for its values.
  ///   - values: The values, bound.
  @discardableResult
  package func query(unsafeSQL text: String, _ values: [PostgresValue] = []) throws -> PostgresResult {
    let result = withEncoded(values) { count, types, values, lengths, formats in
      PQexecParams(handle, text, count, types, values, lengths, formats, 1)
    }
    return try checked(result)
  }

  /// Lends values as libpq takes them: how many, their types, bytes, lengths and formats.
  func withEncoded<Value>(
    _ values: [PostgresValue],
    _ body: (Int32, [Oid], [UnsafePointer<CChar>?], [Int32], [Int32]) -> Value
  ) -> Value {
    let encoded = values.map(\.bytes)
    let lengths = encoded.map { Int32(clamping: $0?.count ?? 0) }
    let formats = values.map { _ in Int32(1) }
    let types = values.map { Oid($0.oid) }
    return withPointers(encoded) { body(Int32(encoded.count), types, $0, lengths, formats) }
  }

  /// What a statement of the user's own gives, every value as text.
  package struct TextAnswer {
    /// The columns: their names, and the numbers of their types in pg_type.
    package let columns: [(name: String, type: UInt32)]
    /// The rows; nil for NULL.
    package let rows: [[String?]]
    /// Whether there were more rows.
    package let isCut: Bool
    /// How many rows a command changed.
    package let changed: Int
  }

  /// Runs one statement of the user's own, row by row, and leaves off keeping rows after so many.
  ///
  /// - Parameter cancelsRest: Whether the server is told to stop then, too; a statement that changes something must not.
  package func textQuery(
    _ sql: String, values: [String] = [], rowLimit: Int, cancelsRest: Bool
  ) throws -> TextAnswer {
    // The server infers each value's type from where it stands.
    let isSent = withCStrings(values) { PQsendQueryParams(handle, sql, Int32(values.count), nil, $0, nil, nil, 0) == 1 }
    guard isSent else { throw connectionError() }
    PQsetSingleRowMode(handle)
    var columns: [(name: String, type: UInt32)] = []
    var rows: [[String?]] = []
    var isCut = false
    var changed = 0
    while let result = PQgetResult(handle) {
      let status = PQresultStatus(result)
      if status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK {
        defer { PQclear(result) }
        if columns.isEmpty { columns = PostgresConnection.columns(of: result) }
        guard status == PGRES_SINGLE_TUPLE else { continue }
        guard rows.count < rowLimit else {
          if !isCut, cancelsRest { cancel() }
          isCut = true
          continue
        }
        rows.append(PostgresConnection.texts(of: result))
      } else if status == PGRES_COPY_OUT {
        PQclear(result)
        cancel()
        var buffer: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(handle, &buffer, 0) > 0 { PQfreemem(buffer) }
      } else if status == PGRES_COPY_IN {
        PQclear(result)
        PQputCopyEnd(handle, "there is nothing to copy from")
      } else if isCut, cancelsRest {
        // The cancellation that was asked for.
        PQclear(result)
      } else {
        do { changed = try checked(result).affectedRows } catch {
          drain()
          throw error
        }
      }
    }
    return TextAnswer(columns: columns, rows: rows, isCut: isCut, changed: changed)
  }

  private static func columns(of result: OpaquePointer) -> [(name: String, type: UInt32)] {
    (0..<PQnfields(result)).map { (PQfname(result, $0).map { String(cString: $0) } ?? "", PQftype(result, $0)) }
  }

  private static func texts(of result: OpaquePointer) -> [String?] {
    (0..<PQnfields(result)).map { column in
      guard PQgetisnull(result, 0, column) == 0, let value = PQgetvalue(result, 0, column) else { return nil }
      return String(cString: value)
    }
  }

  /// Runs one or more statements that the program itself made, without values.
  package func execute(unsafeSQL sql: String) throws {
    _ = try checked(PQexec(handle, sql))
  }

  /// Runs a long statement that the program itself made, and calls `meanwhile` now and then until it has ended.
  package func execute(unsafeSQL sql: String, everyMilliseconds: Int, meanwhile: () -> Void) throws {
    guard PQsendQuery(handle, sql) == 1 else { throw connectionError() }
    while PQisBusy(handle) == 1 {
      var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
      let ready = poll(&descriptor, 1, Int32(everyMilliseconds))
      if ready == 0 { meanwhile() }
      guard PQconsumeInput(handle) == 1 else { throw connectionError() }
    }
    let result = PQgetResult(handle)
    drain()
    _ = try checked(result)
  }

  /// Sends rows with `COPY … FROM STDIN (FORMAT BINARY)`.
  ///
  /// - Parameter body: Writes the rows. When it throws, the server forgets what it was sent.
  /// - Returns: How many rows the table took.
  @discardableResult
  package func copyIn(_ statement: String, _ body: (inout BinaryCopyWriter) throws -> Void) throws -> Int {
    try copyIn(statement) { send in
      var writer = BinaryCopyWriter(send: send)
      try body(&writer)
      try writer.finish()
    }
  }

  /// Sends rows with `COPY … FROM STDIN`.
  ///
  /// - Parameter body: Writes the rows. When it throws, the server forgets what it was sent.
  /// - Returns: How many rows the table took.
  package func copyTextIn(_ statement: String, _ body: (inout TextCopyWriter) throws -> Void) throws -> Int {
    try copyIn(statement) { send in
      var writer = TextCopyWriter(send: send)
      try body(&writer)
      try writer.finish()
    }
  }

  private func copyIn(
    _ statement: String, writing: (_ send: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void) throws -> Void
  ) throws -> Int {
    _ = try checked(PQexec(handle, statement), expecting: PGRES_COPY_IN)
    do {
      try writing { [handle] bytes in
        let sent = bytes.withMemoryRebound(to: CChar.self) {
          PQputCopyData(handle, $0.baseAddress, Int32(clamping: $0.count))
        }
        guard sent == 1 else { throw self.connectionError() }
      }
    } catch {
      PQputCopyEnd(handle, "the client gave up")
      drain()
      throw error
    }
    guard PQputCopyEnd(handle, nil) == 1 else { throw connectionError() }
    let result = PQgetResult(handle)
    drain()
    return try checked(result).affectedRows
  }

  /// Receives the rows of `COPY … TO STDOUT (FORMAT BINARY)` one by one, while the server produces them.
  ///
  /// - Parameter body: Takes a row; no other statement can run meanwhile. When it throws, the rest is cancelled.
  package func copyOut(_ statement: String, _ body: (CopiedRow) throws -> Void) throws {
    _ = try checked(PQexec(handle, statement), expecting: PGRES_COPY_OUT)
    var reader = BinaryCopyReader()
    do {
      while let message = try nextCopyMessage() {
        defer { PQfreemem(message.baseAddress) }
        try reader.read(UnsafeRawBufferPointer(message), body)
      }
    } catch {
      if !isBroken { cancelHandle.cancel() }
      while let message = try? nextCopyMessage() { PQfreemem(message.baseAddress) }
      drain()
      throw error
    }
    let result = PQgetResult(handle)
    drain()
    // An error of the server says more than rows that are missing.
    _ = try checked(result)
    try reader.finish()
  }

  /// What the server sent next, to be freed with `PQfreemem`; nil at the end.
  private func nextCopyMessage() throws -> UnsafeMutableRawBufferPointer? {
    var bytes: UnsafeMutablePointer<CChar>?
    let count = PQgetCopyData(handle, &bytes, 0)
    if count == -2 { throw connectionError() }
    return bytes.map { UnsafeMutableRawBufferPointer(start: $0, count: Int(count)) }
  }

  private func drain() {
    while let result = PQgetResult(handle) { PQclear(result) }
  }

  func checked(
    _ result: OpaquePointer?, expecting expected: ExecStatusType? = nil
  ) throws -> PostgresResult {
    guard let result else { throw connectionError() }
    let status = PQresultStatus(result)
    let owned = PostgresResult(owning: result)
    if let expected {
      if status == expected { return owned }
    } else if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY {
      return owned
    }
    guard PQstatus(handle) == CONNECTION_OK else { throw connectionError() }
    let sqlState = PostgresConnection.field("C", of: result)
    // The server gives every error its code. One without comes from libpq itself, which could not send or receive.
    if status == PGRES_FATAL_ERROR, sqlState == nil {
      throw PostgresError(
        kind: .connectionLost, message: PostgresConnection.firstLine(String(cString: PQresultErrorMessage(result))))
    }
    throw PostgresError(
      kind: .server, sqlState: sqlState,
      message: PostgresConnection.field("M", of: result) ?? "the server gave no reason",
      detail: PostgresConnection.field("D", of: result), hint: PostgresConnection.field("H", of: result),
      position: PostgresConnection.field("P", of: result).flatMap { Int($0) })
  }

  /// A field of an error by its protocol letter: C SQLSTATE, M message, D detail, H hint, P position.
  static func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
    PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
  }

  func connectionError() -> PostgresError {
    let isLost = PQstatus(handle) != CONNECTION_OK
    return PostgresError(
      kind: isLost ? .connectionLost : .unexpected,
      message: PostgresConnection.firstLine(String(cString: PQerrorMessage(handle))))
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? "no reason given"
  }
}

/// Owns a PGcancel.
///
/// `@unchecked Sendable` because libpq documents PQcancel as safe to call from other threads, and the pointer is
/// only ever read.
private final class CancelHandle: @unchecked Sendable {
  private let handle: OpaquePointer?

  init(_ handle: OpaquePointer?) {
    self.handle = handle
  }

  deinit { PQfreeCancel(handle) }

  func cancel() {
    var message = [CChar](repeating: 0, count: 256)
    PQcancel(handle, &message, Int32(message.count))
  }
}
