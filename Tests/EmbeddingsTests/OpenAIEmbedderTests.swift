import Database
import Embeddings
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@Suite struct OpenAIEmbedderTests {
  private func embedder(
    _ url: String, key: String? = "sk-secret-key", dimensions: Int? = 8, model: String? = nil, inFlight: Int = 8,
    cache: EmbeddingCache? = nil
  ) throws -> OpenAIEmbedder {
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = url
    configuration.key = key
    configuration.dimensions = dimensions
    if let model { configuration.model = model }
    configuration.inFlight = inFlight
    return try OpenAIEmbedder(configuration, cache: cache, interruption: Interruption())
  }

  private static let awkward = [
    "a", "", "tab\tand \"quotes\" \\", "🙂", "שלום", "e\u{301}", "é", "\u{0}", "line\nbreak",
    String(repeating: "x", count: 5_000),
  ]

  @Test("vectors come back in the order of the texts, in either encoding", arguments: [true, false])
  func embeds(base64: Bool) throws {
    let server = try EmbeddingServer(takesBase64: base64)
    let texts = OpenAIEmbedderTests.awkward
    let vectors = try embedder(server.url + "/").embed(texts)
    // Servers refuse empty texts: a space is sent for one.
    #expect(vectors == texts.map { EmbeddingServer.vector(of: $0.isEmpty ? " " : $0, dimensions: 8) })
    #expect(server.received[0].head.hasPrefix("POST /v1/embeddings"))
    #expect(server.received[0].head.contains("Authorization: Bearer sk-secret-key"))
    #expect(try JSONParser.parse(server.received[0].body)[key: "dimensions"] == .integer(8))
  }

  @Test("a model that nobody knows is asked how long its vectors are, and not told")
  func probes() throws {
    let server = try EmbeddingServer(dimensions: 5)
    let embedder = try embedder(server.url, key: nil, dimensions: nil, model: "nomic-embed-text")
    #expect(embedder.space == EmbeddingSpace(provider: "openai", model: "nomic-embed-text", dimensions: 5))
    #expect(try embedder.embed(["a"])[0].dimensions == 5)
    #expect(try JSONParser.parse(server.received[1].body)[key: "dimensions"] == nil)
    #expect(!server.received[1].head.contains("Authorization"))
  }

  @Test("several requests are under way at a time, as many as allowed", arguments: [1, 3, 8])
  func overlaps(inFlight: Int) throws {
    let server = try EmbeddingServer(milliseconds: 60)
    let texts = (0..<2_000).map { "text \($0)" }
    let vectors = try embedder(server.url, inFlight: inFlight).embed(texts)
    #expect(vectors == texts.map { EmbeddingServer.vector(of: $0, dimensions: 8) })
    #expect(server.mostInFlight == inFlight)
  }

  @Test("a text that comes more than once is asked for once")
  func asksOnce() throws {
    let server = try EmbeddingServer(milliseconds: 5)
    var supply = [["a", "b", "a"], ["b", "c"], [], ["a"]].map(TextSupply.texts).reversed().map(\.self)
    var batches: [[Vector]] = []
    try embedder(server.url).embed({ $0 == .none ? .later : supply.popLast() ?? .end }, { batches.append($0) })
    let vectors = ["a": 0, "b": 0, "c": 0].keys.reduce(into: [:]) {
      $0[$1] = EmbeddingServer.vector(of: $1, dimensions: 8)
    }
    #expect(batches == [["a", "b", "a"], ["b", "c"], [], ["a"]].map { $0.compactMap { vectors[$0] } })
    #expect(server.asked == ["a": 1, "b": 1, "c": 1])
  }

  @Test("refusals are tried again, nothing is lost, nothing answered is asked for twice")
  func triesAgain() throws {
    let server = try EmbeddingServer(milliseconds: 2) { request in
      switch request % 5 {
      case 1: LoopbackServer.response(429, #"{"error": {"message": "slow down"}}"#, headers: ["Retry-After": "0.05"])
      default: nil
      }
    }
    let texts = (0..<3_000).map { "text \($0)" }
    #expect(try embedder(server.url).embed(texts) == texts.map { EmbeddingServer.vector(of: $0, dimensions: 8) })
    #expect(server.asked.count == texts.count)
    #expect(server.asked.values.allSatisfy { $0 == 1 })
  }

  @Test("a server that gives no base64 is asked without, though many requests were under way with it")
  func fallsBack() throws {
    let server = try EmbeddingServer(milliseconds: 5, takesBase64: false)
    let texts = (0..<2_000).map { "text \($0)" }
    #expect(try embedder(server.url).embed(texts) == texts.map { EmbeddingServer.vector(of: $0, dimensions: 8) })
  }

  @Test("a server that refuses for ever, or says nothing, is given up with its own error", arguments: [true, false])
  func givesUp(isSilent: Bool) throws {
    let server = try EmbeddingServer { _ in
      if isSilent { Thread.sleep(forTimeInterval: 3) }
      return LoopbackServer.response(500, "<html>", headers: ["Retry-After": "0.01"])
    }
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = server.url
    configuration.dimensions = 8
    configuration.timeoutSeconds = 1
    let embedder = try OpenAIEmbedder(configuration, cache: nil, interruption: Interruption())
    #expect {
      try embedder.embed(["a"])
    } throws: { error in
      let text = (error as? MemshError).map { "\($0.message) \($0.hint ?? "")" } ?? ""
      return text.contains(isSilent ? "does not answer" : "kept refusing")
    }
    #expect(server.requests == (isSilent ? 3 : 7))
  }

  @Test("answers that arrive beside a failure are kept")
  func keepsOthers() throws {
    let folder = try TestFolder()
    let cache = EmbeddingCache(path: folder.file("embeddings.db"), limitBytes: 1 << 30)
    let server = try EmbeddingServer(milliseconds: 50) { request in
      request == 3 ? LoopbackServer.response(400, #"{"error": {"message": "no"}}"#) : nil
    }
    let texts = (0..<1_024).map { "text \($0)" }
    #expect(throws: MemshError.self) { try embedder(server.url, cache: cache).embed(texts) }
    #expect(try cache.statistics().entries.map(\.vectors) == [Int64(server.asked.count)])
    #expect(server.asked.count >= 7 * 128)
  }

  @Test("a dropped connection, an answer cut short and a server error are tried again")
  func survivesDrops() throws {
    let server = try EmbeddingServer { request in
      switch request {
      case 0: ""
      case 1: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\": ["
      case 2: LoopbackServer.response(503, "<html>busy</html>")
      default: nil
      }
    }
    #expect(try embedder(server.url).embed(["a"]) == [EmbeddingServer.vector(of: "a", dimensions: 8)])
    #expect(server.requests == 4)
  }

  @Test("when the server says that nothing is left, nothing is sent until it says so")
  func keepsToLimits() throws {
    let server = try EmbeddingServer(milliseconds: 1)
    let limited = try LoopbackServer { request in
      LoopbackServer.response(
        200, #"{"data": [{"index": 0, "embedding": [1,2,3,4,5,6,7,8]}]}"#,
        headers: ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"])
    }
    defer { limited.stop() }
    let embedder = try embedder(limited.url, inFlight: 1)
    var supply = [["a"], ["b"], ["c"]].map(TextSupply.texts).reversed().map(\.self)
    let started = Date()
    // One at a time: each batch is handed out only when the one before is back.
    var isWaiting = false
    try embedder.embed(
      { demand in
        if isWaiting || demand == .none { return .later }
        isWaiting = true
        return supply.popLast() ?? .end
      }, { _ in isWaiting = false })
    #expect(Date().timeIntervalSince(started) > 0.55)
    withExtendedLifetime(server) {}
  }

  @Test("a text longer than the model reads is cut and counted, by the estimate or by the server's word")
  func cuts() throws {
    let long = String(repeating: "word ", count: 20_000)
    let server = try EmbeddingServer()
    let first = try embedder(server.url)
    #expect(try first.embed(["a", long]).count == 2)
    #expect(first.cutTexts == 1)
    #expect(server.asked.keys.map(\.utf8.count).max() ?? 0 < 8_191 * 5)

    let strict = try EmbeddingServer(tokensMaximum: 1_000)
    let second = try embedder(strict.url)
    let texts = ["a", String(repeating: "y", count: 3_000), "b", String(repeating: "y", count: 3_000)]
    let vectors = try second.embed(texts)
    #expect(vectors[0] == EmbeddingServer.vector(of: "a", dimensions: 8))
    #expect(vectors[1] == vectors[3])
    #expect(second.cutTexts == 1)
  }

  @Test(
    "answers that cannot be used are errors with a code and a reason, and no key",
    arguments: [
      (
        401, #"{"error": {"message": "Incorrect API key provided: sk-secret-key"}}"#, ErrorCode.embedderAuth,
        "Incorrect API key"
      ),
      (400, #"{"error": {"message": "bad model"}}"#, .embedderFailed, "bad model"),
      (404, #"{"error": "no such path"}"#, .embedderFailed, "no such path"),
      (
        429, #"{"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}"#, .embedderFailed,
        "quota"
      ),
      (200, "<html>", .embedderFailed, "web page"), (200, #"{"data": [{"#, .embedderFailed, "cut short"),
      (200, "", .embedderFailed, "cut short"), (200, "{}", .embedderFailed, "not a list"),
      (200, #"{"data": []}"#, .embedderFailed, "0 embeddings for 1 texts"),
      (200, #"{"data": [{"index": 0, "embedding": [1, 2]}]}"#, .embedderFailed, "2 numbers instead of 8"),
      (200, #"{"data": [{"index": 7, "embedding": [1, 2]}]}"#, .embedderFailed, "index of 7"),
      (200, #"{"data": [{"index": 0, "embedding": [1,2,3,4,5,6,7,1e99]}]}"#, .embedderFailed, "NaN or infinity"),
      (200, #"{"data": [{"index": 0, "embedding": "AAAA"}]}"#, .embedderFailed, "instead of 8"),
    ])
  func refuses(status: Int, body: String, code: ErrorCode, reason: String) throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(status, body) }
    defer { server.stop() }
    #expect {
      try embedder(server.url).embed(["a"])
    } throws: { error in
      guard let error = error as? MemshError else { return false }
      let text = "\(error.message) \(error.cause ?? "") \(error.hint ?? "")"
      return error.code == code && text.contains(reason) && !text.contains("sk-secret-key")
    }
  }
}

@Suite struct EmbeddingCacheTests {
  private let folder: TestFolder
  private let space = EmbeddingSpace(provider: "openai", model: "m", dimensions: 8)

  init() throws { folder = try TestFolder() }

  private func cache(limit: Int64 = 1 << 30) -> EmbeddingCache {
    EmbeddingCache(path: folder.file("cache/embeddings.db"), limitBytes: limit)
  }

  @Test("what one process keeps another finds; other spaces and other texts do not")
  func keeps() throws {
    let texts = ["a", "é", "e\u{301}", ""]
    let vectors = texts.map { EmbeddingServer.vector(of: $0, dimensions: 8) }
    try cache().store(vectors, for: texts, in: space, of: "s")
    #expect(try cache().vectors(for: texts + ["b"], in: space, of: "s") == vectors.map(Optional.init) + [nil])
    let other = EmbeddingSpace(provider: "openai", model: "m", dimensions: 4)
    #expect(try cache().vectors(for: texts, in: other, of: "s") == texts.map { _ in nil })
    #expect(try cache().vectors(for: texts, in: space, of: "another server") == texts.map { _ in nil })
    #expect(try cache().statistics().entries.map(\.vectors) == [4])
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file("cache/embeddings.db"))[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test("looking into a cache that is not there does not make one")
  func doesNotCreate() throws {
    #expect(try cache().vectors(for: ["a"], in: space, of: "s") == [nil])
    #expect(try cache().statistics().fileBytes == 0)
    #expect(try cache().clear() == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.file("cache")))
  }

  @Test("a cache beyond its limit loses what was not used for longest")
  func shrinks() throws {
    let cache = cache(limit: 200_000)
    for round in 0..<10 {
      let texts = (0..<1_000).map { "\(round) \($0)" }
      try cache.store(texts.map { EmbeddingServer.vector(of: $0, dimensions: 8) }, for: texts, in: space, of: "s")
    }
    _ = try cache.prune()
    let statistics = try cache.statistics()
    #expect(statistics.fileBytes <= 220_000, "\(statistics)")
    #expect(statistics.entries[0].vectors > 500)
    #expect(try cache.clear() > 0)
    #expect(try cache.statistics().entries.isEmpty)
  }

  @Test("a damaged file is set aside, and a new one begun")
  func replacesDamaged() throws {
    try FileManager.default.createDirectory(atPath: folder.file("cache"), withIntermediateDirectories: true)
    try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: folder.file("cache/embeddings.db")))
    #expect(try cache().vectors(for: ["a"], in: space, of: "s") == [nil])
    try cache().store([EmbeddingServer.vector(of: "a", dimensions: 8)], for: ["a"], in: space, of: "s")
    #expect(try cache().vectors(for: ["a"], in: space, of: "s") != [nil])
    #expect(FileManager.default.fileExists(atPath: folder.file("cache/embeddings.db.damaged")))
  }

  @Test("a cache that cannot be written is an error of its own; embedding goes on without it")
  func doesWithout() throws {
    let server = try EmbeddingServer()
    try folder.write("", to: "file")
    let broken = EmbeddingCache(path: folder.file("file/embeddings.db"), limitBytes: 1 << 20)
    #expect { try broken.store([], for: [], in: space, of: "s") } throws: { ($0 as? MemshError)?.code == .cacheFailed }
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = server.url
    configuration.dimensions = 8
    var notices: [MemshError] = []
    let embedder = try OpenAIEmbedder(configuration, cache: broken, interruption: Interruption()) { notices.append($0) }
    for text in ["a", "b"] {
      #expect(try embedder.embed([text]) == [EmbeddingServer.vector(of: text, dimensions: 8)])
    }
    #expect(notices.map(\.code) == [.cacheFailed])
  }

  @Test("many writers at once lose nothing")
  func isShared() throws {
    let path = folder.file("cache/embeddings.db")
    let space = space
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      let cache = EmbeddingCache(path: path, limitBytes: 1 << 30)
      for round in 0..<20 {
        let text = "\(writer) \(round)"
        // On a machine with much else to do a writer may wait too long for its turn, which is an error and no loss.
        for _ in 0..<10 {
          let stored: Void? = try? cache.store(
            [EmbeddingServer.vector(of: text, dimensions: 8)], for: [text], in: space, of: "s")
          if stored != nil { break }
        }
      }
    }
    #expect(try cache().statistics().entries.map(\.vectors) == [160])
  }
}
