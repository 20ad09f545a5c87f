internal import CLibCurl
internal import LazyLibraries

/// Sends requests over a libcurl multi handle: several at a time, over connections that are kept for the next ones.
///
/// It belongs to the thread that uses it. TLS certificates are always verified; proxies are taken from the
/// environment as libcurl does.
package final class HTTPClient {
  private let multi: UnsafeMutableRawPointer?
  private var transfers: [UnsafeMutableRawPointer: (id: Int, transfer: Transfer)] = [:]

  /// Why libcurl cannot be loaded; nil when it can.
  private static let refusal: String? = memsh_libcurl_refusal().map { String(cString: $0) }
  private static let initialized: Bool = refusal == nil && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// How an exchange ended.
  package struct Exchange: Sendable {
    /// The number that ``HTTPClient/start(_:id:)`` was given.
    package let id: Int
    /// The answer, or why there is none.
    package let result: Result<HTTPResponse, HTTPError>
  }

  /// Creates a client without connections.
  package init() {
    multi = HTTPClient.initialized ? curl_multi_init() : nil
  }

  deinit {
    stopAll()
    if let multi { curl_multi_cleanup(multi) }
  }

  /// How many exchanges are under way.
  package var inFlight: Int { transfers.count }

  /// Sends a request; its answer comes from ``poll(milliseconds:)``.
  ///
  /// - Throws: ``HTTPError`` when libcurl cannot be used.
  package func start(_ request: HTTPRequest, id: Int) throws {
    if let reason = HTTPClient.refusal {
      throw HTTPError(
        code: Int(CURLE_FAILED_INIT.rawValue), message: "libcurl cannot be loaded: \(reason)",
        hint: "install libcurl: apt-get install libcurl4")
    }
    guard let multi, let transfer = Transfer(request), curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
      throw HTTPError(code: Int(CURLE_FAILED_INIT.rawValue), message: "libcurl cannot be initialised")
    }
    transfers[transfer.handle] = (id, transfer)
  }

  /// Moves all exchanges on, and waits for the first to end, but no longer than the time given.
  ///
  /// - Returns: Those that have ended.
  package func poll(milliseconds: Int) -> [Exchange] {
    guard let multi else { return [] }
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    var ended = endedExchanges()
    if ended.isEmpty {
      curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
      curl_multi_perform(multi, &running)
      ended = endedExchanges()
    }
    return ended
  }

  /// Moves all exchanges on without waiting.
  package func advance() {
    guard let multi else { return }
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
  }

  /// Gives all exchanges up.
  package func stopAll() {
    for handle in transfers.keys { curl_multi_remove_handle(multi, handle) }
    transfers = [:]
  }

  private func endedExchanges() -> [Exchange] {
    var exchanges: [Exchange] = []
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(multi, &remaining) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      // The message is gone once its handle is removed.
      let code = message.pointee.data.result
      curl_multi_remove_handle(multi, handle)
      guard let (id, transfer) = transfers.removeValue(forKey: handle) else { continue }
      do throws(HTTPError) {
        exchanges.append(Exchange(id: id, result: .success(try transfer.response(result: code))))
      } catch {
        exchanges.append(Exchange(id: id, result: .failure(error)))
      }
    }
    return exchanges
  }
}
