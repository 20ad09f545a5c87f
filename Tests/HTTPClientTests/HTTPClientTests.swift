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
      let response = try client.perform(request) { false }
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
        try HTTPClient().perform(HTTPRequest(method: "GET", url: url)) { false }
      }
    }
  }

  @Test("an answer larger than allowed is given up")
  func limitsSize() throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(200, String(repeating: "x", count: 10_000)) }
    defer { server.stop() }
    var request = HTTPRequest(method: "GET", url: server.url)
    request.responseLimitBytes = 1_000
    #expect(throws: HTTPError.self) { try HTTPClient().perform(request) { false } }
  }

  @Test("the caller can stop an exchange")
  func stops() throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(200, "") }
    defer { server.stop() }
    #expect {
      try HTTPClient().perform(HTTPRequest(method: "GET", url: server.url)) { true }
    } throws: { ($0 as? HTTPError)?.message == "stopped" }
  }
}
