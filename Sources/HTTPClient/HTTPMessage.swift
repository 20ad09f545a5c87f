/// A request.
public struct HTTPRequest: Sendable {
  /// `GET`, `POST`, …
  public var method: String
  /// The whole address.
  public var url: String
  /// Header fields by name.
  public var headers: [String: String] = [:]
  /// The body; empty for none.
  public var body: [UInt8] = []
  /// The longest the whole exchange may take.
  public var timeoutSeconds = 60
  /// The largest body that is accepted in answer.
  public var responseLimitBytes = 64 << 20

  /// Creates a request without a body.
  public init(method: String, url: String) {
    self.method = method
    self.url = url
  }
}

/// An answer, whatever its status.
public struct HTTPResponse: Sendable {
  /// The status code.
  public let status: Int
  /// Header fields by lower-case name; of a repeated one the last.
  public let headers: [String: String]
  /// The body, decompressed.
  public let body: [UInt8]
}

/// Why there is no answer.
public struct HTTPError: Error, Sendable, Equatable {
  /// libcurl's code.
  public let code: Int
  /// What went wrong, one line.
  public let message: String
}
