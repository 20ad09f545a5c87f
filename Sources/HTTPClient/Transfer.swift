internal import CLibCurl

/// One exchange: owns its easy handle and gathers what arrives.
final class Transfer {
  let handle: UnsafeMutableRawPointer
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let body: [UInt8]
  private let limitBytes: Int
  private var received: [UInt8] = []
  private var headers: [String: String] = [:]

  init?(_ request: HTTPRequest) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    body = request.body
    limitBytes = request.responseLimitBytes
    for (name, value) in request.headers { headerList = curl_slist_append(headerList, "\(name): \(value)") }
    configure(request)
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
  }

  /// Answers may be megabytes; libcurl's own 16 kB would take many rounds.
  private static let bufferBytes = 512 << 10

  private func configure(_ request: HTTPRequest) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = memsh_curl_setopt_string(handle, CURLOPT_URL, request.url)
    // libcurl speaks many protocols, and an address may come from anywhere.
    _ = memsh_curl_setopt_long(handle, CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
    _ = memsh_curl_setopt_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
    // An empty string offers every compression that this libcurl understands.
    _ = memsh_curl_setopt_string(handle, CURLOPT_ACCEPT_ENCODING, "")
    _ = memsh_curl_setopt_long(handle, CURLOPT_TIMEOUT, request.timeoutSeconds)
    _ = memsh_curl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
    _ = memsh_curl_setopt_long(handle, CURLOPT_BUFFERSIZE, Transfer.bufferBytes)
    _ = memsh_curl_setopt_pointer(handle, CURLOPT_HTTPHEADER, headerList)
    if !body.isEmpty {
      _ = memsh_curl_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      body.withUnsafeBytes { bytes in
        // COPYPOSTFIELDS copies, so the bytes need not stay where they are.
        let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        _ = memsh_curl_setopt_pointer(handle, CURLOPT_COPYPOSTFIELDS, start)
      }
    }
    _ = memsh_curl_setopt_pointer(handle, CURLOPT_WRITEDATA, context)
    _ = memsh_curl_setopt_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      Transfer.from(context)?.receive(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
    }
    _ = memsh_curl_setopt_pointer(handle, CURLOPT_HEADERDATA, context)
    _ = memsh_curl_setopt_callback(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      Transfer.from(context)?.receiveHeader(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Takes a piece of the body; a return other than its length makes libcurl give up.
  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard received.count + bytes.count <= limitBytes else { return 0 }
    received.append(contentsOf: bytes)
    return bytes.count
  }

  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    let line = String(decoding: bytes, as: UTF8.self)
    if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { !$0.isNewline }
      let name = line[..<colon].lowercased()
      headers[name] = String(value)
      if name == "content-length", let length = Int(value), (0...limitBytes).contains(length) {
        received.reserveCapacity(length)
      }
    }
    return bytes.count
  }

  func response(result: CURLcode) throws(HTTPError) -> HTTPResponse {
    guard result == CURLE_OK else {
      throw HTTPError(code: Int(result.rawValue), message: String(cString: curl_easy_strerror(result)))
    }
    var status = 0
    _ = memsh_curl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return HTTPResponse(status: status, headers: headers, body: received)
  }
}
