import Database
import MemoryModel
import PostgresClient

extension MemshError {
  /// Says what a failure of the client means for a store of memories.
  init(translating error: PostgresError, location: String) {
    let cause = [error.sqlState.map { "SQLSTATE \($0)" }, error.message, error.detail].compactMap(\.self)
      .joined(separator: ": ")
    switch error.kind {
    case .missingLibrary: self.init(.connectionFailed, error.message, hint: error.hint)
    case .connection, .invalidConnectionString: self.init(connecting: error, location: location)
    case .connectionLost:
      self.init(
        .connectionLost, "the connection to \(location) was lost",
        hint: "what was not committed is undone; the next command connects anew", cause: cause)
    case .malformed:
      self.init(
        .storeCorrupt, "\(location) sent an answer that cannot be read: \(error.message)",
        hint: "look whether a proxy or another program stands in between: psql \"$DATABASE_URL\" -c 'SELECT version()'")
    case .server, .unexpected:
      self.init(sqlState: MemshError.sqlState(of: error), error, location: location, cause: cause)
    }
  }

  /// What Citus passes on of a COPY on another server has lost its SQLSTATE.
  private static func sqlState(of error: PostgresError) -> String {
    let told = [
      "null value in column": "23502", "violates unique constraint": "23505", "violates check constraint": "23514",
    ]
    let state = error.sqlState ?? ""
    guard state == "XX000" else { return state }
    return told.first { error.message.contains($0.key) }?.value ?? state
  }

  private init(connecting error: PostgresError, location: String) {
    let text = error.message.lowercased()
    if text.contains("authentication") || text.contains("no password supplied") {
      self.init(
        .authenticationFailed, "PostgreSQL does not accept the login for \(location)",
        hint: "check the user and the password in DATABASE_URL, PGPASSWORD or ~/.pgpass, which is not read for a "
          + "database that a .env file names", cause: error.message)
    } else {
      let isDatabaseMissing = text.contains("database") && text.contains("does not exist")
      self.init(
        .connectionFailed, "cannot connect to \(location)",
        hint: isDatabaseMissing
          ? "check the name at the end of the URL; `createdb` makes a database"
          : "check the URL, and that the server runs: psql URL -c 'SELECT version()'",
        cause: error.message)
    }
  }

  private init(sqlState: String, _ error: PostgresError, location: String, cause: String) {
    switch sqlState {
    case "42501":
      self.init(.permissionDenied, error.message, hint: MissingRight.hint(error.message, location), cause: cause)
    case "42P01", "3F000":
      self.init(
        .schemaMissing, "there are no memory tables in \(location)",
        hint: "`schema --create` makes them, `migrate` fills them", cause: cause)
    case "53100":
      self.init(
        .diskFull, "the server's disk is full", hint: "make room on the server; nothing of this command is stored",
        cause: cause)
    case "23502":
      let match = error.message.firstMatch(of: /column "(.+)" of relation "(.+)"/)
      self = .nullRefused(
        error.message, of: match.map { (String($0.1), String($0.2.dropLast(partSuffix(of: $0.2).count))) },
        cause: "SQLSTATE 23502")
    case "23514":
      let match = error.message.firstMatch(of: /relation "(.+)" violates check constraint "(.+)"/)
      let part = match.map { partSuffix(of: $0.1) } ?? ""
      let name = match.map { String($0.2.hasSuffix(part) ? $0.2.dropLast(part.count) : $0.2) } ?? ""
      self.init(
        .storeFailed, "a value breaks a rule (CHECK) of its table: \(error.message)",
        hint: "sql \"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(name.quotedLiteral)\" shows "
          + "the rule; change the rule or the row", cause: cause)
    case "57014" where error.message.contains("timeout"):
      self.init(
        .storeFailed, "the server gave up: \(error.message)",
        hint:
          "`set statement-timeout SECONDS` gives it more time, unless the role or the server has a limit of its own",
        cause: cause)
    case "22P02", "22P03", "42804", "42846":
      self.init(
        .storeFailed, "a column of the memory tables has another type than the memory system's: \(error.message)",
        hint: "compare `schema --output json` of a fresh store with this one's; `migrate` into a fresh schema works",
        cause: cause)
    case "57014": self.init(.interrupted, "interrupted", cause: cause)
    // It is the store's own server that says so: the connection that is meant is one of its own, to another server.
    case "08000", "08001", "08003", "08004", "08006":
      let first = String(error.message.prefix { !$0.isNewline })
      self.init(
        .storeFailed, "another server that \(location) needs does not answer: \(first)",
        hint: "`doctor nodes_silent` names those of a cluster; users whose memories stand elsewhere go on", cause: cause
      )
    case "57P01", "57P02", "57P03", "57P05", "25P03":
      self.init(
        .connectionLost, "the server closed the connection to \(location)",
        hint: "what was not committed is undone; the next command connects anew", cause: cause)
    case "55P03", "40P01", "40001":
      self.init(.storeBusy, "another session is in the way", hint: "try again", cause: cause)
    default:
      self.init(.storeFailed, "PostgreSQL refused: \(error.message)", hint: error.hint, cause: cause)
    }
  }
}

/// What stands behind the name of one of the tables in that of a shard, `_102008`, or of a partition that memsh has made,
/// `_p07`; empty for other tables.
private func partSuffix(of relation: Substring) -> Substring {
  for table in Table.names where relation.hasPrefix(table + "_") {
    let suffix = relation.dropFirst(table.count)
    let number = suffix.dropFirst(suffix.hasPrefix("_p") ? 2 : 1)
    if number.allSatisfy({ ("0"..."9").contains($0) }) { return suffix }
  }
  return ""
}
