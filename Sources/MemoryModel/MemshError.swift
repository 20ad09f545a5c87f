/// What every failure in memsh looks like: a stable code, what happened, what to do, and the cause below it.
///
/// Clients (libpq, SQLite, libcurl) translate their own codes once; no other error type reaches a user.
package struct MemshError: Error, Sendable, Equatable {
  /// The stable code: what automation matches on.
  package let code: ErrorCode
  /// One line: what happened. May quote values of the user's, never a secret.
  package let message: String
  /// One line: what to do next, where there is something to do.
  package let hint: String?
  /// What lies below: an SQLSTATE with the server's text, an HTTP status, an errno.
  package let cause: String?
  /// Where the fault is in a text such as a statement of SQL; nil where that is not known.
  package var fault: TextPlace?

  /// Creates an error from its four parts.
  package init(_ code: ErrorCode, _ message: String, hint: String? = nil, cause: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.cause = cause
  }
}

extension MemshError {
  /// The error for a NULL that a table refuses.
  ///
  /// - Parameters:
  ///   - what: The database's own sentence.
  ///   - place: The column and its table, where the sentence names them.
  package static func nullRefused(_ what: String, of place: (column: String, table: String)?, cause: String)
    -> MemshError
  {
    if let (column, name) = place, let table = Table.named(name), !table.columnNames.contains(column), column != "id" {
      return MemshError(
        .storeFailed, "the application requires a value in its column \(column) of \(name), and there is none",
        hint: "give the column a default, or write rows with a value for it (`import`)",
        cause: cause)
    }
    return MemshError(
      .storeFailed, "a table refuses NULL where the memory system allows it: \(what)",
      hint: "`doctor --fix columns_required` mends tables that memsh 0.1.0 made", cause: cause)
  }
}

/// The stable error codes. A raw value is part of the contract with automation: never rename one.
package enum ErrorCode: String, Sendable, CaseIterable {
  // Usage: what was typed cannot be run (exit status 2).
  case usage
  case syntax
  case unknownCommand = "unknown_command"
  case undefinedVariable = "undefined_variable"
  case scriptNotFound = "script_not_found"

  // Connection: there is none, or it was lost (exit status 3).
  case connectionFailed = "connection_failed"
  case connectionLost = "connection_lost"
  case authenticationFailed = "authentication_failed"

  // Assertions (exit status 4) and interruption (exit status 130).
  case assertionFailed = "assertion_failed"
  case interrupted

  // The store.
  case schemaMissing = "schema_missing"
  case pgvectorMissing = "pgvector_missing"
  case permissionDenied = "permission_denied"
  case embeddingSpaceMismatch = "embedding_space_mismatch"
  case invalidVector = "invalid_vector"
  case storeBusy = "store_busy"
  case storeCorrupt = "store_corrupt"
  case storeFailed = "store_failed"
  case diskFull = "disk_full"
  case confirmationRequired = "confirmation_required"
  case verificationFailed = "verification_failed"
  case notFound = "not_found"
  case undoConflict = "undo_conflict"
  case idConflict = "id_conflict"
  case duplicateFound = "duplicate_found"
  case sqlFailed = "sql_failed"
  case foreignObjects = "foreign_objects"

  // The source of a migration.
  case sourceNotFound = "source_not_found"
  case sourceUnreadable = "source_unreadable"
  case sourceNotADatabase = "source_not_a_database"
  case sourceWithoutMemories = "source_without_memories"
  case sourceUnsupported = "source_unsupported"
  case sourceChanged = "source_changed"

  // Embedders.
  case embedderUnavailable = "embedder_unavailable"
  case embedderAuth = "embedder_auth"
  case embedderFailed = "embedder_failed"
  case modelUnusable = "model_unusable"
  case cacheFailed = "cache_failed"

  // Everything else.
  case fileFailed = "file_failed"
  case programFailed = "program_failed"
  case systemTestFailed = "system_test_failed"
  case faultsFound = "faults_found"
  case rowsRejected = "rows_rejected"
  case memoriesDiffer = "memories_differ"
  case importFailed = "import_failed"
}
