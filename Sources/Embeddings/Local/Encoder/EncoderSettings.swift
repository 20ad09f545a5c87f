import Foundation
import Kernels
import MemoryModel

/// What the files beside a sentence-transformers model's weights say of it: `config.json` of its network,
/// `modules.json` and `1_Pooling/config.json` of how a text's vector comes from those of its tokens.
struct EncoderSettings {
  /// How the vectors of a text's tokens become one.
  enum Pooling {
    /// Their mean.
    case mean
    /// That of the first, `[CLS]`.
    case first
  }

  /// How many layers there are.
  let layers: Int
  /// How many heads a layer's attention has.
  let heads: Int
  /// The length of a token's vector, and of a text's.
  let width: Int
  /// The length of a token's vector inside a layer's second half.
  let innerWidth: Int
  /// How many tokens a text may have at the most by the model's position vectors.
  let positions: Int
  /// What keeps normalisation from dividing by zero.
  let epsilon: Float
  /// The function inside a layer's second half.
  let activation: memsh_activation
  /// How the vectors of a text's tokens become one.
  let pooling: Pooling
  /// Whether a text's vector gets length one.
  let normalizes: Bool
  /// What stands in front of texts.
  let prompts: EncoderPrompts
  /// How many tokens are read of a text, `[CLS]` and `[SEP]` included.
  let lengthMaximum: Int
  /// Whether texts are put into lower case before the tokenizer sees them.
  let lowercases: Bool

  /// Reads the files of a folder.
  ///
  /// - Throws: `UnusableModel`.
  init(folder: String) throws {
    guard let network = try EncoderSettings.file("config.json", in: folder) else {
      throw UnusableModel(reason: "there is no config.json")
    }
    guard network[key: "model_type"] == .string("bert") else {
      let type = network[key: "model_type"]?.stringValue ?? "that it does not name"
      throw UnusableModel(reason: "it is of the type \(type), not bert")
    }
    func size(_ key: String, _ range: ClosedRange<Int>) throws -> Int {
      guard let value = network[key: key]?.integerValue, range.contains(value) else {
        throw UnusableModel(
          reason: "\(key) in config.json is not a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    width = try size("hidden_size", 1...16_000)
    layers = try size("num_hidden_layers", 1...256)
    heads = try size("num_attention_heads", 1...1_024)
    innerWidth = try size("intermediate_size", 1...262_144)
    positions = try size("max_position_embeddings", 3...65_536)
    guard width % heads == 0 else {
      throw UnusableModel(reason: "\(heads) heads do not divide \(width) numbers")
    }
    guard let epsilon = network[key: "layer_norm_eps"].map(\.doubleValue) ?? 1e-12, epsilon > 0, epsilon < 1 else {
      throw UnusableModel(reason: "layer_norm_eps in config.json is not a number between 0 and 1")
    }
    self.epsilon = Float(epsilon)
    activation = try EncoderSettings.activation(network[key: "hidden_act"]?.stringValue ?? "gelu")
    guard [nil, .null, .string("absolute")].contains(network[key: "position_embedding_type"]) else {
      throw UnusableModel(reason: "its positions are not absolute")
    }
    (pooling, normalizes) = try EncoderSettings.modules(folder)
    prompts = try EncoderPrompts(
      EncoderSettings.file("config_sentence_transformers.json", in: folder),
      names: [(folder as NSString).lastPathComponent, network[key: "_name_or_path"]?.stringValue ?? ""])
    let sentences = try EncoderSettings.file("sentence_bert_config.json", in: folder)
    let tokenizer = try EncoderSettings.file("tokenizer_config.json", in: folder)
    lowercases = sentences?[key: "do_lower_case"] == .bool(true)
    // A tokenizer without a limit says 1e30.
    let length = sentences?[key: "max_seq_length"]?.doubleValue ?? tokenizer?[key: "model_max_length"]?.doubleValue
    let whole = Double(positions)
    guard length ?? whole >= 3 else { throw UnusableModel(reason: "max_seq_length is less than 3 tokens") }
    lengthMaximum = Int(min(length ?? whole, whole))
  }

  /// Reads one of the files; nil when it is not there.
  static func file(_ name: String, in folder: String) throws -> JSON? {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = try WholeFile.text(path, limitBytes: 16 << 20, code: .modelUnusable)
    guard let value = try? JSONParser.parse(text) else { throw UnusableModel(reason: "\(name) is not JSON") }
    return value
  }

  private static func activation(_ name: String) throws -> memsh_activation {
    switch name {
    case "gelu": memsh_gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": memsh_gelu_tanh
    case "relu": memsh_relu
    default: throw UnusableModel(reason: "the function \(name) is not supported")
    }
  }

  /// Where a model has no `modules.json`, sentence-transformers takes the mean.
  private static func modules(_ folder: String) throws -> (Pooling, normalizes: Bool) {
    guard let modules = try file("modules.json", in: folder) else { return (.mean, false) }
    var pooling = Pooling.mean
    var normalizes = false
    for (place, module) in (modules.arrayValue ?? []).enumerated() {
      let type = module[key: "type"]?.stringValue ?? ""
      let path = module[key: "path"]?.stringValue ?? ""
      switch type.split(separator: ".").last {
      case "Transformer":
        guard place == 0, path.isEmpty else { throw UnusableModel(reason: "its network is not at the top") }
      case "Pooling":
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
          throw UnusableModel(reason: "modules.json leads out of the folder")
        }
        pooling = try self.pooling(file("config.json", in: folder + "/" + path), path)
      case "Normalize": normalizes = true
      default: throw UnusableModel(reason: "the module \(type) is not supported")
      }
    }
    return (pooling, normalizes)
  }

  private static func pooling(_ settings: JSON?, _ path: String) throws -> Pooling {
    guard let settings else { throw UnusableModel(reason: "there is no \(path)/config.json") }
    guard settings[key: "include_prompt"] != .bool(false) else {
      throw UnusableModel(reason: "pooling without the prompt is not supported")
    }
    if let mode = settings[key: "pooling_mode"]?.stringValue {
      switch mode {
      case "mean": return .mean
      case "cls": return .first
      default: throw UnusableModel(reason: "pooling by \(mode) is not supported")
      }
    }
    guard case .object(let members) = settings else {
      throw UnusableModel(reason: "\(path)/config.json is not a JSON object")
    }
    switch members.filter({ $0.key.hasPrefix("pooling_mode_") && $0.value == .bool(true) }).map(\.key) {
    case ["pooling_mode_mean_tokens"]: return .mean
    case ["pooling_mode_cls_token"]: return .first
    case let modes:
      throw UnusableModel(reason: "pooling by \(modes.joined(separator: " and ")) is not supported")
    }
  }
}
