import HTTPClient
import TestSupport
import Testing

@Suite struct HTTPClientTests {
  @Test("a request arrives whole and its answer comes back")
  func exchanges() throws {
    let server = try LoopbackServer { LoopbackServer.response(201, "echo:\($0.body)") }
    defer { server.stop() }
    var request = HTTPRequest(method: "POST", url: server.url + "/path")
    request.headers = ["X-Test": "yes"]
    request.body = Array("héllo".utf8)
    let client = HTTPClient()
    for _ in 0..<2 {
      let response = try client.answer(to: request)
      #expect(response.status == 201)
      #expect(response.headers["content-type"] == "application/json")
      #expect(String(decoding: response.body, as: UTF8.self) == "echo:héllo")
    }
    #expect(server.requests.count == 2)
    #expect(server.requests[0].head.hasPrefix("POST /path HTTP/1.1"))
    #expect(server.requests[0].head.contains("X-Test: yes"))
  }

  @Test("no server, a dropped connection, a body cut short: each is an error, none is an answer")
  func fails() throws {
    let dropping = try LoopbackServer { _ in "" }
    let cutting = try LoopbackServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" }
    defer {
      dropping.stop()
      cutting.stop()
    }
    for url in ["http://127.0.0.1:1", dropping.url, cutting.url] {
      #expect(throws: HTTPError.self) {
        try HTTPClient().answer(to: HTTPRequest(method: "GET", url: url))
      }
    }
  }

  @Test("an answer larger than allowed is given up")
  func limitsSize() throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(200, String(repeating: "x", count: 10_000)) }
    defer { server.stop() }
    var request = HTTPRequest(method: "GET", url: server.url)
    request.responseLimitBytes = 1_000
    #expect(throws: HTTPError.self) { try HTTPClient().answer(to: request) }
  }

  @Test("the caller can stop all exchanges")
  func stops() throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(200, "") }
    defer { server.stop() }
    let client = HTTPClient()
    for id in 0..<3 { try client.start(HTTPRequest(method: "GET", url: server.url), id: id) }
    #expect(client.inFlight == 3)
    client.stopAll()
    #expect(client.inFlight == 0)
    #expect(client.poll(milliseconds: 50).isEmpty)
    // The connections serve others afterwards.
    #expect(try client.answer(to: HTTPRequest(method: "GET", url: server.url)).status == 200)
  }
}

extension HTTPClient {
  /// The answer to one request.
  fileprivate func answer(to request: HTTPRequest) throws -> HTTPResponse {
    try start(request, id: 0)
    while true {
      if let exchange = poll(milliseconds: 100).first { return try exchange.result.get() }
    }
  }
}
