import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

@testable import Embeddings

/// Damaged models: bits flipped, bytes replaced, ends cut off. Each is refused or used; none ends the process, takes long
/// or takes much memory.
@Suite(.serialized, .deadline(minutes: 10)) struct ModelMutationTests {
  private static let texts = ["the quick brown fox", "a", "", "é世😀 <unk> [UNK]", String(repeating: "ab", count: 500)]

  private static func safetensors(_ header: String, _ body: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + body
  }

  /// Valid files of both layouts.
  private static let models: [(weights: [UInt8], tokenizer: String)] = {
    let body = (0..<32).flatMap { withUnsafeBytes(of: Float($0).bitPattern.littleEndian, Array.init) }
    let weights = (0..<8).flatMap { _ in withUnsafeBytes(of: Double(1).bitPattern.littleEndian, Array.init) }
    let mapping = (0..<8).flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
    let wordPiece = """
      {"added_tokens": [{"id": 1, "content": "[UNK]", "special": true}], "normalizer": {"type": "BertNormalizer"},
       "pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "unk_token": "[UNK]",
       "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
       "vocab": {"[PAD]": 0, "[UNK]": 1, "the": 2, "qu": 3, "##ick": 4, "a": 5, "##b": 6, "fox": 7}}}
      """
    let bytePairs = """
      {"added_tokens": [{"id": 0, "content": "<unk>"}], "normalizer": {"type": "Sequence", "normalizers":
       [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
       "pre_tokenizer": null, "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": false,
       "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "ab": 4, "▁a": 5, "abab": 6, "q": 7},
       "merges": ["a b", "▁ a", ["ab", "ab"]]}}
      """
    return [
      (
        safetensors(
          #"{"embeddings":{"dtype":"F32","shape":[8,4],"data_offsets":[0,128]},"weights":{"dtype":"F64","shape":[8],"#
            + #""data_offsets":[128,192]},"mapping":{"dtype":"I64","shape":[8],"data_offsets":[192,256]}}"#,
          body + weights + mapping), wordPiece
      ),
      (
        safetensors(#"{"embedding.weight":{"dtype":"F32","shape":[8,4],"data_offsets":[0,128]}}"#, body), bytePairs
      ),
    ]
  }()

  /// Opens what is in a folder and embeds with it.
  ///
  /// - Returns: Whether it could be used.
  private func use(_ folder: TestFolder) throws -> Bool {
    do {
      let model = try StaticModel(folder: folder.path)
      for text in ModelMutationTests.texts { #expect(model.vector(of: text).dimensions == model.dimensions) }
      return true
    } catch let error as MemshError {
      #expect(error.code == .modelUnusable)
      return false
    }
  }

  private func write(_ bytes: [UInt8], _ name: String, in folder: TestFolder) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
  }

  @Test("the models that are damaged here are good before")
  func areValid() throws {
    for (weights, tokenizer) in ModelMutationTests.models {
      let folder = try TestFolder()
      try write(weights, "model.safetensors", in: folder)
      try write(Array(tokenizer.utf8), "tokenizer.json", in: folder)
      #expect(try use(folder))
    }
  }

  @Test("damaged weights and tokenizers are refused or used", arguments: ["model.safetensors", "tokenizer.json"])
  func survivesDamage(name: String) throws {
    var mutation = Mutation(seed: 4711)
    let end = Date(timeIntervalSinceNow: Mutation.seconds(default: 3))
    var (tried, refused) = (0, 0)
    while Date() < end {
      let (weights, tokenizer) = ModelMutationTests.models[tried % 2]
      let folder = try TestFolder()
      let isWeights = name == "model.safetensors"
      try write(isWeights ? mutation.damaged(weights) : weights, "model.safetensors", in: folder)
      let text = Array(tokenizer.utf8)
      try write(isWeights ? text : mutation.damaged(text), "tokenizer.json", in: folder)
      let began = Date()
      if try !use(folder) { refused += 1 }
      #expect(Date().timeIntervalSince(began) < 5, "\(name), damage \(tried)")
      tried += 1
    }
    #expect(tried > 20 && refused > 0 && refused < tried, "\(tried) tried, \(refused) refused")
    // `VmHWM: 12345 kB`, where the system tells.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let peak = status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.output.1) } ?? 0
    #expect(peak < 4 << 20, "kB at most: \(peak)")
  }

  private static let headers = [
    #"{"embeddings":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,128]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[8,4],"data_offsets":[0,9223372036854775807]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[8,4],"data_offsets":[-128,0]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[-8,-4],"data_offsets":[0,128]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[8,4],"data_offsets":[128,0]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[1e1,4],"data_offsets":[0,128]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[2147483648,2147483648,2147483648],"data_offsets":[0,128]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[32,0],"data_offsets":[0,0]}}"#,
    #"{"embeddings":{"dtype":"F32","shape":[32,1],"data_offsets":[0,128]},"mapping":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},"weights":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
    String(repeating: "[", count: 100_000), "", "{}", "null",
  ]

  @Test("headers with impossible shapes and places")
  func survivesHeaders() throws {
    for header in ModelMutationTests.headers {
      let folder = try TestFolder()
      try write(
        ModelMutationTests.safetensors(header, Array(repeating: 0, count: 128)), "model.safetensors", in: folder)
      try write(Array(ModelMutationTests.models[0].tokenizer.utf8), "tokenizer.json", in: folder)
      _ = try use(folder)
    }
  }

  @Test("numbers at their extremes in a tokenizer")
  func survivesNumbers() throws {
    for number in [
      "-1", "9223372036854775807", "99999999999999999999", "9999999", "1e9", "0.5", "-9223372036854775808",
    ] {
      for (weights, tokenizer) in ModelMutationTests.models {
        for place in ["\"id\": 1", "\"id\": 0", "100", ": 6", ": 7", ": 0,"] where tokenizer.contains(place) {
          let folder = try TestFolder()
          try write(weights, "model.safetensors", in: folder)
          let changed =
            place.filter { !$0.isNumber } == place
            ? tokenizer : tokenizer.replacing(place, with: place.replacing(/[0-9]+/) { _ in number })
          try write(Array(changed.utf8), "tokenizer.json", in: folder)
          _ = try use(folder)
        }
      }
    }
  }
}
