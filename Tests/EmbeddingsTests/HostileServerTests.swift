import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@testable import Embeddings

/// Numbers and texts that a server, or somebody between, sends: no trap, no endless waiting, no vectors that are none.
@Suite(.deadline(minutes: 10)) struct HostileServerTests {
  private func embedder(_ url: String, cache: EmbeddingCache? = nil) throws -> OpenAIEmbedder {
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = url + "/v1"
    configuration.model = "m"
    configuration.dimensions = 4
    configuration.timeoutSeconds = 2
    return try OpenAIEmbedder(configuration, cache: cache, interruption: Interruption())
  }

  @Test(
    "a wait that nobody has time for ends with an error that says how long",
    arguments: [
      "99999999999999999999", "1e308", "1e18", "9223372036854775807", "301", "86400s", "9999999999999999999d",
      "Fri, 31 Dec 9999 23:59:59 GMT",
    ])
  func refusesLongWaits(value: String) throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(429, "{}", headers: ["Retry-After": value]) }
    let embedder = try embedder(server.url)
    let error = #expect(throws: MemshError.self) { try embedder.embed(["a"]) }
    #expect(error?.hint?.contains("asks to wait") == true, "\(value): \(String(describing: error))")
    #expect(server.requests.count == 1)
  }

  @Test(
    "a time that means nothing is no time",
    arguments: [
      "-1", "-1e308", "nan", "-nan", "inf", "", "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "99999999999999999999x",
    ])
  func ignoresNonsense(value: String) throws {
    let seconds = RateLimit.retryAfter(["retry-after": value])
    #expect(seconds == nil || seconds == 0, "\(value): \(String(describing: seconds))")
  }

  @Test("a date is a wait until then")
  func understandsDates() throws {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let seconds = RateLimit.retryAfter(["retry-after": formatter.string(from: Date(timeIntervalSinceNow: 100))])
    #expect(seconds.map { (90...101).contains($0) } == true)
  }

  @Test("header fields with odd numbers change nothing but the wait, which is bounded")
  func boundsRateLimits() throws {
    for reset in ["99999999999999999999s", "1e999s", "nan", "-5s", "9999d9999h"] {
      for remaining in ["0", "-9223372036854775808", "99999999999999999999"] {
        var limit = RateLimit()
        limit.note(["x-ratelimit-remaining-tokens": remaining, "x-ratelimit-reset-tokens": reset], now: 0)
        #expect((0...RateLimit.waitMaximum).contains(limit.blockedUntil), "\(reset) \(remaining)")
      }
    }
  }

  private static let bodies = [
    "", "null", "[]", "{}", #"{"data": null}"#, #"{"data": 1}"#, #"{"data": []}"#, #"{"data": [null]}"#,
    #"{"data": [{}]}"#,
    #"{"data": [{"index": 99999999999999999999, "embedding": [1,2,3,4]}]}"#,
    #"{"data": [{"index": -1, "embedding": [1,2,3,4]}]}"#, #"{"data": [{"index": 1e308, "embedding": [1,2,3,4]}]}"#,
    #"{"data": [{"index": 1, "embedding": [1,2,3,4]}]}"#, #"{"data": [{"index": "0", "embedding": [1,2,3,4]}]}"#,
    #"{"data": [{"index": 0, "embedding": [1,2,3,1e999]}]}"#, #"{"data": [{"index": 0, "embedding": [1,2,3,1e39]}]}"#,
    #"{"data": [{"index": 0, "embedding": [1,2,3,null]}]}"#, #"{"data": [{"index": 0, "embedding": [1,2,3]}]}"#,
    #"{"data": [{"index": 0, "embedding": []}]}"#, #"{"data": [{"index": 0, "embedding": "AAA"}]}"#,
    #"{"data": [{"index": 0, "embedding": "AACAf wAAgH8AAIB/AACAfw=="}]}"#,
    #"{"data": [{"index": 0, "embedding": {}}]}"#,
    String(repeating: "[", count: 100_000), #"{"data": [{"index": 0, "embedding": "#,
    "{\"data\": [{\"index\": 0, \"embedding\": [" + String(repeating: "1,", count: 100_000) + "1]}]}",
  ]

  @Test("an answer that is no answer is an error")
  func refusesNonsense() throws {
    for body in HostileServerTests.bodies {
      let server = try LoopbackServer { _ in LoopbackServer.response(200, body) }
      let error = #expect(throws: MemshError.self) { try embedder(server.url).embed(["a"]) }
      #expect(error?.code == .embedderFailed && (error?.message.count ?? 0) < 300, "\(body.prefix(80))")
    }
  }

  @Test(
    "lengths that are not true end the exchange", arguments: ["-5", "99999999999999999999", "67108863", "0x10", "nan"])
  func survivesContentLengths(length: String) throws {
    let server = try LoopbackServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n{}" }
    #expect(throws: MemshError.self) { try embedder(server.url).embed(["a"]) }
  }

  @Test("a refusal that is a whole page is cut")
  func cutsReasons() throws {
    let page = String(repeating: "x", count: 1_000_000)
    let server = try LoopbackServer { _ in LoopbackServer.response(400, "{\"error\": {\"message\": \"\(page)\"}}") }
    let error = #expect(throws: MemshError.self) { try embedder(server.url).embed(["a"]) }
    #expect((error?.message.count ?? .max) < 1_000)
  }

  @Test(
    "only HTTP is spoken",
    arguments: ["file:///etc/passwd#", "gopher://127.0.0.1:1", "ftp://127.0.0.1:1", "dict://127.0.0.1:1"])
  func speaksOnlyHTTP(url: String) throws {
    let error = #expect(throws: MemshError.self) { try embedder(url).embed(["a"]) }
    #expect(error?.cause?.lowercased().contains("protocol") == true, "\(String(describing: error))")
  }

  @Test("what one server computed is not given for another one of the same model")
  func keepsServersApart() throws {
    let folder = try TestFolder()
    let (one, other) = (try EmbeddingServer(dimensions: 4), try EmbeddingServer(dimensions: 4))
    func ask(_ server: EmbeddingServer) throws {
      let cache = EmbeddingCache(path: folder.file("embeddings.db"), limitBytes: 1 << 30)
      var configuration = OpenAIEmbedder.Configuration()
      (configuration.baseURL, configuration.model, configuration.dimensions) = (server.url, "m", 4)
      _ = try OpenAIEmbedder(configuration, cache: cache, interruption: Interruption()).embed(["same text"])
    }
    for server in [one, other, one, other] { try ask(server) }
    #expect(one.asked == ["same text": 1] && other.asked == ["same text": 1])
  }

  @Test("one server is one, however its address is written")
  func knowsServers() {
    let same = ["https://API.example.com/v1", "https://api.example.com:443/v1/", "HTTPS://ada:pw@api.example.com/v1"]
    #expect(Set(same.map(OpenAIEmbedder.server)) == ["https://api.example.com/v1"])
    let others = ["http://api.example.com/v1", "https://api.example.com:8443/v1", "https://api.example.com/V1"]
    #expect(Set((others + same).map(OpenAIEmbedder.server)).count == 4)
  }
}
