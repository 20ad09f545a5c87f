/// What PostgreSQL or libpq refused, with the parts that the protocol gives separately.
package struct PostgresError: Error, Sendable, Equatable {
  /// What kind of failure it is.
  package enum Kind: Sendable, Equatable {
    /// No connection could be made.
    case connection
    /// libpq cannot be loaded.
    case missingLibrary
    /// The connection broke while in use.
    case connectionLost
    /// The server refused a statement.
    case server
    /// The connection string cannot be read.
    case invalidConnectionString
    /// The server answered something that this client does not expect.
    case unexpected
    /// A value of an answer has another form than its type's.
    case malformed
  }

  /// What kind of failure it is.
  package let kind: Kind
  /// The five-character SQLSTATE, where the server gave one.
  package let sqlState: String?
  /// The primary message, one line.
  package let message: String
  /// The server's detail.
  package let detail: String?
  /// The server's hint.
  package let hint: String?
  /// The character of the statement that the server points at, from 1; nil where it points at none.
  package let position: Int?

  /// Creates an error.
  package init(
    kind: Kind, sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil,
    position: Int? = nil
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
    self.position = position
  }
}
