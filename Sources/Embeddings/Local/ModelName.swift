/// What a model is called, without what differs from one place to another: `sentence-transformers/all-MiniLM-L6-v2`,
/// `all-minilm-l6-v2` and Chroma's `ONNXMiniLM_L6_V2` are one.
struct ModelName {
  private let text: String
  private let letters: String

  /// A shorter part of a name says too little.
  private static let partMinimum = 4

  /// Reads a name.
  init(_ text: String) {
    self.text = text
    letters = ModelName.letters(text)
  }

  /// Whether another name is this one.
  private func isSame(_ other: String) -> Bool { letters == ModelName.letters(other) }

  /// The name that is this one among others; else the only one that it is a part of.
  func choice(among names: [String]) -> String? {
    if let name = names.first(where: { $0 == text }) ?? names.first(where: isSame) { return name }
    guard letters.count >= ModelName.partMinimum else { return nil }
    let longer = names.filter { ModelName.letters($0).contains(letters) }
    return longer.count == 1 ? longer[0] : nil
  }

  private static func letters(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    let letters = String(last.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    return aliases[letters] ?? letters
  }

  /// What Chroma and Ollama call the model that most stores were made with.
  private static let aliases = [
    "onnxminilml6v2": "allminilml6v2", "minilml6v2": "allminilml6v2", "allminilml6v2onnx": "allminilml6v2",
    "allminilm": "allminilml6v2", "allminilm22m": "allminilml6v2",
  ]
}
