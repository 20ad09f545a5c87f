/// A request.
package struct HTTPRequest: Sendable {
  /// `GET`, `POST`, …
  package var method: String
  /// The whole address.
  package var url: String
  /// Header fields by name.
  package var headers: [String: String] = [:]
  /// The body; empty for none.
  package var body: [UInt8] = []
  /// The longest the whole exchange may take.
  package var timeoutSeconds = 60
  /// The largest body that is accepted in answer.
  package var responseLimitBytes = 64 << 20

  /// Creates a request without a body.
  package init(method: String, url: String) {
    self.method = method
    self.url = url
  }
}

/// An answer, whatever its status.
package struct HTTPResponse: Sendable {
  /// The status code.
  package let status: Int
  /// Header fields by lower-case name; of a repeated one the last.
  package let headers: [String: String]
  /// The body, decompressed.
  package let body: [UInt8]
}

/// Why there is no answer.
package struct HTTPError: Error, Sendable, Equatable {
  /// libcurl's code.
  package let code: Int
  /// What went wrong, one line.
  package let message: String
  /// What to do about it, where that is known.
  package var hint: String?
}
