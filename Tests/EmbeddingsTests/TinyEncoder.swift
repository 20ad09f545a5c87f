import Foundation
import MemoryModel
import TestSupport
import Testing

/// A model folder with an encoder of two layers and random weights, in one of several settings.
struct TinyEncoder {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/"

  private static let fixture = Result { try json("tiny-encoder.json") }

  private let fixture: JSON
  private let settings: JSON

  /// - Parameter number: Which of the settings, from 0 to 2.
  init(_ number: Int) throws {
    fixture = try TinyEncoder.fixture.get()
    settings = try #require(fixture[key: "cases"]?.arrayValue)[number]
  }

  static func json(_ name: String) throws -> JSON {
    try JSONParser.parse(try String(contentsOfFile: fixtures + name, encoding: .utf8))
  }

  /// Texts, and what the model makes of them.
  var rows: JSON? { settings[key: "rows"] }

  /// The model's files.
  ///
  /// - Parameters:
  ///   - type: F32, F16 or BF16.
  ///   - prefix: What the names of the tensors begin with.
  ///   - config: Changes `config.json`.
  ///   - tensors: Changes the names, shapes and numbers of the tensors.
  func folder(
    type: String = "F32", prefix: String = "", config change: (JSON) -> JSON = { $0 },
    tensors changed: ([Tensor]) -> [Tensor] = { $0 }
  ) throws -> TestFolder {
    let folder = try TestFolder()
    func write(_ name: String, _ value: JSON) throws {
      try value.text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    }
    let config = try #require(fixture[key: "config"])
      .setting("hidden_act", to: settings[key: "hidden_act"] ?? .null)
    try write("config.json", change(config))
    try FileManager.default.createDirectory(atPath: folder.file("1_Pooling"), withIntermediateDirectories: true)
    let isMean = settings[key: "pooling"] == .string("mean")
    try write(
      "1_Pooling/config.json",
      JSONParser.parse(#"{"pooling_mode_cls_token": \#(!isMean), "pooling_mode_mean_tokens": \#(isMean)}"#))
    let types = ["Transformer", "Pooling"] + (settings[key: "normalizes"] == .bool(true) ? ["Normalize"] : [])
    let modules = zip(["", "1_Pooling", "2_Normalize"], types).map { path, type in
      #"{"path": "\#(path)", "type": "sentence_transformers.models.\#(type)"}"#
    }
    try write("modules.json", JSONParser.parse("[\(modules.joined(separator: ","))]"))
    try write(
      "sentence_bert_config.json", JSONParser.parse(#"{"max_seq_length": \#(settings[key: "length"]?.text ?? "")}"#))
    try write(
      "config_sentence_transformers.json",
      JSONParser.parse(#"{"prompts": {"query": \#(settings[key: "query"]?.text ?? "")}}"#))
    try FileManager.default.copyItem(
      atPath: TinyEncoder.fixtures + "tiny-wordpiece/tokenizer.json", toPath: folder.file("tokenizer.json"))
    try TinyEncoder.safetensors(changed(try tensors(prefix)), type: type)
      .write(to: URL(fileURLWithPath: folder.file("model.safetensors")))
    return folder
  }

  /// A tensor of sixteenths.
  struct Tensor {
    var name: String
    var shape: [Int]
    var numbers: [Int]
  }

  private func tensors(_ prefix: String) throws -> [Tensor] {
    guard case .object(let members)? = fixture[key: "tensors"] else { return [] }
    return members.map { member in
      Tensor(
        name: prefix + member.key, shape: (member.value[key: "shape"]?.arrayValue ?? []).compactMap(\.integerValue),
        numbers: (member.value[key: "numbers"]?.arrayValue ?? []).compactMap(\.integerValue))
    }
  }

  private static func safetensors(_ tensors: [Tensor], type: String) -> Data {
    var data = Data()
    let header = tensors.map { tensor in
      let start = data.count
      for number in tensor.numbers { data.append(bytes(Float(number) / 16, type)) }
      let place = #""shape":\#(tensor.shape),"data_offsets":[\#(start),\#(data.count)]"#
      return #""\#(tensor.name)":{"dtype":"\#(type)",\#(place)}"#
    }
    let text = Data("{\(header.joined(separator: ","))}".utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data
  }

  private static func bytes(_ value: Float, _ type: String) -> Data {
    switch type {
    case "F16": withUnsafeBytes(of: halfBits(value).littleEndian) { Data($0) }
    case "BF16": withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { Data($0) }
    case "F64": withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { Data($0) }
    default: withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) }
    }
  }

  /// A float in IEEE 754 binary16; sixteenths up to 1 are normal numbers with short fractions.
  static func halfBits(_ value: Float) -> UInt16 {
    guard value != 0 else { return 0 }
    let exponent = UInt16(truncatingIfNeeded: value.exponent + 15)
    return UInt16(value.bitPattern >> 31) << 15 | exponent << 10 | UInt16(value.bitPattern >> 13 & 0x3FF)
  }

  /// Writes the tokenizer as BERT's own library did: a token a line.
  static func replaceTokenizer(in folder: TestFolder) throws {
    let tokenizer = try JSONParser.parse(try String(contentsOfFile: folder.file("tokenizer.json"), encoding: .utf8))
    guard case .object(let vocabulary)? = tokenizer[key: "model"]?[key: "vocab"] else { return }
    let lines = vocabulary.sorted { ($0.value.integerValue ?? 0) < ($1.value.integerValue ?? 0) }.map(\.key)
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: folder.file("vocab.txt"), atomically: true, encoding: .utf8)
    try #"{"do_lower_case": true, "cls_token": {"content": "[CLS]"}}"#.write(
      toFile: folder.file("tokenizer_config.json"), atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: folder.file("tokenizer.json"))
  }
}
