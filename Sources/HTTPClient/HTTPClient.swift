internal import CLibCurl

/// Sends requests over a libcurl multi handle, which keeps connections open for the next one.
///
/// It belongs to the thread that uses it. TLS certificates are always verified; proxies are taken from the
/// environment as libcurl does.
public final class HTTPClient {
  private let multi: UnsafeMutableRawPointer?

  private static let initialized: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  private static let pollMilliseconds: Int32 = 100

  /// Creates a client without connections.
  public init() {
    multi = HTTPClient.initialized ? curl_multi_init() : nil
  }

  deinit { if let multi { curl_multi_cleanup(multi) } }

  /// Sends a request and waits for the answer.
  ///
  /// - Parameter shouldStop: Asked several times a second; true gives the exchange up.
  /// - Throws: ``HTTPError`` when there is no answer.
  public func perform(_ request: HTTPRequest, shouldStop: () -> Bool) throws -> HTTPResponse {
    guard let multi, let transfer = Transfer(request) else {
      throw HTTPError(code: Int(CURLE_FAILED_INIT.rawValue), message: "libcurl cannot be initialised")
    }
    curl_multi_add_handle(multi, transfer.handle)
    defer { curl_multi_remove_handle(multi, transfer.handle) }
    var running: Int32 = 1
    while running > 0 {
      guard !shouldStop() else {
        throw HTTPError(code: Int(CURLE_ABORTED_BY_CALLBACK.rawValue), message: "stopped")
      }
      curl_multi_perform(multi, &running)
      if running > 0 { curl_multi_poll(multi, nil, 0, HTTPClient.pollMilliseconds, nil) }
    }
    return try transfer.response(result: finishedCode())
  }

  private func finishedCode() -> CURLcode {
    var remaining: Int32 = 0
    var code = CURLE_OK
    while let message = curl_multi_info_read(multi, &remaining) {
      if message.pointee.msg == CURLMSG_DONE { code = message.pointee.data.result }
    }
    return code
  }
}
