/// What PostgreSQL or libpq refused, with the parts that the protocol gives separately.
public struct PostgresError: Error, Sendable, Equatable {
  /// What kind of failure it is.
  public enum Kind: Sendable, Equatable {
    /// No connection could be made.
    case connection
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
  public let kind: Kind
  /// The five-character SQLSTATE, where the server gave one.
  public let sqlState: String?
  /// The primary message, one line.
  public let message: String
  /// The server's detail.
  public let detail: String?
  /// The server's hint.
  public let hint: String?

  /// Creates an error.
  public init(kind: Kind, sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
  }
}
