import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import Embeddings

/// Encoder folders that are damaged, made up or of another kind: each is refused with a reason, or used.
@Suite(.serialized, .deadline(minutes: 10)) struct HostileEncoderTests {
  private func refusal(_ folder: TestFolder) -> String {
    do {
      let model = try EncoderModel(folder: folder.path) { _ in }
      return "used: \(model.vectors(of: ["the fox"], as: .passage).count)"
    } catch let error as MemshError {
      return error.code == .modelUnusable ? error.message : "\(error.code): \(error.message)"
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "settings that the weights do not fit, or that are of another kind of model, are refused by name",
    arguments: [
      ("hidden_size", "13", "do not divide"), ("hidden_size", "15", "[205, 12], not [205, 15]"),
      ("hidden_size", "9223372036854775807", "hidden_size"), ("hidden_size", "-12", "hidden_size"),
      ("hidden_size", "\"12\"", "hidden_size"), ("hidden_size", "1e9", "hidden_size"),
      ("num_hidden_layers", "0", "num_hidden_layers"), ("num_hidden_layers", "99999999999", "num_hidden_layers"),
      ("num_hidden_layers", "200", "encoder.layer.2."), ("num_attention_heads", "5", "5 heads do not divide"),
      ("num_attention_heads", "0", "num_attention_heads"), ("intermediate_size", "21", "[20, 12], not [21, 12]"),
      ("max_position_embeddings", "41", "[40, 12], not [41, 12]"), ("max_position_embeddings", "0", "max_position"),
      ("layer_norm_eps", "0", "layer_norm_eps"), ("layer_norm_eps", "\"x\"", "layer_norm_eps"),
      ("layer_norm_eps", "1e999", "layer_norm_eps"), ("hidden_act", "\"swish\"", "swish"),
      ("model_type", "\"roberta\"", "roberta, not bert"), ("model_type", "null", "not bert"),
      ("position_embedding_type", "\"relative_key\"", "positions"),
    ])
  func refusesSettings(key: String, value: String, reason: String) throws {
    let folder = try TinyEncoder(0).folder(config: { $0.setting(key, to: (try? JSONParser.parse(value)) ?? .null) })
    let said = refusal(folder)
    #expect(said.contains(reason), "\(said)")
  }

  @Test(
    "files that are missing, damaged or lead elsewhere are refused by name",
    arguments: [
      ("config.json", nil, "there is no config.json"), ("config.json", "{", "config.json is not JSON"),
      ("config.json", "[]", "not bert"), ("modules.json", "{", "modules.json is not JSON"),
      ("modules.json", #"[{"path": "../../etc", "type": "Pooling"}]"#, "leads out of the folder"),
      ("modules.json", #"[{"path": "/etc", "type": "Pooling"}]"#, "leads out of the folder"),
      ("modules.json", #"[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]"#, "models.Dense"),
      ("modules.json", #"[{"path": "0_T", "type": "Transformer"}]"#, "not at the top"),
      ("1_Pooling/config.json", nil, "there is no 1_Pooling/config.json"),
      ("1_Pooling/config.json", "[]", "not a JSON object"),
      ("1_Pooling/config.json", #"{"pooling_mode_max_tokens": true}"#, "pooling_mode_max_tokens"),
      (
        "1_Pooling/config.json", #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#,
        "pooling_mode_cls_token and pooling_mode_mean_tokens"
      ),
      ("1_Pooling/config.json", #"{"pooling_mode": "lasttoken"}"#, "lasttoken"),
      ("1_Pooling/config.json", "{}", "pooling by  is not supported"),
      ("sentence_bert_config.json", #"{"max_seq_length": 2}"#, "less than 3"),
      ("sentence_bert_config.json", #"{"max_seq_length": -1e300}"#, "less than 3"),
      ("tokenizer_config.json", #"{"cls_token": "[START]"}"#, "[START] is not in the vocabulary"),
      ("tokenizer.json", nil, "no tokenizer.json and no vocab.txt"),
      ("tokenizer.json", #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#, "not WordPiece"),
      (
        "tokenizer.json",
        #"{"pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "many": 9999}}}"#,
        "10000 tokens, its weights 205"
      ),
      (
        "tokenizer.json",
        #"{"added_tokens": [{"id": 4000, "content": "[CLS]"}], "pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}}}"#,
        "4001 tokens, its weights 205"
      ),
      ("model.safetensors", "", "too short"), ("model.safetensors", nil, "No such file"),
    ] as [(String, String?, String)])
  func refusesFiles(name: String, content: String?, reason: String) throws {
    let folder = try TinyEncoder(0).folder()
    if let content {
      try content.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: folder.file(name))
    }
    let said = refusal(folder)
    #expect(said.localizedCaseInsensitiveContains(reason), "\(said)")
  }

  @Test("every tensor that is missing, or of another shape, is refused by its name")
  func refusesTensors() throws {
    let tiny = try TinyEncoder(0)
    var names: [String] = []
    _ = try tiny.folder(tensors: { tensors in
      names = tensors.map(\.name)
      return tensors
    })
    #expect(names.count > 30)
    for (number, name) in names.enumerated() {
      let isGone = number % 2 == 0
      let folder = try tiny.folder(tensors: { tensors in
        var tensors = tensors
        if isGone {
          tensors.remove(at: number)
        } else {
          tensors[number].shape.append(1)
        }
        return tensors
      })
      let said = refusal(folder)
      #expect(said.contains("the tensor \(name) is \(isGone ? "missing" : "[")"), "\(name): \(said)")
    }
    let doubles = refusal(try tiny.folder(type: "F64"))
    #expect(doubles.contains("is of the type F64"), "\(doubles)")
  }

  @Test("a limit larger than the model's positions is theirs; a tokenizer's 1e30 as well")
  func boundsLength() throws {
    for text in [#"{"max_seq_length": 4000000000}"#, #"{"max_seq_length": 1e30}"#, "{}"] {
      let folder = try TinyEncoder(0).folder()
      try text.write(toFile: folder.file("sentence_bert_config.json"), atomically: true, encoding: .utf8)
      try #"{"model_max_length": 1e30}"#.write(
        toFile: folder.file("tokenizer_config.json"), atomically: true, encoding: .utf8)
      let model = try EncoderModel(folder: folder.path) { _ in }
      let long = String(repeating: "fox ", count: 100)
      #expect(model.tokens(of: long, as: .passage).ids.count == 40, "\(text)")
      let vectors = model.vectors(of: [long, "a", long], as: .passage)
      #expect(vectors.count == 3 && vectors[0] == vectors[2] && vectors[0].isFinite)
    }
  }

  @Test(
    "damaged files are refused or used, and never end the process",
    arguments: [
      "model.safetensors", "config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json",
      "sentence_bert_config.json",
    ])
  func survivesDamage(name: String) throws {
    var mutation = Mutation(seed: 4712)
    let folder = try TinyEncoder(0).folder()
    let original = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
    let end = Date(timeIntervalSinceNow: Mutation.seconds(default: 1))
    var tried = 0
    repeat {
      try Data(mutation.damaged(Array(original))).write(to: URL(fileURLWithPath: folder.file(name)))
      let began = Date()
      let said = refusal(folder)
      #expect(
        said.hasPrefix("used: 1") || said.contains("cannot be used") || said.contains("cannot be read"), "\(said)")
      #expect(Date().timeIntervalSince(began) < 5)
      tried += 1
    } while Date() < end
    #expect(tried > 3)
  }
}
