import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import Embeddings

/// Sentence-transformers models: token ids compared with those of Hugging Face's `tokenizers`, vectors with numpy's in
/// double precision, as `scripts/make-embedding-fixtures` wrote them down.
@Suite struct EncoderModelTests {
  static let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"]
  static let miniLM = models.map { $0 + "/all-MiniLM-L6-v2" }
  static let hasMiniLM = miniLM.map { FileManager.default.fileExists(atPath: $0) } ?? false

  private func check(_ rows: JSON?, _ model: EncoderModel, as role: TextRole = .passage) throws -> Double {
    let rows = try #require(rows?.arrayValue)
    let texts = rows.map { $0[key: "text"]?.stringValue ?? "" }
    #expect(rows.count >= 40)
    for (row, text) in zip(rows, texts) {
      let expected = (row[key: "ids"]?.arrayValue ?? []).compactMap(\.integerValue).map(Int32.init)
      #expect(model.tokens(of: text, as: role).ids == expected, "\(text.debugDescription)")
    }
    // Alone, and together with all the others.
    let alone = try texts.map { try #require(model.vectors(of: [$0], as: role).first) }
    var worst = 0.0
    for vectors in [alone, model.vectors(of: texts, as: role)] {
      #expect(vectors.count == rows.count)
      for (row, vector) in zip(rows, vectors) {
        let bytes = try #require(Data(base64Encoded: row[key: "vector"]?.stringValue ?? ""))
        let expected = try #require(bytes.withUnsafeBytes { Vector(littleEndianBytes: $0) }).values
        #expect(vector.dimensions == expected.count)
        let difference = zip(vector.values, expected).map { Double(abs($0 - $1)) }.max() ?? 1
        worst = max(worst, difference)
      }
    }
    return worst
  }

  @Test("all-MiniLM-L6-v2: ids as Hugging Face's, vectors within 1e-5", .enabled(if: hasMiniLM, "needs the model"))
  func embedsWithMiniLM() throws {
    let model = try EncoderModel(folder: try #require(Self.miniLM)) { _ in }
    let worst = try check(TinyEncoder.json("minilm.json"), model)
    #expect(worst < 1e-5)
    #expect(model.cutTexts > 0)
  }

  @Test(
    "mean and first token, with and without length one, each activation, each type of number and name of tensors",
    arguments: [0, 1, 2], [("F32", ""), ("F16", "bert."), ("BF16", "")])
  func embedsWithTinyModel(number: Int, file: (type: String, prefix: String)) throws {
    let tiny = try TinyEncoder(number)
    let folder = try tiny.folder(type: file.type, prefix: file.prefix)
    // A tokenizer in the older form says the same.
    if file.type == "BF16" { try TinyEncoder.replaceTokenizer(in: folder) }
    let model = try EncoderModel(folder: folder.path) { _ in }
    #expect(try check(tiny.rows, model, as: .query) < 1e-5)
  }

  @Test("what stands in front of a text comes from the model's files, else from its name")
  func knowsPrompts() throws {
    func prompts(_ settings: String?, _ names: String...) throws -> [String] {
      let prompts = EncoderPrompts(try settings.map { try JSONParser.parse($0) }, names: names)
      return [prompts.query, prompts.passage]
    }
    #expect(try prompts(nil, "all-MiniLM-L6-v2") == ["", ""])
    #expect(try prompts(nil, "gte-small") == ["", ""])
    #expect(try prompts("{}", "e5-small-v2") == ["query: ", "passage: "])
    #expect(try prompts(nil, "mine", "intfloat/e5-base") == ["query: ", "passage: "])
    let instruction = "Represent this sentence for searching relevant passages: "
    #expect(try prompts(nil, "bge-small-en-v1.5") == [instruction, ""])
    #expect(try prompts(#"{"prompts": {"query": "q: ", "passage": "p: "}}"#, "e5") == ["q: ", "p: "])
    #expect(try prompts(#"{"prompts": {"query": "q: ", "document": "d: "}}"#, "x") == ["q: ", "d: "])
    #expect(
      try prompts(#"{"prompts": {"all": "a: "}, "default_prompt_name": "all"}"#, "x") == ["a: ", "a: "])
    #expect(try prompts(#"{"prompts": {"query": "", "document": ""}}"#, "e5-small") == ["query: ", "passage: "])
  }

  @Test("a query and a passage differ where the model wants it")
  func tellsRoles() throws {
    let folder = try TinyEncoder(2).folder(type: "F32", prefix: "")
    let model = try EncoderModel(folder: folder.path) { _ in }
    #expect(model.tokens(of: "the fox", as: .query).ids.count > model.tokens(of: "the fox", as: .passage).ids.count)
    #expect(model.vectors(of: ["the fox"], as: .query) != model.vectors(of: ["the fox"], as: .passage))
  }

  @Test("a model's folder is found by what it is called elsewhere, and by a part of its name that no other has")
  func findsByName() {
    let names = ["all-MiniLM-L6-v2", "bge-small-en-v1.5", "wordllama-l2-supercat-256"]
    for name in [
      "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "all-minilm-l6-v2", "ONNXMiniLM_L6_V2", "minilm",
    ] {
      #expect(ModelName(name).choice(among: names) == "all-MiniLM-L6-v2", "\(name)")
    }
    #expect(ModelName("BAAI/bge-small-en-v1.5").choice(among: names) == "bge-small-en-v1.5")
    for name in ["", "/", "mini lm 12", "l", "en", "all-MiniLM-L12-v2", "en-v1.5-bge"] {
      #expect(ModelName(name).choice(among: names) == nil, "\(name)")
    }
    #expect(ModelName("minilm").choice(among: names + ["all-MiniLM-L12-v2"]) == nil)
  }
}
