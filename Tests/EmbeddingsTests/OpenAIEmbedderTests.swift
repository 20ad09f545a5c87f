import Embeddings
import MemoryCore
import TestSupport
import Testing

@Suite struct OpenAIEmbedderTests {
  /// Answers with vectors of the right length, in reverse order, as base64 or as arrays.
  private static func answer(_ request: LoopbackServer.Request, base64: Bool) -> String {
    guard let body = try? JSONParser.parse(request.body), case .array(let inputs)? = body[key: "input"] else {
      return LoopbackServer.response(400, "{}")
    }
    let items = inputs.indices.reversed().map { index -> JSON in
      var values = [Float](repeating: 0, count: 3_072)
      values[index] = 1
      let vector = Vector(values)
      return .object([
        .init("index", .integer(index)),
        .init("embedding", base64 ? .string(Base64.encode(vector.littleEndianBytes)) : vector.json),
      ])
    }
    return LoopbackServer.response(200, JSON.object([.init("data", .array(items))]).text)
  }

  private static func embedder(_ url: String, key: String) throws -> OpenAIEmbedder {
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = url
    configuration.key = key
    return try OpenAIEmbedder(configuration, cache: nil, interruption: Interruption())
  }

  @Test("vectors come back in the order of the texts, in either encoding", arguments: [true, false])
  func embeds(base64: Bool) throws {
    let server = try LoopbackServer { OpenAIEmbedderTests.answer($0, base64: base64) }
    defer { server.stop() }
    let embedder = try OpenAIEmbedderTests.embedder(server.url + "/v1/", key: "sk-test")
    let vectors = try embedder.embed(["a", "b", "c"])
    #expect(vectors.map { $0.values.firstIndex(of: 1) } == [0, 1, 2])
    #expect(server.requests[0].head.hasPrefix("POST /v1/embeddings"))
    #expect(server.requests[0].head.contains("Authorization: Bearer sk-test"))
  }

  @Test(
    "answers that cannot be used are errors with a code",
    arguments: [
      (401, #"{"error": {"message": "Incorrect API key provided"}}"#, ErrorCode.embedderAuth),
      (500, "<html>", .embedderFailed), (200, "<html>", .embedderFailed), (200, #"{"data": []}"#, .embedderFailed),
      (200, #"{"data": [{"index": 0, "embedding": [1, 2]}]}"#, .embedderFailed),
      (200, #"{"data": [{"index": 7, "embedding": [1, 2]}]}"#, .embedderFailed),
    ])
  func refuses(status: Int, body: String, code: ErrorCode) throws {
    let server = try LoopbackServer { _ in LoopbackServer.response(status, body) }
    defer { server.stop() }
    let embedder = try OpenAIEmbedderTests.embedder(server.url, key: "sk-secret-key")
    #expect {
      try embedder.embed(["a"])
    } throws: { error in
      let error = error as? MemshError
      return error?.code == code && !"\(error?.message ?? "")\(error?.cause ?? "")".contains("sk-secret-key")
    }
  }
}
