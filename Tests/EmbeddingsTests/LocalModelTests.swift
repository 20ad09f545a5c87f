import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@testable import Embeddings

/// Token ids and vectors compared with those of Hugging Face's `tokenizers` and numpy, as
/// `scripts/make-embedding-fixtures` wrote them down.
@Suite struct LocalModelTests {
  private struct Expected {
    let text: String
    let ids: [Int32]
    let vector: [Float]
  }

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/"

  private static func json(_ name: String) throws -> JSON {
    try JSONParser.parse(try String(contentsOfFile: fixtures + name, encoding: .utf8))
  }

  private static func expected(_ rows: JSON?) throws -> [Expected] {
    try #require(rows?.arrayValue).map { row in
      let bytes = try #require(Data(base64Encoded: row[key: "vector"]?.stringValue ?? ""))
      return Expected(
        text: row[key: "text"]?.stringValue ?? "",
        ids: (row[key: "ids"]?.arrayValue ?? []).compactMap(\.integerValue).map(Int32.init),
        vector: bytes.withUnsafeBytes { Vector(littleEndianBytes: $0)?.values ?? [] })
    }
  }

  private func check(_ expected: [Expected], folder: String) throws {
    let tokenizer = try TokenizerFile.load(path: folder + "/tokenizer.json")
    let model = try StaticModel(folder: folder)
    // Twice: the second time the words come from the cache.
    for row in expected + expected {
      var ids: [Int32] = []
      tokenizer.tokens(of: row.text, into: &ids)
      #expect(ids == row.ids, "\(row.text.debugDescription)")
      let vector = model.vector(of: row.text).values
      #expect(vector.count == row.vector.count)
      let difference = zip(vector, row.vector).map { abs($0 - $1) }.max() ?? 0
      #expect(difference < 1e-6, "\(row.text.debugDescription): \(difference)")
    }
  }

  @Test("the real model: byte-pair encoding with byte fallback, 16-bit numbers")
  func embedsWithRealModel() throws {
    let models = try #require(
      ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"],
      "run the tests with scripts/test, which fetches the model")
    let rows = try LocalModelTests.expected(LocalModelTests.json("wordllama.json"))
    #expect(rows.count >= 40)
    try check(rows, folder: models + "/wordllama-l2-supercat-256")
  }

  @Test("WordPiece in Model2Vec's layout, in each type of number", arguments: ["F32", "F16", "BF16", "I8"])
  func embedsWithTinyModel(type: String) throws {
    let folder = try tinyModel(type)
    try check(
      try LocalModelTests.expected(LocalModelTests.json("tiny-wordpiece.json")[key: "rows"]), folder: folder.path)
  }

  private func tinyModel(_ type: String) throws -> TestFolder {
    let folder = try TestFolder()
    let source = LocalModelTests.fixtures + "tiny-wordpiece/"
    for file in ["tokenizer.json", "config.json"] {
      try FileManager.default.copyItem(atPath: source + file, toPath: folder.file(file))
    }
    let matrix = try #require(LocalModelTests.json("tiny-wordpiece.json")[key: "matrix"]?.arrayValue).map {
      ($0.arrayValue ?? []).compactMap(\.integerValue)
    }
    try LocalModelTests.safetensors(matrix, type: type).write(
      to: URL(fileURLWithPath: folder.file("model.safetensors")))
    return folder
  }

  /// A file with one tensor: the numbers as sixteenths, or as they are where the type has no fractions.
  private static func safetensors(_ matrix: [[Int]], type: String) throws -> Data {
    var data = Data()
    for number in matrix.joined() {
      let value = Float(number) / 16
      switch type {
      case "F32": withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      case "F16": withUnsafeBytes(of: TinyEncoder.halfBits(value).littleEndian) { data.append(contentsOf: $0) }
      case "BF16":
        withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { data.append(contentsOf: $0) }
      default: data.append(UInt8(bitPattern: Int8(number)))
      }
    }
    let tensor = #""dtype":"\#(type)","shape":[\#(matrix.count),\#(matrix[0].count)],"data_offsets":[0,\#(data.count)]"#
    let header = Data("{\"embeddings\":{\(tensor)}}".utf8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + data
  }

  @Test("one word of a megabyte, and a megabyte of words, take no more than seconds")
  func staysLinear() throws {
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    let model = try StaticModel(folder: models + "/wordllama-l2-supercat-256")
    let started = Date()
    for text in [String(repeating: "毎朝", count: 150_000), String(repeating: "word ", count: 200_000)] {
      #expect(model.vector(of: text).isFinite)
    }
    #expect(Date().timeIntervalSince(started) < 30)
  }

  @Test(
    "files that are damaged, cut short or of another kind are refused with a reason",
    arguments: [
      ("model.safetensors", "", "too short"),
      ("model.safetensors", "\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}x", "longer than the file"),
      ("model.safetensors", "\u{02}\0\0\0\0\0\0\0{}", "no token embeddings"),
      (
        "model.safetensors",
        "\u{58}\0\0\0\0\0\0\0"
          + #"{"embeddings":{"dtype":"F32","shape":[72057594037927936,256],"data_offsets":[0,0]}}      "#,
        "impossible shape"
      ),
      (
        "tokenizer.json",
        #"{"added_tokens": [{"id": -5, "content": "x"}], "model": {"type": "BPE", "vocab": {}, "merges": []}}"#,
        "without content or id"
      ),
      ("tokenizer.json", #"{"model": {"type": "BPE", "vocab": {"a": 99999999}, "merges": []}}"#, "a token's number"),
      ("tokenizer.json", "", "expected '{'"), ("tokenizer.json", "{\"model\": {\"vocab\": {\"a\"", "expected ':'"),
      ("tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": {}}}", "Unigram"),
      (
        "tokenizer.json",
        "{\"pre_tokenizer\": {\"type\": \"ByteLevel\"}, \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}",
        "ByteLevel"
      ),
      ("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}", "merge 0"),
      (
        "tokenizer.json",
        "{\"normalizer\": {\"type\": \"Precompiled\"}, \"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}}",
        "Precompiled"
      ),
    ])
  func refuses(file: String, content: String, reason: String) throws {
    let folder = try tinyModel("F32")
    // Latin-1, so that every character is one byte.
    try #require(content.data(using: .isoLatin1)).write(to: URL(fileURLWithPath: folder.file(file)))
    #expect {
      _ = try StaticModel(folder: folder.path)
    } throws: { error in
      let error = error as? MemshError
      return error?.code == .modelUnusable && error?.message.contains(reason) == true
    }
  }
}
