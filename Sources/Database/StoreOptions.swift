/// How a transaction ends when its body has succeeded.
package enum TransactionEnding: Sendable {
  case commit
  /// What was done is undone: for trials that must leave no trace, whatever happens to the process.
  case rollback
  /// Nothing can be written in it; it sees one snapshot from its first statement to its last.
  case readOnly
}

/// What a store may use and how it works. SQLite has one connection and no timeout: Ctrl-C ends its statements.
package struct StoreOptions: Sendable, Equatable {
  /// Connections at a time.
  package var poolSize = 4
  /// How long the answer to a question may take, in seconds; 0 leaves that to the server's own settings.
  package var statementTimeoutSeconds = 0.0
  /// The language that words are reduced to their stems in; nil is that of the store's text index, else english.
  package var textSearchLanguage: String?

  /// The language of a text index by default.
  package static let defaultLanguage = "english"

  /// The options that a session starts with.
  package init() {}
}
